import { compileSystem } from '../../../src/testing/explorer/description/compile-system.js';
import { createChecks } from '../../../src/testing/explorer/search/checks.js';
import { changeText, messageText, pointText } from '../../../src/testing/explorer/traces/step-text.js';
import { createStepBuffer } from '../../../src/testing/explorer/state-space/step-buffer.js';
import { createSuccessors } from '../../../src/testing/explorer/state-space/successors.js';
import { createTraceMaker } from '../../../src/testing/explorer/traces/trace-maker.js';
import type { Properties, Step, System, SystemView, Trace } from '../../../src/testing/index.js';

/** Something that can happen in the state shown. */
export interface NextStep {
  /** Its number among the steps out of this state; a path is a list of these. */
  readonly index: number;
  readonly kind: Step['kind'];
  /** Where it happens, if at one place. */
  readonly process: string | undefined;
  /** What it is, in a few words. */
  readonly text: string;
  /** What it changes in the actors, one line each. */
  readonly changes: readonly string[];
  /** Whether every process stays as it is: the step is ignored by who meets it. */
  readonly isIgnored: boolean;
  /** What `always` has to hold and does not any more after it, or what breaks. */
  readonly violates: readonly string[];
}

/** Goes through the states of a system by hand, one step after the other. */
export interface Walker {
  /** The steps taken so far, by their numbers. */
  readonly path: readonly number[];
  /** All that can happen now. */
  next(): readonly NextStep[];
  /** Takes a step. @throws RangeError where there is none of this number, or where it breaks. */
  take(index: number): void;
  /** Goes to where this path leads. @throws RangeError as `take`. */
  goTo(path: readonly number[]): void;
  /** The path of a trace of the same system; it ends before a step that breaks. */
  pathOf(trace: Trace): readonly number[];
  /** What was done so far. */
  trace(): Trace;
}

/** Makes a walker at the start of a system. @throws Error where the system does not start, or is described wrongly. */
export function createWalker(system: System, properties: Properties<SystemView> = {}): Walker {
  const compiled = compileSystem(system.config);
  const successors = createSuccessors(compiled);
  /** The steps out of the state shown. */
  const buffer = createStepBuffer(successors.width);
  const checks = createChecks(compiled, successors, properties);
  const { table } = checks;
  const expand = (state: Int32Array): void => {
    buffer.clear();
    checks.expand(state, buffer);
  };
  const traces = createTraceMaker(compiled, successors, checks.expand);
  const initial = successors.initial();
  if (!(initial instanceof Int32Array)) throw new Error(`the system does not start: ${initial.fault}`);
  let states: Int32Array[] = [initial];
  let path: number[] = [];

  const here = (): Int32Array => states.at(-1) ?? initial;
  const tell = (index: number): Step | undefined => traces.withLastStep([here()], index).steps.at(-1);

  const violatedIn = (state: Int32Array): readonly string[] => {
    const entry = table.entryOf(state);
    return checks.always.filter(({ predicate }) => !table.holds(entry, predicate)).map(({ name }) => name);
  };
  const violatedBy = (index: number): readonly string[] => {
    const { fault, after } = buffer.read(index);
    if (fault !== undefined) return [fault];
    const before = violatedIn(here());
    return violatedIn(after).filter((name) => !before.includes(name));
  };

  const take = (index: number): void => {
    expand(here());
    if (!(Number.isInteger(index) && index >= 0 && index < buffer.count)) {
      throw new RangeError(`expected the number of a step, 0 to ${buffer.count - 1}, came ${index}`);
    }
    const { fault, after } = buffer.read(index);
    if (fault !== undefined)
      throw new RangeError(`expected a step that leads to a state, came one that breaks: ${fault}`);
    states.push(after);
    path.push(index);
  };

  const goTo = (given: readonly number[]): void => {
    const before = { states, path };
    states = [initial];
    path = [];
    try {
      given.forEach(take);
    } catch (error) {
      ({ states, path } = before);
      throw error;
    }
  };

  return {
    get path() {
      return [...path];
    },
    next: () => {
      expand(here());
      return Array.from({ length: buffer.count }, (_, index): NextStep => {
        const step = tell(index);
        const { kind = 'tick', process, activities = [], changed = [] } = step ?? {};
        return {
          index,
          kind,
          process,
          text: step === undefined ? '' : textOf(step),
          changes: activities.flatMap((activity) => changeText(activity) ?? []),
          isIgnored: kind !== 'tick' && kind !== 'drop' && kind !== 'duplicate' && changed.length === 0,
          violates: violatedBy(index),
        };
      });
    },
    take,
    goTo,
    pathOf: ({ steps }) => {
      const before = { states, path };
      states = [initial];
      path = [];
      try {
        for (const step of steps) {
          if (step.fault !== undefined) break;
          expand(here());
          const wanted = identityOf(step);
          const index = Array.from({ length: buffer.count }, (_, candidate) => candidate).find((candidate) => {
            const told = tell(candidate);
            return told !== undefined && identityOf(told) === wanted;
          });
          if (index === undefined)
            throw new RangeError('expected a trace of this system, came a step that it does not take');
          take(index);
        }
        return path;
      } finally {
        ({ states, path } = before);
      }
    },
    trace: () => traces.along(states),
  };
}

/** What makes a step another one than its neighbours, wherever it stands in a trace. */
function identityOf({ kind, process, actor, from, name, message, changed }: Step): string {
  return JSON.stringify([kind, process, actor, from, name, message, changed]);
}

/** A step in a few words. */
export function textOf(step: Step): string {
  const { kind, from = '', process = '', message } = step;
  switch (kind) {
    case 'tick':
      return 'time goes on by a tick';
    case 'deliver':
      return `${from} → ${process}: ${messageText(message)}`;
    case 'drop':
      return `${from} → ${process}: ${messageText(message)} is lost`;
    case 'duplicate':
      return `${from} → ${process}: ${messageText(message)} is doubled`;
    default:
      return `${process} ${pointText(step)}`.trim();
  }
}
