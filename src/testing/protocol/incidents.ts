import { clientActorId, CloseCode } from '../../../machines/index.js';
import type { Stimulus } from '../explorer/description/system-config.js';
import type { ActorView } from '../explorer/description/system-view.js';
import { awayNote, readerOf, sourceOf } from './adapter.js';
import { isLinkDown, isMissed } from './ghosts.js';
import type { IncidentMessage } from './incident-messages.js';
import { producerProcess, type ModelStream } from './model-stream.js';
import type { ProtocolView } from './protocol-options.js';

/**
 * The names of what may happen besides opening, leaving, producing and finishing, in the terms of PROTOCOL.md. Each may
 * happen once to each stream or client that it can affect.
 */
export const incidents = [
  'consumerCloses',
  'consumerDrains',
  'producerCloses',
  /** The NATS connection is closed for good. */
  'consumerConnectionCloses',
  'producerConnectionCloses',
  /** The connection is lost, and restored at any later time. Messages in transit are not lost with it. */
  'consumerLinkLost',
  'producerLinkLost',
  'malformedFrame',
  'slowReader',
  /** The server answers the open request with no responders. */
  'noResponders',
  'sourceFails',
  /**
   * The server answers a heartbeat request with no responders: twice, but never twice in a row while the consumer is
   * alive, and every time once it has crashed.
   */
  'heartbeatUnanswerable',
  /**
   * A heartbeat response reports every stream, as a plain consumer may do with a live one: twice, the second time only
   * after the first report has been forgotten.
   */
  'heartbeatMisreports',
  /** The producer takes no requests for a while: the server answers them with no responders. */
  'producerAway',
  /** Frames no longer reach the consumer, but heartbeats do. */
  'inboxDeaf',
  /** The server denies a client permission to publish: the request, the consumer's answers, frames, or heartbeats. */
  'requestForbidden',
  'answersForbidden',
  'framesForbidden',
  'heartbeatForbidden',
] as const;

/** The name of an incident: an event that the environment may cause, besides the faults of the network. */
export type Incident = (typeof incidents)[number];

type Stimuli = Readonly<Record<string, Stimulus<ProtocolView>>>;

function clientOf(view: ProtocolView, process: string) {
  return view[process]?.actors['client'];
}

/** A client hears it as long as there is one. */
function befallsClient(process: string, event: { readonly type: string }): Stimulus<ProtocolView> {
  return { process, actor: clientActorId, event, when: (view: ProtocolView) => clientOf(view, process) !== undefined };
}

function linkStimuli(process: string): Stimuli {
  const message = (type: 'link.lost' | 'link.restored'): IncidentMessage => ({ type });
  return {
    [`lose link of ${process}`]: {
      process,
      message: message('link.lost'),
      when: (view) => clientOf(view, process) !== undefined && !isLinkDown(view, process),
    },
    [`restore link of ${process}`]: {
      process,
      message: message('link.restored'),
      max: Infinity,
      when: (view) => isLinkDown(view, process),
    },
  };
}

function connectionStimuli(process: string): Stimuli {
  return {
    [`close connection of ${process}`]: {
      process,
      message: { type: 'link.closed' },
      when: (view) => clientOf(view, process) !== undefined,
    },
  };
}

function consumerStimuli(incident: Incident, consumer: string, streams: readonly ModelStream[]): Stimuli {
  const isAsked = (view: ProtocolView): boolean => {
    const heartbeat = view[producerProcess]?.actors[consumer];
    return (
      heartbeat !== undefined && ['introducing', 'asking'].some((exchange) => heartbeat.matches({ open: { exchange } }))
    );
  };
  // What is new is asked for besides the rounds, and nobody minds whether that is answered.
  const isInRound = (view: ProtocolView): boolean => {
    return view[producerProcess]?.actors[consumer]?.matches({ open: { exchange: 'asking' } }) === true;
  };
  switch (incident) {
    case 'consumerCloses':
      return { [`close ${consumer}`]: befallsClient(consumer, { type: 'app.close' }) };
    case 'consumerDrains':
      return { [`drain ${consumer}`]: befallsClient(consumer, { type: 'app.drain' }) };
    case 'consumerConnectionCloses':
      return connectionStimuli(consumer);
    case 'consumerLinkLost':
      return linkStimuli(consumer);
    case 'inboxDeaf':
      return { [`deafen ${consumer}`]: { process: consumer, message: { type: 'inbox.deafened' } } };
    case 'heartbeatUnanswerable':
      return {
        [`heartbeat of ${consumer} is unanswerable`]: {
          process: producerProcess,
          message: { type: 'heartbeat.unanswerable', consumer },
          max: 2,
          when: (view) => isInRound(view) && !isMissed(view, consumer),
        },
        [`nobody subscribes for ${consumer}`]: {
          process: producerProcess,
          message: { type: 'heartbeat.unanswerable', consumer },
          max: Infinity,
          when: (view) => isInRound(view) && view[consumer]?.isAlive !== true,
        },
      };
    case 'heartbeatMisreports':
      return {
        [`heartbeat of ${consumer} is misreported`]: {
          process: producerProcess,
          message: { type: 'heartbeat.misreport', consumer, reported: streams.map(({ id }) => id) },
          max: 2,
          when: (view) =>
            isAsked(view) &&
            view[consumer]?.isAlive === true &&
            streams.every(({ inbox }) => view[producerProcess]?.actors[inbox]?.matches('cancelling') !== true),
        },
      };
    default:
      return {};
  }
}

