import type { HeadersInput } from '../transport/headers.js';
import type { NatsConnection } from '../transport/nats-connection.js';
import type { Inspector } from './inspector.js';
import { bothInspectors } from './both-inspectors.js';
import type { ClientTrace, ClientTracer, OpenedStream, ServedStream, StreamTrace, TracedClient } from './trace-port.js';
import type { Warning } from './warnings.js';

/** A client to which tracers can be attached at any time. */
export interface Traceable {
  readonly client: TracedClient;
  /** The client's connection, heard by the tracers that are attached. */
  readonly connection: NatsConnection;
  /** What the tracers want to see of the actors that are made now. */
  readonly inspect: Inspector | undefined;
  /** Those that want to hear of streams as they begin; empty where none does. */
  readonly streams: readonly StreamTrace[];
  /** @returns What takes it off again. */
  attach(tracer: ClientTracer): () => void;
}

/** By the public object of the client, so that it needs no method that is nobody else's business. */
const traceables = new WeakMap<object, Traceable>();

/** Undefined for what is no client of this package. */
export function traceableOf(client: object): Traceable | undefined {
  return traceables.get(client);
}

/**
 * Called by each client for itself as the first thing of its making: its connection is the one that tracers hear. It
 * attaches the tracer that the application gave when it is complete; more may come later.
 */
export function makeTraceable(owner: object, client: TracedClient): Traceable {
  let traces: readonly ClientTrace[] = [];
  let streams: readonly StreamTrace[] = [];
  const { connection } = client;

  // This stands in the way of every message, so while there is no tracer it asks for the length of a list and no more.
  const heard: NatsConnection = {
    get info() {
      return connection.info;
    },
    publish: (subject, payload, options) => {
      connection.publish(subject, payload, options);
      if (traces.length === 0) return;
      for (const { tap } of traces) tap?.sent(subject, payload, options?.reply);
    },
    subscribe: (subject, options) =>
      connection.subscribe(subject, {
        ...options,
        callback: (error, message) => {
          if (traces.length > 0 && error === null) for (const { tap } of traces) tap?.delivered(message);
          options.callback(error, message);
        },
      }),
    flush: () => connection.flush(),
    status: () => connection.status(),
    closed: () => connection.closed(),
    isClosed: () => connection.isClosed(),
  };

  const traceable: Traceable = {
    client,
    connection: heard,
    get inspect() {
      let all: Inspector | undefined;
      for (const { inspect } of traces) all = bothInspectors(all, inspect);
      return all;
    },
    get streams() {
      return streams;
    },
    attach: (attached) => {
      const trace = attached.attach(client);
      const setTraces = (given: readonly ClientTrace[]): void => {
        traces = given;
        streams = given.flatMap((one) => one.streams ?? []);
      };
      setTraces([...traces, trace]);
      return () => setTraces(traces.filter((other) => other !== trace));
    },
  };
  traceables.set(owner, traceable);
  return traceable;
}

/** Opens a stream, with what the tracers add to the headers of its request. */
export function traceOpening<Opened extends OpenedStream>(
  tracers: readonly StreamTrace[],
  subject: string,
  headers: HeadersInput | undefined,
  open: (headers: HeadersInput | undefined) => Opened,
): Opened {
  const [first, ...others] = tracers;
  if (first === undefined) return open(headers);
  const next = (given: HeadersInput | undefined): Opened => traceOpening(others, subject, given, open);
  return first.opening === undefined ? next(headers) : first.opening({ subject, headers }, next);
}

/** Starts the source of a stream, within what the tracers put around it. */
export function traceServing(tracers: readonly StreamTrace[], stream: ServedStream, run: () => void): void {
  const [first, ...others] = tracers;
  if (first === undefined) {
    run();
    return;
  }
  const next = (): void => traceServing(others, stream, run);
  if (first.serving === undefined) next();
  else first.serving(stream, next);
}

/**
 * Attaches what the application gave to a client that is complete. What it throws is a warning: the client works
 * without it.
 */
export function attachTracer(
  traceable: Traceable,
  tracer: ClientTracer | undefined,
  onWarning: (warning: Warning) => void,
): void {
  if (tracer === undefined) return;
  try {
    traceable.attach(tracer);
  } catch (error) {
    onWarning({ code: 'callbackThrew', message: 'the tracer threw as it was attached', error });
  }
}
