import {
  createEmptyActor,
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
  type StateValue,
} from 'xstate';
import type { Json, TraceActor, TraceStep } from '../../trace-events/trace-event.js';
import type { RecordedCommand } from '../explorer/description/host-adapter.js';
import { inertScope } from '../explorer/processes/inert-scope.js';
import { object } from './complaint.js';
import { difference, fits, isWhole } from './told.js';

/** A timer that runs, as far as it is known. Times are those of the run. */
export interface RunningTimer {
  readonly id: string;
  /** The type of the event that it sends. */
  readonly event: string;
  /** When it fires; undefined until the trace tells when it started. */
  due: number | undefined;
}

/** What one macrostep asks of the host. */
export interface StepOutcome {
  readonly commands: readonly RecordedCommand[];
  readonly isOver: boolean;
  /** Whether the machine itself says so; else the trace is believed, and the params of the commands are not known. */
  readonly isJudged: boolean;
  /** How often the machine computed what comes next. */
  readonly computed: number;
}

interface Delayed {
  readonly id?: unknown;
  readonly delay?: number;
  readonly event: EventObject;
}

const host = createEmptyActor();

/**
 * One actor of a trace, taken along by its machine: what the trace says of each step is what the machine does, or it
 * cannot be. A step is computed once. Where the trace does not show the whole state, as it keeps copies that are bounded
 * and may begin late, it is believed until the state is known.
 */
export class Replica {
  readonly system: string;
  readonly actor: string;
  readonly machine: AnyStateMachine;
  /** Of the machine, in the trace. */
  readonly machineName: string;
  readonly timers = new Map<string, RunningTimer>();
  /** The timer that has fired and whose event was not taken yet. */
  firing: RunningTimer | undefined;
  /** Whether its start was seen, or it was there before. */
  hasBegun = true;
  #knowsTimers = true;
  #snapshot: AnyMachineSnapshot;
  /** Whether all of the state is known. */
  #isExact: boolean;
  /** Whether the state that is told last is the present one: not where steps may be missing since. */
  #isCurrent = true;
  #actions: RecordedCommand[] = [];
  readonly #scope: AnyActorScope;

  constructor({ system, actor, machine: machineName = '', value, context }: TraceActor, machine: AnyStateMachine) {
    this.system = system;
    this.actor = actor;
    this.machine = machine;
    this.machineName = machineName;
    this.#scope = inertScope(host, (action) => this.#actions.push(action));
    this.#snapshot = this.#restore(value, context);
    this.#isExact = isWhole(context);
  }

  get value(): StateValue {
    return this.#snapshot.value as StateValue;
  }

  get context(): unknown {
    return this.#snapshot.context as unknown;
  }

  /** Whether the machine judges the next step. */
  get isExact(): boolean {
    return this.#isExact && this.#isCurrent;
  }

  /** Whether all timers that run are known: not where any may have been left out. */
  get knowsTimers(): boolean {
    return this.#knowsTimers && this.isExact;
  }

  /** Steps may have been left out: nothing is known until the actor is told anew. */
  doubt(): void {
    this.#isCurrent = false;
    this.#knowsTimers = false;
    this.firing = undefined;
    this.timers.clear();
    this.started.clear();
  }

  /** The actor is told anew. */
  retell(event: TraceActor): void {
    if (this.isExact && !this.#agrees(event.value, event.context)) {
      object('step', `expected ${this.#now()}, came ${stateText(event.value, event.context)}`);
    }
    if (this.isExact) return;
    const isWholeNow = isWhole(event.context);
    // What was known of a context that is too large to be told is better than the copy.
    if (isWholeNow || !this.#isExact || !this.#agrees(event.value, event.context)) {
      this.#snapshot = this.#restore(event.value, event.context);
      this.#isExact = isWholeNow;
      this.timers.clear();
    }
    this.#isCurrent = true;
  }

