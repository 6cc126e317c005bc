import {
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
  type Window,
} from '../../../machines/index.js';
import type { Properties } from '../explorer/properties.js';
import { system, type Faults, type Order, type StartActors, type Stimulus } from '../explorer/system.js';
import type { ActorView, Predicate } from '../explorer/system-view.js';
import { protocolAdapter, readerOf, sourceOf } from './adapter.js';
import {
  deliveryAdapter,
  inflowNote,
  outflowNote,
  producedNote,
  type ModelInflow,
  type ModelOutflow,
} from './delivery-adapter.js';
import { deliveryReaderMachine, type DeliveryReaderContext } from './delivery-reader.js';
import { producerProcess, streamsOf, type ModelStream } from './model-stream.js';
import { sourceMachine } from './source.js';
import { protocolTicks, type ProtocolSystem, type ProtocolTicks, type ProtocolView } from './system.js';

export interface DeliverySystemOptions {
  /** How many streams the consumer opens. 1 unless told. */
  readonly streams?: number;
  /** The longest one-way delay in ticks, D. 0 unless told. */
  readonly delay?: number;
  readonly order?: Order;
  readonly missedHeartbeatsMax?: number;
  /** How many records each source has to give. 2 unless told. */
  readonly records?: number;
  /** How many records may be under way. 1 unless told. */
  readonly windowRecords?: number;
  readonly ticks?: Partial<ProtocolTicks>;
  readonly faults?: Faults;
  /** Whether readers may leave. True unless told. */
  readonly leave?: boolean;
}

/** What is true of one extended stream in one state of the system. */
interface DeliveryView {
  readonly reader: string | undefined;
  readonly delivered: number;
  readonly taken: number;
  readonly end: string | null;
  readonly produced: number;
  readonly sourceRuns: boolean;
  readonly sourceEnded: boolean;
  readonly isServed: boolean;
  readonly producerLives: boolean;
  readonly outflow: ModelOutflow | undefined;
  readonly inflow: ModelInflow | undefined;
  readonly isHeld: boolean;
}

function viewDelivery(view: ProtocolView, { consumer, id, inbox }: ModelStream): DeliveryView {
  const [at, from] = [view[consumer], view[producerProcess]];
  const reader = at?.actors[readerOf(id)] as ActorView<DeliveryReaderContext> | undefined;
  const source = from?.actors[sourceOf(inbox)];
  return {
    reader: reader?.value as string | undefined,
    delivered: reader?.context.delivered ?? 0,
    taken: reader?.context.taken ?? 0,
    end: reader?.context.end ?? null,
    produced: Number(from?.notes[producedNote(inbox)] ?? 0),
    sourceRuns: source?.matches('running') === true,
    sourceEnded: source?.matches('ended') === true,
    isServed: from?.actors[inbox] !== undefined,
    producerLives: from?.isAlive === true,
    outflow: (from?.notes[outflowNote(inbox)] ?? undefined) as ModelOutflow | undefined,
    inflow: (at?.notes[inflowNote(id)] ?? undefined) as ModelInflow | undefined,
    isHeld: at?.actors[id] !== undefined || from?.actors[inbox] !== undefined,
  };
}

function stimuliOf(
  stream: ModelStream,
  records: number,
  mayLeave: boolean,
): Readonly<Record<string, Stimulus<ProtocolView>>> {
  const { consumer, id, inbox } = stream;
  const on =
    (holds: (view: DeliveryView) => boolean): Predicate<ProtocolView> =>
    (view) =>
      holds(viewDelivery(view, stream));
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
    [`produce ${id}`]: {
      process: producerProcess,
      actor: sourceOf(inbox),
      event: { type: 'produce' },
      max: records,
      when: on(({ sourceRuns, outflow }) => sourceRuns && outflow?.waiting === 0),
    },
    [`finish ${id}`]: {
      process: producerProcess,
      actor: sourceOf(inbox),
      event: { type: 'finish' },
      when: on(({ sourceRuns }) => sourceRuns),
    },
  };
}

/** Two of this package's clients on the delivery extension: its arithmetic, and the machines that run in production. */
export function deliverySystem(options: DeliverySystemOptions = {}): ProtocolSystem {
  const {
    delay = 0,
    order = 'connection',
    missedHeartbeatsMax = 2,
    records = 2,
    windowRecords = 1,
    faults = {},
  } = options;
  const window: Window = { records: windowRecords, bytes: windowRecords };
  const ticks = { ...protocolTicks, ...options.ticks };
  const streams = streamsOf(options);
  const processes: Readonly<Record<string, StartActors>> = {
    ...Object.fromEntries(streams.map(({ consumer }) => [consumer, { client: consumerClientMachine }])),
    [producerProcess]: { client: { machine: producerClientMachine, input: { missedHeartbeatsMax } } },
  };
  return system({
    processes,
    machines: {
      consumerStream: consumerStreamMachine,
      producerStream: producerStreamMachine,
      heartbeat: heartbeatMachine,
      reader: deliveryReaderMachine,
      source: sourceMachine,
    },
    delays: {
      heartbeatInterval: ticks.interval,
      heartbeatRequestTimeout: ticks.requestTimeout,
      silenceTimeout: ticks.silence,
      openTimeout: ticks.open,
      'consumerStream.cancellationBuffer': ticks.consumerBuffer,
      'producerStream.cancellationBuffer': ticks.producerBuffer,
    },
    network: { delay, order },
    adapter: deliveryAdapter(protocolAdapter({ producer: producerProcess }), { producer: producerProcess, window }),
    stimuli: Object.fromEntries(
      streams.flatMap((stream) => Object.entries(stimuliOf(stream, records, options.leave ?? true))),
    ),
    faults,
  });
}

