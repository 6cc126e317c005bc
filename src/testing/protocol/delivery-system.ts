import { system } from '../explorer/description/system.js';
import type { Faults, Order, Stimulus } from '../explorer/description/system-config.js';
import type { Predicate } from '../explorer/description/system-view.js';
import { inboxOf, protocolAdapter, readerOf, sourceOf } from './adapter.js';
import { deliveryAdapter } from './delivery-adapter.js';
import { deliveryArithmetic, type DeliveryArithmetic } from './delivery-arithmetic.js';
import { outflowNote, type ModelOutflow } from './delivery-outflow.js';
import { deliveryReaderMachine } from './delivery-reader.js';
import { deliveryTurnMachine } from './delivery-turn.js';
import { viewDelivery, type DeliveryView } from './delivery-view.js';
import { incidentStimuli, type Incident } from './incidents.js';
import { producerProcess, producersOf, streamsOf, type ModelStream } from './model-stream.js';
import { queueGroupStimuli, withQueueGroup } from './queue-group.js';
import { clientProcesses, shippedDelays, shippedMachines } from './shipped-parts.js';
import { failingSourceMachine, sourceMachine } from './source.js';
import { strangerProcesses, strangerStimuli, withStranger, type Stranger } from './stranger.js';
import { checkFields, sharedFields } from './option-fields.js';
import { optionalStimuli, withLateCopies } from './optional.js';
import { protocolTicks, type ProtocolSystem, type ProtocolTicks, type ProtocolView } from './protocol-options.js';
import { reopenedIdsOf, sourceNameOf } from './system.js';

/** Options of {@link deliverySystem}: the size of the system, and what may happen in it. */
export interface DeliverySystemOptions {
  /**
   * How many streams the consumer opens.
   *
   * @default 1
   */
  readonly streams?: number;
  /**
   * How many of them, the last ones, are opened only: they share the connection and the heartbeats with the others, but
   * have neither records nor an end of their own.
   *
   * @default 0
   */
  readonly bystanders?: number;
  /**
   * Symmetry reduction over the streams, see `ids` of a system.
   *
   * @default false
   */
  readonly symmetric?: boolean;
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
   * How many producers take the requests, as a queue group: each request goes to an arbitrary one of them.
   *
   * @default 1
   */
  readonly producers?: 1 | 2;
  /**
   * How many records each source has.
   *
   * @default 2
   */
  readonly records?: number;
  /**
   * The size of each record in bytes, by its number; the last entry applies to all further records.
   *
   * @default [1]
   */
  readonly recordBytes?: readonly number[];
  /**
   * The window that the consumer offers, in records.
   *
   * @default 1
   */
  readonly windowRecords?: number;
  /**
   * The window that the consumer offers, in bytes.
   *
   * @default as `windowRecords`
   */
  readonly windowBytes?: number;
  /**
   * The window to which the producer limits itself, in records, if it is smaller than the consumer's.
   *
   * @default as `windowRecords`
   */
  readonly producerWindowRecords?: number;
  /**
   * The maximum size of a frame, in bytes: larger records are fragmented.
   *
   * @default Infinity
   */
  readonly frameBytes?: number;
  /**
   * Whether the frames of one turn share a message.
   *
   * @default false
   */
  readonly joined?: boolean;
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
  /**
   * Whether readers may leave.
   *
   * @default true
   */
  readonly leave?: boolean;
  /**
   * What else may happen.
   *
   * @default nothing
   */
  readonly incidents?: readonly Incident[];
  /**
   * Another client of the account, which publishes whatever it can.
   *
   * @default none
   */
  readonly stranger?: Stranger;
  /**
   * Replaces the functions with these names, for mutation testing of the arithmetic.
   *
   * @default deliveryArithmetic
   */
  readonly arithmetic?: Partial<DeliveryArithmetic>;
}

const optionFields = {
  ...sharedFields,
  bystanders: true,
  recordBytes: true,
  windowRecords: true,
  windowBytes: true,
  producerWindowRecords: true,
  frameBytes: true,
  joined: true,
  leave: true,
  arithmetic: true,
} as const satisfies Record<keyof DeliverySystemOptions, true>;

/** @throws TypeError for an option that is none. */
export function checkDeliveryOptions(options: DeliverySystemOptions): void {
  checkFields(options, optionFields);
}

