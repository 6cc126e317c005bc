/**
 * An application that uses each entry of the package, for compilers of all versions that are supported, with `nats` or
 * another package in its place. Nothing of it runs.
 * What it exports has its types inferred, so that a compiler has to name those of the package in declarations.
 */
import { context } from '@opentelemetry/api';
import { connect } from 'nats';
import { CloseCode, CloseError, ConsumerClient, ProducerClient, type ConsumerClientOptions } from 'nats-stream-actors';
import { streamActor, type StreamRecordEvent } from 'nats-stream-actors/actor';
import { defineStream } from 'nats-stream-actors/contract';
import { consumerStreamMachine } from 'nats-stream-actors/machines';
import { createMemoryBroker } from 'nats-stream-actors/memory';
import { instrumentStreams } from 'nats-stream-actors/opentelemetry';
import { useStream } from 'nats-stream-actors/react';
import { createTestClock, explore, protocolProperties, protocolSystem } from 'nats-stream-actors/testing';
import { createTracer, traceOverNats } from 'nats-stream-actors/tracing';
import type { NatsConnection } from 'nats-stream-actors/transport';
import { assign, createActor, setup } from 'xstate';

export const clientOf = async (servers: string) => {
  const connection: NatsConnection = await connect({ servers });
  const options: Omit<ConsumerClientOptions, 'connection'> = { heartbeatIntervalMs: 1_000 };
  return new ConsumerClient({ ...options, connection });
};

export const broker = createMemoryBroker();
export const tracer = createTracer();
export const consumer = new ConsumerClient({ connection: broker.connect(), tracer });
export const producer = new ProducerClient({ connection: broker.connect() });

/** A schema by hand, as Standard Schema has it. */
interface Progress {
  readonly percent: number;
}
const progressSchema = {
  '~standard': {
    version: 1 as const,
    vendor: 'by hand',
    validate: (value: unknown) => ({ value: value as Progress }),
    types: undefined as { readonly input: Progress; readonly output: Progress } | undefined,
  },
};
export const progress = defineStream({ subject: 'job.{id}.progress', record: progressSchema });

export const registration = producer.handle(progress, function* ({ params }) {
  for (let percent = 0; percent <= 100; percent += 10)
    yield { percent, id: params.id } satisfies Progress & { id: string };
});

export const percentsOf = async (id: string) => {
  const percents: number[] = [];
  try {
    for await (const { percent } of consumer.openStream(progress, { params: { id } })) percents.push(percent);
  } catch (error) {
    if (error instanceof CloseError && error.code === CloseCode.InternalServerError) return undefined;
    throw error;
  }
  return percents;
};

export const tail = setup({
  types: { context: {} as { readonly lines: readonly string[] }, events: {} as StreamRecordEvent<string> },
  actors: { tail: streamActor(consumer) },
}).createMachine({
  context: { lines: [] },
  invoke: { src: 'tail', input: ({ self }) => ({ subject: 'log', as: 'text', parent: self }) },
  on: { 'stream.record': { actions: assign({ lines: ({ context: { lines }, event }) => [...lines, event.record] }) } },
});
export const actor = createActor(tail);
export const states = consumerStreamMachine.root.states;

export const percentOf = (id: string) => {
  const { records, status } = useStream<Progress>(consumer, { subject: `job.${id}.progress`, as: 'object' });
  return status === 'closed' ? 100 : (records.at(-1)?.percent ?? 0);
};

export const watch = (connection: NatsConnection) => traceOverNats(tracer, { connection });
export const instrumentation = context.with(context.active(), () => instrumentStreams([consumer, producer]));
export const clock = createTestClock();
export const { states: explored } = explore(protocolSystem(), protocolProperties());
