import type { ActorEvent } from './events.js';
import type { ListedStream } from './listed-stream.js';

/**
 * The commands: everything that a machine may ask of its host, by type, with their params. A machine records a command
 * as a declared action `{ type, params }` and never performs it; the host performs commands in the order in which they
 * were recorded, after the macrostep that recorded them. The first part of a name is the addressee.
 *
 * Streams are addressed by an id that is unique within their client: the stream id at the consumer, the stream's inbox
 * subject, which contains the consumer id, at the producer. Source: PROTOCOL.md, Commands.
 */
export interface CommandParams {
  /** Publish the stream's open request with the stream id of this attempt. The ids of earlier attempts are not live. */
  'wire.open': { readonly id: string; readonly attempt: number };
  /** Publish the record that the source has just produced. */
  'wire.data': { readonly id: string };
  /** Publish a close frame on the stream's inbox. */
  'wire.close': { readonly id: string; readonly code: number; readonly text: string };
  /** Announce on an extended stream's inbox that the extension is accepted. For a plain consumer, do nothing. */
  'wire.announce': { readonly id: string };
  /**
   * Announce again how far an extended stream has come, unless its consumer has received and acknowledged everything.
   * In a heartbeat round, which the consumer has answered, it must answer the announcement as well, or its inbox cannot
   * be reached: count unanswered announcements.
   */
  'wire.probe': { readonly id: string; readonly isRound: boolean };
  /** Retransmit an extended stream from the first item that its consumer lacks. */
  'wire.resend': { readonly id: string };
  /** Send the close after everything that is waiting, and retain all of it until it is acknowledged. */
  'wire.finish': { readonly id: string; readonly code: number; readonly text: string };
  /** Ask an extended stream's producer to retransmit from the first missing item. */
  'wire.resume': { readonly id: string };
  /** After a reconnect, ask for everything from the first item not received. If no producer is known, do nothing. */
  'wire.catchUp': { readonly id: string };
  /** Tell an extended stream's producer that the reader is gone. If no producer is known, do nothing. */
  'wire.cancel': { readonly id: string; readonly text: string };
  /** Publish a heartbeat request that lists these streams. It supersedes any earlier request of this heartbeat. */
  'wire.ask': { readonly id: string; readonly streams: readonly ListedStream[] };
  /** Publish the heartbeat response that reports these streams as not live, with the last part where `more` follow. */
  'wire.answer': { readonly reply: string; readonly reported: readonly ListedStream[]; readonly more?: true };

  /** Deliver the record that has just arrived to the reader. */
  'reader.deliver': { readonly id: string };
  /** From now on, deliver records to the reader without consulting the machine, and restart its timer with each. */
  'reader.attach': { readonly id: string };
  /** From now on, drop records without consulting the machine, and restart its timer with each. */
  'reader.detach': { readonly id: string };
  /** Tell the reader that the stream has ended, and how. Recorded exactly once for each stream. */
  'reader.end': { readonly id: string } & StreamEnd;

  /** Start the stream's source: call the handler of the request. */
  'source.start': { readonly id: string };
  /** Stop the source: nothing that it writes from now on is published. */
  'source.cancel': { readonly id: string; readonly text: string };

  /** Spawn an actor. The host addresses it by its id. */
  'actor.spawn': SpawnParams;
  /** Send an event to each of these actors. Actors that no longer exist are skipped. */
  'actor.tell': { readonly to: readonly string[]; readonly event: ActorEvent };
  /** Send an event to every actor of this client except the client itself. */
  'actor.tellAll': { readonly event: ActorEvent };
  /** Stop an actor immediately, without sending it an event. */
  'actor.stop': { readonly id: string };

  /** The client has ended: drop its subscriptions. */
  'client.release': Readonly<Record<string, never>>;
}

/** The types of the commands, which are the types of the actions that the machines declare. */
export type CommandType = keyof CommandParams;

/** A command as data; of one type, or of any. */
export type Command<Type extends CommandType = CommandType> = {
  [T in Type]: { readonly type: T; readonly params: CommandParams[T] };
}[Type];

/**
 * How a stream ended for its reader. `code` and `text` are those of the close frame or, if there was none, those that a
 * close frame would have carried.
 */
export interface StreamEnd {
  readonly reason: EndReason;
  readonly code: number;
  readonly text: string;
}

/** Why a stream ended for its reader. Source: PROTOCOL.md, Consumer stream. */
export type EndReason =
  /** The source ended by itself. */
  | 'completed'
  /** The producer closed the stream with a code other than 1000. */
  | 'closed'
  /** Nobody subscribes to the request subject. */
  | 'noResponders'
  /** Neither a record nor a close nor a heartbeat arrived within O, the open timeout. */
  | 'noAnswer'
  /** The reader left: it broke out of its loop, aborted its signal, called cancel, or closed its client. */
  | 'cancelled'
  /** The reader's own deadline has passed. */
  | 'timedOut'
  /** Neither a record nor a heartbeat arrived within S, the silence timeout. */
  | 'producerSilent'
  /** A record arrived while the reader's queue was full; the text says how many records were waiting. */
  | 'slowReader'
  /** A frame could not be decoded. */
  | 'unsupportedData'
  /** Records are missing that can no longer be recovered; the text names the first of them. */
  | 'recordsLost'
  /** The link is permanently closed. */
  | 'connectionClosed'
  /** The server denies one of the two clients publishing what the stream needs; the text names the subject. */
  | 'notPermitted';

/** The params of `actor.spawn`: the machine of the new actor, its id and its input. */
export type SpawnParams =
  | {
      readonly machine: 'consumerStream';
      readonly id: string;
      readonly input: { readonly id: string; readonly subject: string; readonly linkUp: boolean };
    }
  | {
      readonly machine: 'producerStream';
      readonly id: string;
      readonly input: {
        readonly id: string;
        readonly subject: string;
        readonly exact: boolean;
        readonly extended: boolean;
      };
    }
  | {
      readonly machine: 'heartbeat';
      readonly id: string;
      readonly input: { readonly id: string; readonly missedHeartbeatsMax: number };
    };

/** The id of the client's own actor at its host. */
export const clientActorId = 'client';

/**
 * Declares commands as the actions of a machine. The declared actions do nothing: a host provides implementations, and
 * the pure `transition()` returns them as data.
 */
export function declareCommands<Type extends CommandType>(
  ...types: readonly Type[]
): { [T in Type]: (scope: unknown, params: CommandParams[T]) => void } {
  const noOperation = (): void => undefined;
  const entries = types.map((type) => [type, noOperation] as const);
  return Object.fromEntries(entries) as Record<Type, typeof noOperation>;
}

/** The commands that say no more than for which stream they are. */
type CommandById = {
  [Type in CommandType]: { readonly id: string } extends CommandParams[Type] ? Type : never;
}[CommandType];

/** Such a command, as a transition records it. */
export function byId<Type extends CommandById>(type: Type) {
  return {
    type,
    params: ({ context }: { readonly context: { readonly id: string } }) => ({ id: context.id }),
  } as const;
}
