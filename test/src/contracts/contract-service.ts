import { CloseError, ConsumerClient, ProducerClient } from '../../../src/index.js';
import { defineStream } from '../../../src/contracts/index.js';
import type { NatsConnection } from '../../../src/transport/index.js';
import { z } from 'zod';

// One service: the progress of a job. Its lines are counted by a test, in three parts.
// contract
export const progress = defineStream({
  subject: 'job.{id}.progress',
  request: z.object({ detail: z.boolean().default(false) }),
  record: z.object({
    stage: z.enum(['queued', 'running', 'uploading', 'done']),
    percent: z.number().min(0).max(100),
    message: z.string(),
    at: z.date(),
    result: z.instanceof(Uint8Array).optional(),
  }),
  errors: { NotFound: { code: 4404, data: z.object({ jobId: z.string() }) }, Unauthorised: {} },
});

// producer
const stages = ['queued', 'running', 'uploading', 'done'] as const;

export function serve(connection: NatsConnection, jobs: Map<string, number>, log: (line: string) => void) {
  const producer = new ProducerClient({ connection });
  producer.handle(progress, async function* ({ params, data, headers, signal, fail }) {
    if (headers.get('Authorization')?.[0] !== 'Bearer secret') fail.Unauthorised();
    if (!jobs.has(params.id)) fail.NotFound({ jobId: params.id });
    log(`${headers.get('traceparent')?.[0] ?? 'no trace'} begins`);
    try {
      for (let percent = 0; percent <= 100 && !signal.aborted; percent += 25) {
        jobs.set(params.id, percent);
        const message = data.detail ? `${percent} of 100` : '';
        const result = percent === 100 ? { result: new Uint8Array([1, 2, 3]) } : {};
        await Promise.resolve();
        yield { stage: stages[Math.min(3, percent / 25)] ?? 'done', percent, message, at: new Date(), ...result };
      }
    } finally {
      log(`${params.id} is cleaned up`);
    }
  });
  return producer;
}

// consumer
export async function watch(connection: NatsConnection, id: string, until: number, Authorization = 'Bearer secret') {
  const consumer = new ConsumerClient({ connection });
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const headers = { Authorization, traceparent };
  const stream = consumer.openStream(progress, { params: { id }, data: { detail: true }, headers, timeoutMs: 5_000 });
  try {
    for await (const { percent, at, message } of stream) {
      if (percent >= until) return `${message}, ${at instanceof Date}`;
    }
    return 'complete';
  } catch (error) {
    if (progress.isError(error)) return error.errorName === 'NotFound' ? `no job ${error.data.jobId}` : 'not allowed';
    return error instanceof CloseError ? error.reason : 'broken';
  } finally {
    await consumer.drain();
  }
}
