import { connect as connectTransportNode } from '@nats-io/transport-node';
import { connect as connectNats } from 'nats';
import {
  ConsumerClient,
  ProducerClient,
  type ConsumerClientOptions,
  type ConsumerStream,
  type ProducerClientOptions,
  type Warning,
} from '../../src/index.js';
import type { ConsumerSetting } from './consumer-process.js';
import { startNatsServer, type NatsServer, type NatsServerOptions } from './nats-server.js';
import { startCheckedRecording } from './checked-recording.js';
import { numberOf } from './numbered.js';
import { startProcess, type RunningProcess } from './processes.js';
import type { ProducerSetting } from './producer-process.js';
import type { TestConnection } from './transports.js';

/** The packages that bring a connection. */
export type NatsClient = 'nats 2' | '@nats-io/transport-node 3';

/**
 * Durations for tests in which somebody dies: short enough to wait for, and long enough that a machine which is busy
 * for most of a second does not make a live peer look dead, K times over for the consumer and by S for the producer.
 */
export const briskTiming = {
  heartbeatIntervalMs: 250,
  heartbeatRequestTimeoutMs: 250,
  missedHeartbeatsMax: 3,
  silenceTimeoutMs: 1_500,
  openTimeoutMs: 1_500,
  cancellationBufferMs: 500,
} as const;

/** How late a timer may fire, and a process be told, on a machine that does other things too. */
export const latenessMs = 8_000;

/** A nats-server with connections, clients and processes on it, all of which end together. */
export interface Scene {
  readonly server: NatsServer;
  /** What the clients of this scene had to say that no call and no stream could tell. */
  readonly warnings: readonly Warning[];
  /** @param options `url` is that of a proxy before the server; the server's own unless told. */
  connect(options?: { client?: NatsClient; user?: string; url?: string }): Promise<TestConnection>;
  /** A client on a connection of its own, unless one is given. */
  consumer(options?: Partial<ConsumerClientOptions>): Promise<ConsumerClient>;
  producer(options?: Partial<ProducerClientOptions>): Promise<ProducerClient>;
  /** Resolves when the process takes requests. */
  producerProcess(setting: Omit<ProducerSetting, 'url' | 'recording'>): Promise<RunningProcess>;
  consumerProcess(setting: Omit<ConsumerSetting, 'url' | 'recording'>): RunningProcess;
  /** Ends all of it, and checks that what the clients did, in whichever process, is what their machines do. */
  /** @param options.isJudged Whether what the clients did is checked against the machines, as it is unless told. */
  stop(options?: { readonly isJudged?: boolean }): Promise<void>;
}

export async function startScene(options?: NatsServerOptions): Promise<Scene> {
  const server = await startNatsServer(options);
  const warnings: Warning[] = [];
  const connections: TestConnection[] = [];
  const processes: RunningProcess[] = [];
  const onWarning = (warning: Warning) => warnings.push(warning);
  const recording = startCheckedRecording();
  const { tracer } = recording;

  const scene: Scene = {
    server,
    warnings,
    async connect({ client = 'nats 2', user, url = server.url } = {}) {
      const connect = client === 'nats 2' ? connectNats : connectTransportNode;
      const connection = await connect({
        servers: url,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 50,
        reconnectJitter: 0,
        ...(user === undefined ? {} : { user, pass: user }),
      });
      connections.push(connection);
      return connection;
    },
    async consumer(given = {}) {
      const connection = given.connection ?? (await scene.connect());
      return new ConsumerClient({ onWarning, tracer, ...given, connection });
    },
    async producer(given = {}) {
      const connection = given.connection ?? (await scene.connect());
      return new ProducerClient({ onWarning, tracer, ...given, connection });
    },
    async producerProcess(setting) {
      const running = startProcess('producer-process', {
        url: server.url,
        recording: recording.newFile(),
        ...setting,
      });
      processes.push(running);
      await running.until('ready');
      return running;
    },
    consumerProcess(setting) {
      const running = startProcess('consumer-process', {
        url: server.url,
        recording: recording.newFile(),
        ...setting,
      });
      processes.push(running);
      return running;
    },
    async stop({ isJudged = true } = {}) {
      await Promise.all(processes.map((running) => running.kill()));
      // A connection whose server is down may wait for it as it closes, so nobody waits for the connection.
      for (const connection of connections) void connection.close().catch(() => undefined);
      await server.kill();
      if (isJudged) recording.check();
    },
  };
  return scene;
}

/** Resolves with the numbers of all records of a stream, in the order in which they came, when it has ended. */
export async function readNumbers(stream: ConsumerStream): Promise<number[]> {
  const numbers: number[] = [];
  for await (const record of stream) numbers.push(numberOf(record));
  return numbers;
}

/** 0 to count - 1: what `readNumbers` gives where nothing was lost, doubled or overtaken. */
export function numbersUpTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Resolves when the connection has told its reconnect. Call it before what makes the connection reconnect. */
export async function untilStatus(connection: TestConnection, type: 'disconnect' | 'reconnect'): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === type) return;
  }
  throw new Error(`the connection was closed before it told of a ${type}`);
}

/** Resolves when the condition holds. The timeout of the test is the limit; a test that failed does not keep the process. */
export async function untilTrue(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5).unref());
}
