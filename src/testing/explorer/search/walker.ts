import { isAtRest } from '../state-space/rest.js';
import { createStepBuffer, StepKind, type StepBuffer } from '../state-space/step-buffer.js';
import { itemAt, lastOf, wordAt } from '../structures/checked-reads.js';
import { brokenProperty, restProperty, restReason, type PropertyKind } from '../traces/violation.js';
import type { Checks } from './checks.js';

/** What a step is, whatever the state that it leaves: its kind, whom it concerns, and its input or message. */
export type StepLabel = readonly [kind: number, which: number, detail: number];

/** What a walk violates. */
export interface Finding {
  readonly property: string;
  readonly kind: PropertyKind;
  readonly reason: string;
  /** The step out of the last state that broke, if one did. */
  readonly brokenStep?: number;
}

/** A walk through the states of a system, up to the first violation. */
export interface Walk {
  readonly states: readonly Int32Array[];
  /** The number of each step among those out of its state: several of them may lead to the same state. */
  readonly taken: readonly number[];
  /** The same steps, and the one that broke. */
  readonly labels: readonly StepLabel[];
  readonly ticks: number;
  /** The most ticks that the answer of a leads-to property took, by its name. */
  readonly longest: Readonly<Record<string, number>>;
  readonly reached: readonly string[];
  readonly finding: Finding | undefined;
}

export interface Walker {
  /**
   * Takes at most so many steps, and judges each state on the way.
   *
   * @param next the number of the step to take, or -1 to end the walk.
   */
  walk(stepsMax: number, next: (steps: StepBuffer) => number): Walk;
}

/** Makes a walker that starts in a state. All its walks share what is known of the system. */
export function createWalker(initial: Int32Array, width: number, checks: Checks): Walker {
  const { table, mayRest } = checks;
  /** The steps out of the state that the walk has come to. */
  const steps = createStepBuffer(width);

  function walk(stepsMax: number, next: (steps: StepBuffer) => number): Walk {
    const states: Int32Array[] = [initial];
    const taken: number[] = [];
    const labels: StepLabel[] = [];
    const reached = new Set<string>();
    const waiting = new Map<string, number>();
    const longest: Record<string, number> = {};
    let ticks = 0;
    let finding: Finding | undefined;

    function wait(entry: number, isTick: boolean): void {
      for (const { name, within, from, to } of checks.leadsTo) {
        const before = waiting.get(name);
        const now = before === undefined ? undefined : before + (isTick ? 1 : 0);
        if (now !== undefined) {
          longest[name] = Math.max(longest[name] ?? 0, now);
          if (within !== undefined && now > within) {
            finding ??= { property: name, kind: 'leadsTo', reason: `'${name}' takes more than ${within} ticks` };
          }
        }
        if (table.holds(entry, to)) waiting.delete(name);
        else if (now !== undefined || table.holds(entry, from)) waiting.set(name, now ?? 0);
      }
    }

    function judge(isTick: boolean): void {
      const entry = table.entryOf(lastOf(states));
      for (const { name, predicate } of checks.reachable) if (table.holds(entry, predicate)) reached.add(name);
      for (const { name, predicate } of checks.always) {
        if (table.holds(entry, predicate)) continue;
        finding ??= { property: name, kind: 'always', reason: `'${name}' does not hold` };
      }
      wait(entry, isTick);
    }

    /** Returns whether the walk goes on. */
    function takeStep(): boolean {
      steps.clear();
      const here = lastOf(states);
      checks.expand(here, steps);
      if (mayRest !== undefined && isAtRest(here, steps, 0) && !table.holds(table.entryOf(here), mayRest)) {
        finding = { property: restProperty, kind: 'rest', reason: restReason };
        return false;
      }
      const step = next(steps);
      if (step === -1) return false;
      const { kind, fault, after } = steps.read(step);
      labels.push([kind, wordAt(steps.which, step), wordAt(steps.details, step)]);
      if (fault !== undefined) {
        finding = { property: brokenProperty, kind: 'broken', reason: fault, brokenStep: step };
        return false;
      }
      const isTick = kind === StepKind.tick;
      if (isTick) ticks += 1;
      states.push(after);
      taken.push(step);
      judge(isTick);
      return finding === undefined;
    }

    judge(false);
    while (finding === undefined && taken.length < stepsMax && takeStep());
    return { states, taken, labels, ticks, longest, reached: [...reached], finding };
  }

  return { walk };
}

/** The number of the step that is called so among those out of a state, -1 if none is. */
export function stepLabelled(steps: StepBuffer, [kind, which, detail]: StepLabel): number {
  for (let step = 0; step < steps.count; step += 1) {
    if (itemAt(steps.kinds, step) !== kind) continue;
    if (wordAt(steps.which, step) === which && wordAt(steps.details, step) === detail) return step;
  }
  return -1;
}
