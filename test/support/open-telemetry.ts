import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base';

/** Registers what an application's SDK does, with exporters that a test can read. `stop` takes all of it off again. */
export function startOpenTelemetry(exporter: SpanExporter = new InMemorySpanExporter()) {
  const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis: 1_000_000_000 });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  return {
    /** The metrics now: the value of each, or the count of a histogram, by name and the attributes that vary. */
    metrics: async (): Promise<Readonly<Record<string, number>>> => {
      exported.reset();
      await reader.forceFlush();
      const points = exported.getMetrics().flatMap(({ scopeMetrics }) =>
        scopeMetrics.flatMap((scope) =>
          scope.metrics.flatMap(({ descriptor, dataPoints }) =>
            dataPoints.map(({ attributes, value }) => {
              const reason = attributes['nats.stream.end.reason'];
              const name = [descriptor.name, attributes['nats.stream.role'], ...(reason === undefined ? [] : [reason])];
              return [name.join(' '), typeof value === 'number' ? value : value.count] as const;
            }),
          ),
        ),
      );
      return Object.fromEntries(points);
    },
    stop: async (): Promise<void> => {
      await reader.shutdown();
      for (const api of [context, propagation, trace, metrics]) api.disable();
    },
  };
}
