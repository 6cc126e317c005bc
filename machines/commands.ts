import type { ActorEvent } from './events.js';
import type { ListedStream } from './listed-stream.js';

/**
 * The commands: everything that a machine may ask of its host. A machine records a command as a declared action
 * `{ type, params }` and never performs it; the host performs commands in the order in which they were recorded, after
 * the macrostep that recorded them. The first part of a name says who is addressed.
 *
 * Streams are addressed by an id that is unique within their client: at the consumer the stream id, at the producer
 * the stream's inbox subject, which holds the consumer id too.
 */
export interface CommandParams {
  /** Publish the open request of this stream, under the stream id of this attempt. The ids of earlier ones are not live. */
  'wire.open': { readonly id: string; readonly attempt: number };
  /** Publish the record that the source has just handed over. */
  'wire.data': { readonly id: string };
  /** Publish a close frame on the stream's inbox. */
  'wire.close': { readonly id: string; readonly code: number; readonly text: string };
  /** Say on an extended stream's inbox that the extension is accepted. Towards a plain consumer, do nothing. */
  'wire.announce': { readonly id: string };
  /**
   * Say again how far an extended stream has come, unless its consumer has received and said everything. In a round of
   * heartbeats, which the consumer has answered, it must answer this as well, or its inbox is not reached: count what is
   * not answered.
   */
  'wire.probe': { readonly id: string; readonly isRound: boolean };
  /** Send everything again from the first item of an extended stream that its consumer lacks. */
  'wire.resend': { readonly id: string };
  /** Send the close after everything that waits, and keep all of it until it is acknowledged. */
  'wire.finish': { readonly id: string; readonly code: number; readonly text: string };
  /** Ask an extended stream's producer for everything from the first item that is missing. */
  'wire.resume': { readonly id: string };
  /** The link is back: ask for everything from the first item that has not come. Where no producer is known, do nothing. */
  'wire.catchUp': { readonly id: string };
  /** Tell an extended stream's producer that nobody reads. Where none is known, do nothing. */
  'wire.cancel': { readonly id: string; readonly text: string };
  /** Publish a heartbeat request that lists these streams. An earlier request of this heartbeat is forgotten. */
  'wire.ask': { readonly id: string; readonly streams: readonly ListedStream[] };
  /** Publish the heartbeat response that reports these streams as not live. */
  'wire.answer': { readonly reply: string; readonly reported: readonly ListedStream[] };

  /** Hand the record that has just come to the reader. */
  'reader.deliver': { readonly id: string };
  /** From now on records go from the wire to the reader without asking the machine, and restart its timer. */
  'reader.attach': { readonly id: string };
  /** From now on records are dropped without asking the machine, and restart its timer. */
  'reader.detach': { readonly id: string };
  /** Tell the reader that, and how, the stream has ended. Sent exactly once for each stream. */
  'reader.end': { readonly id: string } & StreamEnd;

  /** Start the source of this stream: call the handler of the request. */
  'source.start': { readonly id: string };
  /** Stop the source: nothing that it writes is published any more. */
  'source.cancel': { readonly id: string; readonly text: string };

  /** Make an actor. The host sends to it by its id. */
  'actor.spawn': SpawnParams;
  /** Send an event to each of these actors. An actor that is gone is passed over. */
  'actor.tell': { readonly to: readonly string[]; readonly event: ActorEvent };
  /** Send an event to every actor of this client but the client itself. */
  'actor.tellAll': { readonly event: ActorEvent };
  /** Stop an actor at once, without an event. */
  'actor.stop': { readonly id: string };

  /** The client has ended: give back its subscriptions. */
  'client.release': Readonly<Record<string, never>>;
}

/** The names of all commands, which are the types of the actions that the machines declare. */
export type CommandType = keyof CommandParams;

/** What a machine asks its host to do, as data; of one type, or of any. */
export type Command<Type extends CommandType = CommandType> = {
  [T in Type]: { readonly type: T; readonly params: CommandParams[T] };
}[Type];

/**
 * How a stream ended for its reader. `code` and `text` are those of the close frame, or what a close frame would have
 * said where there was none.
 */
export interface StreamEnd {
  readonly reason: EndReason;
  readonly code: number;
  readonly text: string;
}

/** Why a stream ended for its reader. */
export type EndReason =
  /** The source ended by itself. */
  | 'completed'
  /** The producer closed the stream with another code. */
  | 'closed'
  /** Nobody subscribes to the request subject. */
  | 'noResponders'
  /** Neither a record nor a close nor a heartbeat came within O, the open timeout. */
  | 'noAnswer'
  /** The reader left: it broke its loop, aborted its signal, called cancel, or closed its client. */
  | 'cancelled'
  /** The reader's own deadline has passed. */
  | 'timedOut'
  /** Neither a record nor a heartbeat came within S, the silence timeout. */
  | 'producerSilent'
  /** A record came while the reader's queue was full; the text says how many waited. */
  | 'slowReader'
  /** A frame could not be read. */
  | 'unsupportedData'
  /** Records are missing that cannot be had again; the text names the first of them. */
  | 'recordsLost'
  /** The link is closed for good. */
  | 'connectionClosed'
  /** The server does not let one of the two clients publish what the stream needs; the text names the subject. */
  | 'notPermitted';

/** Which machine the host makes an actor of, under which id, with which input. */
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

/** The id under which the host knows the client's own actor. */
export const clientActorId = 'client';

/**
 * Declares commands as actions of a machine. They do nothing by themselves: a host provides what they do, and the
 * pure `transition()` returns them as data.
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
