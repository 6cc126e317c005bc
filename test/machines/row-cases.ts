import { expect } from 'chai';
import type { AnyStateMachine, StateValue } from 'xstate';
import type { Command, CommandParams, CommandType } from '../../machines/index.js';
import { advance, begin, none, rowKey, type Snapshot, type Step, type StepEvent } from '../support/transitions.js';
import { detailOf } from './command-summary.js';
import { bare, specifiedTransitions, type SpecifiedTransition } from './specification-tables.js';

/** One row of a state table, and what taking it has to do. */
export interface RowCase {
  readonly state: string;
  /** The event's cell: its type, `after <delay>`, or `always`. */
  readonly row: string;
  /** The guard's cell; none unless told. */
  readonly guard?: string;
  /** Where the machine is, or the input with which it is made. */
  readonly from: Snapshot | { readonly input: object };
  /** What comes; nothing where the machine is made. */
  readonly event?: StepEvent;
  /** The state after the macrostep. */
  readonly value: StateValue;
  /** Every command of the macrostep, in order. */
  readonly commands: readonly Command[];
  /** The context after the macrostep; unchanged unless told. Has to be told where the machine is made. */
  readonly context?: unknown;
}

export function command<Type extends CommandType>(type: Type, params: CommandParams[Type]): Command {
  return { type, params } as Command;
}

/**
 * A test for each case, and one that no row of the section's state table was left out. Each case is taken from the
 * table it tests, so that a row which is not specified fails as well.
 */
export function describeRows(heading: string, machine: AnyStateMachine, cases: readonly RowCase[]): void {
  const specified = specifiedTransitions(heading);
  const taken = new Set<string>();

  describe(`${machine.id}: each row of the table in PROTOCOL.md, ${heading.slice(3)}`, () => {
    for (const { state, row, guard = none, from, event, value, commands, context } of cases) {
      const key = rowKey({ state, event: row, guard });
      const line = specified.find((other) => rowKey(other) === key);
      it(`${key} → ${line?.next ?? ''}`, () => {
        if (line === undefined) throw new Error(`the table has no row ${key}`);
        const before = 'input' in from ? undefined : structuredClone(from.context);
        const step = take(machine, from, event);
        for (const other of step.rows) taken.add(rowKey(other));

        expect(step.rows.map(rowKey)).to.include(key);
        expect(step.snapshot.value).to.deep.equal(value);
        expect(step.commands).to.deep.equal(commands);
        expect(step.snapshot.context).to.deep.equal(context ?? before);
        if (!('input' in from)) expect(from.context, 'the context before').to.deep.equal(before);
        expectCommandsOf(line, step.commands);
      });
    }

    it('leaves no row of the table untried', () => {
      const untried = specified.map(rowKey).filter((key) => !taken.has(key));
      expect(untried).to.deep.equal([]);
    });
  });
}

function take(machine: AnyStateMachine, from: RowCase['from'], event: StepEvent | undefined): Step {
  if ('input' in from) return begin(machine, from.input);
  if (event === undefined) throw new Error('expected an event');
  return advance(machine, from, event);
}

/** The commands of the row come in this order, with the reason, code, event or machine that the table names. */
function expectCommandsOf(line: SpecifiedTransition, commands: readonly Command[]): void {
  let next = 0;
  for (const specified of line.commands) {
    const found = commands.findIndex((recorded, index) => index >= next && summaryFits(specified, recorded));
    expect(found, `${specified} in ${rowKey(line)}`).to.be.at.least(0);
    next = found + 1;
  }
}

function summaryFits(specified: string, recorded: Command): boolean {
  if (bare(specified) !== recorded.type) return false;
  const [, said] = /\((.*)\)$/.exec(specified) ?? [];
  return said === undefined || said.startsWith('its ') || said === String(detailOf(recorded));
}
