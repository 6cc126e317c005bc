import type { AnyActorRef } from 'xstate';
import type { AnyContract, CursorInput, ParamsOf, RecordOutput, TermsOf } from '../contracts/contract.js';
import { kindOf, refuse, requireOneOf } from '../validation/argument-checks.js';
import type { OpenContractOptions, StreamResumption } from '../consumer/contract-stream.js';
import type { OpenStreamOptions } from '../consumer/open-stream-options.js';
import type { NoOtherNames } from './no-other-names.js';

/** The event that carries a record of the stream to the parent. */
export interface StreamRecordEvent<Value = unknown, Type extends string = 'stream.record'> {
  /** `stream.record`, or the option `event` of `streamActor`. */
  readonly type: Type;
  /** The subject on which the stream was opened. */
  readonly subject: string;
  /** The record, in the form that `as` asks for. */
  readonly record: Value;
}

/** The request of a stream and the options of `openStream`, except for its record callbacks. */
export interface StreamActorRequest extends Omit<OpenStreamOptions, 'onRecord' | 'onObject'> {
  /** The subject that producers serve; no wildcards. */
  readonly subject: string;
  /**
   * The request body: bytes are sent as is, strings as UTF-8, any other value through the codec.
   *
   * @default an empty body
   */
  readonly data?: unknown;
  /** Not available: records arrive as events. */
  readonly onRecord?: never;
  /** Not available: records arrive as events. */
  readonly onObject?: never;
}

/** The receiver of the records. */
export interface StreamActorParent<Value, Type extends string> {
  /**
   * The machine that invokes or spawns the stream: `input: ({ self }) => ({ subject, parent: self })`. Undefined if the
   * actor has no parent and emits its records. From it the compiler checks that the machine accepts the record events.
   */
  readonly parent:
    | {
        // A property and no method, so that a machine which does not take the event is refused.
        readonly send: (event: StreamRecordEvent<Value, Type>) => void;
      }
    | undefined;
}

/**
 * The input of a stream's actor. `as` selects the form of the records: `bytes`, which is the default; `text`, decoded
 * from UTF-8; or `object`, decoded with the client's codec. Misspelt names do not compile; if some of the input comes
 * from an interface or a class instance, spread it: `{ ...request, parent: self }`.
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

/** The input as the actor keeps it in its snapshot. Restoring a persisted snapshot leaves out the parent. */
export interface StreamActorKeptInput extends Omit<StreamActorRequest, 'subject'> {
  /** Absent with a contract, which has it. */
  readonly subject?: string;
  /** The parameters of a contract's subject. */
  readonly params?: Readonly<Record<string, string>>;
  readonly as?: 'bytes' | 'text' | 'object';
  readonly parent?: unknown;
}

/** The event that carries a record of a contract's stream to the parent. */
export interface ContractRecordEvent<
  Contract extends AnyContract = AnyContract,
  Type extends string = 'stream.record',
> extends StreamRecordEvent<RecordOutput<TermsOf<Contract>>, Type> {
  /** The parameters of the subject. */
  readonly params: ParamsOf<Contract>;
}

/** The type of the event that a stream is about to go on where it was, beside that of its records. */
type ResumedType<Type extends string> = Type extends 'stream.record' ? 'stream.resumed' : `${Type}.resumed`;

/**
 * The event that tells the parent that a contract's stream is about to go on where it was: `stream.resumed`, or where
 * `streamActor` was given the type `job`, `job.resumed`.
 */
export interface ContractResumedEvent<
  Contract extends AnyContract = AnyContract,
  Type extends string = 'stream.record',
> extends StreamResumption<CursorInput<TermsOf<Contract>>> {
  readonly type: ResumedType<Type>;
  /** The subject on which the stream is opened. */
  readonly subject: string;
  /** The parameters of the subject. */
  readonly params: ParamsOf<Contract>;
}

/** The input of the actor of a contract's stream: what `openStream` takes with the contract, and who takes the records. */
export type ContractActorInput<
  Contract extends AnyContract = AnyContract,
  Type extends string = 'stream.record',
> = Omit<OpenContractOptions<Contract>, 'onRecord'> & {
  /** Not available: records arrive as events. */
  readonly onRecord?: never;
  /**
   * The machine that invokes or spawns the stream: `input: ({ self }) => ({ parent: self })`. From it the compiler checks
   * that the machine accepts the record events.
   */
  readonly parent?:
    | {
        readonly send: (event: ContractRecordEvent<Contract, Type>) => void;
      }
    | undefined;
} & NoOtherNames<
    | 'params'
    | 'data'
    | 'signal'
    | 'timeoutMs'
    | 'headers'
    | 'onSlow'
    | 'onRecord'
    | 'interceptors'
    | 'resume'
    | 'parent'
  >;

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
  const { as = 'bytes', ...request } = checkParent(input, parent, 'an object with a subject');
  requireOneOf('as', as, ['bytes', 'text', 'object']);
  for (const name of ['onRecord', 'onObject']) {
    if (request[name] !== undefined) {
      refuse(`${name}: expected none, as the records are events, came ${kindOf(request[name])}`);
    }
  }
  return { ...(request as unknown as StreamActorRequest), as: as as CheckedInput['as'] };
}

/**
 * Checks what is the actor's own in the input of a contract's stream. The rest is for `openStream`.
 *
 * @throws {StreamError} `badArgument`, naming what was expected, and what came.
 */
export function checkContractInput(input: unknown, parent: AnyActorRef | undefined): OpenContractOptions {
  const request = checkParent(input ?? {}, parent, 'an object of options');
  if (request['onRecord'] !== undefined) {
    refuse(`onRecord: expected none, as the records are events, came ${kindOf(request['onRecord'])}`);
  }
  return request as unknown as OpenContractOptions;
}

function checkParent(input: unknown, parent: AnyActorRef | undefined, expected: string): Record<string, unknown> {
  if (typeof input !== 'object' || input === null) refuse(`input: expected ${expected}, came ${kindOf(input)}`);
  const { parent: given, ...request } = input as Record<string, unknown>;
  if (given !== undefined && given !== parent) {
    refuse('parent: expected the actor that invokes or spawns the stream, came another one');
  }
  return request;
}
