import {
  createActor,
  type AnyActor,
  type AnyActorRef,
  type AnyStateMachine,
  type EventObject,
  type StateValue,
} from 'xstate';
import type { CompiledStart, CompiledSystem } from './compile-system.js';
import type { Effect } from './effects.js';
import type { Effects, HostScope, RecordedCommand } from './host-adapter.js';
import type { Plain } from './plain-data.js';
import type { ProcessInput } from './process-step.js';
import type { ActorState, ProcessState } from './process-state.js';

interface RunningTimer {
  readonly id: string;
  readonly event: EventObject;
  readonly fire: () => void;
  left: number;
}

interface RunningActor {
  readonly machine: string;
  readonly actor: AnyActor;
  readonly timers: Set<RunningTimer>;
}

/** A process of real actors, made by `createActor`, on a clock that is moved by hand. */
export interface RealProcess {
  /** Does to the actors what the explorer's step did in the model. */
  give(input: ProcessInput): void;
  tick(): void;
  /** What the actors' own snapshots and timers say, in the form of the model. */
  state(): ProcessState;
}

function effectList(effects: Effects | undefined): readonly Effect[] {
  if (effects === undefined) return [];
  return Array.isArray(effects) ? (effects as readonly Effect[]) : [effects as Effect];
}

/** The machine with commands that do nothing, so that a replay has no effect but on its own actors. */
function withoutEffects(machine: AnyStateMachine): AnyStateMachine {
  const own = Object.entries(machine.implementations.actions as Record<string, unknown>);
  const custom = own.filter(([, action]) => typeof action === 'function' && !('resolve' in action));
  return machine.provide({ actions: Object.fromEntries(custom.map(([name]) => [name, () => undefined])) } as never);
}

/** XState stores what it schedules just before it asks the clock, which alone tells a timer's id. */
function justScheduled(actor: AnyActorRef, timers: ReadonlySet<RunningTimer>) {
  const scheduled = Object.values(actor.system.getSnapshot()._scheduledEvents);
  const known = new Set([...timers].map(({ id }) => id));
  return scheduled.find(({ id }) => !known.has(id)) ?? scheduled[scheduled.length - 1];
}

/** Makes a process that has not started. */
export function createRealProcess(
  system: CompiledSystem,
  process: string,
  starts: readonly CompiledStart[],
  transmit: (to: string, message: Plain) => void,
): RealProcess {
  const actors = new Map<string, RunningActor>();
  const commands: { readonly actor: string; readonly command: RecordedCommand }[] = [];
  const events: { readonly actor: string; readonly event: EventObject }[] = [];
  let notes: Readonly<Record<string, Plain>> = {};
  let isAlive = false;

  const scope = (actor: string | undefined, from: string | undefined): HostScope => ({
    process,
    actor,
    from,
    first: starts[0]?.id ?? '',
    actors: [...actors.keys()].sort(),
    notes,
  });

  function make(id: string, machine: string, input: Plain | undefined): void {
    const compiled = system.machines.get(machine);
    if (compiled === undefined) throw new Error(`no machine is called '${machine}'`);
    const timers = new Set<RunningTimer>();
    const actor: AnyActor = createActor(withoutEffects(compiled.machine), {
      id,
      input,
      inspect: (inspected) => {
        if (inspected.type !== '@xstate.action') return;
        const { type, params } = inspected.action;
        if (!type.startsWith('xstate.') || type === 'xstate.emit')
          commands.push({ actor: id, command: { type, params } });
      },
      clock: {
        setTimeout(fn: () => void, delay: number) {
          const scheduled = justScheduled(actor, timers);
          const timer = { id: scheduled?.id ?? '', event: scheduled?.event ?? { type: '' }, fire: fn, left: delay };
          timers.add(timer);
          return timer;
        },
        clearTimeout: (timer: RunningTimer) => timers.delete(timer),
      },
    });
    const forget = () => {
      if (actors.get(id)?.actor === actor) actors.delete(id);
    };
    actor.subscribe({ complete: forget, error: forget });
    actors.set(id, { machine, actor, timers });
    actor.start();
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        for (const to of effect.to) transmit(to, effect.message);
        return;
      case 'tell':
        for (const actor of effect.to) if (actors.has(actor)) events.push({ actor, event: effect.event });
        return;
      case 'spawn':
        make(effect.id, effect.machine, effect.input);
        return;
      case 'stop':
        actors.get(effect.id)?.actor.stop();
        actors.delete(effect.id);
        return;
      case 'note':
        notes = { ...notes, [effect.name]: effect.value };
    }
  }

  function runToCompletion(): void {
    for (;;) {
      for (let next = commands.shift(); next !== undefined; next = commands.shift()) {
        effectList(system.adapter.command(next.command, scope(next.actor, undefined))).forEach(perform);
      }
      const event = events.shift();
      if (event === undefined) return;
      actors.get(event.actor)?.actor.send(event.event);
    }
  }

  function begin(input: ProcessInput): void {
    switch (input.kind) {
      case 'start':
        isAlive = true;
        for (const { id, machine, input: given } of starts) make(id, machine, given);
        return;
      case 'crash':
        isAlive = false;
        for (const { actor } of actors.values()) actor.stop();
        actors.clear();
        return;
      case 'event':
        actors.get(input.actor)?.actor.send(input.event);
        return;
      case 'timer': {
        const timers = actors.get(input.actor)?.timers;
        const timer = [...(timers ?? [])].find(({ id }) => id === input.id);
        if (timer === undefined) return;
        timers?.delete(timer);
        timer.fire();
        return;
      }
      case 'message':
        if (isAlive) effectList(system.adapter.receive(input.message, scope(undefined, input.from))).forEach(perform);
        return;
      default:
        if (isAlive) effectList(system.adapter[input.kind]?.(scope(undefined, undefined))).forEach(perform);
    }
  }

  function stateOf(id: string, { machine, actor, timers }: RunningActor): ActorState {
    const { value, context } = actor.getSnapshot() as { readonly value: StateValue; readonly context: Plain };
    const running = [...timers].sort((a, b) => (a.id < b.id ? -1 : 1));
    return {
      id,
      machine,
      value,
      context,
      timers: running.map(({ id: timer, event, left }) => ({ id: timer, event, left })),
    };
  }

  return {
    give(input) {
      begin(input);
      runToCompletion();
    },
    tick() {
      for (const { timers } of actors.values()) for (const timer of timers) timer.left = Math.max(0, timer.left - 1);
    },
    state: () => ({
      process,
      isAlive,
      actors: [...actors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, running]) => stateOf(id, running)),
      notes,
    }),
  };
}
