import type { RegisteredStream } from '../../../machines/index.js';
import type { LeadsTo, Properties } from '../explorer/description/properties.js';
import type { Faults } from '../explorer/description/system-config.js';
import type { ActorView, Predicate } from '../explorer/description/system-view.js';
import { viewStream, type StreamView } from './stream-view.js';
import { producerProcess, producersOf, streamsOf, type ModelStream } from './model-stream.js';
import { awayNote } from './adapter.js';
import { clientProperties } from './client-properties.js';
import { ghostProperties } from './ghost-properties.js';
import { isLinkDown } from './ghosts.js';
import { incidentProperties } from './incident-properties.js';
import type { Incident } from './incidents.js';
import { optional } from './optional.js';
import { protocolTicks, type ProtocolView } from './protocol-options.js';
import { isMixed } from './queue-group.js';
import { checkProtocolOptions, hasGhosts, type ProtocolModelOptions } from './system.js';

function countOf(fault: Faults[keyof Faults]): number {
  return typeof fault === 'number' ? fault : (fault?.max ?? 0);
}

function not(holds: Predicate<ProtocolView>): Predicate<ProtocolView> {
  return (view, surroundings) => !holds(view, surroundings);
}

/** Worst-case durations of the protocol, in ticks. Source: PROTOCOL.md, Timing. */
export interface ProtocolBounds {
  /** From open to the first sign of life: two round trips with an immediate heartbeat; I more for each lost one. */
  readonly openToHeard: number;
  /** From the reader leaving to the source stopped: I + 2D + Bp, and I more for each lost heartbeat. */
  readonly leftToStopped: number;
  /** From the first report of a plain consumer to the stream stopped or active again: 2·Bp. */
  readonly reportedToJudged: number;
  /** From the producer's crash to the reader's end: S + D. */
  readonly producerDeadToTold: number;
  /** From the consumer's crash to the source stopped: K·I + T. */
  readonly consumerDeadToStopped: number;
}

/** Computes the bounds, in ticks, that {@link protocolProperties} checks for a system created with the same options. */
export function protocolBounds(options: ProtocolModelOptions = {}): ProtocolBounds {
  const { delay = 0, missedHeartbeatsMax = 2, exact = true, faults = {} } = options;
  const ticks = { ...protocolTicks, ...options.ticks };
  const losses = countOf(faults.drop) + (options.incidents?.includes('heartbeatUnanswerable') === true ? 2 : 0);
  return {
    openToHeard: 4 * delay + losses * ticks.interval,
    leftToStopped: ticks.interval + 2 * delay + (exact ? 0 : ticks.producerBuffer) + losses * ticks.interval,
    reportedToJudged: 2 * ticks.producerBuffer,
    producerDeadToTold: Math.max(ticks.silence, ticks.open) + delay,
    consumerDeadToStopped: missedHeartbeatsMax * ticks.interval + ticks.requestTimeout,
  };
}

/** What readers may be told without a fault of the network, besides an end of the source's or of their own. */
const endsOfIncidents: Readonly<Partial<Record<Incident, readonly string[]>>> = {
  producerCloses: ['closed', 'noAnswer'],
  producerConnectionCloses: ['producerSilent', 'noAnswer'],
  producerLinkLost: ['producerSilent', 'noAnswer'],
  consumerConnectionCloses: ['connectionClosed'],
  malformedFrame: ['unsupportedData'],
  slowReader: ['slowReader'],
  noResponders: ['noResponders'],
  sourceFails: ['closed'],
  producerAway: ['noResponders'],
  inboxDeaf: ['producerSilent', 'noAnswer'],
  requestForbidden: ['notPermitted'],
  answersForbidden: ['notPermitted'],
  framesForbidden: ['notPermitted', 'noAnswer', 'producerSilent'],
  heartbeatForbidden: ['notPermitted', 'noAnswer', 'producerSilent'],
};