function budgetOf(fault: Faults[keyof Faults]): number {
  return typeof fault === 'number' ? fault : (fault?.max ?? 0);
}

/** What must hold of each extended stream. Source: PROTOCOL.md, Delivery. */
export function deliveryProperties(options: DeliverySystemOptions = {}): Required<Properties<ProtocolView>> {
  const { delay = 0, faults = {} } = options;
  const ticks = { ...protocolTicks, ...options.ticks };
  const [losses, crashes, cuts] = [faults.drop, faults.crash, faults.cut].map(budgetOf) as [number, number, number];
  const always: Record<string, Predicate<ProtocolView>> = {};
  const leadsTo: Record<string, Required<Properties<ProtocolView>>['leadsTo'][string]> = {};
  const reachable: Record<string, Predicate<ProtocolView>> = {};

  for (const stream of streamsOf(options)) {
    const { id } = stream;
    const on =
      (holds: (view: DeliveryView) => boolean): Predicate<ProtocolView> =>
      (view) =>
        holds(viewDelivery(view, stream));
    always[`${id}: each record comes once, in order, and none after the end`] = on(
      ({ reader }) => reader !== 'wronged',
    );
    always[`${id}: a normal end means that everything was delivered`] = on(
      ({ end, delivered, produced }) => end !== 'completed' || delivered === produced,
    );
    always[`${id}: credit is never negative`] = on(
      ({ outflow }) =>
        outflow === undefined || outflow.flow.sent - outflow.flow.consumed <= outflow.flow.window.records,
    );
    always[`${id}: no more is kept at the producer than the window holds`] = on(
      ({ outflow }) =>
        outflow === undefined || outflow.flow.sent - outflow.flow.acknowledged <= outflow.flow.window.records,
    );
    always[`${id}: no more waits at the consumer than the window holds`] = on(
      ({ inflow, delivered, taken }) => inflow === undefined || delivered - taken <= inflow.flow.window.records,
    );
    if (crashes + cuts === 0 && losses < (options.missedHeartbeatsMax ?? 2)) {
      always[`${id}: who does not leave gets everything`] = on(
        ({ end }) => end === null || end === 'completed' || end === 'cancelled' || (losses > 0 && end === 'noAnswer'),
      );
    }
    // Nothing has to come about while somebody is cut off; all of it has to once that is healed.
    const whenWhole =
      (holds: (view: DeliveryView) => boolean): Predicate<ProtocolView> =>
      (view, { cut }) =>
        cut.length === 0 && holds(viewDelivery(view, stream));
    const ends = (holds: (view: DeliveryView) => boolean) => ({
      from: whenWhole(holds),
      to: ((view, surroundings) => !whenWhole(holds)(view, surroundings)) as Predicate<ProtocolView>,
    });
    // A reader that has taken all that came must get more, or an end; so a lost record, grant, probe or close stalls nobody.
    for (let number = 0; number < (options.records ?? 2); number += 1) {
      leadsTo[`${id}: record ${number} comes to a reader that reads`] = ends(
        ({ reader, delivered, taken, produced }) =>
          reader === 'reading' && delivered === number && taken === number && produced > number,
      );
    }
    leadsTo[`${id}: a reader that took everything is told that the source has ended`] = ends(
      ({ reader, delivered, taken, produced, sourceRuns }) =>
        reader === 'reading' && taken === delivered && delivered === produced && !sourceRuns,
    );
    leadsTo[`${id}: a source whose reader left is cancelled`] = {
      ...ends(({ reader, sourceRuns }) => (reader === 'left' || reader === 'leftAndTold') && sourceRuns),
      ...(cuts > 0
        ? {}
        : { within: losses + crashes === 0 ? 2 * delay : ticks.interval * (1 + losses) + 2 * delay + crashes * 11 }),
    };
    leadsTo[`${id}: what is over is forgotten`] = ends(
      ({ reader, isHeld }) => reader !== undefined && reader !== 'reading' && isHeld,
    );
    const runsOut = (options.records ?? 2) > (options.windowRecords ?? 1);
    if (runsOut)
      reachable[`${id}: a source waits for credit`] = on(({ outflow }) => outflow !== undefined && outflow.waiting > 0);
    reachable[`${id}: everything is delivered, and the end is normal`] = on(
      ({ end, delivered }) => end === 'completed' && delivered === (options.records ?? 2),
    );
    if (losses > 0) reachable[`${id}: something is missing`] = on(({ inflow }) => inflow?.flow.isRecovering === true);
  }
  return { always, leadsTo, reachable };
}
