import type { AnyActorRef } from 'xstate';

/** One observer of an actor, however many of its descendants wait for its end. */
interface Watch {
  readonly callbacks: Set<() => void>;
  readonly unsubscribe: () => void;
}

const watches = new WeakMap<AnyActorRef, Watch>();

/**
 * Calls back once, as soon as one of the ancestors of an actor is over: stopped, done or failed. XState stops the
 * children of a machine that ends by itself; it leaves those of one that failed running, and all that is below them.
 *
 * Calls back at once where an ancestor is over already. Returns what gives up the waiting.
 */
export function onceOrphaned(actor: AnyActorRef, callback: () => void): () => void {
  const releases: (() => void)[] = [];
  const release = (): void => {
    for (const each of releases.splice(0)) each();
  };
  const orphaned = (): void => {
    release();
    callback();
  };
  for (let ancestor = actor._parent; ancestor !== undefined; ancestor = ancestor._parent) {
    if (statusOf(ancestor) !== 'active') {
      orphaned();
      return release;
    }
    releases.push(onceOver(ancestor, orphaned));
  }
  return release;
}

function statusOf(actor: AnyActorRef): string {
  return (actor.getSnapshot() as { readonly status: string }).status;
}

function onceOver(actor: AnyActorRef, callback: () => void): () => void {
  const watch = watches.get(actor) ?? watchActor(actor);
  watch.callbacks.add(callback);
  return () => {
    watch.callbacks.delete(callback);
    if (watch.callbacks.size > 0) return;
    watch.unsubscribe();
    if (watches.get(actor) === watch) watches.delete(actor);
  };
}

function watchActor(actor: AnyActorRef): Watch {
  const callbacks = new Set<() => void>();
  const over = (): void => {
    watches.delete(actor);
    // One may release others, which are not to be called then.
    for (const callback of callbacks) callback();
  };
  const subscription = actor.subscribe({
    error: (error: unknown) => {
      // XState reports the failure of a root that nobody observes. This observer must not be what silences it.
      if (actor._parent === undefined && observersOf(actor) <= 1) reportUnhandled(error);
      over();
    },
    complete: over,
  });
  const watch: Watch = { callbacks, unsubscribe: () => subscription.unsubscribe() };
  watches.set(actor, watch);
  return watch;
}

/** How many observe an actor, this module included. XState has no public name for it. */
function observersOf(actor: AnyActorRef): number {
  return (actor as unknown as { readonly observers?: ReadonlySet<unknown> }).observers?.size ?? 1;
}

/** As XState does it: outside of whatever runs now, to whoever listens for errors of the whole process or page. */
function reportUnhandled(error: unknown): void {
  setTimeout(() => {
    throw error;
  });
}