/** Incidents that leave the heartbeats of a consumer as they are. */
const quietIncidents: readonly Incident[] = ['consumerDrains', 'malformedFrame', 'slowReader', 'sourceFails'];

/** Whether a stream that was left is listed, or gets a record, before its consumer's cancellation buffer is over. */
function absorbsLongEnough({ delay = 0, incidents = [], sourcePeriod, ticks: given }: ProtocolModelOptions): boolean {
  const { interval, requestTimeout, consumerBuffer } = { ...protocolTicks, ...given };
  const isSteady = sourcePeriod !== undefined && sourcePeriod + delay < consumerBuffer;
  return (
    (isSteady || consumerBuffer >= interval + requestTimeout) &&
    incidents.every((incident) => quietIncidents.includes(incident))
  );
}

/** Whether the requests of a heartbeat name closes. */
function tellsCloses(heartbeat: ActorView | undefined): boolean {
  const streams = (heartbeat?.context['streams'] ?? []) as unknown as readonly RegisteredStream[];
  return streams.some(({ close }) => close !== undefined);
}

/**
 * Returns the properties of the shipped protocol, for each stream of a system that {@link protocolSystem} creates with
 * the same options. Properties that the configured faults make unsatisfiable are left out, so one call serves every
 * configuration.
 *
 * @throws {TypeError} If an option is unknown.
 */
