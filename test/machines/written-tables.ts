import type { AnyStateMachine } from 'xstate';
import {
  CloseCode,
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
} from '../../machines/index.js';
import { none } from '../support/transitions.js';
import { codesOfEnds } from './codes-of-ends.js';
import { docsOfFields, docsOfMembers, eventsOf, fieldsOf } from './declared-types.js';
import { statesOf, transitionsOf } from './machine-walk.js';
import { bare } from './specification-tables.js';

/** The machines of the specification, in its order: the section that each has, and the union of its events. */
export const specifiedMachines = [
  { heading: '## Consumer stream', machine: consumerStreamMachine, events: 'ConsumerStreamEvent' },
  { heading: '## Consumer client', machine: consumerClientMachine, events: 'ConsumerClientEvent' },
  { heading: '## Producer stream', machine: producerStreamMachine, events: 'ProducerStreamEvent' },
  { heading: '## Producer client', machine: producerClientMachine, events: 'ProducerClientEvent' },
  { heading: '## Heartbeat', machine: heartbeatMachine, events: 'HeartbeatEvent' },
] as const;

/** A table to be written. A cell that is undefined is kept as it stands in the document: nothing but people knows it. */
export interface WrittenTable {
  readonly columns: readonly string[];
  /** By how many of the first columns a row is known again. */
  readonly keyColumns: number;
  readonly rows: readonly (readonly (string | undefined)[])[];
}

/** Every table that is written, by the name that stands in its marker. */
export const writtenTables: Readonly<Record<string, () => WrittenTable>> = {
  ...Object.fromEntries(
    specifiedMachines.flatMap(({ machine }) => [
      [`states of ${machine.id}`, () => statesTable(machine)],
      [`transitions of ${machine.id}`, () => transitionsTable(machine)],
    ]),
  ),
  events: eventsTable,
  commands: commandsTable,
  'close codes': closeCodesTable,
  ends: endsTable,
  delays: delaysTable,
};

function statesTable(machine: AnyStateMachine): WrittenTable {
  return {
    columns: ['state', 'kind', 'entry commands', 'meaning'],
    keyColumns: 1,
    rows: statesOf(machine).map(({ state, kind, entry, description }) => [
      state,
      kind,
      listed(entry),
      // The machine cites the specification, which need not cite itself.
      cell(description.replace(/ ?PROTOCOL\.md, [^.]*\.$/, '')),
    ]),
  };
}

function transitionsTable(machine: AnyStateMachine): WrittenTable {
  return {
    columns: ['state', 'event', 'guard', 'next', 'commands', 'changes'],
    keyColumns: 3,
    rows: transitionsOf(machine).map(({ state, event, guard, next, commands, changes }) => [
      state,
      event,
      guard,
      next,
      listed(commands),
      listed(changes),
    ]),
  };
}

/** The events by who speaks, each with what is written above it. */
function eventsTable(): WrittenTable {
  const rows = new Map<
    string,
    { readonly fields: readonly string[]; readonly doc: string; readonly takers: string[] }
  >();
  for (const { machine, events } of specifiedMachines) {
    const docs = docsOfMembers(events);
    for (const [type, fields] of eventsOf(events)) {
      const doc = docs.get(type) ?? '';
      const row = rows.get(type) ?? { fields, doc, takers: [] };
      if (row.doc !== doc) throw new Error(`${type}: expected "${row.doc}" in ${events} too, came "${doc}"`);
      rows.set(type, { ...row, takers: [...row.takers, machine.id] });
    }
  }
  const speakers = Array.from(rows.keys(), speakerOf);
  const inOrder = Array.from(rows).sort(([a], [b]) => speakers.indexOf(speakerOf(a)) - speakers.indexOf(speakerOf(b)));
  return {
    columns: ['event', 'carries', 'taken by', 'comes when'],
    keyColumns: 1,
    rows: inOrder.map(([type, { fields, doc, takers }]) => [code(type), listed(fields), listed(takers), cell(doc)]),
  };
}

function speakerOf(eventType: string): string {
  return eventType.split('.', 1)[0] ?? '';
}

function commandsTable(): WrittenTable {
  const docs = docsOfFields('CommandParams');
  const recordedBy = (command: string) =>
    specifiedMachines
      .map(({ machine }) => machine)
      .filter((machine) => {
        const rows = [...transitionsOf(machine), ...statesOf(machine).map(({ entry }) => ({ commands: entry }))];
        return rows.some(({ commands }) => commands.map(bare).includes(command));
      })
      .map(({ id }) => id);
  return {
    columns: ['command', 'params', 'recorded by', 'what the host is to do'],
    keyColumns: 1,
    rows: Array.from(fieldsOf('CommandParams'), ([command, params]) => [
      code(command),
      listed(params),
      listed(recordedBy(command)),
      cell(docs.get(command)),
    ]),
  };
}

function closeCodesTable(): WrittenTable {
  const docs = docsOfFields('CloseCode');
  return {
    columns: ['code', 'name', 'meaning'],
    keyColumns: 1,
    rows: Object.entries(CloseCode).map(([name, value]) => [String(value), name, cell(docs.get(name))]),
  };
}

function endsTable(): WrittenTable {
  const codes = codesOfEnds(consumerStreamMachine, 'ConsumerStreamEvent');
  return {
    columns: ['reason', 'code', 'where'],
    keyColumns: 1,
    rows: Array.from(docsOfMembers('EndReason'), ([reason, doc]) => [
      code(reason),
      codes.get(reason)?.join(', ') ?? '',
      cell(doc),
    ]),
  };
}

/** Which option sets a delay, and its letter, stand in no machine. */
function delaysTable(): WrittenTable {
  return {
    columns: ['delay', 'machine', 'symbol', 'option', 'default, ms'],
    keyColumns: 2,
    rows: specifiedMachines.flatMap(({ machine }) =>
      Object.entries(machine.implementations.delays).map(([delay, ms]) => [
        delay,
        machine.id,
        undefined,
        undefined,
        (ms as number).toLocaleString('en-US'),
      ]),
    ),
  };
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? none : items.join(', ');
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A text that does not end its cell. */
function cell(text = ''): string {
  return text.replaceAll('|', '\\|');
}
