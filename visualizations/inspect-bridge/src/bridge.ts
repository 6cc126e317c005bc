import { createService, type BridgedService } from './service.js';
import type { AnyActor, InspectionEvent } from './v5.js';

export interface BridgeOptions {
  /** Whether a receiver may send events to actors. False unless told. */
  readonly allowSend?: boolean;
  /** Which actors are shown. All unless told. */
  readonly filter?: (actor: { readonly id: string }) => boolean;
  /** Milliseconds; the platform's clock unless told. */
  readonly now?: () => number;
}

/** What the bridge needs of the package's server, `globalThis.__xstate__`. */
export interface DevTools {
  register(service: BridgedService): void;
}

/** Shows actors of XState 5 to the developer tools of XState 4. */
export interface Bridge {
  /** An observer for `createActor(logic, { inspect })`, or the option `inspect` of a client. It never throws. */
  readonly inspect: (event: InspectionEvent) => void;
  /** Shows actors that live already, with their children. Their systems have to be observed with `inspect` as well. */
  readonly adopt: (actor: AnyActor) => void;
  /** Somebody looks on from now on: those who live are registered, and what they do is converted. */
  open(devTools: DevTools): void;
  /** Whose service this is; undefined where it is over, or not shown. */
  find(sessionId: string): BridgedService | undefined;
  /** Nobody looks on any more, and nothing is converted. */
  close(): void;
  /** Takes all that it shows back, for good. */
  dispose(): void;
}

export function createBridge(options: BridgeOptions = {}): Bridge {
  const { allowSend = false, filter = () => true, now = () => performance.now() } = options;
  const services = new Map<AnyActor, BridgedService>();
  const bySession = new Map<string, BridgedService>();
  /** Those that the package knows; it would tell of everything twice if they came twice. */
  const registered = new WeakSet<BridgedService>();
  let devTools: DevTools | undefined;

  const register = (service: BridgedService): void => {
    if (devTools === undefined || registered.has(service)) return;
    registered.add(service);
    devTools.register(service);
  };

  const remove = (actor: AnyActor): void => {
    services.get(actor)?.stop();
    services.delete(actor);
    bySession.delete(actor.sessionId);
  };

  /** The service of an actor, made where it is new and wanted. */
  const serviceOf = (actor: AnyActor): BridgedService | undefined => {
    const known = services.get(actor);
    if (known !== undefined || !filter(actor)) return known;
    const service = createService(actor, { allowSend, now, isOpen: () => devTools !== undefined });
    services.set(actor, service);
    bySession.set(actor.sessionId, service);
    register(service);
    return service;
  };

  /** A throw in an action is not told by any inspection event, so the status is looked up when all is over. */
  const lookAfter = (actor: AnyActor): void => {
    queueMicrotask(() => {
      if (services.has(actor) && actor.getSnapshot().status === 'error') {
        services.get(actor)?.settled();
        remove(actor);
      }
    });
  };

  const observe = (event: InspectionEvent): void => {
    // The package's own word for the actor is wider than what is looked at here.
    const actor = event.actorRef as unknown as AnyActor;
    switch (event.type) {
      case '@xstate.event':
        // An actor is told of before it has a snapshot; its first event comes when it has one.
        serviceOf(actor)?.event(event.event, event.sourceRef === event.actorRef);
        lookAfter(actor);
        return;
      case '@xstate.microstep':
        services.get(actor)?.microstep(event._transitions);
        return;
      case '@xstate.action':
        services.get(actor)?.action(event.action.type, event.action.params);
        return;
      case '@xstate.snapshot':
        services.get(actor)?.settled(event.event);
        if (event.snapshot.status !== 'active') remove(actor);
        return;
      default:
    }
  };

  return {
    inspect: (event) => {
      try {
        observe(event);
      } catch (error) {
        // An exception would come out of the actor that is looked at.
        void Promise.reject(error instanceof Error ? error : new Error(String(error)));
      }
    },
    adopt: (actor) => {
      const { status, children = {} } = actor.getSnapshot();
      if (status !== 'active') return;
      serviceOf(actor);
      for (const child of Object.values(children)) {
        if (child !== undefined && services.get(child) === undefined) serviceOf(child);
      }
    },
    open: (tools) => {
      devTools = tools;
      for (const service of services.values()) register(service);
    },
    find: (sessionId) => bySession.get(sessionId),
    close: () => {
      devTools = undefined;
    },
    dispose: () => {
      devTools = undefined;
      for (const actor of [...services.keys()]) remove(actor);
    },
  };
}
