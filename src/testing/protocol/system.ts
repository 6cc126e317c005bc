import { system } from '../explorer/description/system.js';
import type { Faults, Order, Stimulus } from '../explorer/description/system-config.js';
import { streamIdOf } from '../../../machines/index.js';
import { inboxOf, protocolAdapter, readerOf, sourceOf } from './adapter.js';
import { exchangesUnderWay } from './exchanges.js';
import { withGhosts } from './ghosts.js';
import { incidentStimuli, type Incident } from './incidents.js';
import { producerProcess, producersOf, streamsOf, type ModelStream } from './model-stream.js';
import { checkFields, sharedFields } from './option-fields.js';
import { optionalStimuli, withLateCopies } from './optional.js';
import { protocolTicks, type ProtocolSystem, type ProtocolTicks, type ProtocolView } from './protocol-options.js';
import { queueGroupStimuli, withQueueGroup } from './queue-group.js';
import { readerMachine } from './reader.js';
import { clientProcesses, shippedDelays, shippedMachines } from './shipped-parts.js';
import { failingSourceMachine, sourceMachine } from './source.js';
import { strangerProcesses, strangerStimuli, withStranger, type Stranger } from './stranger.js';
import { steadySourceMachine } from './steady-source.js';

/** The options of {@link protocolSystem} whose traces can be replayed on real clients. */
export interface ProtocolSystemOptions {
  /**
   * The number of streams that each consumer opens.
   *
   * @default 1
   */
  readonly streams?: number;
  /**
   * The number of consumers.
   *
   * @default 1
   */
  readonly consumers?: number;
  /**
   * D, the maximum one-way delay, in ticks.
   *
   * @default 0
   */
  readonly delay?: number;
  /**
   * In which order messages of a link are delivered.
   *
   * @default 'connection'
   */
  readonly order?: Order;
  /**
   * K, how many heartbeats in a row may be missed.
   *
   * @default 2
   */
  readonly missedHeartbeatsMax?: number;
  /**
   * How many records each source has.
   *
   * @default 1
   */
  readonly records?: number;
  /**
   * Whether consumers offer exact reports.
   *
   * @default true
   */
  readonly exact?: boolean;
  /**
   * The durations of the protocol, in ticks.
   *
   * @default protocolTicks
   */
  readonly ticks?: Partial<ProtocolTicks>;
  /**
   * The fault budgets. `duplicate.copy` is 'end' here if omitted: stale copies may arrive after newer messages.
   *
   * @default no faults
   */
  readonly faults?: Faults;
}

/** Options of {@link protocolSystem}, including those whose traces cannot be replayed on real clients. */
export interface ProtocolModelOptions extends ProtocolSystemOptions {
  /**
   * What else may happen.
   *
   * @default nothing
   */
  readonly incidents?: readonly Incident[];
  /**
   * Whether to add ghost variables, notes of what no actor's state shows, for the properties that need them. They
   * increase the number of states.
   *
   * @default true where there are incidents
   */
  readonly ghosts?: boolean;
  /**
   * How many producers take the requests, as a queue group: each request goes to an arbitrary one of them.
   *
   * @default 1
   */
  readonly producers?: 1 | 2;
  /**
   * Whether consumers understand closes in heartbeat requests.
   *
   * @default as `exact`
   */
  readonly knowsCloses?: boolean;
  /**
   * The period, in ticks, with which each source produces records, endlessly. Replaces `records`.
   *
   * @default none: each source produces `records` records, at any time
   */
  readonly sourcePeriod?: number;
  /**
   * Symmetry reduction over the streams, see `ids` of a system. Requires a single consumer.
   *
   * @default false
   */
  readonly symmetric?: boolean;
  /**
   * Another client of the account, which publishes whatever it can.
   *
   * @default none
   */
  readonly stranger?: Stranger;
}

const optionFields = {
  ...sharedFields,
  consumers: true,
  exact: true,
  ghosts: true,
  knowsCloses: true,
  sourcePeriod: true,
} as const satisfies Record<keyof ProtocolModelOptions, true>;

/** @throws TypeError for an option that is none. */
export function checkProtocolOptions(options: ProtocolModelOptions): void {
  checkFields(options, optionFields);
}

/** Whether a system made with these options writes its ghosts down. */
export function hasGhosts({ ghosts, incidents = [] }: ProtocolModelOptions): boolean {
  return ghosts ?? incidents.length > 0;
}

/** @throws Error for systems whose streams cannot be exchanged one by one. */
function interchangeable({ symmetric = false, consumers = 1 }: ProtocolModelOptions, streams: readonly ModelStream[]) {
  if (!symmetric) return [];
  if (consumers > 1) throw new Error(`symmetric: expected one consumer, but got ${consumers}`);
  return streams.map(({ id }) => id);
}

