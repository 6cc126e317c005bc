import { toV4Machine, type V4Machine, type V4Node } from './v4-machine.js';
import { contextOf, toScxmlEvent, toV4State, type RunningTimer, type ScxmlEvent, type TakenEdge } from './v4-state.js';
import type { AnyActor } from './v5.js';

type V4State = ReturnType<typeof toV4State>;

/** An actor of XState 5 in the shape in which the server of `@xstate/inspect` 0.8 knows services of XState 4. */
export interface BridgedService {
  readonly id: string;
  readonly sessionId: string;
  readonly parent: { readonly sessionId: string } | undefined;
  /** Has `toJSON` for the first registration, and `definition` for those that follow. */
  readonly machine: { readonly definition: V4Machine; toJSON(): V4Machine };
  readonly state: V4State;
  readonly initialState: V4State;
  /** The server puts a function of its own in its place, which tells of the event and then calls this one. */
  send: (event: ScxmlEvent) => void;
  subscribe(listener: (state: V4State) => void): { unsubscribe(): void };
  onStop(listener: () => void): void;

  /** The bridge tells: the actor takes an event. */
  event(event: { readonly type: string }, isOwn: boolean): void;
  microstep(transitions: readonly unknown[]): void;
  action(type: string, params: unknown): void;
  /** The event is over. */
  settled(event?: { readonly type: string }): void;
  stop(): void;
}

export interface ServiceOptions {
  readonly allowSend: boolean;
  readonly now: () => number;
  /** Whether anybody looks on; nothing is converted where nobody does. */
  readonly isOpen: () => boolean;
}

const initEvent = { type: 'xstate.init' };

export function createService(actor: AnyActor, { allowSend, now, isOpen }: ServiceOptions): BridgedService {
  const listeners = new Set<(state: V4State) => void>();
  const stopListeners = new Set<() => void>();
  const timers = new Map<string, RunningTimer>();
  /** Events that a receiver has sent: they were told of when they came. */
  const echoes = new WeakSet<object>();
  let taken: TakenEdge[] = [];
  let last: { readonly type: string } = initEvent;
  let isTelling = false;

  const stateNow = (): V4State =>
    toV4State(actor, actor.getSnapshot(), last, { timers: [...timers.values()], taken: [...taken] });
  const definition = (): V4Machine => {
    const snapshot = actor.getSnapshot();
    return snapshot.machine === undefined ? stubMachine(actor.id) : toV4Machine(snapshot.machine, contextOf(snapshot));
  };

  return {
    id: actor.id,
    sessionId: actor.sessionId,
    parent: actor._parent === undefined ? undefined : { sessionId: actor._parent.sessionId },
    machine: {
      get definition() {
        return definition();
      },
      toJSON: definition,
    },
    get state() {
      return stateNow();
    },
    get initialState() {
      return stateNow();
    },
    send: (event) => {
      // Called by way of the server's function: by the bridge to tell of an event, or by a receiver that sends one.
      if (isTelling || !allowSend) return;
      echoes.add(event.data);
      actor.send(event.data);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return { unsubscribe: () => listeners.delete(listener) };
    },
    onStop: (listener) => void stopListeners.add(listener),

    event(event, isOwn) {
      last = event;
      taken = [];
      if (isOwn) timers.delete(event.type);
      if (!isOpen() || event.type === initEvent.type || echoes.has(event)) return;
      isTelling = true;
      try {
        this.send(toScxmlEvent(event, actor.getSnapshot()));
      } finally {
        isTelling = false;
      }
    },
    microstep: (transitions) => {
      if (!isOpen()) return;
      for (const transition of transitions) {
        const { source, eventType, target } = transition as {
          readonly source: { readonly id: string };
          readonly eventType: string;
          readonly target?: readonly { readonly id: string }[];
        };
        taken.push({ source: source.id, event: eventType, target: (target ?? []).map(({ id }) => id) });
      }
    },
    action: (type, params) => {
      const { delay, event, id, sendId } = (params ?? {}) as {
        readonly delay?: unknown;
        readonly event?: { readonly type: string };
        readonly id?: string;
        readonly sendId?: string;
      };
      if (type === 'xstate.cancel') timers.delete(sendId ?? id ?? '');
      else if (
        (type === 'xstate.raise' || type === 'xstate.sendTo') &&
        typeof delay === 'number' &&
        event !== undefined
      ) {
        timers.set(id ?? event.type, { event: event.type, delay, at: now() });
      }
    },
    settled: (event) => {
      if (event !== undefined) last = event;
      if (!isOpen() || listeners.size === 0) return;
      const state = stateNow();
      for (const listener of listeners) listener(state);
    },
    stop: () => {
      for (const listener of stopListeners) listener();
      stopListeners.clear();
      listeners.clear();
    },
  };
}

/** Promises, callbacks and the like have no statechart but their status. */
function stubMachine(id: string): V4Machine {
  const names = ['active', 'done', 'error', 'stopped'];
  const state = (key: string, order: number): V4Node => ({ id: `${id}.${key}`, key, type: 'atomic', order });
  return {
    id,
    key: id,
    type: 'compound',
    order: 0,
    initial: 'active',
    states: Object.fromEntries(names.map((key, index) => [key, state(key, index + 1)])),
    predictableActionArguments: true,
    delimiter: '\u001f',
    context: null,
  };
}
