import { streamIdOf, type Command } from '../../../machines/index.js';
import { note, type Effect } from '../explorer/description/effects.js';
import type { Effects, HostAdapter, HostScope, RecordedCommand } from '../explorer/description/host-adapter.js';
import { currentIdOf, inboxOf, streamAskedAs, type ProtocolMessage } from './adapter.js';
import { isIncident, receiveIncident, type IncidentMessage } from './incident-messages.js';
import { producerProcess } from './model-stream.js';
import type { ProtocolView } from './protocol-options.js';

/**
 * Ghosts: what a host writes down for properties alone, because no actor's state shows it. They make more states, so a
 * system has them only if asked.
 */
export const downNote = 'down';
const connectionClosedNote = 'connection closed';
const sentWhileDownNote = 'sent while down';
const toldWhileDownNote = 'told of silence while down';
const releasedNote = 'released';
/** A heartbeat listed the stream while the connection was down, and its request was asked again all the same. */
const heardNote = (id: string): string => `heard while down ${id}`;
const askedThoughHeardNote = 'asked though heard';
/** The connection of the producer is back, and no heartbeat was sent since. */
const unaskedNote = 'unasked';

/** Whether the last request to a consumer, or the one before, had no responders and no answer was heard since. */
export const missedNote = (consumer: string): string => `missed by ${consumer}`;
/** The last request of the stream was published again as it was. */
const repeatedNote = (id: string): string => `repeated ${id}`;
const requestedNote = (id: string): string => `requested ${id}`;
const gateNote = (id: string): string => `gate ${id}`;
const readNote = (id: string): string => `read ${id}`;
const producedNote = (inbox: string): string => `produced ${inbox}`;
const closeNote = (inbox: string): string => `close ${inbox}`;
const reportedNote = (inbox: string): string => `reported ${inbox}`;

type Notes = HostScope['notes'];
type NotedProcess = { readonly notes: Readonly<Record<string, unknown>> } | undefined;

export function isLinkDown(view: ProtocolView, process: string): boolean {
  return view[process]?.notes[downNote] === true;
}

/** The last request to this consumer had no responders, and nothing was heard of the consumer since. */
export function isMissed(view: ProtocolView, consumer: string): boolean {
  const missed = view[producerProcess]?.notes[missedNote(consumer)];
  return missed === 'last' || missed === 'before';
}

/** The last request to this consumer had no responders. */
export function isUnanswerable(view: ProtocolView, consumer: string): boolean {
  return view[producerProcess]?.notes[missedNote(consumer)] === 'last';
}

/** What was written down of a process. */
export function ghostsOf(process: NotedProcess) {
  const notes = process?.notes ?? {};
  return {
    /** The client has given back its subscriptions. */
    released: notes[releasedNote] === true,
    /** The connection was closed for good. */
    connectionClosed: notes[connectionClosedNote] === true,
    /** An open request was published while the connection was down. */
    sentWhileDown: notes[sentWhileDownNote] === true,
    /** A request was asked again though its producer had been heard. */
    askedThoughHeard: notes[askedThoughHeardNote] === true,
    /** A reader was told of silence while the connection was down. */
    toldWhileDown: notes[toldWhileDownNote] === true,
    /** The connection is back, and no heartbeat was sent since. */
    unasked: notes[unaskedNote] === true,
    /** The open request of a stream was published. */
    requested: (id: string) => notes[requestedNote(id)] !== undefined,
    /** How often it was; those after the second are not counted. */
    requests: (id: string) => Number(notes[requestedNote(id)] ?? 0),
    /** One of them was published again as it was, under the same stream id. */
    repeated: (id: string) => notes[repeatedNote(id)] === true,
    /** Whether records go to the reader directly, false where they are dropped; undefined before either. */
    gate: (id: string) => notes[gateNote(id)] as boolean | undefined,
    read: (id: string) => Number(notes[readNote(id)] ?? 0),
    produced: (inbox: string) => Number(notes[producedNote(inbox)] ?? 0),
    /** An answer reported this stream, and it was not requested once more since. */
    reported: (inbox: string) => notes[reportedNote(inbox)] === true,
    /** The code of the last close frame. */
    closeCode: (inbox: string) => notes[closeNote(inbox)] as number | undefined,
  };
}

function listOf(effects: Effects): readonly Effect[] {
  return Array.isArray(effects) ? (effects as readonly Effect[]) : [effects as Effect];
}

/** What a new connection makes of the misses of the one before. */
function unmissed(notes: Notes): readonly Effect[] {
  return Object.keys(notes)
    .filter((name) => name.startsWith(missedNote('')))
    .map((name) => note(name, 'none'));
}

