import type { Command, EndReason, ListedStream } from '../../../machines/index.js';
import { clientActorId, CloseCode, streamIdOf, streamOf } from '../../../machines/index.js';
import { note, send, spawn, stop, tell, type Effect } from '../explorer/description/effects.js';
import type { Effects, HostAdapter, HostScope, RecordedCommand } from '../explorer/description/host-adapter.js';
import { exchangesMin } from './exchanges.js';

/** The messages between clients in the model: those of the wire without their bytes. Source: PROTOCOL.md, Messages. */
export type ProtocolMessage =
  | { readonly type: 'request'; readonly consumer: string; readonly id: string }
  | { readonly type: 'data'; readonly id: string }
  | { readonly type: 'close'; readonly id: string; readonly code: number }
  /** Sent by the server in place of a producer that does not take requests. */
  | { readonly type: 'noResponders'; readonly id: string }
  | {
      readonly type: 'ask';
      readonly producer: string;
      readonly exchange: number;
      readonly streams: readonly ListedStream[];
    }
  | {
      readonly type: 'answer';
      readonly consumer: string;
      readonly exchange: number;
      readonly reported: readonly string[];
    };

/** Options of {@link protocolAdapter}. */
export interface ProtocolAdapterOptions {
  /** The name of the process that takes requests. */
  readonly producer: string;
  /**
   * Returns the request subject of a stream.
   *
   * @default one subject for all
   */
  readonly subjectOf?: (stream: string) => string;
  /**
   * Whether consumers offer exact reports.
   *
   * @default true
   */
  readonly exact?: boolean;
  /**
   * Whether consumers understand closes in heartbeat requests. A plain consumer does not, and another implementation
   * that offers exact reports need not.
   *
   * @default as `exact`
   */
  readonly knowsCloses?: boolean;
  /**
   * How many heartbeat exchanges with a consumer are distinguished. Must be at least the number that can be in progress
   * at once, or a stale answer is taken for the awaited one.
   *
   * @default 3, enough for ordered messages without stalls
   */
  readonly exchanges?: number;
}

/** The command of the reader and the source of the model, besides the machines' own. */
type ModelCommand =
  | Command
  | {
      readonly type: 'reader.leave' | 'source.produce' | 'source.finish' | 'source.fail';
      readonly params: { readonly id: string };
    };

/** A stream's id at the producer: its inbox. */
export function inboxOf(consumer: string, stream: string): string {
  return `${consumer}.${stream}`;
}

export function addressOf(inbox: string): { readonly consumer: string; readonly stream: string } {
  const dot = inbox.indexOf('.');
  return { consumer: inbox.slice(0, dot), stream: inbox.slice(dot + 1) };
}

/** Which request of a stream was the last one, counted from 0, also when the stream is over. */
function attemptNote(id: string): string {
  return `attempt of ${id}`;
}

/** The stream id under which a stream was requested last. */
export function currentIdOf(id: string, notes: Readonly<Record<string, unknown>> | undefined): string {
  return streamIdOf(id, Number(notes?.[attemptNote(id)] ?? 0));
}

/** The stream that has this stream id now; undefined for the id of an earlier request. */
export function streamAskedAs(streamId: string, notes: HostScope['notes']): string | undefined {
  const id = streamOf(streamId);
  return currentIdOf(id, notes) === streamId ? id : undefined;
}

/** The note that frames do not come any more, though heartbeats do. */
export const deafNote = 'deaf';

/** The note that no producer takes requests. */
export const awayNote = 'away';

export function readerOf(stream: string): string {
  return `reader ${stream}`;
}

/** The note that the source of a stream came to its own end. */
export function endedNote(inbox: string): string {
  return `ended ${inbox}`;
}

export function sourceOf(inbox: string): string {
  return `source ${inbox}`;
}

function exchangeNote(consumer: string): string {
  return `exchange with ${consumer}`;
}

function exchangeOf(notes: HostScope['notes'], consumer: string): number {
  return Number(notes[exchangeNote(consumer)] ?? 0);
}

function closeOf(code: number): { readonly type: string; readonly code: number; readonly text: string } {
  return { type: 'frame.close', code, text: '' };
}

/** Readers and sources are the application's, and hear nothing of what a client tells all its actors. */
function isOfTheClient(actor: string): boolean {
  return actor !== clientActorId && !actor.startsWith('reader ') && !actor.startsWith('source ');
}

/**
 * Creates the adapter that interprets the commands of this package's machines: it does what the clients do in
 * production, with messages in place of bytes. Readers and sources are actors as well; a stream's reader is created
 * with the stream, its source when the stream starts.
 */
