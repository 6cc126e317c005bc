/**
 * A process with a producer whose streams are told to an OpenTelemetry of its own. Each span that has ended is reported.
 */
import { trace } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import { connect } from 'nats';
import { ProducerClient } from '../../src/index.js';
import { instrumentStreams } from '../../src/opentelemetry/index.js';
import { startOpenTelemetry } from './open-telemetry.js';
import { readSetting, report } from './report.js';

startOpenTelemetry({
  export: (spans, done) => {
    for (const span of spans) {
      const { traceId, spanId } = span.spanContext();
      report({ type: 'span', name: span.name, traceId, spanId, parentId: span.parentSpanContext?.spanId });
    }
    done({ code: ExportResultCode.SUCCESS });
  },
  shutdown: () => Promise.resolve(),
});
const { url } = readSetting() as { readonly url: string };
const producer = new ProducerClient({ connection: await connect({ servers: url }) });
instrumentStreams(producer);
await producer.handle('count', async function* () {
  yield 'one';
  await Promise.resolve();
  trace.getTracer('app').startSpan('work').end();
}).ready;
report({ type: 'ready' });
