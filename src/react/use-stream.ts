'use client';
import { useEffect, useState } from 'react';
import type { ConsumerClient } from '../consumer/consumer-client.js';
import type { ConsumerStreamEnd } from '../consumer/consumer-stream.js';
import type { HeadersInput } from '../transport/headers.js';
import { isSame } from './is-same.js';

/** The stream that {@link useStream} opens. Another one is opened when anything of it changes, compared by value. */
export interface StreamHookInput {
  /** The subject that producers serve; undefined opens nothing. */
  readonly subject: string | undefined;
  /**
   * The request body, as for `openStream`.
   *
   * @default none
   */
  readonly data?: unknown;
  /**
   * What each record becomes: `Uint8Array`, a string, or a value decoded with the client's codec.
   *
   * @default 'bytes'
   */
  readonly as?: 'bytes' | 'text' | 'object';
  /**
   * Headers of the open request.
   *
   * @default none
   */
  readonly headers?: HeadersInput;
  /**
   * Deadline of the whole stream, in milliseconds.
   *
   * @default no deadline
   */
  readonly timeoutMs?: number;
  /**
   * How many records are kept, the newest ones.
   *
   * @default 1_000
   */
  readonly recordsMax?: number;
}

/** A stream as a component sees it. */
export interface StreamView<Item> {
  /** `idle` without a subject, `opening` until a producer is known, `active`, and `closed` once it has ended. */
  readonly status: 'idle' | 'opening' | 'active' | 'closed';
  /** The records, oldest first: the newest `recordsMax` of them. */
  readonly records: readonly Item[];
  /** How the stream ended; undefined before, and where it could not be opened. */
  readonly end: ConsumerStreamEnd | undefined;
  /** What went wrong: the `CloseError` of the end, or what `openStream` threw. */
  readonly error: unknown;
}

const decoder = new TextDecoder();

/**
 * Opens a stream for as long as the component is there, and renders it again as records come: once for all that come in
 * one turn of the event loop. Streams are opened in effects, so that a render which React throws away opens none.
 *
 * @example
 *   const { status, records } = useStream<Progress>(consumer, { subject: 'jobs.42', as: 'object' });
 */
export function useStream(client: ConsumerClient, input: StreamHookInput & { readonly as: 'text' }): StreamView<string>;
export function useStream<Value = unknown>(
  client: ConsumerClient,
  input: StreamHookInput & { readonly as: 'object' },
): StreamView<Value>;
export function useStream(
  client: ConsumerClient,
  input: StreamHookInput & { readonly as?: 'bytes' },
): StreamView<Uint8Array>;
export function useStream(client: ConsumerClient, input: StreamHookInput): StreamView<unknown> {
  const [request, setRequest] = useState(input);
  // React renders at once again with what is new, before anybody sees this.
  if (!isSame(request, input)) setRequest(input);
  const [seen, see] = useState<Seen>({ client, request, view: viewOf(request) });
  useEffect(() => watchStream(client, request, (view) => see({ client, request, view })), [client, request]);
  // What was seen of another stream is nothing of this one.
  return seen.client === client && seen.request === request ? seen.view : viewOf(request);
}

interface Seen {
  readonly client: ConsumerClient;
  readonly request: StreamHookInput;
  readonly view: StreamView<unknown>;
}

function viewOf({ subject }: StreamHookInput): StreamView<unknown> {
  return { status: subject === undefined ? 'idle' : 'opening', records: [], end: undefined, error: undefined };
}

/** @returns What leaves the stream. */
function watchStream(
  client: ConsumerClient,
  { subject, data, as = 'bytes', recordsMax = 1_000, headers, timeoutMs }: StreamHookInput,
  show: (view: StreamView<unknown>) => void,
): () => void {
  if (subject === undefined) return () => undefined;
  let view = viewOf({ subject });
  let came: unknown[] = [];
  let isLeft = false;
  let isShowDue = false;
  let cancel: (text: string) => void = () => undefined;
  const change = (changed: Partial<StreamView<unknown>>): void => {
    view = { ...view, ...changed };
    if (isShowDue) return;
    isShowDue = true;
    queueMicrotask(() => {
      isShowDue = false;
      if (isLeft) return;
      if (came.length > 0) view = { ...view, records: [...view.records, ...came].slice(-recordsMax) };
      came = [];
      show(view);
    });
  };
  const take = (record: unknown): void => {
    came.push(record);
    // What nobody will see need not wait either.
    if (came.length > 2 * recordsMax) came = came.slice(-recordsMax);
    change({ status: 'active' });
  };
  const readers = {
    bytes: { onRecord: take },
    text: { onRecord: (record: Uint8Array) => take(decoder.decode(record)) },
    object: { onObject: take },
  };
  const open = (): void => {
    const given = { ...(headers === undefined ? {} : { headers }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    try {
      const stream = client.openStream(subject, data, { ...given, ...readers[as] });
      cancel = (text) => stream.cancel(text);
      void stream.opened.then(({ started }) => {
        if (started && view.status === 'opening') change({ status: 'active' });
      });
      void stream.closed.then((end) => change({ status: 'closed', end, error: end.error }));
    } catch (error) {
      change({ status: 'closed', error });
    }
  };
  // In StrictMode a component goes at once and comes again: only what stays opens a stream.
  queueMicrotask(() => {
    if (!isLeft) open();
  });
  return () => {
    isLeft = true;
    cancel('the component is gone');
  };
}