function stimuliOf(
  stream: ModelStream,
  records: number,
  mayLeave: boolean,
  reopened: readonly string[],
  producers: readonly string[],
): Readonly<Record<string, Stimulus<ProtocolView>>> {
  const { consumer, id } = stream;
  const on =
    (holds: (view: DeliveryView) => boolean): Predicate<ProtocolView> =>
    (view) =>
      holds(viewDelivery(view, stream));
  const ofSource = (streamId: string, process: string): Readonly<Record<string, Stimulus<ProtocolView>>> => {
    const inbox = inboxOf(consumer, streamId);
    const actor = sourceOf(inbox);
    const runs = (view: ProtocolView) => view[process]?.actors[actor]?.matches('running') === true;
    const outflowOf = (view: ProtocolView) => view[process]?.notes[outflowNote(inbox)] as ModelOutflow | null;
    const of = { process, actor };
    const name = sourceNameOf(streamId, process);
    return {
      [`produce ${name}`]: {
        ...of,
        event: { type: 'produce' },
        max: records,
        // A source awaits its writes.
        when: (view) => runs(view) && outflowOf(view)?.waiting === 0,
      },
      [`finish ${name}`]: { ...of, event: { type: 'finish' }, when: runs },
    };
  };
  return {
    [`open ${id}`]: {
      process: consumer,
      actor: 'client',
      event: { type: 'app.open', id, subject: 'subject' } as never,
    },
    [`take ${id}`]: {
      process: consumer,
      actor: readerOf(id),
      event: { type: 'take' },
      max: Infinity,
      when: on(({ reader, delivered, taken }) => reader === 'reading' && taken < delivered),
    },
    ...(mayLeave
      ? {
          [`leave ${id}`]: {
            process: consumer,
            actor: readerOf(id),
            event: { type: 'leave' },
            when: on(({ reader }) => reader === 'reading'),
          },
        }
      : {}),
    ...(Object.assign(
      {},
      ...producers.flatMap((process) => [id, ...reopened].map((streamId) => ofSource(streamId, process))),
    ) as Readonly<Record<string, Stimulus<ProtocolView>>>),
  };
}

/** Whether the stream of this place, counted from 0, is one that is only opened. */
export function isBystander({ streams = 1, bystanders = 0 }: DeliverySystemOptions, index: number): boolean {
  return index >= streams - bystanders;
}

/** How many bytes the record of a number has. */
export function recordBytesOf({ recordBytes = [1] }: DeliverySystemOptions, number: number): number {
  return recordBytes[number] ?? recordBytes.at(-1) ?? 1;
}

/**
 * Creates a system of this package's clients on the delivery extension, with the arithmetic and the machines that run
 * in production.
 *
 * @throws {TypeError} If an option is unknown.
 * @throws {Error} If the options give an invalid system.
 */
export function deliverySystem(options: DeliverySystemOptions = {}): ProtocolSystem {
  checkDeliveryOptions(options);
  const { delay = 0, order = 'connection', missedHeartbeatsMax = 2, records = 2, faults = {} } = options;
  const { windowRecords = 1, windowBytes = windowRecords, incidents = [], producers = 1 } = options;
  const bytesOf = (number: number): number => recordBytesOf(options, number);
  const ticks = { ...protocolTicks, ...options.ticks };
  const streams = streamsOf(options);
  const adapter = deliveryAdapter(protocolAdapter({ producer: producerProcess }), {
    producers: producersOf(producers),
    window: { records: windowRecords, bytes: windowBytes },
    producerWindow: { records: options.producerWindowRecords ?? windowRecords, bytes: windowBytes },
    bytesOf,
    partsOf: (number) => Math.ceil(bytesOf(number) / (options.frameBytes ?? Infinity)) || 1,
    missedHeartbeatsMax,
    isJoined: options.joined === true,
    arithmetic: { ...deliveryArithmetic, ...options.arithmetic },
  });
  const hasTurns = options.frameBytes !== undefined || options.joined === true;
  const grouped = producers === 1 ? adapter : withQueueGroup(adapter);
  return system({
    processes: {
      ...clientProcesses(streams, missedHeartbeatsMax, producers),
      ...strangerProcesses(options.stranger),
    },
    machines: {
      ...shippedMachines,
      reader: deliveryReaderMachine,
      source: incidents.includes('sourceFails') ? failingSourceMachine : sourceMachine,
      ...(hasTurns ? { turn: deliveryTurnMachine } : {}),
    },
    delays: {
      ...shippedDelays(ticks),
      ...(hasTurns ? { turn: 0 } : {}),
    },
    network: { delay, order },
    adapter: options.stranger === undefined ? grouped : withStranger(grouped),
    stimuli: optionalStimuli({
      ...Object.fromEntries(
        streams.flatMap((stream, index) =>
          Object.entries(
            stimuliOf(
              stream,
              records,
              options.leave ?? true,
              reopenedIdsOf(stream.id, options),
              producersOf(producers),
            ),
          ).filter(([name]) => !isBystander(options, index) || name === `open ${stream.id}`),
        ),
      ),
      ...incidentStimuli(incidents, streams),
      ...(producers === 1 ? {} : queueGroupStimuli(streams)),
      ...strangerStimuli(options.stranger, streams, true),
    }),
    faults: withLateCopies(faults),
    ids: options.symmetric === true ? streams.map(({ id }) => id) : [],
  });
}
