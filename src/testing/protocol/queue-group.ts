import { send, note, type Effect } from '../explorer/description/effects.js';
import type { Effects, HostAdapter, HostScope, RecordedCommand } from '../explorer/description/host-adapter.js';
import type { Stimulus } from '../explorer/description/system-config.js';
import { addressOf, readerOf } from './adapter.js';
import { producersOf, type ModelStream } from './model-stream.js';
import type { ProtocolView } from './protocol-options.js';

/**
 * Two producers that take the requests of one subject as a queue group: the server hands each request to one of them,
 * to whichever it likes. What a consumer sends besides goes to who took the request that it speaks of.
 */

/** The next requests go to the other producer. */
interface RequestsMoved {
  readonly type: 'requests.moved';
}

const [firstProducer, secondProducer] = producersOf(2) as readonly [string, string];
const movedNote = 'requests moved';
const secondNote = (streamId: string): string => `${streamId} is at the second`;
/** Who sent the frame that is taken now, and for which request. */
const senderNote = 'sender';
const readFromNote = (id: string): string => `${id} is read from`;
const several = 'several';

/** The producer that took the last request of this stream id. */
export function producerOf(streamId: string, notes: Readonly<Record<string, unknown>> | undefined): string {
  return notes?.[secondNote(streamId)] === true ? secondProducer : firstProducer;
}

/** Whether a reader was given records of several requests, or of several producers. */
export function isMixed(view: ProtocolView, { consumer, id }: ModelStream): boolean {
  return view[consumer]?.notes[readFromNote(id)] === several;
}

/** The server may turn to the other producer once the first has had a request: which is the first makes no difference. */
export function queueGroupStimuli(streams: readonly ModelStream[]): Readonly<Record<string, Stimulus<ProtocolView>>> {
  const message: RequestsMoved = { type: 'requests.moved' };
  return Object.fromEntries(
    [...new Set(streams.map(({ consumer }) => consumer))].map((consumer) => [
      `move requests of ${consumer}`,
      {
        process: consumer,
        message,
        when: (view: ProtocolView) =>
          streams.some((stream) => stream.consumer === consumer && view[consumer]?.actors[readerOf(stream.id)]),
      },
    ]),
  );
}

function listOf(effects: Effects): readonly Effect[] {
  return [effects].flat();
}

/** An adapter of the protocol for consumers of a queue group of two producers. */
export function withQueueGroup<Message extends { readonly type: string }>(
  adapter: HostAdapter<RecordedCommand, Message>,
): HostAdapter<RecordedCommand, Message | RequestsMoved> {
  const readFrom = (id: string, sender: unknown, notes: HostScope['notes']): Effect => {
    const before = notes[readFromNote(id)];
    return note(readFromNote(id), before === undefined || before === sender ? String(sender) : several);
  };

  /** What one producer would be sent goes to the one that is meant. */
  const addressed = (effects: Effects, { notes }: HostScope): readonly Effect[] =>
    listOf(effects).flatMap((effect) => {
      if (effect.type !== 'send') return [effect];
      const message = effect.message as { readonly type: string; readonly id: string; readonly inbox?: string };
      if (message.type === 'request') {
        const isMoved = notes[movedNote] === true;
        return [
          ...(isMoved ? [note(secondNote(message.id), true)] : []),
          send(isMoved ? secondProducer : firstProducer, message, effect.subject),
        ];
      }
      if (message.inbox === undefined) return [effect];
      return [send(producerOf(addressOf(message.inbox).stream, notes), message, effect.subject)];
    });

  return {
    ...adapter,
    command: (command, scope) => {
      const effects = adapter.command(command, scope);
      if (effects === undefined) return undefined;
      if (command.type !== 'reader.deliver') return addressed(effects, scope);
      const { id } = command.params as { readonly id: string };
      return [readFrom(id, scope.notes[senderNote], scope.notes), ...listOf(effects)];
    },
    receive: (message, scope) => {
      if (message.type === 'requests.moved') return note(movedNote, true);
      const effects = adapter.receive(message as Message, scope);
      if (effects === undefined) return undefined;
      const sender = `${scope.from ?? ''} ${String((message as { readonly id?: string }).id)}`;
      const told = listOf(effects).flatMap((effect) => (effect.type === 'tell' ? [effect] : []));
      // A plain record is delivered by the stream's machine, an extended one by its sequence.
      const delivered = told.filter(({ to, event }) => event.type === 'record' && to.join('').startsWith(readerOf('')));
      return [
        ...(message.type === 'data' && told.length > 0 ? [note(senderNote, sender)] : []),
        ...delivered.map(({ to }) => readFrom(to.join('').slice(readerOf('').length), sender, scope.notes)),
        ...addressed(effects, scope),
      ];
    },
  };
}