/** The stream ids under which a stream may be requested again: once for each time that its consumer's link comes back. */
export function reopenedIdsOf(
  id: string,
  { faults = {}, incidents = [] }: Pick<ProtocolModelOptions, 'faults' | 'incidents'>,
): readonly string[] {
  const cuts = typeof faults.cut === 'number' ? faults.cut : (faults.cut?.max ?? 0);
  const times = cuts + (incidents.includes('consumerLinkLost') ? 1 : 0);
  return Array.from({ length: times }, (_, index) => streamIdOf(id, index + 1));
}

/** What readers and sources may do at any time. */
function stimuliOf(
  stream: ModelStream,
  records: number,
  isSteady: boolean,
  reopened: readonly string[],
  producers: readonly string[],
): Readonly<Record<string, Stimulus<ProtocolView>>> {
  const { consumer, id } = stream;
  const reads = (view: ProtocolView): boolean => {
    const reader = view[consumer]?.actors[readerOf(id)];
    return reader !== undefined && (reader.matches('waiting') || reader.matches('reading'));
  };
  const ofSource = (streamId: string, process: string): Readonly<Record<string, Stimulus<ProtocolView>>> => {
    const actor = sourceOf(inboxOf(consumer, streamId));
    const when = (view: ProtocolView): boolean => view[process]?.actors[actor]?.matches('running') === true;
    const of = { process, actor, when };
    const name = sourceNameOf(streamId, process);
    return {
      ...(records === 0 ? {} : { [`produce ${name}`]: { ...of, event: { type: 'produce' }, max: records } }),
      [`finish ${name}`]: { ...of, event: { type: 'finish' } },
    };
  };
  return {
    [`open ${id}`]: { process: consumer, actor: 'client', event: openEvent(id) },
    [`leave ${id}`]: { process: consumer, actor: readerOf(id), event: { type: 'leave' }, when: reads },
    ...(isSteady
      ? {}
      : (Object.assign(
          {},
          ...producers.flatMap((process) => [id, ...reopened].map((streamId) => ofSource(streamId, process))),
        ) as Readonly<Record<string, Stimulus<ProtocolView>>>)),
  };
}

/** What a source is called in the names of stimuli: by its request, and by its producer where that is the second one. */
export function sourceNameOf(streamId: string, process: string): string {
  return process === producerProcess ? streamId : `${streamId} at ${process}`;
}

function openEvent(id: string): { readonly type: string; readonly id: string; readonly subject: string } {
  return { type: 'app.open', id, subject: 'subject' };
}

/**
 * Creates a system of the shipped protocol, with the machines that run in production: producers, consumers, and their
 * readers and sources.
 *
 * @throws {TypeError} If an option is unknown.
 * @throws {Error} If the options give an invalid system, as `symmetric` with several consumers.
 */
export function protocolSystem(options: ProtocolModelOptions = {}): ProtocolSystem {
  checkProtocolOptions(options);
  const { delay = 0, order = 'connection', missedHeartbeatsMax = 2, records = 1, exact = true, faults = {} } = options;
  const { incidents = [], sourcePeriod, producers = 1, knowsCloses = exact } = options;
  const isSteady = sourcePeriod !== undefined;
  const ticks = { ...protocolTicks, ...options.ticks };
  const streams = streamsOf(options);
  const exchanges = exchangesUnderWay({
    streams: options.streams ?? 1,
    delay,
    order,
    interval: ticks.interval,
    faults,
  });
  const plain = protocolAdapter({ producer: producerProcess, exact, knowsCloses, exchanges });
  const adapter = hasGhosts(options) ? withGhosts(plain, isSteady ? 0 : records) : plain;
  const grouped = producers === 1 ? adapter : withQueueGroup(adapter);
  return system({
    processes: {
      ...clientProcesses(streams, missedHeartbeatsMax, producers),
      ...strangerProcesses(options.stranger),
    },
    machines: {
      ...shippedMachines,
      reader: readerMachine,
      source: isSteady ? steadySourceMachine : incidents.includes('sourceFails') ? failingSourceMachine : sourceMachine,
    },
    delays: {
      ...shippedDelays(ticks),
      ...(isSteady ? { sourcePeriod } : {}),
    },
    network: { delay, order },
    adapter: options.stranger === undefined ? grouped : withStranger(grouped),
    stimuli: optionalStimuli({
      ...Object.fromEntries(
        streams.flatMap((stream) =>
          Object.entries(
            stimuliOf(stream, records, isSteady, reopenedIdsOf(stream.id, options), producersOf(producers)),
          ),
        ),
      ),
      ...incidentStimuli(incidents, streams),
      ...(producers === 1 ? {} : queueGroupStimuli(streams)),
      ...strangerStimuli(options.stranger, streams, false),
    }),
    faults: withLateCopies(faults),
    ids: interchangeable(options, streams),
  });
}
