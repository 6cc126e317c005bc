import type { ActorRefLike, AnyActor, InspectionEvent, Subscription } from 'xstate';
import { messageOf } from '../errors.js';
import { createClientObserver } from './client-observer.js';
import type { ClientTrace, TracedClient } from '../host/trace-port.js';
import type { DraftLog, TraceEventDraft } from '../trace-events/draft.js';
import type { MachineIndex } from '../trace-events/machine-index.js';
import type { PlainLimits } from '../trace-events/plain.js';
import { createActorTrace } from './actor-trace.js';
import { watchMessages } from './message-watch.js';

/** What the systems of a tracer share. */
export interface LifelineSurroundings {
  readonly log: DraftLog;
  /** Milliseconds since the start of the run. */
  readonly now: () => number;
  readonly isOn: () => boolean;
  readonly machineName: (machine: MachineIndex) => string;
  readonly limits: PlainLimits;
  readonly messages: boolean;
  readonly dataMessagesPerSecond: number;
}

/** A lifeline of a tracer: a client, or the actors of an application. */
export interface Lifeline {
  readonly name: string;
  isOver(): boolean;
  /** Somebody listens from now on. */
  begin(): void;
  /** Nobody listens any more. */
  end(): void;
  introduction(): readonly TraceEventDraft[];
  snapshot(): readonly TraceEventDraft[];
  /** Tells what has been counted since the last call. Gives how many streams there was something to tell of. */
  poll(): number;
}

export function traceClient(
  client: TracedClient,
  system: string,
  surroundings: LifelineSurroundings,
): Lifeline & { readonly trace: ClientTrace } {
  const { log, isOn, now, dataMessagesPerSecond } = surroundings;
  const { tap, refill } = watchMessages({ log, system, now, dataMessagesPerSecond });
  const observer = createClientObserver(client, system, log);
  const ageMsOf = (actor: AnyActor) => client.ageMsOf(actor.id);
  const actors = createActorTrace({ ...surroundings, system, ageMsOf, ...observer });
  const { inspect, attempt } = shield(system, surroundings, actors.inspect);
  const subscriptions: Subscription[] = [];
  /** Actors that were made while somebody listened, whose observer stays. */
  const observed = new WeakSet<ActorRefLike>();

  return {
    name: system,
    trace: {
      get tap() {
        return surroundings.messages && isOn() ? tap : undefined;
      },
      get inspect() {
        if (!isOn()) return undefined;
        return (event: InspectionEvent) => {
          if (event.type === '@xstate.actor') observed.add(event.actorRef);
          inspect(event);
        };
      },
    },
    isOver: () => [...client.actors()].length === 0,
    begin: () => {
      refill();
      attempt(() => {
        for (const actor of client.actors()) {
          actors.adopt(actor);
          if (!observed.has(actor)) subscriptions.push(actor.system.inspect(inspect));
        }
      });
    },
    end: () => {
      for (const subscription of subscriptions.splice(0)) subscription.unsubscribe();
      actors.clear();
      observer.clear();
    },
    introduction: () => [
      {
        type: 'system',
        system,
        role: client.role,
        op: 'start',
        ...(surroundings.messages ? { countsLeftOut: true } : {}),
      },
    ],
    snapshot: () => [...actors.snapshot(), ...observer.snapshot()],
    poll: () => {
      let told = 0;
      refill();
      attempt(() => {
        told = observer.poll((actor, agoMs) => {
          actors.touch(actor, agoMs);
        });
      });
      return told;
    },
  };
}

/**
 * The actors of an application, which come and go by themselves.
 *
 * @param onFirst Called when the first of them comes.
 */
export function traceActors(
  system: string,
  surroundings: LifelineSurroundings,
  onFirst: (system: Lifeline) => void,
): { readonly inspect: (event: InspectionEvent) => void; readonly watch: (actor: AnyActor) => void } {
  /** With the time at which each was made, if that was seen. */
  const living = new Map<ActorRefLike, number | undefined>();
  let isKnown = false;
  const { isOn, log } = surroundings;
  const actors = createActorTrace({
    ...surroundings,
    system,
    ageMsOf: (actor) => {
      const madeAt = living.get(actor);
      return madeAt === undefined ? undefined : surroundings.now() - madeAt;
    },
    describe: () => ({}),
    onCommand: () => [],
    onEvent: () => [],
    onGone: () => undefined,
  });
  const { inspect, attempt } = shield(system, surroundings, actors.inspect);
  const lifeline: Lifeline = {
    name: system,
    // A system without actors may have some again.
    isOver: () => false,
    begin: () => {
      attempt(() => {
        for (const actor of living.keys()) {
          if ((actor.getSnapshot() as { readonly status: string }).status === 'active') actors.adopt(actor as AnyActor);
          else living.delete(actor);
        }
      });
    },
    end: () => {
      actors.clear();
    },
    introduction: () => [{ type: 'system', system, role: 'other', op: 'start' }],
    snapshot: () => actors.snapshot(),
    poll: () => 0,
  };
  const know = (actor: ActorRefLike, madeAt?: number): void => {
    if (!isKnown) {
      isKnown = true;
      onFirst(lifeline);
    }
    living.set(actor, madeAt);
  };
  const observe = (event: InspectionEvent): void => {
    if (event.type === '@xstate.actor') know(event.actorRef, surroundings.now());
    else if (event.type === '@xstate.snapshot' && event.snapshot.status !== 'active') living.delete(event.actorRef);
    inspect(event);
  };
  const knowAll = (actor: AnyActor): void => {
    const { status, children = {} } = actor.getSnapshot() as {
      readonly status: string;
      readonly children?: Readonly<Record<string, AnyActor>>;
    };
    if (status !== 'active' || living.has(actor)) return;
    know(actor);
    if (isOn()) actors.adopt(actor);
    Object.values(children).forEach(knowAll);
  };
  return {
    inspect: observe,
    watch: (actor) => {
      // One that is observed already, as with the option `inspect`, stays observed once.
      if (living.has(actor)) return;
      knowAll(actor);
      actor.system.inspect(observe);
      // Those that were known are told anew with it, which changes nothing of them.
      if (isOn()) for (const draft of actors.snapshot()) log.write(draft);
    },
  };
}

/** An observer that throws would throw into the actor that it observes, and one that fails once may fail each time. */
function shield(
  system: string,
  { log, isOn }: LifelineSurroundings,
  observe: (event: InspectionEvent) => void,
): { readonly inspect: (event: InspectionEvent) => void; readonly attempt: (what: () => void) => void } {
  let hasFailed = false;
  const attempt = (what: () => void): void => {
    try {
      what();
    } catch (error) {
      if (hasFailed) return;
      hasFailed = true;
      log.write({
        type: 'mark',
        kind: 'warning',
        text: `something could not be traced: ${messageOf(error)}`,
        system,
      });
    }
  };
  return {
    attempt,
    inspect: (event) => {
      if (isOn()) attempt(() => observe(event));
    },
  };
}