  /**
   * The actor starts. Of one whose input is not known, inputs are tried.
   *
   * @param isCertain whether the input is the one and only.
   */
  begin(step: TraceStep, inputs: readonly unknown[], isCertain: boolean): StepOutcome {
    this.hasBegun = true;
    let computed = 0;
    for (const input of inputs) {
      // A context that is told in part makes another one.
      if (!isCertain && !this.#isExact && input === this.context) continue;
      this.#actions = [];
      computed += 1;
      let snapshot: AnyMachineSnapshot;
      try {
        snapshot = this.machine.getInitialSnapshot(this.#scope as never, input);
      } catch {
        continue;
      }
      const isIt = fits(step.value, snapshot.value) && this.#agreesWith(snapshot, step.value, this.#toldContext(step));
      if (!isIt && !isCertain) continue;
      if (!isIt) {
        object(
          'step',
          `expected it to start in ${stateText(snapshot.value as Json, snapshot.context as Json)}, ` +
            `came ${stateText(step.value, this.#toldContext(step))}`,
        );
      }
      this.#snapshot = snapshot;
      this.#isExact = true;
      return { ...this.#outcome(step), computed };
    }
    return { ...this.#believe(step), computed };
  }

  /** Takes a step. @throws Objection where the machine does not do what the trace tells. */
  take(step: TraceStep): StepOutcome {
    if (step.status === 'error') object('step', `expected no step to break, came the error '${step.error ?? ''}'`);
    if (!this.isExact || !isWhole(step.event)) return this.#believe(step);
    this.#actions = [];
    let next: AnyMachineSnapshot;
    try {
      next = this.machine.transition(this.#snapshot as never, step.event, this.#scope as never) as AnyMachineSnapshot;
      if ((next.status as string) === 'error') throw next.error as Error;
    } catch (error) {
      object('step', `expected a step that ${this.machineName} can take, but it throws: ${String(error)}`, [
        `in ${this.#now()}`,
      ]);
    }
    const isOver = next.status !== 'active';
    const toldOver = step.status !== 'active';
    if (!fits(step.value, next.value) || isOver !== toldOver) {
      const [expected, came] = [stateText(next.value as Json, undefined), stateText(step.value, undefined)];
      const statuses = isOver === toldOver ? '' : `, ${step.status}`;
      object('step', `expected ${step.event.type} to lead to ${expected}, came ${came}${statuses}`, [
        `in ${this.#now()}`,
      ]);
    }
    if (step.context !== undefined && !fits(step.context, next.context)) {
      const what = `the context after ${step.event.type}`;
      object('step', `${what}: ${difference(step.context, next.context)}`, [`in ${this.#now()}`]);
    }
    if (step.context === undefined && next.context !== this.#snapshot.context && !isSame(next, this.#snapshot)) {
      object('step', `expected ${step.event.type} to change the context, came none that has changed`, [
        `in ${this.#now()}`,
      ]);
    }
    this.#snapshot = next;
    return this.#outcome(step);
  }

  /** How it stands, for people. */
  describe(): string {
    return this.#isCurrent ? this.#now() : 'a state that is not known';
  }

  /** Where the machine cannot judge, the trace is believed as far as it is possible at all. */
  #believe(step: TraceStep): StepOutcome {
    if (step.taken.length > 0 && !this.#hasTransitions(step)) {
      object('step', `expected transitions of ${this.machineName} for ${step.event.type}, came others`);
    }
    const context = step.context ?? (this.#snapshot.context as Json);
    const isWholeNow = step.context === undefined ? this.#isExact && this.#isCurrent : isWhole(step.context);
    const isOver = step.status !== 'active';
    if (!isOver) this.#snapshot = this.#restore(step.value, context);
    // A context that is told as a whole, and a state, are all there is to an actor.
    this.#isExact = isWholeNow;
    if (isWholeNow) this.#isCurrent = true;
    this.#actions = [];
    this.timers.clear();
    this.#knowsTimers = false;
    return {
      commands: ((step.commands as readonly string[] | undefined) ?? []).map((type) => ({ type })),
      isOver,
      isJudged: false,
      computed: 0,
    };
  }

  #hasTransitions({ taken, event }: TraceStep): boolean {
    const [first] = taken;
    if (first === undefined) return true;
    try {
      const state = this.machine.getStateNodeById(`#${first.source}`);
      const own = [...state.transitions.values(), state.always ?? []].flat();
      const transition = own[first.index];
      const descriptor = transition?.eventType as string | undefined;
      if (transition === undefined || descriptor === undefined) return false;
      return descriptor === '' || descriptor === event.type || descriptor === '*' || descriptor.endsWith('.*');
    } catch {
      return false;
    }
  }

  #outcome(step: TraceStep): StepOutcome {
    const commands: RecordedCommand[] = [];
    for (const action of this.#actions) {
      switch (action.type) {
        case 'xstate.raise':
          this.#start(action.params as Delayed);
          break;
        case 'xstate.cancel':
          this.timers.delete((action.params as { readonly sendId: string }).sendId);
          break;
        case 'xstate.log':
          break;
        default:
          commands.push(action);
      }
    }
    // Tools of others may leave them out.
    const told = (step.commands as readonly string[] | undefined)?.filter((type) => type !== 'xstate.log');
    if (told === undefined)
      return { commands, isOver: this.#snapshot.status !== 'active', isJudged: true, computed: 1 };
    if (told.length !== commands.length || commands.some(({ type }, index) => told[index] !== type)) {
      object('step', `expected the commands ${listText(commands.map(({ type }) => type))}, came ${listText(told)}`, [
        `in ${this.#now()}`,
      ]);
    }
    const isOver = this.#snapshot.status !== 'active';
    if (isOver) this.timers.clear();
    return { commands, isOver, isJudged: true, computed: 1 };
  }

  #start({ id, delay, event }: Delayed): void {
    if (delay === undefined) return;
    const name = typeof id === 'string' ? id : event.type;
    this.timers.set(name, { id: name, event: event.type, due: undefined });
    this.started.set(name, delay);
  }

  /** The timers that the last steps started and whose start was not told yet, with the delay that the machine has. */
  readonly started = new Map<string, number>();

  #restore(value: Json, context: Json | undefined): AnyMachineSnapshot {
    try {
      return this.machine.resolveState({ value: value as StateValue, context });
    } catch {
      object('step', `expected a state of ${this.machineName}, came ${stateText(value, undefined)}`);
    }
  }

  #toldContext(step: TraceStep): Json | undefined {
    return step.context ?? (this.#snapshot.context as Json | undefined);
  }

  #agrees(value: Json, context: Json): boolean {
    return this.#agreesWith(this.#snapshot, value, context);
  }

  #agreesWith(snapshot: AnyMachineSnapshot, value: Json, context: Json | undefined): boolean {
    return fits(value, snapshot.value) && (context === undefined || fits(context, snapshot.context));
  }

  #now(): string {
    return stateText(this.#snapshot.value as Json, undefined);
  }
}

/** An assign that gives back what was there makes a new context that is no other. */
function isSame(one: AnyMachineSnapshot, other: AnyMachineSnapshot): boolean {
  return JSON.stringify(one.context) === JSON.stringify(other.context);
}

function listText(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

function stateText(value: Json | undefined, context: Json | undefined): string {
  const state = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  if (context === undefined || context === null) return state;
  const text = JSON.stringify(context);
  return `${state} with ${text.length <= 200 ? text : `${text.slice(0, 199)}…`}`;
}
