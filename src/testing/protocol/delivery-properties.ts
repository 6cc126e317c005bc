import { endOf } from '../../../machines/index.js';
import type { Properties } from '../explorer/description/properties.js';
import type { Faults } from '../explorer/description/system-config.js';
import type { Predicate } from '../explorer/description/system-view.js';
import { clientProperties } from './client-properties.js';
import { checkDeliveryOptions, isBystander, recordBytesOf, type DeliverySystemOptions } from './delivery-system.js';
import { viewDelivery, type DeliveryView } from './delivery-view.js';
import { incidentProperties } from './incident-properties.js';
import type { Incident } from './incidents.js';
import { producersOf, streamsOf, type ModelStream } from './model-stream.js';
import { isMixed } from './queue-group.js';
import { optional } from './optional.js';
import { protocolTicks, type ProtocolView } from './protocol-options.js';

type DeliveryProperties = Required<Omit<Properties<ProtocolView>, 'mayRest'>>;

/** What readers may be told where an incident ends their streams, besides the end of the source and their own. */
const endsOfIncidents: Readonly<Partial<Record<Incident, readonly string[]>>> = {
  producerCloses: ['closed', 'recordsLost', 'noAnswer'],
  producerConnectionCloses: ['producerSilent', 'recordsLost', 'noAnswer'],
  producerLinkLost: ['producerSilent', 'recordsLost', 'noAnswer'],
  consumerConnectionCloses: ['connectionClosed'],
  malformedFrame: ['unsupportedData'],
  slowReader: ['slowReader'],
  noResponders: ['noResponders'],
  sourceFails: ['closed'],
  inboxDeaf: ['closed', 'noAnswer', 'producerSilent'],
  framesForbidden: ['notPermitted'],
  heartbeatForbidden: ['notPermitted'],
};

function budgetOf(fault: Faults[keyof Faults]): number {
  return typeof fault === 'number' ? fault : (fault?.max ?? 0);
}

function isIn(value: unknown, state: string, inner?: string): boolean {
  if (inner === undefined) return value === state || (typeof value === 'object' && value !== null && state in value);
  return typeof value === 'object' && value !== null && (value as Record<string, unknown>)[state] === inner;
}

/** Incidents that do not touch the heartbeats, and end no stream but by its consumer. */
const quietIncidents: readonly Incident[] = ['sourceFails', 'malformedFrame', 'slowReader'];

/** In how many ticks what is promised comes about, for a system made with these options; undefined: some time. */
function boundsOf(options: DeliverySystemOptions) {
  const { delay = 0, faults = {}, incidents = [], missedHeartbeatsMax = 2 } = options;
  const { interval, requestTimeout, silence, open } = { ...protocolTicks, ...options.ticks };
  const { drop } = faults;
  const [losses, crashes, cuts] = [drop, faults.crash, faults.cut].map(budgetOf) as [number, number, number];
  const isQuiet = (besides: readonly Incident[]) =>
    incidents.every((incident) => quietIncidents.includes(incident) || besides.includes(incident));
  const isLost = (type: string): boolean =>
    losses > 0 && (typeof drop !== 'object' || drop.when?.({ type }, { from: '', to: '' }) !== false);
  // What was lost is found out by the next heartbeat; and that, its announcement or what follows may be lost as well.
  const found = losses * (interval + 4 * delay);
  const heartbeatsLost = isLost('ask') || isLost('answer') ? losses : 0;
  const onlyBetween = crashes === 0 && isQuiet(['consumerLinkLost']);
  const isWhole = losses + crashes + cuts === 0;
  return {
    losses,
    /** Whether the heartbeats keep every stream alive, and every request comes. */
    isSupervised:
      crashes + cuts === 0 && heartbeatsLost < missedHeartbeatsMax && !incidents.includes('heartbeatUnanswerable'),
    mayMissRequest: isLost('request'),
    mayMissRecord: isLost('records') || isLost('part'),
    mayMissEnd: isLost('end'),
    /** A record, or the end: three trips where credit must be asked for, five where a link was away. */
    toReader: onlyBetween ? 5 * delay + found : undefined,
    /** That its producer is extended: the first frame, or the next heartbeat. */
    toKnow: onlyBetween ? 5 * delay + found + (isWhole && incidents.length === 0 ? 0 : interval) : undefined,
    /** That nobody reads: one trip to a producer that is known. */
    toKnownSource: isWhole && isQuiet(['consumerCloses', 'consumerLinkLost']) ? delay : undefined,
    /** The same by heartbeats, or to one that is not known yet. */
    toSource:
      isWhole && isQuiet([])
        ? 3 * delay
        : cuts === 0 && isQuiet(['consumerCloses'])
          ? missedHeartbeatsMax * interval + requestTimeout + 4 * delay + losses * interval
          : undefined,
    /** That its request is an earlier one: the heartbeats tell it. */
    toGhost: onlyBetween ? interval + 2 * delay + losses * interval : undefined,
    /** A close. */
    toTold:
      crashes + cuts === 0 &&
      !isLost('end') &&
      isQuiet(['producerCloses', 'heartbeatUnanswerable', 'consumerLinkLost', 'framesForbidden', 'heartbeatForbidden'])
        ? delay
        : undefined,
    /** The end of a producer that says nothing. */
    silent: cuts + losses === 0 && isQuiet([]) ? Math.max(silence, open) + delay : undefined,
    /** That frames do not come, though heartbeats do: K + 1 announcements go unanswered, each a round after the one before. */
    toDeaf:
      crashes + cuts === 0 && isQuiet(['inboxDeaf'])
        ? (missedHeartbeatsMax + 2) * interval + 3 * delay + losses * interval
        : undefined,
    /** Nothing is kept of what is over. */
    toForget: isWhole && isQuiet([]) ? 4 * delay : undefined,
  };
}

