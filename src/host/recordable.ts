import type { NatsConnection } from '../transport/nats-connection.js';
import type { Inspector } from './inspector.js';
import { bothInspectors } from './both-inspectors.js';
import type { ClientRecorder, ClientRecording, RecordedClient } from './trace-port.js';

/** A client to which recorders can be attached at any time. */
export interface Recordable {
  readonly client: RecordedClient;
  /** The client's connection, heard by the recorders that are attached. */
  readonly connection: NatsConnection;
  /** What the recorders want to see of the actors that are made now. */
  readonly inspect: Inspector | undefined;
  /** @returns What takes it off again. */
  attach(recorder: ClientRecorder): () => void;
}

/** By the public object of the client, so that it needs no method that is nobody else's business. */
const recordables = new WeakMap<object, Recordable>();

/** Undefined for what is no client of this package. */
export function recordableOf(client: object): Recordable | undefined {
  return recordables.get(client);
}

/**
 * Called by each client for itself when it is made.
 *
 * @param recorder What the application gave; more may come later.
 */
export function makeRecordable(
  owner: object,
  client: RecordedClient,
  recorder: ClientRecorder | undefined,
): Recordable {
  let recordings: readonly ClientRecording[] = [];
  const { connection } = client;

  // This stands in the way of every message, so while there is no recorder it asks for the length of a list and no more.
  const heard: NatsConnection = {
    get info() {
      return connection.info;
    },
    publish: (subject, payload, options) => {
      connection.publish(subject, payload, options);
      if (recordings.length === 0) return;
      for (const { ear } of recordings) ear?.sent(subject, payload, options?.reply);
    },
    subscribe: (subject, options) =>
      connection.subscribe(subject, {
        ...options,
        callback: (error, message) => {
          if (recordings.length > 0 && error === null) for (const { ear } of recordings) ear?.delivered(message);
          options.callback(error, message);
        },
      }),
    flush: () => connection.flush(),
    status: () => connection.status(),
    closed: () => connection.closed(),
    isClosed: () => connection.isClosed(),
  };

  const recordable: Recordable = {
    client,
    connection: heard,
    get inspect() {
      let all: Inspector | undefined;
      for (const { inspect } of recordings) all = bothInspectors(all, inspect);
      return all;
    },
    attach: (attached) => {
      const recording = attached.attach(client);
      recordings = [...recordings, recording];
      return () => {
        recordings = recordings.filter((other) => other !== recording);
      };
    },
  };
  recordables.set(owner, recordable);
  if (recorder !== undefined) recordable.attach(recorder);
  return recordable;
}
