import { quote, refuse, requireKnownNames } from '../validation/argument-checks.js';
import { ErrorTable, requireSchema, type DeclaredErrorOf, type ErrorDeclarations } from './declared-errors.js';
import type { InputOf, OutputOf, StandardSchema } from './standard-schema.js';
import { ParsedPattern, type SubjectParams, type SubjectPattern } from './subject-pattern.js';

/** Which side of a contract checks values against its schemas. */
export type ContractChecks = 'both' | 'producer' | 'consumer' | 'none';

/** What a contract says, as types. */
export interface ContractTerms {
  readonly request: StandardSchema | undefined;
  readonly record: StandardSchema | undefined;
  readonly errors: ErrorDeclarations;
  readonly validate: ContractChecks;
  readonly cursor: StandardSchema | undefined;
}

/** What {@link defineStream} takes. */
export interface ContractDefinition<
  Subject extends string,
  Request extends StandardSchema | undefined,
  Record extends StandardSchema | undefined,
  Errors extends ErrorDeclarations,
  Validate extends ContractChecks,
  Cursor extends StandardSchema | undefined,
> {
  /** The subject, with parameters as tokens in braces: `log.{service}`. */
  readonly subject: Subject & SubjectPattern<Subject>;
  /**
   * The schema of the request's body.
   *
   * @default none: the request has no body
   */
  readonly request?: Request;
  /**
   * The schema of the records, each of which is a JSON value on the wire.
   *
   * @default none: any value
   */
  readonly record?: Record;
  /**
   * The errors with which a handler may end a stream, by name.
   *
   * @default none
   */
  readonly errors?: Errors;
  /**
   * Which side checks. A producer that does refuses requests that do not fit with 4000, and records at their writer
   * with `notEncodable`; a consumer that does ends a stream with 4000 before it asks for it, and with 1003 at a record
   * that does not fit. The wire carries what a schema takes; who receives it and checks gets what the schema gives.
   *
   * @default 'both'
   */
  readonly validate?: Validate;
  /**
   * Where a reader stands. With it a stream can be resumed: `openStream` takes `resume`, and the handler of a request that
   * goes on gets `request.since` and yields what comes behind it.
   *
   * @default none: streams are not resumed
   */
  readonly cursor?: {
    /** The schema of a cursor. */
    readonly schema: Cursor;
    /** The cursor of a record that was handed to the reader. */
    readonly of: (record: NoInfer<OutputOf<Record>>) => NoInfer<InputOf<Cursor>>;
  };
}

/**
 * What both sides of a stream agree on: its subject, its parameters, its request, its records and its errors. Made by
 * {@link defineStream}, in a module that both import.
 */
export interface StreamContract<Subject extends string = string, Terms extends ContractTerms = ContractTerms> {
  /** The subject, with its parameters in braces. */
  readonly subject: Subject;
  /** What the contract says, for the compiler alone; nothing stands here when a program runs. */
  readonly '~terms'?: Terms;
  /**
   * The subject with these parameters.
   *
   * @throws {StreamError} `badArgument` where a parameter is missing, unknown, or no single token.
   */
  subjectOf(params: SubjectParams<Subject>): string;
  /** Whether an error is one that the contract declares; its `errorName` says which. */
  isError(error: unknown): error is DeclaredErrorOf<Terms['errors']>;
}

/** Any contract. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what is inferred from a contract stands in its terms
export type AnyContract = StreamContract<any, any>;

/** The terms of a contract. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- of a contract on any subject
export type TermsOf<Contract> = Contract extends StreamContract<any, infer Terms> ? Terms : never;

/** The parameters of a contract's subject. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- of a contract of any terms
export type ParamsOf<Contract> = Contract extends StreamContract<infer Subject, any> ? SubjectParams<Subject> : never;

type ChecksAt<Terms extends ContractTerms, Side extends ContractChecks> = Terms['validate'] extends 'both' | Side
  ? true
  : false;

/** What a consumer sends as the request. */
export type RequestInput<Terms extends ContractTerms> = Terms['request'] extends StandardSchema
  ? InputOf<Terms['request']>
  : undefined;

/** What a handler is given of what a consumer has sent: parsed where the producer checks, undefined without a schema. */
type HandlerValue<Terms extends ContractTerms, Schema> = Schema extends StandardSchema
  ? ChecksAt<Terms, 'producer'> extends true
    ? OutputOf<Schema>
    : InputOf<Schema>
  : undefined;

/** What a handler is given as the request. */
export type RequestOutput<Terms extends ContractTerms> = HandlerValue<Terms, Terms['request']>;

/** What a handler yields. */
export type RecordInput<Terms extends ContractTerms> = InputOf<Terms['record']>;