/**
 * Returns the properties of the delivery extension, for each stream of a system that {@link deliverySystem} creates
 * with the same options. Source: PROTOCOL.md, Delivery.
 *
 * @throws {TypeError} If an option is unknown.
 */
export function deliveryProperties(options: DeliverySystemOptions = {}): DeliveryProperties {
  checkDeliveryOptions(options);
  const streams = streamsOf(options);
  const properties = streams.map((stream, index) => propertiesOf(stream, options, isBystander(options, index)));
  return {
    always: Object.assign(
      {},
      ...properties.map(({ always }) => always),
      clientProperties(streams, producersOf(options.producers)),
      incidentProperties(streams),
    ) as DeliveryProperties['always'],
    leadsTo: optional(Object.assign({}, ...properties.map(({ leadsTo }) => leadsTo)) as DeliveryProperties['leadsTo']),
    reachable: Object.assign({}, ...properties.map(({ reachable }) => reachable)) as DeliveryProperties['reachable'],
  };
}

function propertiesOf(stream: ModelStream, options: DeliverySystemOptions, isOnlyOpened: boolean): DeliveryProperties {
  const { id } = stream;
  const { records = 2, windowRecords = 1, incidents = [] } = options;
  const bounds = boundsOf(options);
  const on =
    (holds: (view: DeliveryView) => boolean): Predicate<ProtocolView> =>
    (view) =>
      holds(viewDelivery(view, stream));
  // Nothing has to come about while somebody is cut off; all of it has to once that is healed.
  const whenWhole =
    (holds: (view: DeliveryView) => boolean): Predicate<ProtocolView> =>
    (view, { cut }) => {
      if (cut.length > 0) return false;
      const of = viewDelivery(view, stream);
      return of.isLinked && !of.isDeaf && holds(of);
    };
  const ends = (holds: (view: DeliveryView) => boolean, within: number | undefined) => ({
    from: whenWhole(holds),
    to: ((view, surroundings) => !whenWhole(holds)(view, surroundings)) as Predicate<ProtocolView>,
    ...(within === undefined ? {} : { within }),
  });

  const bytesBefore = (number: number): number =>
    Array.from({ length: number }, (_, index) => recordBytesOf(options, index)).reduce((sum, bytes) => sum + bytes, 0);

  const always: Record<string, Predicate<ProtocolView>> = {
    [`${id}: each record comes once, in order, and none after the end`]: on(({ reader }) => reader !== 'wronged'),
    [`${id}: a normal end means that everything was delivered`]: on(
      ({ end, delivered, produced }) => end !== 'completed' || delivered === produced,
    ),
    [`${id}: credit is never negative`]: on(
      ({ outflow }) =>
        outflow === undefined || outflow.flow.sent - outflow.flow.consumed <= outflow.flow.window.records,
    ),
    [`${id}: no more is kept at the producer than the window holds`]: on(({ outflow }) => {
      if (outflow === undefined) return true;
      const { sent, acknowledged, sentBytes, consumedBytes, window } = outflow.flow;
      const kept = sent - acknowledged;
      return kept <= window.records && (sentBytes - consumedBytes <= window.bytes || sent - outflow.flow.consumed <= 1);
    }),
    [`${id}: no more waits at the consumer than the window holds`]: on(
      ({ inflow, delivered, taken }) => inflow === undefined || delivered - taken <= inflow.flow.window.records,
    ),
    [`${id}: bytes are counted as records are`]: on(({ outflow, inflow }) => {
      const { sent = 0, sentBytes = 0, consumed = 0, consumedBytes = 0 } = outflow?.flow ?? {};
      return (
        sentBytes === bytesBefore(sent) &&
        consumedBytes === bytesBefore(consumed) &&
        (inflow?.flow.consumedBytes ?? 0) === bytesBefore(inflow?.flow.consumed ?? 0)
      );
    }),
    // What the statecharts show is so.
    [`${id}: a stream that is read is not over`]: on(({ reader, at }) => reader !== 'reading' || at !== undefined),
    [`${id}: a stream whose producer was heard is active`]: on(
      ({ at, hasHeardProducer }) => !(isIn(at, 'opening') && hasHeardProducer),
    ),
    [`${id}: the consumer recovers as long as something is missing`]: on(
      ({ at, inflow }) =>
        !(isIn(at, 'active', 'listening') || isIn(at, 'active', 'recovering')) ||
        isIn(at, 'active', 'recovering') === (inflow?.flow.isRecovering === true),
    ),
    [`${id}: nobody is judged by silence while the link is down`]: on(
      ({ reader, isConsumerLinked, isTimed }) => isConsumerLinked || reader !== 'reading' || !isTimed,
    ),
    [`${id}: the producer is blocked as long as a record waits`]: on(
      ({ from, outflow }) => !isIn(from, 'active') || isIn(from, 'active', 'blocked') === (outflow?.waiting ?? 0) > 0,
    ),
    [`${id}: records are lost only where some are missing`]: on(
      ({ end, delivered, produced, inflow }) =>
        end !== 'recordsLost' || delivered < produced || inflow?.flow.isRecovering === true || inflow === undefined,
    ),
  };
  if (options.producers === 2) {
    always[`${id}: the records that are read come of one request, from one producer`] = (view) =>
      !isMixed(view, stream);
  }
  // As long as a consumer believes that its link is down it asks for nothing that is missing, though heartbeats pass here.
  const isDeafWhileDown = bounds.losses > 0 && incidents.includes('consumerLinkLost');
  if (
    bounds.isSupervised &&
    !isDeafWhileDown &&
    !incidents.some((incident) => incident === 'producerCloses' || incident === 'inboxDeaf')
  ) {
    // Where a producer drains it ends its sources, so this is what its drain promises as well.
    always[`${id}: what a source has made comes before its end, normal or not`] = on(
      ({ end, delivered, produced }) => end !== 'closed' || delivered === produced,
    );
  }
  if (bounds.isSupervised) {
    const may = ['completed', 'cancelled', ...incidents.flatMap((incident) => endsOfIncidents[incident] ?? [])];
    if (bounds.mayMissRequest) may.push('noAnswer');
    if (isDeafWhileDown) may.push('closed', 'recordsLost');
    // Their close is final, so what is lost before it stays so. Where it is lost itself heartbeats tell it, unless they are
    // what is refused.
    if (bounds.mayMissRecord && (incidents.includes('framesForbidden') || incidents.includes('heartbeatForbidden'))) {
      may.push('recordsLost');
    }
    if (bounds.mayMissEnd && incidents.includes('heartbeatForbidden')) may.push('noAnswer', 'producerSilent');
    always[`${id}: who does not leave gets everything`] = on(({ end }) => end === null || may.includes(end));
  }

  const leadsTo: Record<string, DeliveryProperties['leadsTo'][string]> = {};
  // A reader that has taken all that came must get more, or an end; so a lost record, grant, probe or close stalls nobody.
  for (let number = 0; number < records; number += 1) {
    leadsTo[`${id}: record ${number} comes to a reader that reads`] = ends(
      ({ reader, delivered, taken, produced, hasHeardProducer, isServed }) =>
        reader === 'reading' &&
        hasHeardProducer &&
        isServed &&
        delivered === number &&
        taken === number &&
        produced > number,
      bounds.toReader,
    );
  }
  if (incidents.includes('inboxDeaf')) {
    const isMissing = ({ outflow, inflow, hasHeardProducer }: DeliveryView): boolean =>
      outflow !== undefined && inflow !== undefined && (!hasHeardProducer || endOf(outflow.flow) > inflow.flow.next);
    leadsTo[`${id}: a reader whose inbox is deaf is told`] = {
      from: on((of) => of.reader === 'reading' && of.isDeaf && isMissing(of)),
      to: on(({ reader }) => reader !== 'reading'),
      ...(bounds.toDeaf === undefined ? {} : { within: bounds.toDeaf }),
    };
  }
  leadsTo[`${id}: a reader that took everything is told that the source has ended`] = ends(
    ({ reader, delivered, taken, produced, sourceRuns, isServed, hasHeardProducer }) =>
      reader === 'reading' &&
      hasHeardProducer &&
      taken === delivered &&
      delivered === produced &&
      !sourceRuns &&
      isServed,
    bounds.toReader,
  );
  leadsTo[`${id}: a reader is told that its stream is over`] = ends(
    ({ reader, hasHeardProducer, isServed, producerLives }) =>
      reader === 'reading' && hasHeardProducer && producerLives && !isServed,
    bounds.toTold,
  );
  leadsTo[`${id}: a reader is told that its producer is dead`] = ends(
    ({ reader, producerLives }) => reader === 'reading' && !producerLives,
    bounds.silent,
  );
  leadsTo[`${id}: the consumer hears that its producer is extended`] = ends(
    ({ reader, isServed, hasHeardProducer }) => reader === 'reading' && isServed && !hasHeardProducer,
    bounds.toKnow,
  );
  leadsTo[`${id}: what is missing comes`] = ends(
    ({ reader, isServed, inflow }) => reader === 'reading' && isServed && inflow?.flow.isRecovering === true,
    bounds.toReader,
  );
  leadsTo[`${id}: a source that nobody reads is cancelled`] = ends(
    ({ reader, sourceRuns }) => reader !== undefined && reader !== 'reading' && sourceRuns,
    bounds.toSource,
  );
  leadsTo[`${id}: a source whose reader had records is cancelled when it leaves`] = ends(
    ({ reader, delivered, sourceRuns }) => reader !== undefined && reader !== 'reading' && delivered > 0 && sourceRuns,
    bounds.toKnownSource,
  );
  if (incidents.includes('consumerLinkLost') || budgetOf(options.faults?.cut) > 0) {
    leadsTo[`${id}: a source that took an earlier request is stopped`] = ends(
      ({ ghostRuns }) => ghostRuns,
      bounds.toGhost,
    );
  }
  leadsTo[`${id}: what is over is forgotten`] = ends(
    ({ reader, isHeld }) => reader !== undefined && reader !== 'reading' && isHeld,
    bounds.toForget,
  );

  if (isOnlyOpened) return { always, leadsTo, reachable: {} };
  const runsOut =
    records > (options.producerWindowRecords ?? windowRecords) ||
    bytesBefore(records) > (options.windowBytes ?? windowRecords);
  return {
    always,
    leadsTo,
    reachable: {
      ...(runsOut
        ? { [`${id}: a source waits for credit`]: on(({ outflow }) => outflow !== undefined && outflow.waiting > 0) }
        : {}),
      [`${id}: everything is delivered, and the end is normal`]: on(
        ({ end, delivered }) => end === 'completed' && delivered === records,
      ),
      ...(bounds.losses > 0
        ? { [`${id}: something is missing`]: on(({ inflow }) => inflow?.flow.isRecovering === true) }
        : {}),
    },
  };
}
