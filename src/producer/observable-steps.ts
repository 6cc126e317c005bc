import { StreamError } from '../errors.js';
import { hearRejection, isThenable } from '../host/shielded.js';
import type { WireRecord } from '../wire/index.js';
import { encodeYielded, writeEncoded, type Writer } from '../writer/writer.js';
import { hearPromisesWithin } from './promises-within.js';
import { isObject, over, type Steps } from './steps.js';

/** What can be subscribed to: an RxJS observable, a platform's own, an XState actor. */
export interface ObservableSource {
  subscribe(observer: { next(value: unknown): void; error(error: unknown): void; complete(): void }): unknown;
}

/** How many bytes of records of an observable wait for their reader at most: it cannot be asked to wait. */
const observedBytesMax = 64 * 1024 * 1024;

/** What a waiting record costs beside its bytes, roughly: empty ones are not free either. */
const overheadBytes = 64;

/**
 * Subscribes to an observable with the first step. It cannot be asked to wait, so what it tells is encoded at once and
 * waits here; beyond {@link observedBytesMax} it fails, after the records that wait.
 */
export function observableSteps(observable: ObservableSource, writer: Writer): Steps {
  let told: WireRecord[] = [];
  let taken: readonly WireRecord[] = [];
  let takenCount = 0;
  let waitingBytes = 0;
  let end: { readonly error?: unknown; readonly isFailure: boolean } | undefined;
  let wake: (() => void) | undefined;
  let subscription: { readonly given: unknown } | undefined;
  /** What unsubscribing came to, for whoever releases the source. */
  let unsubscribed: Promise<unknown> | undefined;
  // The platform's own observables take a signal, and give no subscription back.
  const controller = new AbortController();

  const unsubscribe = (): void => {
    controller.abort();
    if (subscription === undefined) return;
    const { given } = subscription;
    subscription = undefined;
    unsubscribed = unsubscribeFrom(given);
    // The observable may have set it off itself, amid what it tells: a failure must not be thrown back at it.
    hearRejection(unsubscribed, () => undefined);
  };
  const finish = (how: typeof end): void => {
    end ??= how;
    wake?.();
  };
  const fail = (error: unknown): void => {
    finish({ error, isFailure: true });
    unsubscribe();
  };
  const observer = {
    next: (value: unknown): void => {
      if (end !== undefined) return;
      let record: WireRecord;
      try {
        // Whoever tells it does not know when the bytes are read, and may use their buffer again.
        record = encodeYielded(writer, value instanceof Uint8Array ? Uint8Array.from(value) : value);
      } catch (error) {
        hearPromisesWithin(value);
        fail(error);
        return;
      }
      const size = record.data.length + overheadBytes;
      if (waitingBytes + size > observedBytesMax && waitingBytes > 0) {
        const text = `the observable tells more than its reader takes: ${waitingBytes} bytes wait already`;
        fail(new StreamError('tooMuchWaiting', text));
        return;
      }
      told.push(record);
      waitingBytes += size;
      wake?.();
    },
    error: (error: unknown): void => {
      finish({ error, isFailure: true });
    },
    complete: (): void => {
      finish({ isFailure: false });
    },
  };
  const subscribe = (): void => {
    // Through its type it takes one argument; others are of no meaning to libraries, and the platform's takes a signal.
    const { subscribe: method } = observable as { readonly subscribe: (...args: unknown[]) => unknown };
    const given = method.call(observable, observer, { signal: controller.signal });
    subscription = { given };
    hearRejection(given, (error) => {
      // Where it is given up already, whoever releases the source is told.
      if (subscription === undefined) return;
      subscription = undefined;
      fail(error);
    });
    // It may have been given up while it told its first values.
    if (end !== undefined) unsubscribe();
  };

  let hasBegun = false;
  return {
    next: async () => {
      if (!hasBegun) {
        hasBegun = true;
        subscribe();
      }
      for (;;) {
        if (takenCount === taken.length) {
          taken = told;
          told = [];
          takenCount = 0;
        }
        const record = taken[takenCount];
        if (record !== undefined) {
          takenCount += 1;
          waitingBytes -= record.data.length + overheadBytes;
          return { done: false, value: record };
        }
        if (end?.isFailure === true) throw end.error;
        if (end !== undefined) return over;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    isPlain: false,
    write: (to, record) => writeEncoded(to, record as WireRecord),
    release: () => {
      finish({ isFailure: false });
      unsubscribe();
      return unsubscribed;
    },
  };
}

/** Gives a subscription back, of whatever make; one that is a promise as soon as it is there. */
async function unsubscribeFrom(given: unknown): Promise<unknown> {
  if (typeof given === 'function') return (given as () => unknown)();
  const method = isObject(given) ? given['unsubscribe'] : undefined;
  if (typeof method === 'function') return (method as () => unknown).call(given);
  return isThenable(given) ? unsubscribeFrom(await given) : undefined;
}

/** What a value says that it can be observed by: the interop method under either of its names, or `subscribe` itself. */
export function observableOf(given: Readonly<Record<PropertyKey, unknown>>): ObservableSource | undefined {
  const { observable = '@@observable' } = Symbol as { readonly observable?: symbol | string };
  for (const name of [observable, '@@observable']) {
    const method = given[name];
    if (typeof method !== 'function') continue;
    const observed: unknown = (method as () => unknown).call(given);
    if (isObject(observed) && typeof observed['subscribe'] === 'function') {
      return observed as unknown as ObservableSource;
    }
  }
  return typeof given['subscribe'] === 'function' ? (given as unknown as ObservableSource) : undefined;
}