function producerStimuli(incident: Incident): Stimuli {
  switch (incident) {
    case 'producerCloses':
      return { 'close producer': befallsClient(producerProcess, { type: 'app.close' }) };
    case 'producerConnectionCloses':
      return connectionStimuli(producerProcess);
    case 'producerLinkLost':
      return linkStimuli(producerProcess);
    case 'producerAway':
      return {
        'take requests no more': {
          process: producerProcess,
          message: { type: 'requests.lost' },
          when: (view) => view[producerProcess]?.notes[awayNote] !== true,
        },
        'take requests again': {
          process: producerProcess,
          message: { type: 'requests.taken' },
          when: (view) => view[producerProcess]?.notes[awayNote] === true,
        },
      };
    default:
      return {};
  }
}

function streamStimuli(incident: Incident, stream: ModelStream): Stimuli {
  const { consumer, id, inbox } = stream;
  const isRead = (view: ProtocolView): boolean => {
    const reader = view[consumer]?.actors[readerOf(id)];
    return reader !== undefined && (reader.matches('waiting') || reader.matches('reading'));
  };
  const isProduced = (view: ProtocolView): boolean => {
    const actor = view[producerProcess]?.actors[inbox];
    return actor !== undefined && !actor.matches('unreachable');
  };
  const event = (type: string, rest: object = { text: '' }) => ({ type, ...rest });
  switch (incident) {
    case 'malformedFrame':
      return {
        [`malformed frame for ${id}`]: { process: consumer, actor: id, event: event('frame.malformed'), when: isRead },
      };
    case 'slowReader':
      return {
        [`full queue of ${id}`]: { process: consumer, actor: id, event: event('reader.overflow'), when: isRead },
      };
    case 'noResponders':
      return {
        [`no responders for ${id}`]: {
          process: consumer,
          actor: id,
          event: event('frame.noResponders', {}),
          when: (view) => ['opening', 'cancelling'].some((state) => isIn(view, stream, state)),
        },
      };
    case 'requestForbidden':
      return {
        [`request of ${id} is refused`]: {
          process: consumer,
          actor: id,
          event: event('link.refused'),
          when: (view) => isIn(view, stream, 'opening'),
        },
      };
    case 'answersForbidden':
      return {
        [`answers for ${id} are refused`]: {
          process: consumer,
          actor: id,
          event: event('link.refused'),
          when: (view) => isIn(view, stream, 'active'),
        },
      };
    case 'framesForbidden':
      return {
        [`frames of ${id} are refused`]: {
          process: producerProcess,
          actor: inbox,
          event: event('peer.unreachable', { code: CloseCode.NotPermitted, text: '' }),
          when: isProduced,
        },
      };
    case 'heartbeatForbidden':
      return {
        [`heartbeats for ${id} are refused`]: {
          process: producerProcess,
          actor: inbox,
          event: event('heartbeat.refused'),
          when: (view) => view[producerProcess]?.actors[inbox] !== undefined,
        },
      };
    case 'sourceFails':
      return {
        [`fail ${id}`]: {
          process: producerProcess,
          actor: sourceOf(inbox),
          event: { type: 'fail' },
          when: (view) => view[producerProcess]?.actors[sourceOf(inbox)]?.matches('running') === true,
        },
      };
    default:
      return {};
  }
}

function isIn(view: ProtocolView, { consumer, id }: ModelStream, state: string): boolean {
  const value = (view[consumer]?.actors[id] as ActorView | undefined)?.value;
  return value !== undefined && (typeof value === 'string' ? value : Object.keys(value)[0]) === state;
}

/** The stimuli of these incidents. */
export function incidentStimuli(some: readonly Incident[], streams: readonly ModelStream[]): Stimuli {
  const consumers = [...new Set(streams.map(({ consumer }) => consumer))];
  return Object.assign(
    {},
    ...some.flatMap((incident) => [
      ...consumers.map((consumer) =>
        consumerStimuli(
          incident,
          consumer,
          streams.filter((stream) => stream.consumer === consumer),
        ),
      ),
      producerStimuli(incident),
      ...streams.map((stream) => streamStimuli(incident, stream)),
    ]),
  ) as Stimuli;
}
