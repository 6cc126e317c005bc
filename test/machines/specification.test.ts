import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AnyStateMachine } from 'xstate';
import { CloseCode } from '../../machines/index.js';
import { resolveOptions } from '../../src/validation/options.js';
import {
  closeTextBytesMax,
  decodeHeartbeatRequest,
  decodeHeartbeatResponse,
  decodeOpenRequest,
  decodeStreamFrame,
  encodeCloseFrame,
  encodeDataFrame,
  encodeHeartbeatRequest,
  encodeHeartbeatResponse,
  encodeOpenRequest,
  isPublishSubject,
  isStreamId,
  newConsumerToken,
  newStreamId,
} from '../../src/wire/index.js';
import { none, rowKey } from '../support/transitions.js';
import { eventsOf, fieldsOf, literalsOf } from './declared-types.js';
import { exitActionsOf, statesOf, transitionsOf, undescribedStatesOf } from './machine-walk.js';
import {
  bare,
  headings,
  listOf,
  sectionOf,
  specificationFiles,
  specifiedStates,
  specifiedTransitions,
  tableOf,
  type SpecifiedState,
  type SpecifiedTransition,
} from './specification-tables.js';
import { markedTables, writeCommand, written } from './specification-writer.js';
import { specifiedMachines, writtenTables } from './written-tables.js';

/** What stands in one list and not in the other; both are empty where the specification and the code agree. */
function difference(specified: readonly string[], coded: readonly string[]) {
  return {
    specifiedOnly: specified.filter((line) => !coded.includes(line)),
    codedOnly: coded.filter((line) => !specified.includes(line)),
  };
}

const agreement = { specifiedOnly: [], codedOnly: [] };

function lineOfState({ state, kind, entry }: SpecifiedState): string {
  return `${state} | ${kind} | ${entry.join(', ')}`;
}

function lineOfTransition(row: SpecifiedTransition): string {
  return `${rowKey(row)} | ${row.next} | ${row.commands.join(', ')} | ${row.changes.join(', ')}`;
}

function commandsDeclaredBy(machine: AnyStateMachine): readonly string[] {
  return Object.keys(machine.implementations.actions).filter((name) => name.includes('.'));
}

/** The number of a cell such as `10,000` or `4,096`. */
function numberOf(cell: string | undefined): number {
  return Number((cell ?? '').replaceAll(',', ''));
}

