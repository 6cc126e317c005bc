import { setup, type AnyStateMachine } from 'xstate';
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
  type ProtocolView,
  type RecordedCommand,
  type StartActors,
} from '../../../src/testing/index.js';
import { furtherStreamsMachine, goConsumerClientMachine, goConsumerStreamMachine } from './go-consumer.js';
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
  /** The Go consumer's cancellation buffer in ticks, B_go; 3 unless told. */
  readonly goBuffer?: number;
  /**
   * After how many ticks, at most, each stream but the first two is opened after the one before, g, by one consumer. At
   * any time unless told.
   */
  readonly gap?: number;
  /**
   * After how many ticks, at most, a Go consumer opens one more stream on the subject, again and again, for other
   * producers. None unless told.
   */
  readonly furtherGap?: number;
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

/** Notices when streams are not opened in a row any more: the gap to the last one has become too long. */
const paceMachine = setup({
  types: { events: {} as { readonly type: 'opened' } },
  delays: { gap: 1 },
}).createMachine({
  id: 'pace',
  initial: 'none',
  states: {
    none: { on: { opened: 'first' } },
    first: { on: { opened: 'row' } },
    row: { after: { gap: 'over' }, on: { opened: { target: 'row', reenter: true } } },
    over: {},
  },
});

/** Tells the pace of each stream that is opened. */
function pacedAdapter(
  adapter: HostAdapter<RecordedCommand, ProtocolMessage>,
): HostAdapter<RecordedCommand, ProtocolMessage> {
  return {
    ...adapter,
    command: (command, scope) => {
      const effects = adapter.command(command, scope);
      return command.type === 'wire.open' ? [effects ?? [], tell('pace', { type: 'opened' })].flat() : effects;
    },
  };
}

/** A consumer and a producer, each either the Go package's or ours, with readers and sources. */
export function mixedSystem(options: MixedSystemOptions): ProtocolSystem {
  const { consumer, producer, leave = true, finish = true, gap, furtherGap, faults = {}, ...rest } = options;
  const { goBuffer = 3, producerBuffer = protocolTicks.producerBuffer, ...shared } = rest;
  const { delay = 0 } = shared;
  const streams = streamsOf(shared);
  const client = consumer === 'go' ? goConsumerClientMachine : consumerClientMachine;
  const processes: Readonly<Record<string, StartActors>> = {
    ...Object.fromEntries(
      streams.map((stream) => [
        stream.consumer,
        {
          client: client as AnyStateMachine,
          ...(gap === undefined ? {} : { pace: paceMachine as AnyStateMachine }),
          ...(furtherGap === undefined ? {} : { further: furtherStreamsMachine as AnyStateMachine }),
        },
      ]),
    ),
    [producerProcess]: {
      client: (producer === 'go' ? goProducerClientMachine : producerClientMachine) as AnyStateMachine,
    },
  };
  const plain = protocolAdapter({ producer: producerProcess, exact: consumer === 'ours' });
  const adapter = gap === undefined ? plain : pacedAdapter(plain);

  // Readers and sources wish the same of any client.
  const inARow = ({ consumer: process }: ProtocolView): boolean => process?.actors['pace']?.matches('over') !== true;
  const stimuli = Object.entries(protocolSystem({ ...shared, exact: true, faults: {} }).config.stimuli ?? {})
    .filter(([name]) => (leave || !name.startsWith('leave')) && (finish || !name.startsWith('finish')))
    .map(([name, stimulus]) => [
      name,
      gap !== undefined && name.startsWith('open') ? { ...stimulus, when: inARow } : stimulus,
    ]);

  if (furtherGap !== undefined) {
    for (const process of new Set(streams.map((stream) => stream.consumer))) {
      stimuli.push([
        `open a further stream of ${process}`,
        { process, actor: 'further', event: { type: 'open' }, max: Infinity },
      ]);
    }
  }

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
            requestRetry: protocolTicks.retry,
            silenceTimeout: protocolTicks.silence,
            'consumerStream.cancellationBuffer': protocolTicks.consumerBuffer,
          }
        : { 'consumerStream.cancellationBuffer': goBuffer }),
      ...(producer === 'ours' ? { 'producerStream.cancellationBuffer': producerBuffer } : {}),
      ...(gap === undefined ? {} : { 'pace.gap': gap }),
      ...(furtherGap === undefined ? {} : { 'furtherStreams.gap': furtherGap, recent: goBuffer }),
    },
    network: { delay },
    adapter: producer === 'go' ? goAdapter(adapter) : adapter,
    stimuli: Object.fromEntries(stimuli) as NonNullable<ProtocolSystem['config']['stimuli']>,
    faults,
  });
}