export function protocolProperties(options: ProtocolModelOptions = {}): Required<Properties<ProtocolView>> {
  checkProtocolOptions(options);
  const { missedHeartbeatsMax = 2, order = 'connection', faults = {}, incidents = [] } = options;
  const streams = streamsOf(options);
  const producers = producersOf(options.producers);
  const bounds = protocolBounds(options);
  const [losses, crashes, cuts, stalls] = [faults.drop, faults.crash, faults.cut, faults.late].map(countOf) as [
    number,
    number,
    number,
    number,
  ];
  const isFaultless = losses + crashes + cuts + stalls === 0;
  const has = (...some: readonly Incident[]): boolean => some.some((incident) => incidents.includes(incident));
  // A stream whose close is told by heartbeats, to one who does not know of such, is listed until the next round.
  const isToldInVain = options.knowsCloses === false && options.exact !== false;
  const { interval } = { ...protocolTicks, ...options.ticks };
  const isCutOff = cuts > 0 || has('consumerLinkLost', 'producerLinkLost');
  // Without responders there are two misses, but never in a row.
  const missesInARow = losses + (has('heartbeatUnanswerable') ? 1 : 0);
  const endsAllowed = new Set([
    null,
    'completed',
    'cancelled',
    ...incidents.flatMap((incident) => endsOfIncidents[incident] ?? []),
  ]);
  const always: Record<string, Predicate<ProtocolView>> = { ...clientProperties(streams, producers) };
  if (incidents.length > 0) Object.assign(always, incidentProperties(streams));
  if (hasGhosts(options)) {
    // A request that comes once more may start its source anew, which then makes records for nobody.
    const losesRecords = losses + crashes + cuts + countOf(faults.duplicate) > 0 || order === 'none';
    const areReportsExact = options.exact !== false && stalls + countOf(faults.duplicate) === 0;
    Object.assign(always, ghostProperties(streams, { losesRecords, areReportsExact, producers }));
  }
  const isCutOffForEver = cuts > 0 || incidents.length > 0;
  const leadsTo: Record<string, LeadsTo<ProtocolView>> = {};
  const reachable: Record<string, Predicate<ProtocolView>> = {};

  const stateOne = (stream: ModelStream): void => {
    const { id } = stream;
    const on =
      (holds: (view: StreamView) => boolean): Predicate<ProtocolView> =>
      (view) =>
        holds(viewStream(view, stream));

    always[`${id}: the reader is told one end, and nothing after it`] = on(({ isWronged }) => !isWronged);
    if (producers.length > 1) {
      always[`${id}: the records that are read come of one request, from one producer`] = (view) =>
        !isMixed(view, stream);
    }
    always[`${id}: a normal end means that the source came to its end`] = on(
      ({ end, sourceEnded }) => end !== 'completed' || sourceEnded,
    );
    always[`${id}: who does not read is told an end at once`] = on(
      ({ isOpened, isRead, end }) => !isOpened || isRead || end !== null,
    );
    always[`${id}: a source runs exactly while it is served`] = on(
      ({ producerLives, sourceRuns, isServed }) => !producerLives || sourceRuns === isServed,
    );
    if (countOf(faults.duplicate) === 0) {
      always[`${id}: who is told of another end has a source that did not come to its own`] = on(
        ({ end, sourceEnded }) => end !== 'closed' || !sourceEnded,
      );
    }
    // A cut consumer is as good as dead to its producer, and so is one that misses as many heartbeats as are allowed.
    if (
      cuts + stalls === 0 &&
      missesInARow < missedHeartbeatsMax &&
      !has('producerCloses', 'producerConnectionCloses', 'framesForbidden', 'heartbeatForbidden')
    ) {
      always[`${id}: no source is stopped while its reader reads`] = on(
        ({ sourceCancelled, isRead }) => !(sourceCancelled && isRead),
      );
    }
    if (isFaultless) {
      always[`${id}: without a fault nobody is told of one`] = on(({ end }) => endsAllowed.has(end));
    }
    const isOnlyOnce = isFaultless && countOf(faults.duplicate) === 0;
    if (isOnlyOnce && absorbsLongEnough(options)) {
      always[`${id}: what is left is absorbed until its source has stopped`] = on(
        ({ isOpened, consumerState, sourceRuns }) => !isOpened || !sourceRuns || consumerState !== null,
      );
    }
    if (isOnlyOnce && !has('producerConnectionCloses', 'inboxDeaf')) {
      leadsTo[`${id}: a close is the end of what was absorbed`] = {
        from: on(({ consumerState, sourceStopped }) => consumerState === 'cancelling' && sourceStopped),
        to: on(({ consumerState }) => consumerState !== 'cancelling'),
        within: options.delay ?? 0,
      };
    }
    always[`${id}: who left is reported`] = on(
      ({ hasLeft, consumerState }) => !hasLeft || (consumerState !== 'opening' && consumerState !== 'active'),
    );

    const bounded = (within: number) => (isCutOff || stalls > 0 ? {} : { within });
    const isWhole = (view: ProtocolView): boolean =>
      [stream.consumer, ...producers].every((process) => !isLinkDown(view, process));
    // Nothing has to come about while somebody is cut off; all of it has to once that is healed.
    const whenWhole =
      (holds: (view: StreamView) => boolean): Predicate<ProtocolView> =>
      (view, { cut }) =>
        cut.length === 0 && isWhole(view) && holds(viewStream(view, stream));
    const ends = (holds: (view: StreamView) => boolean) => ({
      from: isCutOff ? whenWhole(holds) : on(holds),
      to: isCutOff ? not(whenWhole(holds)) : on((view) => !holds(view)),
    });
    leadsTo[`${id}: a reader that left stops the source`] = {
      ...ends(({ hasLeft, sourceRuns }) => hasLeft && sourceRuns),
      // A consumer that is over answers no heartbeat, and is as good as dead.
      ...(has('consumerCloses', 'consumerDrains', 'consumerConnectionCloses') ? {} : bounded(bounds.leftToStopped)),
    };
    if (options.exact === false) {
      const isJudged: Predicate<ProtocolView> = (view) =>
        view[producerProcess]?.actors[stream.inbox]?.matches('cancelling') !== true;
      leadsTo[`${id}: a stream that was reported is judged`] = {
        from: not(isJudged),
        to: isJudged,
        within: bounds.reportedToJudged,
      };
    }
    leadsTo[`${id}: a reader does not wait for a source that does not run`] = {
      ...ends(({ isRead, sourceRuns }) => isRead && !sourceRuns),
      ...bounded(bounds.producerDeadToTold + (isToldInVain ? interval : 0)),
    };
    if (isCutOff) {
      leadsTo[`${id}: a source that took an earlier request is stopped`] = {
        ...ends(({ ghostRuns }) => ghostRuns),
        ...(crashes + stalls === 0 && incidents.every((incident) => incident === 'consumerLinkLost')
          ? { within: bounds.leftToStopped }
          : {}),
      };
    }
    if (has('framesForbidden')) {
      const refused = `frames of ${id} are refused`;
      const waits: Predicate<ProtocolView> = (view, { left }) => left[refused] === 0 && viewStream(view, stream).isRead;
      leadsTo[`${id}: a reader is told that frames are refused`] = {
        from: waits,
        to: not(waits),
        // An exchange may be under way. Who does not know of closes in heartbeats finds silence.
        ...((options.knowsCloses ?? options.exact) === false ? {} : { within: 4 * (options.delay ?? 0) }),
      };
    }
    if (has('producerAway')) {
      const rests: Predicate<ProtocolView> = (view) =>
        isWhole(view) &&
        view[producerProcess]?.notes[awayNote] !== true &&
        view[stream.consumer]?.actors[id]?.matches({ opening: 'returning' }) === true;
      leadsTo[`${id}: a request that found nobody as the link came back finds who comes back`] = {
        from: rests,
        to: not(rests),
        within: { ...protocolTicks, ...options.ticks }.retry + 4 * (options.delay ?? 0),
      };
    }
    leadsTo[`${id}: what is over is forgotten`] = ends(({ isOpened, isRead, isHeld }) => isOpened && !isRead && isHeld);
    if (crashes > 0) {
      leadsTo[`${id}: a source stops whose consumer has died`] = {
        ...ends(({ consumerLives, sourceRuns }) => !consumerLives && sourceRuns),
        ...bounded(bounds.consumerDeadToStopped),
      };
    }
    if (crashes > 0) {
      leadsTo[`${id}: what a dead consumer leaves is forgotten`] = ends(
        ({ consumerLives, isHeld }) => !consumerLives && isHeld,
      );
    }
    if (isFaultless && incidents.length === 0) {
      leadsTo[`${id}: a stream is heard of`] = {
        ...ends(({ consumerState }) => consumerState === 'opening'),
        within: bounds.openToHeard,
      };
    }
    if (options.sourcePeriod === undefined)
      reachable[`${id}: a stream is complete`] = on(({ end }) => end === 'completed');
    reachable[`${id}: a reader leaves a source that runs`] = on(({ hasLeft, sourceRuns }) => hasLeft && sourceRuns);
  };

  streams.forEach(stateOne);
  if (options.exact === false) {
    for (const { consumer } of streams) {
      always[`${consumer}: a plain consumer is told of no close by heartbeats`] = (view) =>
        producers.every((producer) => !tellsCloses(view[producer]?.actors[consumer]));
    }
  }
  reachable['a heartbeat rests'] = (view) =>
    streams.some(({ consumer }) => view[producerProcess]?.actors[consumer]?.matches({ open: { exchange: 'idle' } }));
  if (has('consumerDrains')) {
    for (const { consumer } of streams) {
      const drains: Predicate<ProtocolView> = (view) =>
        view[consumer]?.actors['client']?.matches({ open: { intake: 'draining' } }) === true;
      leadsTo[`${consumer}: a client that drains comes to its end`] = { from: drains, to: not(drains) };
    }
  }
  // Who is cut off for ever rests as it is.
  const mayRest: Predicate<ProtocolView> = (view) =>
    isCutOffForEver || streams.every((stream) => !viewStream(view, stream).isRead);
  return { always, leadsTo: optional(leadsTo), reachable, mayRest };
}
