import { CloseCode } from '../../machines/index.js';
import type {
  AnyContract,
  ContractParts,
  ContractTerms,
  CursorInput,
  ParamsOf,
  RecordOutput,
  RequestInput,
  TermsOf,
} from '../contracts/contract.js';
import { headersOfCursor } from '../contracts/cursor.js';
import type { DeclaredErrorOf } from '../contracts/declared-errors.js';
import { check, type Checked } from '../contracts/schema-check.js';
import { CloseError, messageOf, StreamError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import { intercepted, type InterceptedOpen, type Interceptor } from '../host/interceptors.js';
import { hearRejection } from '../host/shielded.js';
import { refuse } from '../validation/argument-checks.js';
import { checkOpenContractOptions, checkResume } from '../validation/arguments.js';
import type { ConsumerStream } from './consumer-stream.js';
import { ContractReader, type ReadingEnd } from './contract-reader.js';
import { RequestValue } from './open-requests.js';
import type { OpenStreamOptions } from './open-stream-options.js';
import { ResumingRecords } from './resuming-records.js';

/** How a stream of a contract ended. */
export interface ContractStreamEnd<Contract extends AnyContract = AnyContract> extends Omit<ReadingEnd, 'error'> {
  /** Undefined if the stream is complete. `errorName` tells those that the contract declares, and is undefined else. */
  readonly error:
    DeclaredErrorOf<TermsOf<Contract>['errors']> | (CloseError & { readonly errorName?: undefined }) | undefined;
}

/** How the request of a contract was answered. */
export type ContractStreamOpening<Contract extends AnyContract = AnyContract> =
  /** A producer serves the stream, or has already served it to its end. */
  | { readonly started: true }
  /** The stream ended before a producer answered; `end` says how. */
  | { readonly started: false; readonly end: ContractStreamEnd<Contract> };

/**
 * The reader's handle on a stream of a contract: an async iterable of its records, in order, each delivered once.
 *
 * Iteration finishes normally if the stream is complete or the reader itself cancelled it; any other end throws a
 * `CloseError`, after the records that arrived before it, and an error of the contract as such. Leaving the loop cancels
 * the stream.
 */
export interface ContractStream<Contract extends AnyContract = AnyContract> extends AsyncIterable<
  RecordOutput<TermsOf<Contract>>
> {
  /** The subject, with its parameters filled in. */
  readonly subject: string;
  /**
   * The cursor of the last record that the reader was handed, or `resume.since` before: what a stream would be resumed
   * from. Undefined where there is none.
   */
  readonly position: CursorInput<TermsOf<Contract>> | undefined;
  /** Resolves once a producer is known to serve the stream, or the stream has ended without one; never rejects. */
  readonly opened: Promise<ContractStreamOpening<Contract>>;
  /**
   * Resolves with how the stream ended, once its records were checked to the end; never rejects. That needs a reader only
   * while the producer waits for one.
   */
  readonly closed: Promise<ContractStreamEnd<Contract>>;
  /**
   * Cancels the stream at once. Unread records are dropped.
   *
   * @param text The `text` of the end; `the reader left` if omitted.
   */
  cancel(text?: string): void;
  /** The same as {@link cancel}. */
  [Symbol.asyncDispose](): Promise<void>;
}

type ParamsPart<Contract extends AnyContract> = [keyof ParamsOf<Contract>] extends [never]
  ? { readonly params?: Readonly<Record<string, never>> }
  : {
      /** The parameters of the subject. */
      readonly params: ParamsOf<Contract>;
    };

type DataPart<Input> = undefined extends Input
  ? { readonly data?: Input }
  : {
      /** The request. */
      readonly data: Input;
    };

/** How a stream goes on where it was when its producer is gone: after its silence, its drain or a loss of records. */
export interface ResumeOptions<Cursor> {
  /**
   * Behind which record to begin.
   *
   * @default none: from the beginning
   */
  readonly since?: Cursor;
  /**
   * How many tries in a row may hand over no record.
   *
   * @default 10
   */
  readonly triesMax?: number;
  /**
   * How long to wait before the first try, in milliseconds; each further one in a row waits twice as long.
   *
   * @default 100
   */
  readonly delayMs?: number;
  /**
   * How long to wait before a try at most, in milliseconds.
   *
   * @default 5_000
   */
  readonly delayMaxMs?: number;
  /** Called before each try. */
  readonly onResume?: (resumed: StreamResumption<Cursor>) => void;
}

/** That a stream is about to go on where it was. */
export interface StreamResumption<Cursor = unknown> {
  /** Behind which record; undefined where none was handed over. */
  readonly since: Cursor | undefined;
  /** Which try in a row it is, from 1 on. */
  readonly tries: number;
  /** How the stream before it ended. */
  readonly after: CloseError;
}

type ResumePart<Terms extends ContractTerms> = Terms['cursor'] extends undefined
  ? { readonly resume?: never }
  : {
      /**
       * Whether the stream goes on where it was, on the same producer or on another one of its queue group, when its
       * producer is gone; and how.
       *
       * @default false
       */
      readonly resume?: boolean | ResumeOptions<CursorInput<Terms>>;
    };

/** What `openStream` takes with a contract: the parameters, the request, and how the stream is read. */
export type OpenContractOptions<Contract extends AnyContract = AnyContract> = ParamsPart<Contract> &
  DataPart<RequestInput<TermsOf<Contract>>> &
  ResumePart<TermsOf<Contract>> &
  Omit<OpenStreamOptions, 'onRecord' | 'onObject'> & {
    /**
     * Functions around the stream, inside those of the client, the first one outermost; see {@link Interceptor}.
     *
     * @default none
     */
    readonly interceptors?: readonly Interceptor<InterceptedOpen>[];
    /** Called with each record as it arrives, instead of iterating. If it throws, the stream is cancelled. */
    readonly onRecord?: (record: RecordOutput<TermsOf<Contract>>) => void;
  };

/** The rest of the arguments of `openStream` with a contract: none have to be given where the contract asks for none. */
export type OpenArguments<Contract extends AnyContract> =
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- whether nothing need be given
  {} extends OpenContractOptions<Contract>
    ? [options?: OpenContractOptions<Contract>]
    : [options: OpenContractOptions<Contract>];

/** What a stream of a contract needs of its client. */
export interface ContractStreamHost {
  readonly open: (subject: string, body: unknown, options: OpenStreamOptions) => ConsumerStream;
  readonly clock: Clock;
  readonly interceptors: readonly Interceptor<InterceptedOpen>[];
}

/** What a stream is asked for with. */
type Opening = Pick<InterceptedOpen, 'subject' | 'data' | 'headers'> & Partial<Pick<InterceptedOpen, 'signal'>>;

interface Given extends Omit<OpenStreamOptions, 'onRecord' | 'onObject'> {
  readonly params?: unknown;
  readonly data?: unknown;
  readonly interceptors?: readonly Interceptor<InterceptedOpen>[];
  readonly resume?: unknown;
  readonly onRecord?: (record: unknown) => unknown;
}

/** Opens a stream of a contract. Throws what can be told at once; all else ends the stream. */
export function openContract(parts: ContractParts, given: unknown, host: ContractStreamHost): ContractStream {
  checkOpenContractOptions(given);
  const { params = {}, data, signal, onRecord, headers = {}, onSlow, timeoutMs, interceptors = [] } = given as Given;
  const resume = checkResume((given as Given).resume);
  if (resume !== undefined && parts.cursor === undefined) {
    refuse('resume: expected a contract with a cursor, came one without');
  }
  const { cursor } = parts;
  /** The cursor of the last record that came, from which a stream is resumed, and of the last that was read. */
  let [came, position] = [resume?.since, resume?.since];
  const subject = parts.pattern.subjectOf(params);
  signal?.throwIfAborted();
  const reader = new ContractReader({
    clock: host.clock,
    onRecord,
    signal,
    timeoutMs,
    ...(cursor === undefined
      ? {}
      : {
          onCame: (record: unknown) => void (came = cursor.of(record)),
          onRead: (record: unknown) => void (position = cursor.of(record)),
        }),
  });
  const open = ({ subject, data, headers, signal }: Opening): AsyncIterable<unknown> => {
    const records = (): AsyncIterable<unknown> => {
      // Who was to read has left, amid a check or an interceptor: what goes on without knowing comes to a quiet end.
      if (reader.isOver) return none();
      const leftMs = reader.leftMs();
      const stream = host.open(subject, parts.request === undefined ? undefined : bodyOf(data), {
        headers,
        ...(signal === undefined ? {} : { signal }),
        ...(onSlow === undefined ? {} : { onSlow }),
        ...(leftMs === undefined ? {} : { timeoutMs: leftMs }),
      });
      reader.follow(stream);
      return recordsOf(stream, parts, reader);
    };
    if (parts.request === undefined || !parts.checksAt('consumer')) return records();
    const checked = check(parts.request, data, 'request');
    return checked instanceof Promise ? later(checked, records) : fitting(checked, records);
  };
  const begin = (): AsyncIterable<unknown> => {
    const around = [...host.interceptors, ...interceptors];
    const asked = { subject, data, headers: { ...headers, ...headersOfCursor(came) } };
    // Nobody looks at the signal of a stream that nobody intercepts.
    if (around.length === 0) return open(asked);
    const { pattern } = parts.pattern;
    return intercepted(
      around,
      open,
    )({ ...asked, pattern, params: parts.pattern.paramsOf(subject), signal: reader.signal });
  };
  try {
    reader.read(
      resume === undefined
        ? begin()
        : new ResumingRecords(resume, {
            clock: host.clock,
            open: begin,
            hasBegun: () => reader.hasBegun,
            onResume: (after, tries) => resume.onResume?.({ since: came, tries, after }),
          }),
    );
  } catch (error) {
    reader.release();
    throw error;
  }
  return {
    subject,
    get opened() {
      return reader.opened as ContractStream['opened'];
    },
    get closed() {
      return reader.closed as ContractStream['closed'];
    },
    get position() {
      return position as never;
    },
    cancel: (text) => reader.cancel(text),
    [Symbol.asyncIterator]: () => reader.iterate(),
    [Symbol.asyncDispose]: () => {
      reader.cancel();
      return Promise.resolve();
    },
  };
}

function bodyOf(data: unknown): RequestValue | undefined {
  return data === undefined ? undefined : new RequestValue(data);
}

/** The records of a request that was judged; the failure of one that does not fit, for which nothing was asked. */
function fitting(checked: Checked, records: () => AsyncIterable<unknown>): AsyncIterable<unknown> {
  if (!('misfit' in checked)) return records();
  const error = new CloseError(CloseCode.BadRequest, checked.misfit);
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
}

async function* later(checked: Promise<Checked>, records: () => AsyncIterable<unknown>): AsyncGenerator<unknown, void> {
  yield* fitting(await checked, records);
}

function none(): AsyncIterable<unknown> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }) };
}