/** What a reader is given: parsed where the consumer checks. */
export type RecordOutput<Terms extends ContractTerms> =
  ChecksAt<Terms, 'consumer'> extends true ? OutputOf<Terms['record']> : InputOf<Terms['record']>;

/** What says where a reader stands; never where the contract has no cursor. */
export type CursorInput<Terms extends ContractTerms> = Terms['cursor'] extends StandardSchema
  ? InputOf<Terms['cursor']>
  : never;

/** What a handler is told of where its reader stands. */
export type CursorOutput<Terms extends ContractTerms> = HandlerValue<Terms, Terms['cursor']>;

/** What a contract is made of, for both clients. */
export interface ContractParts {
  readonly pattern: ParsedPattern;
  readonly request: StandardSchema | undefined;
  readonly record: StandardSchema | undefined;
  readonly errors: ErrorTable;
  readonly cursor: { readonly schema: StandardSchema; readonly of: (record: unknown) => unknown } | undefined;
  readonly checksAt: (side: 'producer' | 'consumer') => boolean;
}

const made = new WeakMap<object, ContractParts>();

/** Whether an argument that may be a subject or a contract is meant to be a contract: untyped code may give anything. */
export function isObject<Given>(given: Given): given is Exclude<Given, string> {
  return typeof given === 'object' && given !== null;
}

/** @throws {StreamError} `badArgument` where it is no contract. */
export function partsOf(contract: unknown): ContractParts {
  const parts = typeof contract === 'object' && contract !== null ? made.get(contract) : undefined;
  return parts ?? refuse('contract: expected one that defineStream made, came something else');
}

/** Whether a value was made by {@link defineStream}. */
export function isContract(value: unknown): value is AnyContract {
  return typeof value === 'object' && value !== null && made.has(value);
}

/**
 * Defines a stream once, for both sides: `producer.handle(contract, …)`, `consumer.openStream(contract, …)` and
 * `streamActor(consumer, contract)` take their types and their checks from it. Schemas are those of zod, valibot,
 * arktype, or of any other library that follows Standard Schema.
 *
 * @example
 *   export const log = defineStream({
 *     subject: 'log.{service}',
 *     request: z.object({ since: z.date().optional() }),
 *     record: z.object({ line: z.string(), at: z.date() }),
 *     errors: { NotFound: { code: 4404, data: z.object({ service: z.string() }) } },
 *   });
 *
 * @throws {StreamError} `badArgument` where the subject is no pattern, a schema is none, or two errors have one code.
 */
export function defineStream<
  const Subject extends string,
  Request extends StandardSchema | undefined = undefined,
  Record extends StandardSchema | undefined = undefined,
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- no errors, of which none can be named
  const Errors extends ErrorDeclarations = {},
  const Validate extends ContractChecks = 'both',
  Cursor extends StandardSchema | undefined = undefined,
>(
  definition: ContractDefinition<Subject, Request, Record, Errors, Validate, Cursor>,
): StreamContract<Subject, { request: Request; record: Record; errors: Errors; validate: Validate; cursor: Cursor }> {
  type Terms = { request: Request; record: Record; errors: Errors; validate: Validate; cursor: Cursor };
  const {
    subject,
    request,
    record,
    errors = {},
    validate = 'both',
    cursor,
  } = requireKnownNames('definition', definition, ['subject', 'request', 'record', 'errors', 'validate', 'cursor']);
  const pattern = new ParsedPattern(subject);
  if (request !== undefined) requireSchema('request', request);
  if (record !== undefined) requireSchema('record', record);
  if (validate !== 'both' && validate !== 'producer' && validate !== 'consumer' && validate !== 'none') {
    refuse(
      `validate: expected both, producer, consumer or none, came ${typeof validate === 'string' ? quote(validate) : typeof validate}`,
    );
  }
  const table = new ErrorTable(errors);
  const contract: StreamContract<Subject, Terms> = Object.freeze({
    subject: pattern.pattern as Subject,
    subjectOf: (params: SubjectParams<Subject>) => pattern.subjectOf(params),
    isError: (error: unknown): error is DeclaredErrorOf<Errors> => table.has(error),
  });
  const checkedCursor = cursor === undefined ? undefined : checkCursor(cursor);
  made.set(contract, {
    pattern,
    request,
    record,
    errors: table,
    cursor: checkedCursor,
    checksAt: (side) => validate === 'both' || validate === side,
  });
  return contract;
}

function checkCursor(cursor: unknown): NonNullable<ContractParts['cursor']> {
  const { schema, of } = requireKnownNames('cursor', cursor, ['schema', 'of']);
  requireSchema('cursor.schema', schema);
  if (typeof of !== 'function') refuse(`cursor.of: expected a function, came ${typeof of}`);
  return { schema, of: of as (record: unknown) => unknown };
}