describe('PROTOCOL.md', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));

  for (const { heading, machine, events } of specifiedMachines) {
    describe(`${heading.slice(3)}: the tables and ${machine.id}`, () => {
      it('have the same states, kinds and entry commands', () => {
        const specified = specifiedStates(heading).map(lineOfState);
        expect(difference(specified, statesOf(machine).map(lineOfState))).to.deep.equal(agreement);
      });

      it('have the same transitions, guards, targets, commands and changes', () => {
        const specified = specifiedTransitions(heading).map(lineOfTransition);
        expect(difference(specified, transitionsOf(machine).map(lineOfTransition))).to.deep.equal(agreement);
      });

      it('name each transition once', () => {
        const keys = specifiedTransitions(heading).map(rowKey);
        expect(keys).to.deep.equal(Array.from(new Set(keys)));
        expect(keys).to.have.lengthOf(transitionsOf(machine).length);
      });

      it('try the guards of an event in the same order', () => {
        const guardsByEvent = (rows: readonly SpecifiedTransition[]) => {
          const guards: Record<string, string[]> = {};
          for (const { state, event, guard } of rows) (guards[`${state} | ${event}`] ??= []).push(guard);
          return guards;
        };
        expect(guardsByEvent(specifiedTransitions(heading))).to.deep.equal(guardsByEvent(transitionsOf(machine)));
      });

      it('explain each guard and each change in words', () => {
        const prose = sectionOf(heading).replace(/^\|.*$/gm, '');
        const named = specifiedTransitions(heading).flatMap(({ guard, changes }) => [guard, ...changes]);
        expect(
          Array.from(new Set(named)).filter((name) => name !== none && !prose.includes(`\`${name}\``)),
        ).to.deep.equal([]);
      });

      it('do nothing on leaving a state', () => {
        expect(exitActionsOf(machine)).to.deep.equal([]);
      });

      it('are summed up by a description at each outermost state', () => {
        expect(undescribedStatesOf(machine).filter((path) => !path.includes('.'))).to.deep.equal([]);
      });

      it('are cited by the machine', () => {
        expect(machine.root.description).to.equal(`PROTOCOL.md, ${heading.slice(3)}`);
      });

      it('name the events that the machine takes', () => {
        const specified = tableOf('### Events', 'event', 'carries', 'taken by')
          .filter((row) => listOf(row['taken by']).includes(machine.id))
          .map((row) => `${row['event'] ?? ''} { ${listOf(row['carries']).join(', ')} }`);
        const declared = Array.from(eventsOf(events), ([type, fields]) => `${type} { ${fields.join(', ')} }`);
        expect(difference(specified, declared)).to.deep.equal(agreement);
      });

      it('handle every event that the machine declares, or say nothing of it', () => {
        const declared = Array.from(eventsOf(events).keys());
        const handled = specifiedTransitions(heading)
          .map(({ event }) => event)
          .filter((event) => event !== 'always' && !event.startsWith('after '));
        expect(difference(handled, declared)).to.deep.equal(agreement);
      });

      it('name the commands that the machine records', () => {
        const specified = tableOf('### Commands', 'command', 'params', 'recorded by')
          .filter((row) => listOf(row['recorded by']).includes(machine.id))
          .map((row) => row['command'] ?? '');
        const used = [...transitionsOf(machine), ...statesOf(machine).map(({ entry }) => ({ commands: entry }))];
        expect(difference(specified, commandsDeclaredBy(machine)), 'declared').to.deep.equal(agreement);
        expect(
          difference(specified, Array.from(new Set(used.flatMap(({ commands }) => commands.map(bare))))),
        ).to.deep.equal(agreement);
      });

      it('have the same delays and defaults', () => {
        const specified = tableOf('# Timing', 'delay', 'machine')
          .filter((row) => row['machine'] === machine.id)
          .map((row) => [row['delay'], numberOf(row['default, ms'])]);
        expect(Object.fromEntries(specified)).to.deep.equal(machine.implementations.delays);
      });
    });
  }

  describe('its tables', () => {
    for (const [path, text] of specificationFiles) {
      it(`are in machines/${path} as \`${writeCommand}\` writes them`, () => {
        expect(
          text === written(text),
          `machines/${path} is not what follows from machines/: type ${writeCommand}`,
        ).to.equal(true);
      });
    }

    it('have one place each', () => {
      const marked = Array.from(specificationFiles.values()).flatMap(markedTables);
      expect(marked.sort()).to.deep.equal(Object.keys(writtenTables).sort());
    });
  });

  describe('its parts', () => {
    it('have a heading each that no other has, so that it can be cited by its name', () => {
      const names = headings().map((heading) => heading.replace(/^#+ /, ''));
      expect(names.filter((name, place) => names.indexOf(name) !== place)).to.deep.equal([]);
    });

    it('stand in its table of parts, each with its sections', () => {
      const linked = Array.from(sectionOf('## Parts').matchAll(/\[([^\]]+)\]\(/g), ([, name]) => name);
      const stands = Array.from(specificationFiles)
        .filter(([path]) => path !== 'PROTOCOL.md')
        .flatMap(([, text]) => Array.from(text.matchAll(/^##? (.+)$/gm), ([, name]) => name));
      expect(stands.filter((name) => !linked.includes(name))).to.deep.equal([]);
    });

    it('have every section that the code cites', () => {
      const names = headings().map((heading) => heading.replace(/^#+ /, ''));
      const cited = ['machines', 'src', 'test', 'visualizations/src'].flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => /\.tsx?$/.test(file))
          .flatMap((file) =>
            Array.from(
              readFileSync(join(root, folder, file), 'utf8').matchAll(/PROTOCOL\.md, ([A-Z][a-z]+(?: [a-z]+)*)/g),
              ([, name = '']) => ({ file: `${folder}/${file}`, name }),
            ),
          ),
      );
      expect(cited).to.not.deep.equal([]);
      // A sentence may go on after the name of a section.
      const isNamed = (name: string) => names.some((section) => name === section || name.startsWith(`${section} `));
      expect(cited.filter(({ name }) => !isNamed(name))).to.deep.equal([]);
    });
  });

  describe('the nomenclature', () => {
    const words = tableOf('### Words of the code', 'word', 'meaning', 'in the code');

    it('names what is in the code', () => {
      const exported = ['machines', 'src', 'test/support'].flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.ts'))
          .flatMap((file) =>
            Array.from(
              readFileSync(join(root, folder, file), 'utf8').matchAll(
                /^export (?:async |abstract )*(?:class|const|function|interface|type) (\w+)/gm,
              ),
              ([, name = '']) => name,
            ),
          ),
      );
      const isInCode = (name: string) => (name.includes('/') ? existsSync(join(root, name)) : exported.includes(name));
      const named = words.flatMap((row) => listOf(row['in the code']));
      expect(named.filter((name) => name === '' || !isInCode(name))).to.deep.equal([]);
    });

    it('has one row for each word, and one sentence for each row', () => {
      const all = [...tableOf('## Nomenclature', 'term'), ...words].map((row) => row['term'] ?? row['word'] ?? '');
      expect(all.filter((word, place) => all.indexOf(word) !== place)).to.deep.equal([]);
      expect(words.filter(({ meaning = '' }) => meaning === '' || meaning.includes('. '))).to.deep.equal([]);
    });
  });

  describe('the vocabulary', () => {
    it('has every event of events.ts and no other', () => {
      const declared = specifiedMachines.flatMap(({ events }) => Array.from(eventsOf(events).keys()));
      const specified = tableOf('### Events', 'event').map((row) => row['event'] ?? '');
      expect(difference(specified, declared)).to.deep.equal(agreement);
      expect(Array.from(eventsOf('ActorEvent').keys())).to.have.members(specified);
    });

    it('has every command of commands.ts, with its params, and no other', () => {
      const declared = Array.from(fieldsOf('CommandParams'), ([type, params]) => `${type}: ${params.join(', ')}`);
      const specified = tableOf('### Commands', 'command', 'params').map(
        (row) => `${row['command'] ?? ''}: ${listOf(row['params']).join(', ')}`,
      );
      expect(difference(specified, declared)).to.deep.equal(agreement);
    });

    it('has every close code and no other', () => {
      const specified = tableOf('### Close', 'code', 'name').map((row) => [row['name'], numberOf(row['code'])]);
      expect(Object.fromEntries(specified)).to.deep.equal(CloseCode);
    });

    it('has every reason of an end and no other', () => {
      const specified = tableOf('## Consumer stream', 'reason', 'code').map((row) => row['reason'] ?? '');
      expect(specified).to.have.members(literalsOf('EndReason'));
    });

    it('has a row for each state that another section speaks of', () => {
      const described = specifiedMachines.flatMap(({ heading }) => specifiedStates(heading).map(({ state }) => state));
      const targets = specifiedMachines.flatMap(({ heading }) =>
        specifiedTransitions(heading).flatMap(({ state, next }) => [state, next.replace(', re-entered', '')]),
      );
      expect(targets.filter((state) => state !== '–' && !described.includes(state))).to.deep.equal([]);
    });
  });

  describe('the examples of messages', () => {
    const encoder = new TextEncoder();
    const decoder = new TextDecoder();
    const exampleOf = (heading: string): string => {
      const [, json = ''] = /```json\n(.*)\n```/.exec(sectionOf(heading)) ?? [];
      return json;
    };

    it('Open request is written and read so', () => {
      const json = exampleOf('### Open request');
      const request = decodeOpenRequest(encoder.encode(json));
      if (request.type === 'malformed') throw new Error(request.expected);
      expect(decoder.decode(request.body ?? new Uint8Array())).to.equal('{"to":3}');
      expect(request.extension).to.deep.equal(JSON.parse(exampleOf('## Extension')));
      expect(decoder.decode(encodeOpenRequest(request))).to.equal(json);
    });

    it('Data is written and read so', () => {
      const json = exampleOf('### Data');
      const frame = decodeStreamFrame(encoder.encode(json));
      if (frame.type !== 'data') throw new Error(frame.type);
      expect(decoder.decode(encodeDataFrame(frame.data))).to.equal(json);
    });

    it('Close is written and read so', () => {
      const json = exampleOf('### Close');
      expect(decodeStreamFrame(encoder.encode(json))).to.deep.equal({ type: 'close', code: 1000, text: '' });
      expect(decoder.decode(encodeCloseFrame(1000, ''))).to.equal(json);
    });

    it('Heartbeat request is written and read so', () => {
      const json = exampleOf('### Heartbeat request');
      const request = decodeHeartbeatRequest(encoder.encode(json));
      if (request.type === 'malformed') throw new Error(request.expected);
      expect(decoder.decode(encodeHeartbeatRequest(request.streams))).to.equal(json);
    });

    it('Heartbeat response is written and read so', () => {
      const json = exampleOf('### Heartbeat response');
      const response = decodeHeartbeatResponse(encoder.encode(json));
      if (response.type === 'malformed') throw new Error(response.expected);
      expect(decoder.decode(encodeHeartbeatResponse(response.streams))).to.equal(json);
    });
  });

  describe('Timing and Limits: the numbers', () => {
    const connection = {
      publish: () => undefined,
      subscribe: () => ({ unsubscribe: () => undefined, drain: () => Promise.resolve() }),
      flush: () => Promise.resolve(),
      // eslint-disable-next-line @typescript-eslint/require-await -- A connection to which nothing happens.
      status: async function* () {
        yield* [];
      },
      closed: () => Promise.resolve(),
      isClosed: () => false,
    };
    const resolved = resolveOptions({ connection }) as unknown as Readonly<Record<string, unknown>>;

    it('are the defaults of the options', () => {
      const timing = tableOf('# Timing', 'delay')
        .filter((row) => row['option'] !== '–')
        .map((row) => [row['option']?.split(',')[0], row['default, ms']]);
      const limits = tableOf('# Limits', 'limit')
        .filter((row) => row['option'] !== '–')
        .map((row) => [row['option'], row['default']]);
      const specified = [...timing, ...limits].map(([option, value]) => [option ?? '', numberOf(value)] as const);
      expect(specified.map(([option]) => [option, resolved[option]])).to.deep.equal(specified);
    });

    it('are the limits of the wire', () => {
      const limitOf = (name: string) =>
        numberOf(tableOf('# Limits', 'limit').find((row) => row['limit'] === name)?.['default']);
      expect(limitOf('close text, written')).to.equal(closeTextBytesMax);
      const subject = 'a'.repeat(limitOf('subject, written or subscribed to'));
      expect(isPublishSubject(subject)).to.equal(true);
      expect(isPublishSubject(`${subject}a`)).to.equal(false);
      expect(newConsumerToken()).to.have.lengthOf(limitOf('token of a consumer id, written'));
      expect(newStreamId()).to.have.lengthOf(limitOf('stream id, written'));
      expect(isStreamId('a'.repeat(64))).to.equal(true);
      expect(isStreamId('a'.repeat(65))).to.equal(false);
      const frameBytes = (dataBytes: number) => encodeDataFrame(new Uint8Array(dataBytes)).length;
      expect(frameBytes(786_417)).to.equal(1_048_576);
      expect(frameBytes(786_418)).to.be.greaterThan(1_048_576);
    });
  });
});