export function protocolAdapter(options: ProtocolAdapterOptions): HostAdapter<RecordedCommand, ProtocolMessage> {
  const { producer, subjectOf = () => 'subject', exact = true, exchanges = exchangesMin } = options;
  const { knowsCloses = exact } = options;

  const perform = (command: ModelCommand, { process, actors, notes }: HostScope): Effects => {
    switch (command.type) {
      case 'wire.open': {
        const { id, attempt } = command.params;
        const request = send(
          producer,
          { type: 'request', consumer: process, id: streamIdOf(id, attempt) },
          subjectOf(id),
        );
        return attempt === 0 ? request : [note(attemptNote(id), attempt), request];
      }
      case 'wire.data': {
        const { consumer, stream } = addressOf(command.params.id);
        return send(consumer, { type: 'data', id: stream }, command.params.id);
      }
      case 'wire.close': {
        const { consumer, stream } = addressOf(command.params.id);
        return send(consumer, { type: 'close', id: stream, code: command.params.code }, command.params.id);
      }
      case 'wire.ask': {
        const { id: consumer, streams } = command.params;
        const exchange = (exchangeOf(notes, consumer) + 1) % exchanges;
        return [
          note(exchangeNote(consumer), exchange),
          send(consumer, { type: 'ask', producer: process, exchange, streams }, `heartbeat ${consumer}`),
        ];
      }
      case 'wire.answer': {
        const { reply, reported } = command.params;
        const [to = '', exchange] = reply.split(' ');
        const ids = reported.map((stream) => stream.streamId);
        return send(
          to,
          { type: 'answer', consumer: process, exchange: Number(exchange), reported: ids },
          `inbox ${to}`,
        );
      }
      case 'reader.deliver':
        return tell(readerOf(command.params.id), { type: 'record' });
      case 'reader.end': {
        const event: { type: 'end'; reason: EndReason } = { type: 'end', reason: command.params.reason };
        return tell(readerOf(command.params.id), event);
      }
      case 'reader.leave': {
        const event = { type: 'app.cancel', reason: 'cancelled', text: '' };
        return tell(command.params.id, event);
      }
      case 'source.start':
        // A request that comes once more when its stream is over starts the source anew.
        return [
          stop(sourceOf(command.params.id)),
          spawn(sourceOf(command.params.id), 'source', { stream: command.params.id }),
        ];
      case 'source.cancel':
        return tell(sourceOf(command.params.id), { type: 'cancel' });
      case 'source.produce':
        return tell(command.params.id, { type: 'source.record' });
      case 'source.finish': {
        const event = { type: 'source.ended', text: '' };
        // Noted, so that an honest end can be told from a made-up one after the producer has crashed.
        return [note(endedNote(command.params.id), true), tell(command.params.id, event)];
      }
      case 'source.fail': {
        const event = { type: 'source.failed', code: CloseCode.InternalServerError, text: '' };
        return tell(command.params.id, event);
      }
      case 'actor.spawn': {
        const { machine, id, input } = command.params;
        const actor = spawn(id, machine, input);
        return machine === 'consumerStream' ? [actor, spawn(readerOf(id), 'reader', { stream: id })] : actor;
      }
      case 'actor.tell':
        return tell(command.params.to, command.params.event);
      case 'actor.tellAll':
        return tell(actors.filter(isOfTheClient), command.params.event);
      case 'actor.stop':
        return stop(command.params.id);
      // The gate is how the host spares the machine what would change nothing; here the machine sees every record. Where
      // ghosts are kept, these three are written down: see ghosts.ts.
      // The delivery extension, of which plain peers know nothing: see delivery-adapter.ts.
      case 'wire.announce':
      case 'wire.probe':
      case 'wire.resend':
      case 'wire.finish':
      case 'wire.resume':
      case 'wire.catchUp':
      case 'wire.cancel':
        return [];
      case 'reader.attach':
      case 'reader.detach':
      case 'client.release':
        return [];
    }
  };

  /** A frame of an earlier request is that of a stream which nobody knows. */
  const tellStream = (streamId: string, { notes }: HostScope, event: { readonly type: string }): readonly Effect[] => {
    const id = streamAskedAs(streamId, notes);
    return id === undefined ? [] : [tell(id, event)];
  };

  return {
    command: (command, scope) => perform(command as ModelCommand, scope),
    receive: (message, scope) => {
      const { notes } = scope;
      const isDeaf = notes[deafNote] === true;
      switch (message.type) {
        case 'request': {
          const { consumer, id } = message;
          if (notes[awayNote] === true) {
            return send(consumer, { type: 'noResponders', id }, inboxOf(consumer, id));
          }
          const request = {
            type: 'request.received',
            id: inboxOf(consumer, id),
            consumerId: consumer,
            streamId: id,
            subject: subjectOf(id),
            exact,
            extended: false,
          };
          return tell(clientActorId, request);
        }
        case 'data':
          return isDeaf ? [] : tellStream(message.id, scope, { type: 'frame.data' });
        case 'close':
          return isDeaf ? [] : tellStream(message.id, scope, closeOf(message.code));
        case 'noResponders':
          return tellStream(message.id, scope, { type: 'frame.noResponders' });
        case 'ask': {
          const reply = `${message.producer} ${message.exchange}`;
          // Who does not know of closes sees none.
          const streams = knowsCloses
            ? message.streams
            : message.streams.map(({ subject, streamId }) => ({ subject, streamId }));
          const asked = { type: 'heartbeat.requested', reply, streams };
          return [
            // A close that comes so is one that comes before the question.
            ...streams.flatMap(({ streamId, close }: ListedStream) =>
              close === undefined ? [] : tellStream(streamId, scope, closeOf(close.code)),
            ),
            tell(clientActorId, asked),
          ];
        }
        case 'answer': {
          // As in production, the answer to a request that was given up or replaced finds nobody.
          if (message.exchange !== exchangeOf(notes, message.consumer)) return [];
          const answered = { type: 'heartbeat.answered', reported: message.reported };
          return tell(message.consumer, answered);
        }
      }
    },
    disconnected: () => tell(clientActorId, { type: 'link.lost' }),
    reconnected: () => tell(clientActorId, { type: 'link.restored' }),
  };
}