/** The records of a stream, parsed. Its end is that of the contract where it declares one. */
function recordsOf(stream: ConsumerStream, parts: ContractParts, reader: ContractReader): AsyncIterable<unknown> {
  const isChecked = parts.checksAt('consumer');
  const schema = isChecked ? parts.record : undefined;
  const refuse = (misfit: string): never => {
    stream.cancel(misfit);
    throw new CloseError(CloseCode.UnsupportedData, misfit, 'unsupportedData');
  };
  return {
    [Symbol.asyncIterator]: () => {
      const records = stream.objects()[Symbol.asyncIterator]();
      return {
        next: async () => {
          let step: IteratorResult<unknown>;
          try {
            step = await records.next();
          } catch (error) {
            if (error instanceof CloseError) throw (await parts.errors.errorOf(error, isChecked)) ?? error;
            if (error instanceof StreamError && error.code === 'notDecodable') refuse(`record: ${messageOf(error)}`);
            throw error;
          }
          if (step.done === true) {
            // Its client may have ended it quietly, as it drains.
            const { error } = await stream.closed;
            if (error !== undefined && !reader.isOver) throw error;
            return step;
          }
          if (schema === undefined) return step;
          let checked = check(schema, step.value, 'record');
          if (checked instanceof Promise) checked = await checked;
          return 'misfit' in checked ? refuse(checked.misfit) : { done: false, value: checked.value };
        },
        return: () => {
          hearRejection(records.return?.(), () => undefined);
          return Promise.resolve({ done: true, value: undefined });
        },
      };
    },
  };
}
