import { metrics, trace, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import type { ConsumerClient } from '../consumer/consumer-client.js';
import { systemClock } from '../host/clock.js';
import { traceableOf, type Traceable } from '../host/traceable.js';
import type { ProducerClient } from '../producer/producer-client.js';
import { kindOf, refuse, requireKnownNames } from '../validation/argument-checks.js';
import { heartbeatTimes } from './heartbeat-times.js';
import { createStreamMetrics } from './stream-metrics.js';
import { createStreamSpans } from './stream-spans.js';

/** Options of {@link instrumentStreams}. */
export interface InstrumentationOptions {
  /**
   * Makes the spans.
   *
   * @default the global one of `@opentelemetry/api`
   */
  readonly tracerProvider?: TracerProvider;
  /**
   * Makes the metrics.
   *
   * @default the global one of `@opentelemetry/api`
   */
  readonly meterProvider?: MeterProvider;
}

/** What {@link instrumentStreams} gives. Disposing it calls `stop()`. */
export interface Instrumentation extends Disposable {
  /** Takes it off the clients. Spans of streams that are open end with their streams. */
  stop(): void;
}

const scope = 'nats-stream-actors';

/**
 * Has the streams of clients told to OpenTelemetry, from the next one on: a span for each stream at each end, linked by
 * the headers of its request, with an event for each state of its machine, and metrics. The handler of a stream runs in
 * the context of its span.
 *
 * Register a tracer provider, a propagator and a context manager before, as an SDK does.
 *
 * @throws {StreamError} `badArgument` for anything but clients of this package, and for an unknown option.
 * @example
 *   const instrumentation = instrumentStreams([consumer, producer]);
 */
export function instrumentStreams(
  clients: ConsumerClient | ProducerClient | readonly (ConsumerClient | ProducerClient)[],
  options: InstrumentationOptions = {},
): Instrumentation {
  requireKnownNames('options', options, ['tracerProvider', 'meterProvider']);
  const { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider() } = options;
  const traceables = (Array.isArray(clients) ? (clients as readonly unknown[]) : [clients]).map(requireClient);
  if (traceables.length === 0) refuse('clients: expected one at least, came none');
  const spans = createStreamSpans(tracerProvider.getTracer(scope));
  const streamMetrics = createStreamMetrics(meterProvider.getMeter(scope));
  const detach = traceables.map((traceable) =>
    traceable.attach({
      attach: (client) => {
        const told = streamMetrics.of(client);
        return {
          inspect: undefined,
          tap: client.role === 'producer' ? heartbeatTimes(systemClock, told.heartbeat) : undefined,
          streams: spans.of(client, told),
        };
      },
    }),
  );
  const stop = (): void => {
    for (const takeOff of detach.splice(0)) takeOff();
    streamMetrics.stop();
  };
  return { stop, [Symbol.dispose]: stop };
}

function requireClient(client: unknown): Traceable {
  const traceable = typeof client === 'object' && client !== null ? traceableOf(client) : undefined;
  return traceable ?? refuse(`client: expected a ConsumerClient or a ProducerClient, came ${kindOf(client)}`);
}
