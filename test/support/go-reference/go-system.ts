import type { AnyStateMachine } from 'xstate';
import {
  heartbeatMachine,
  consumerClientMachine,
  consumerStreamMachine,
  producerClientMachine,
  producerStreamMachine,
} from '../../../machines/index.js';
import {
  producerProcess,
  protocolAdapter,
  protocolSystem,
  protocolTicks,
  readerMachine,
  sourceMachine,
  streamsOf,
  system,
  tell,
  type Faults,
  type HostAdapter,
  type ProtocolMessage,
  type ProtocolSystem,
  type RecordedCommand,
  type StartActors,
} from '../../../src/testing/index.js';
import { goConsumerClientMachine, goConsumerStreamMachine } from './go-consumer.js';
import { goProducerClientMachine, goProducerStreamMachine } from './go-producer.js';

export interface MixedSystemOptions {
  readonly consumer: 'go' | 'ours';
  readonly producer: 'go' | 'ours';
  readonly streams?: number;
  readonly consumers?: number;
  readonly delay?: number;
  readonly records?: number;
  /** Whether readers may leave. True unless told. */
  readonly leave?: boolean;
  /** Whether sources may come to their end. True unless told. */
  readonly finish?: boolean;
  /** The Go consumer's cancellation buffer in ticks; 3 unless told. */
  readonly goBuffer?: number;
  /** The cancellation buffer of our producer in ticks; 9 unless told. */
  readonly producerBuffer?: number;
  readonly faults?: Faults;
}

/** Go's heartbeat answers are told to the one client, which asks its consumers in turn. */
function goAdapter(
  plain: HostAdapter<RecordedCommand, ProtocolMessage>,
): HostAdapter<RecordedCommand, ProtocolMessage> {
  return {
    command: (command, scope) => plain.command(command, scope),
    receive: (message, scope) => {
      if (message.type !== 'answer') return plain.receive(message, scope);
      const answered = { type: 'heartbeat.answered', from: message.consumer, reported: message.reported };
      return tell('client', answered);
    },
  };
}

/** A consumer and a producer, each either the Go package's or ours, with readers and sources. */
export function mixedSystem(options: MixedSystemOptions): ProtocolSystem {
  const { consumer, producer, delay = 0, leave = true, finish = true, faults = {} } = options;
  const streams = streamsOf(options);
  const client = consumer === 'go' ? goConsumerClientMachine : consumerClientMachine;
  const processes: Readonly<Record<string, StartActors>> = {
    ...Object.fromEntries(streams.map((stream) => [stream.consumer, { client: client as AnyStateMachine }])),
    [producerProcess]: {
      client: (producer === 'go' ? goProducerClientMachine : producerClientMachine) as AnyStateMachine,
    },
  };
  const adapter = protocolAdapter({ producer: producerProcess, exact: consumer === 'ours' });

  // Readers and sources wish the same of any client.
  const stimuli = Object.entries(protocolSystem({ ...options, exact: true, faults: {} }).config.stimuli ?? {}).filter(
    ([name]) => (leave || !name.startsWith('leave')) && (finish || !name.startsWith('finish')),
  );

  return system({
    processes,
    machines: {
      consumerStream: (consumer === 'go' ? goConsumerStreamMachine : consumerStreamMachine) as AnyStateMachine,
      producerStream: (producer === 'go' ? goProducerStreamMachine : producerStreamMachine) as AnyStateMachine,
      ...(producer === 'ours' ? { heartbeat: heartbeatMachine as AnyStateMachine } : {}),
      reader: readerMachine as AnyStateMachine,
      source: sourceMachine as AnyStateMachine,
    },
    delays: {
      heartbeatInterval: protocolTicks.interval,
      heartbeatRequestTimeout: protocolTicks.requestTimeout,
      ...(consumer === 'ours'
        ? {
            openTimeout: protocolTicks.open,
            silenceTimeout: protocolTicks.silence,
            'consumerStream.cancellationBuffer': protocolTicks.consumerBuffer,
          }
        : { 'consumerStream.cancellationBuffer': options.goBuffer ?? 3 }),
      ...(producer === 'ours'
        ? { 'producerStream.cancellationBuffer': options.producerBuffer ?? protocolTicks.producerBuffer }
        : {}),
    },
    network: { delay },
    adapter: producer === 'go' ? goAdapter(adapter) : adapter,
    stimuli: Object.fromEntries(stimuli),
    faults,
  });
}
