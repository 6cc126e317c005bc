import type { Attributes, Meter, ObservableCounter, ObservableResult } from '@opentelemetry/api';
import type { TracedClient } from '../host/trace-port.js';

/** What the streams of one client are counted by. */
export interface ClientMetrics {
  opened(): void;
  /** A stream is over for its reader, or its source. */
  ended(reason: string): void;
  /** The actor of a stream is over: what it has handled is not counted by the client any more. */
  gone(counts: { readonly records: number; readonly bytes: number }): void;
  /** A producer's stream has used up its reader's credit. */
  stalled(): void;
  /** A heartbeat was answered after so many milliseconds. */
  readonly heartbeat: (ms: number) => void;
}

export interface StreamMetrics {
  of(client: TracedClient): ClientMetrics;
  /** What is observed is not observed any more. */
  stop(): void;
}

/**
 * The metrics, none of which has an attribute with more values than there are roles and reasons: subjects may be as many
 * as there are users. Records and bytes are asked for when they are collected, because records pass no observer.
 */
export function createStreamMetrics(meter: Meter): StreamMetrics {
  const open = meter.createUpDownCounter('nats.stream.open', {
    unit: '{stream}',
    description: 'Streams that are open.',
  });
  const opened = meter.createCounter('nats.stream.opened', {
    unit: '{stream}',
    description: 'Streams that were opened.',
  });
  const ended = meter.createCounter('nats.stream.ended', {
    unit: '{stream}',
    description: 'Streams that have ended, by the reason of the end.',
  });
  const stalls = meter.createCounter('nats.stream.credit_stalls', {
    unit: '{stall}',
    description: "How often a producer's stream had to wait for its reader's credit.",
  });
  const heartbeats = meter.createHistogram('nats.stream.heartbeat.duration', {
    unit: 's',
    description: "How long a producer's heartbeats take to be answered.",
  });
  const records = meter.createObservableCounter('nats.stream.records', {
    unit: '{record}',
    description: 'Records that were sent or received.',
  });
  const bytes = meter.createObservableCounter('nats.stream.io', {
    unit: 'By',
    description: 'Bytes of records that were sent or received, without framing.',
  });
  const stops: (() => void)[] = [];

  return {
    of: (client) => {
      const attributes: Attributes = { 'messaging.system': 'nats', 'nats.stream.role': client.role };
      const over = { records: 0, bytes: 0 };
      const observe = (counter: ObservableCounter, field: 'records' | 'bytes'): void => {
        const tell = (result: ObservableResult): void => {
          let sum = over[field];
          for (const counts of client.streams()) sum += counts[field];
          result.observe(sum, attributes);
        };
        counter.addCallback(tell);
        stops.push(() => counter.removeCallback(tell));
      };
      observe(records, 'records');
      observe(bytes, 'bytes');
      return {
        opened: () => {
          opened.add(1, attributes);
          open.add(1, attributes);
        },
        ended: (reason) => {
          open.add(-1, attributes);
          ended.add(1, { ...attributes, 'nats.stream.end.reason': reason });
        },
        gone: (counts) => {
          over.records += counts.records;
          over.bytes += counts.bytes;
        },
        stalled: () => stalls.add(1, attributes),
        heartbeat: (ms) => heartbeats.record(ms / 1000, attributes),
      };
    },
    stop: () => {
      for (const stop of stops.splice(0)) stop();
    },
  };
}
