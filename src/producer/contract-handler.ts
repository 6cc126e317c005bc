import { CloseCode } from '../../machines/index.js';
import { cursorOf } from '../contracts/cursor.js';
import { check, type Checked } from '../contracts/schema-check.js';
import type { StandardSchema } from '../contracts/standard-schema.js';
import type {
  AnyContract,
  CursorOutput,
  ContractParts,
  ParamsOf,
  RecordInput,
  RequestOutput,
  StreamContract,
  TermsOf,
} from '../contracts/contract.js';
import type { Fail } from '../contracts/declared-errors.js';
import { CloseError, messageOf } from '../errors.js';
import type { InterceptedRequest } from '../host/interceptors.js';
import type { YieldedForm } from '../writer/writer.js';
import { decisionOf, type Accept, type Decision, type StreamAsk } from './acceptance.js';
import type { HandleOptions } from './registrations.js';
import type { Records } from './source.js';
import type { StreamRequest } from './stream-request.js';

/** An open request of a contract, as its handler sees it. */
export interface ContractRequest<Contract extends AnyContract = AnyContract> extends Omit<
  StreamRequest,
  'object' | 'text' | 'body'
> {
  /** The parameters of the subject. */
  readonly params: ParamsOf<Contract>;
  /** The body of the request, parsed where the producer checks; undefined where the contract has no request. */
  readonly data: RequestOutput<TermsOf<Contract>>;
  /** Behind which record the reader goes on; undefined where it begins, or the contract has no cursor. */
  readonly since: CursorOutput<TermsOf<Contract>> | undefined;
  /** Ends the stream with an error that the contract declares: `request.fail.NotFound({ … })`. */
  readonly fail: Fail<TermsOf<Contract>['errors']>;
}

/** What a handler of a contract may return, if its records are these. */
export type ContractSource<Item> =
  | AsyncIterable<Item>
  | Iterable<Item>
  | { getReader(): { read(): Promise<{ readonly done: boolean; readonly value?: Item }> } }
  | { subscribe(observer: { next(value: Item): void; error(error: unknown): void; complete(): void }): unknown };

/**
 * Produces the records of one stream of a contract: usually an async generator function. May also return what a
 * `StreamHandler` may, with records that fit.
 */
// One conditional type over the contract, and no function type that is written out: into that the compiler puts what it
// has inferred too late for the values that a generator yields, so that 'done' would be a string.
export type ContractHandler<Contract extends AnyContract> =
  Contract extends StreamContract<string, infer Terms>
    ? (
        request: ContractRequest<Contract>,
      ) => ContractSource<RecordInput<Terms>> | PromiseLike<ContractSource<RecordInput<Terms>>>
    : never;

/** Options of `handle` with a contract. */
export interface ContractHandleOptions<Contract extends AnyContract = AnyContract> extends Omit<
  HandleOptions,
  'queue'
> {
  /**
   * The queue group of the subscription, or `false` for none: each producer then gets every request.
   *
   * @default the subject of the contract
   */
  readonly queue?: string | false;
  /**
   * The values of parameters to which this producer keeps: it takes no other requests.
   *
   * @default none: any values
   */
  readonly params?: Partial<ParamsOf<Contract>>;
}

/** What the handler of a contract is to the intake of requests. */
export interface PreparedHandler {
  readonly accept: Accept;
  /** The request of the contract, of what came and what `accept` gave. */
  readonly requestOf: (asked: StreamRequest, given: unknown) => InterceptedRequest;
  readonly handler: (request: never) => Records;
  readonly form: YieldedForm | undefined;
}

/** The value of a request that was let through. */
class Admitted {
  readonly data: unknown;
  readonly since: unknown;

  constructor(data: unknown, since: unknown) {
    this.data = data;
    this.since = since;
  }
}

/** Puts what a contract asks for around a handler: requests are parsed before anything is made for them. */
export function prepareHandler(
  { pattern, request: schema, record, errors, cursor, checksAt }: ContractParts,
  handler: (request: never) => unknown,
  accept: Accept | undefined,
): PreparedHandler {
  const isChecked = checksAt('producer');
  const parse = (ask: StreamAsk): Admitted | Promise<Admitted> => {
    const data = parsed(schema, schema === undefined ? undefined : bodyOf(ask), 'request');
    const given = cursor === undefined ? undefined : sinceOf(ask);
    const since = given === undefined ? undefined : parsed(cursor?.schema, given, 'since');
    if (!(data instanceof Promise) && !(since instanceof Promise)) return new Admitted(data, since);
    return Promise.all([data, since]).then(([body, from]) => new Admitted(body, from));
  };
  const parsed = (by: StandardSchema | undefined, value: unknown, role: string): unknown => {
    if (by === undefined || !isChecked) return value;
    const checked = check(by, value, role);
    return checked instanceof Promise ? checked.then(valueOf) : valueOf(checked);
  };
  return {
    accept: (ask) => {
      if (accept === undefined) return parse(ask);
      // Who may not ask is not told what a request looks like.
      const decision = decisionOf(accept, ask);
      return decision instanceof Promise
        ? decision.then((decided) => unlessRefused(decided, ask))
        : unlessRefused(decision, ask);
    },
    handler: handler as (request: never) => Records,
    requestOf: (asked, given) => {
      const { subject, consumerId, streamId, headers, timeoutMs } = asked;
      return {
        subject,
        pattern: pattern.pattern,
        params: pattern.paramsOf(subject),
        ...(given instanceof Admitted ? { data: given.data, since: given.since } : {}),
        consumerId,
        streamId,
        headers,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        get recordBytesMax() {
          return asked.recordBytesMax;
        },
        get signal() {
          return asked.signal;
        },
        fail: errors.fail,
      } as InterceptedRequest;
    },
    form: (value) => {
      if (record === undefined || !isChecked) return undefined;
      const checked = check(record, value, 'record');
      return checked instanceof Promise ? checked.then(misfitOf) : misfitOf(checked);
    },
  };

  function unlessRefused(decision: Decision, ask: StreamAsk): Admitted | Promise<Admitted> {
    if ('refusal' in decision) throw new CloseError(decision.refusal.code, decision.refusal.text);
    return parse(ask);
  }
}

function valueOf(checked: Checked): unknown {
  if ('misfit' in checked) throw new CloseError(CloseCode.BadRequest, checked.misfit);
  return checked.value;
}

function sinceOf(ask: StreamAsk): unknown {
  try {
    return cursorOf(ask.headers);
  } catch (error) {
    throw new CloseError(CloseCode.BadRequest, `since: ${messageOf(error)}`);
  }
}

function misfitOf(checked: Checked): string | undefined {
  return 'misfit' in checked ? checked.misfit : undefined;
}

/** The body as a value; undefined where there is none. */
function bodyOf(ask: StreamAsk): unknown {
  if (ask.body.length === 0) return undefined;
  try {
    return ask.object();
  } catch (error) {
    throw new CloseError(CloseCode.BadRequest, `request: ${messageOf(error)}`);
  }
}
