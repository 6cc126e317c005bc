import type { ActorRefLike, AnyActor, InspectionEvent, Subscription } from 'xstate';
import { messageOf } from '../errors.js';
import { createClientObserver } from './client-observer.js';
import type { ClientRecording, RecordedClient } from '../host/trace-port.js';
import type { DraftLog, RecordDraft } from './draft.js';
import type { MachineIndex } from './machine-record.js';
import type { PlainLimits } from './plain.js';
import { createSystemRecording } from './system-recording.js';
import { watchMessages } from './message-watch.js';

/** What the systems of a recorder share. */
export interface SystemSurroundings {
  readonly log: DraftLog;
  /** Milliseconds since the start of the run. */
  readonly now: () => number;
  readonly isOn: () => boolean;
  readonly machineName: (machine: MachineIndex) => string;
  readonly limits: PlainLimits;
  readonly messages: boolean;
  readonly dataMessagesPerSecond: number;
}

/** A lifeline of a recorder: a client, or the actors of an application. */
export interface RecordedSystem {
  readonly name: string;
  isOver(): boolean;
  /** Somebody listens from now on. */
  begin(): void;
  /** Nobody listens any more. */
  end(): void;
  introduction(): readonly RecordDraft[];
  snapshot(): readonly RecordDraft[];
  /** Tells what has been counted since the last call. Gives how many streams there was something to tell of. */
  poll(): number;
}

export function recordClient(
  client: RecordedClient,
  system: string,
  surroundings: SystemSurroundings,
): RecordedSystem & { readonly recording: ClientRecording } {
  const { log, isOn, now, dataMessagesPerSecond } = surroundings;
  const { ear, refill } = watchMessages({ log, system, now, dataMessagesPerSecond });
  const observer = createClientObserver(client, system, log);
  const actors = createSystemRecording({ ...surroundings, system, ...observer });
  const { inspect, attempt } = shield(system, surroundings, actors.inspect);
  const subscriptions: Subscription[] = [];
  /** Actors that were made while somebody listened, whose observer stays. */
  const observed = new WeakSet<ActorRefLike>();

  const living = (): readonly AnyActor[] => {
    try {
      return [...client.actors()];
    } catch {
      // The client is in its constructor, or did not come out of it.
      return [];
    }
  };

  return {
    name: system,
    recording: {
      get ear() {
        return surroundings.messages && isOn() ? ear : undefined;
      },
      get inspect() {
        if (!isOn()) return undefined;
        return (event: InspectionEvent) => {
          if (event.type === '@xstate.actor') observed.add(event.actorRef);
          inspect(event);
        };
      },
    },
    isOver: () => living().length === 0,
    begin: () => {
      refill();
      attempt(() => {
        for (const actor of living()) {
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
    introduction: () => [{ type: 'system', system, role: client.role, op: 'start' }],
    snapshot: () => actors.snapshot(),
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
export function recordActors(
  system: string,
  surroundings: SystemSurroundings,
  onFirst: (system: RecordedSystem) => void,
): { readonly inspect: (event: InspectionEvent) => void } {
  const living = new Set<ActorRefLike>();
  let isKnown = false;
  const actors = createSystemRecording({
    ...surroundings,
    system,
    describe: () => ({}),
    onCommand: () => [],
    onEvent: () => [],
    onGone: () => undefined,
  });
  const { inspect, attempt } = shield(system, surroundings, actors.inspect);
  const recorded: RecordedSystem = {
    name: system,
    // A system without actors may have some again.
    isOver: () => false,
    begin: () => {
      attempt(() => {
        for (const actor of living) {
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
  return {
    inspect: (event) => {
      if (event.type === '@xstate.actor') {
        if (!isKnown) {
          isKnown = true;
          onFirst(recorded);
        }
        living.add(event.actorRef);
      } else if (event.type === '@xstate.snapshot' && event.snapshot.status !== 'active') {
        living.delete(event.actorRef);
      }
      inspect(event);
    },
  };
}

/** An observer that throws would throw into the actor that it observes, and one that fails once may fail each time. */
function shield(
  system: string,
  { log, isOn }: SystemSurroundings,
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
        text: `something could not be recorded: ${messageOf(error)}`,
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
