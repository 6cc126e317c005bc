import type { NatsConnection } from '../transport/nats-connection.js';
import type { Inspector } from './inspector.js';
import { bothInspectors } from './both-inspectors.js';
import type { ClientTrace, ClientTracer, TracedClient } from './trace-port.js';
import type { Warning } from './warnings.js';

/** A client to which tracers can be attached at any time. */
export interface Traceable {
  readonly client: TracedClient;
  /** The client's connection, heard by the tracers that are attached. */
  readonly connection: NatsConnection;
  /** What the tracers want to see of the actors that are made now. */
  readonly inspect: Inspector | undefined;
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
    attach: (attached) => {
      const trace = attached.attach(client);
      traces = [...traces, trace];
      return () => {
        traces = traces.filter((other) => other !== trace);
      };
    },
  };
  traceables.set(owner, traceable);
  return traceable;
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
