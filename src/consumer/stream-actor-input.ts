import type { AnyActorRef } from 'xstate';
import { kindOf, quote, refuse } from '../validation/argument-checks.js';
import type { OpenStreamOptions } from './open-stream-options.js';
import type { NoOtherNames } from './no-other-names.js';

/** A record of the stream, as the parent receives it. The type is `stream.record` unless another name was chosen. */
export interface StreamRecordEvent<Value = unknown, Type extends string = 'stream.record'> {
  readonly type: Type;
  /** The subject on which the stream was opened. */
  readonly subject: string;
  readonly record: Value;
}

/** The request of a stream, and whatever else `openStream` takes, but for the callbacks that take records. */
export interface StreamActorRequest extends Omit<OpenStreamOptions, 'onRecord' | 'onObject'> {
  /** Where producers take requests. */
  readonly subject: string;
  /** The body of the request: bytes, a string, or any other value, which is encoded. */
  readonly data?: unknown;
  /** Records are events here. */
  readonly onRecord?: never;
  readonly onObject?: never;
}

/** Whom the records are for. */
export interface StreamActorParent<Value, Type extends string> {
  /**
   * The machine that invokes or spawns the stream: `input: ({ self }) => ({ subject, parent: self })`. Undefined where
   * the actor has no parent, and emits its records. By it the compiler knows whether the machine takes what will come.
   */
  readonly parent:
    | {
        // A property and no method, so that a machine which does not take the event is refused.
        readonly send: (event: StreamRecordEvent<Value, Type>) => void;
      }
    | undefined;
}

/**
 * What a machine gives to the stream that it invokes. `as` says how records are handed over: as `bytes`, which is the
 * default; as `text`, decoded from UTF-8; or as an `object`, a value decoded with the client's codec. Misspelt names do
 * not compile; where an interface or an instance holds some of it, spread it: `{ ...request, parent: self }`.
 */
export type StreamActorInput<Value = unknown, Type extends string = 'stream.record'> = StreamActorRequest &
  // The compiler explains a mistake by the last of them, which is what one gets who forgot `as`.
  (
    | ({ readonly as: 'object' } & StreamActorParent<Value, Type>)
    | ({ readonly as: 'text' } & StreamActorParent<string, Type>)
    | ({ readonly as?: 'bytes' } & StreamActorParent<Uint8Array, Type>)
  ) &
  // Comes last, since it is the dearest to check.
  NoOtherNames<keyof StreamActorRequest | 'as' | 'parent'>;

/** The input as the actor keeps it, which a snapshot restores without its parent. */
export interface StreamActorKeptInput extends StreamActorRequest {
  readonly as?: 'bytes' | 'text' | 'object';
  readonly parent?: unknown;
}

/** The input without what is the actor's own. The rest is for `openStream`, which checks it. */
export interface CheckedInput extends StreamActorRequest {
  readonly as: 'bytes' | 'text' | 'object';
}

/**
 * Checks what is the actor's own in its input.
 *
 * @throws {StreamError} `badArgument`, naming what was expected, and what came.
 */
export function checkInput(input: unknown, parent: AnyActorRef | undefined): CheckedInput {
  if (typeof input !== 'object' || input === null) {
    refuse(`input: expected an object with a subject, came ${kindOf(input)}`);
  }
  const { parent: given, as = 'bytes', ...request } = input as Record<string, unknown>;
  if (given !== undefined && given !== parent) {
    refuse('parent: expected the actor that invokes or spawns the stream, came another one');
  }
  if (as !== 'bytes' && as !== 'text' && as !== 'object') {
    refuse(`as: expected bytes, text or object, came ${typeof as === 'string' ? quote(as) : kindOf(as)}`);
  }
  for (const name of ['onRecord', 'onObject']) {
    if (request[name] !== undefined) {
      refuse(`${name}: expected none, as the records are events, came ${kindOf(request[name])}`);
    }
  }
  return { ...(request as unknown as StreamActorRequest), as };
}
