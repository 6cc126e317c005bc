import {
  createActor,
  fromPromise,
  type AnyActor,
  type AnyStateMachine,
  type EventObject,
  type StateValue,
} from 'xstate';
import type { CompiledStart, CompiledSystem } from '../description/compile-system.js';
import type { Child } from '../description/invoked.js';
import type { Plain } from '../description/plain-data.js';
import { createProcessHost, type HostedActors, type ProcessInput } from '../processes/process-host.js';
import { sooner, type ActorState, type PendingActor, type ProcessState } from '../processes/process-state.js';
import { timed } from '../processes/process-step.js';
import { justScheduled } from './scheduled-timer.js';

interface RunningTimer {
  readonly id: string;
  readonly event: EventObject;
  readonly fire: () => void;
  readonly early: number;
  left: number;
}

interface RunningActor {
  readonly machine: string;
  readonly actor: AnyActor;
  readonly timers: Set<RunningTimer>;
  pending: readonly PendingActor[];
}

/** A process of real actors, made by `createActor`, on a clock that is moved by hand. */
export interface RealProcess {
  /** Does to the actors what the explorer's step did in the model. */
  give(input: ProcessInput): void;
  tick(): void;
  /** What the actors' own snapshots and timers say, in the form of the model. */
  state(): ProcessState;
}

/** Stands for all that is invoked: what comes of it is told by the trace. */
const nothingComes = fromPromise(() => new Promise<never>(() => undefined));

/** The machine with commands that do nothing, so that a replay has no effect but on its own actors. */
function withoutEffects(machine: AnyStateMachine): AnyStateMachine {
  const own = Object.entries(machine.implementations.actions as Record<string, unknown>);
  const custom = own.filter(([, action]) => typeof action === 'function' && !('resolve' in action));
  const invoked = Object.keys(machine.implementations.actors as object).map((name) => [name, nothingComes] as const);
  return machine.provide({
    actions: Object.fromEntries(custom.map(([name]) => [name, () => undefined])),
    actors: Object.fromEntries(invoked),
  } as never);
}

/** Makes a process that has not started. */
export function createRealProcess(
  system: CompiledSystem,
  process: string,
  starts: readonly CompiledStart[],
  transmit: (to: string, message: Plain) => void,
): RealProcess {
  const actors = new Map<string, RunningActor>();

  function make(id: string, machine: string, input: Plain | undefined): void {
    const described = system.machines.get(machine);
    if (described === undefined) return;
    const timers = new Set<RunningTimer>();
    const actor: AnyActor = createActor(withoutEffects(described), {
      id,
      input,
      inspect: (inspected) => {
        if (inspected.type !== '@xstate.action') return;
        const { type, params } = inspected.action;
        if (type === 'xstate.spawnChild') hear(id, params as Omit<Child, 'id'> & { readonly actorRef: AnyActor });
        if (!type.startsWith('xstate.') || type === 'xstate.emit') host.record(id, { type, params });
      },
      clock: {
        setTimeout(fn: () => void, delay: number) {
          const scheduled = justScheduled(
            actor,
            Array.from(timers, (timer) => timer.id),
          );
          if (scheduled === undefined) throw new Error(`${process}/${id} set a timer that XState knows nothing of`);
          const { least, most } = system.ticksOf(process, delay);
          const timer = { ...scheduled, fire: fn, left: most, early: most - least };
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
    actors.set(id, { machine, actor, timers, pending: [] });
    actor.start();
    forgetStopped(id);
  }

  /** Hears of an actor that is invoked. A new one of the same id takes the place of the old one. */
  function hear(id: string, { actorRef, src, input }: Omit<Child, 'id'> & { readonly actorRef: AnyActor }): void {
    const child = actorRef.id;
    const running = actors.get(id);
    if (running === undefined) return;
    const name = typeof src === 'string' ? src : child;
    const made = timed(system, { id: child, src: name, input: input ?? null });
    running.pending = [...running.pending.filter((other) => other.id !== child), made];
  }

  /** Forgets the children that an actor has stopped. */
  function forgetStopped(id: string): void {
    const running = actors.get(id);
    if (running === undefined || running.pending.length === 0) return;
    const { children } = running.actor.getSnapshot() as { readonly children: Readonly<Record<string, unknown>> };
    running.pending = running.pending.filter((child) => children[child.id] !== undefined);
  }

  const hosted: HostedActors = {
    has: (id) => actors.has(id),
    ids: () => [...actors.keys()].sort(),
    make,
    give(id, event) {
      actors.get(id)?.actor.send(event);
      forgetStopped(id);
    },
    child: (id, child) => actors.get(id)?.pending.find((pending) => pending.id === child),
    settle(id, child, isOver) {
      const running = actors.get(id);
      if (running === undefined) return;
      running.pending = running.pending.flatMap((one) =>
        one.id !== child ? [one] : isOver ? [] : [timed(system, one)],
      );
    },
    fire(id, timerId) {
      const timers = actors.get(id)?.timers;
      const timer = [...(timers ?? [])].find((running) => running.id === timerId);
      if (timer === undefined) return;
      timers?.delete(timer);
      timer.fire();
      forgetStopped(id);
    },
    stop(id) {
      actors.get(id)?.actor.stop();
      actors.delete(id);
    },
    clear() {
      for (const { actor } of actors.values()) actor.stop();
      actors.clear();
    },
  };
  const host = createProcessHost(system, process, starts, { isAlive: false, notes: {} }, hosted, transmit);

  function stateOf(id: string, { machine, actor, timers, pending }: RunningActor): ActorState {
    const { value, context } = actor.getSnapshot() as { readonly value: StateValue; readonly context: Plain };
    const running = [...timers].sort((a, b) => (a.id < b.id ? -1 : 1));
    return {
      id,
      machine,
      value,
      context,
      timers: running.map(({ id: timer, event, left, early }) => ({
        ...{ id: timer, event, left },
        ...(early === 0 ? {} : { early }),
      })),
      ...(pending.length === 0 ? {} : { pending: [...pending].sort((a, b) => (a.id < b.id ? -1 : 1)) }),
    };
  }

  return {
    give: (input) => {
      host.run(input);
    },
    tick() {
      for (const running of actors.values()) {
        for (const timer of running.timers) timer.left = Math.max(0, timer.left - 1);
        running.pending = running.pending.map(sooner);
      }
    },
    state: () => ({
      process,
      isAlive: host.isAlive,
      actors: [...actors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, running]) => stateOf(id, running)),
      notes: host.notes,
    }),
  };
}