/** One more, but never more than one above the most that there can be, so that states stay finite. */
function increased(notes: Notes, name: string, max: number): Effect {
  return note(name, Math.min(Number(notes[name] ?? 0) + 1, max + 1));
}

/**
 * An adapter of the protocol that writes its ghosts down besides.
 *
 * @param records how many records a source gives at most; 0 where they are not counted.
 */
export function withGhosts(
  adapter: HostAdapter<RecordedCommand, ProtocolMessage>,
  records: number,
): HostAdapter<RecordedCommand, ProtocolMessage | IncidentMessage> {
  const ofCommand = (command: RecordedCommand, { notes }: HostScope): readonly Effect[] => {
    const { type, params } = command as Command;
    const isDown = notes[downNote] === true;
    switch (type) {
      case 'wire.open':
        return [
          ...(notes[heardNote(params.id)] === true ? [note(askedThoughHeardNote, true)] : []),
          increased(notes, requestedNote(params.id), 1),
          ...(notes[requestedNote(params.id)] !== undefined &&
          currentIdOf(params.id, notes) === streamIdOf(params.id, params.attempt)
            ? [note(repeatedNote(params.id), true)]
            : []),
          ...(isDown ? [note(sentWhileDownNote, true)] : []),
        ];
      case 'wire.ask':
        return [
          ...(notes[missedNote(params.id)] === 'last' ? [note(missedNote(params.id), 'before')] : []),
          ...(notes[unaskedNote] === true ? [note(unaskedNote, false)] : []),
        ];
      case 'wire.close':
        return [note(closeNote(params.id), params.code)];
      case 'reader.attach':
        return [note(gateNote(params.id), true)];
      case 'reader.detach':
        return [note(gateNote(params.id), false)];
      case 'reader.deliver':
        return records === 0 ? [] : [increased(notes, readNote(params.id), records)];
      case 'reader.end':
        return isDown && (params.reason === 'noAnswer' || params.reason === 'producerSilent')
          ? [note(toldWhileDownNote, true)]
          : [];
      case 'client.release':
        return [note(releasedNote, true)];
      default:
        // The source's own command is the model's, and unknown to the machines.
        if (command.type !== 'source.produce' || records === 0) return [];
        return [increased(notes, producedNote((command.params as { readonly id: string }).id), records)];
    }
  };

  const ofMessage = (
    message: ProtocolMessage | IncidentMessage,
    effects: Effects,
    { notes }: HostScope,
  ): readonly Effect[] => {
    switch (message.type) {
      case 'answer': {
        // Where the server says that nobody subscribes there is no answer, so one that comes now is the model's own.
        const isHeard = listOf(effects).length > 0 && notes[missedNote(message.consumer)] !== 'last';
        if (!isHeard) return [];
        const reported = notes[downNote] === true ? [] : message.reported;
        return [
          note(missedNote(message.consumer), 'none'),
          ...reported.map((id) => note(reportedNote(inboxOf(message.consumer, id)), true)),
        ];
      }
      case 'request': {
        const reported = reportedNote(inboxOf(message.consumer, message.id));
        return notes[reported] === true ? [note(reported, false)] : [];
      }
      case 'ask':
        return notes[downNote] === true
          ? message.streams.flatMap(({ streamId }) => {
              const id = streamAskedAs(streamId, notes);
              return id === undefined ? [] : [note(heardNote(id), true)];
            })
          : [];
      case 'heartbeat.unanswerable':
        return [note(missedNote(message.consumer), 'last')];
      case 'link.lost':
        return [note(downNote, true)];
      case 'link.restored':
        return [note(downNote, false), note(unaskedNote, true), ...unmissed(notes)];
      case 'link.closed':
        return [note(connectionClosedNote, true)];
      default:
        return [];
    }
  };

  return {
    command: (command, scope) => {
      const effects = adapter.command(command, scope);
      return effects === undefined ? undefined : [...ofCommand(command, scope), ...listOf(effects)];
    },
    receive: (message, scope) => {
      const effects = isIncident(message) ? receiveIncident(message) : adapter.receive(message, scope);
      return effects === undefined ? undefined : [...ofMessage(message, effects, scope), ...listOf(effects)];
    },
    disconnected: (scope) => [note(downNote, true), ...listOf(adapter.disconnected?.(scope) ?? [])],
    reconnected: (scope) => [
      note(downNote, false),
      note(unaskedNote, true),
      ...unmissed(scope.notes),
      ...listOf(adapter.reconnected?.(scope) ?? []),
    ],
  };
}
