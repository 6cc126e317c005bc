import { intercepted, type InterceptedRequest, type Interceptor } from '../host/interceptors.js';
import { refuse } from '../validation/argument-checks.js';
import type { Records } from './source.js';
import { isPromiseOfSource, type ReadableStreamSource } from './source-steps.js';

/** A handler with interceptors around it, which read its source whatever it is. */
export function interceptedHandler(
  interceptors: readonly Interceptor<InterceptedRequest>[],
  handler: (request: never) => Records,
): (request: InterceptedRequest) => Records {
  const handle = handler as (request: InterceptedRequest) => Records;
  if (interceptors.length === 0) return handle;
  return (request) => intercepted(interceptors, (asked) => iterableOf(handle(asked), asked.signal))(request);
}

/** A source as an async iterable. What it holds is given back at once when the signal aborts. */
function iterableOf(given: unknown, signal: AbortSignal): AsyncIterable<unknown> {
  const source = given as Partial<AsyncIterable<unknown> & Iterable<unknown> & ReadableStreamSource>;
  if (isPromiseOfSource(given)) return afterPromise(given, signal);
  if (typeof source !== 'object' && typeof source !== 'function')
    refuse(`handler: expected a source, came ${typeof given}`);
  if (typeof source.getReader === 'function') return readAll(source as ReadableStreamSource, signal);
  if (typeof source[Symbol.asyncIterator] === 'function') {
    const { destroy } = source as { readonly destroy?: () => unknown };
    if (typeof destroy === 'function') signal.addEventListener('abort', () => destroy.call(source), { once: true });
    return source as AsyncIterable<unknown>;
  }
  if (typeof source[Symbol.iterator] === 'function') return eachOf(source as Iterable<unknown>);
  return refuse('handler: expected an iterable or a ReadableStream, as interceptors read it, came something else');
}

async function* afterPromise(given: PromiseLike<unknown>, signal: AbortSignal): AsyncGenerator<unknown, void> {
  yield* iterableOf(await given, signal);
}

// eslint-disable-next-line @typescript-eslint/require-await -- as an async one, for those who read it
async function* eachOf(values: Iterable<unknown>): AsyncGenerator<unknown, void> {
  yield* values;
}

async function* readAll(stream: ReadableStreamSource, signal: AbortSignal): AsyncGenerator<unknown, void> {
  const reader = stream.getReader();
  const cancel = (): void => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    for (let step = await reader.read(); !step.done; step = await reader.read()) yield step.value;
  } finally {
    signal.removeEventListener('abort', cancel);
    cancel();
    reader.releaseLock();
  }
}
