import type { Snapshot } from 'xstate';
import { DeclaredError } from '../contracts/declared-errors.js';
import { CloseError, messageOf, StreamError } from '../errors.js';
import { kindOf } from '../validation/argument-checks.js';
import { decodeValue, encodeValue } from '../values/codec.js';
import type { ConsumerStreamEnd } from '../consumer/consumer-stream.js';
import type { StreamActorKeptInput } from './stream-actor-input.js';

/** The snapshot of a stream's actor: active with its input, or settled with the stream's end or an error. */
export type StreamActorSnapshot<End = ConsumerStreamEnd> =
  | (Exclude<Snapshot<End>, Over> & { readonly input: StreamActorKeptInput })
  | (Extract<Snapshot<End>, Over> & { readonly input: undefined });

interface Over {
  readonly status: 'done' | 'error';
}

/** The data of a request as JSON can hold them: their text, and annotations where the text does not say it all. */
interface PersistedData {
  readonly text: string;
  readonly superjson?: unknown;
}

interface PersistedInput extends StreamActorKeptInput {
  /** Stands for `data`, which a snapshot that is kept as it was holds themselves. */
  readonly persistedData?: PersistedData;
}

/** A `CloseError` as JSON can hold it. */
type PersistedCloseError = Pick<CloseError, 'name' | 'code' | 'text' | 'reason' | 'firstMissing'> &
  Partial<Pick<DeclaredError, 'errorName' | 'data'>>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The snapshot in a form that JSON does not change: data of a request and errors of streams stay what they are.
 *
 * @throws {StreamError} `notEncodable` where the stream is to be opened again and its input holds what cannot be
 *   persisted: data that no record can carry, a signal, a callback.
 */
export function persistStream(snapshot: StreamActorSnapshot<unknown>): Snapshot<unknown> {
  if (snapshot.status === 'active') return { ...snapshot, input: persistInput(snapshot.input) } as Snapshot<unknown>;
  const { status, output, error } = snapshot;
  return { status, output, error: error instanceof CloseError ? persistError(error) : error } as Snapshot<unknown>;
}

/** The snapshot that was persisted, or one that was kept as it was. */
export function restoreStream<End>(persisted: Snapshot<unknown>): StreamActorSnapshot<End> {
  const { input, error } = persisted as { readonly input?: PersistedInput; readonly error?: unknown };
  return {
    ...persisted,
    input: input === undefined ? undefined : restoreInput(input),
    error: isPersistedError(error) ? restoreError(error) : error,
  } as StreamActorSnapshot<End>;
}

function persistInput({ data, parent: _, ...rest }: StreamActorKeptInput): PersistedInput {
  // Headers and parameters hold texts alone: the stream would not be active with others.
  const { headers: __, params: ___, ...others } = rest;
  for (const [name, value] of Object.entries(others) as [string, unknown][]) {
    if (typeof value === 'function' || (typeof value === 'object' && value !== null)) {
      const came = value instanceof AbortSignal ? 'an AbortSignal' : kindOf(value);
      throw new StreamError('notEncodable', `input.${name}: expected what can be persisted, came ${came}`);
    }
  }
  return data === undefined ? rest : { ...rest, persistedData: persistData(data) };
}

function restoreInput({ persistedData, parent: _, ...input }: PersistedInput): StreamActorKeptInput {
  if (persistedData === undefined) return input;
  const { text, superjson } = persistedData;
  return { ...input, data: decodeValue({ data: encoder.encode(text), superjson }, undefined) };
}

function persistData(data: unknown): PersistedData {
  try {
    const { data: bytes, superjson } = encodeValue(data, undefined, true);
    const text = decoder.decode(bytes);
    return superjson === undefined ? { text } : { text, superjson };
  } catch (error) {
    throw new StreamError('notEncodable', `input.data: ${messageOf(error)}`, { cause: error });
  }
}

function persistError(error: CloseError): PersistedCloseError {
  const { name, code, text, reason, firstMissing } = error;
  // The data of a declared error came as JSON.
  const declared = isDeclared(error) ? { errorName: error.errorName, data: error.data } : {};
  return { name, code, text, reason, firstMissing, ...declared };
}

function isDeclared(error: CloseError): error is DeclaredError {
  return error instanceof DeclaredError;
}

function isPersistedError(error: unknown): error is PersistedCloseError {
  if (typeof error !== 'object' || error === null || error instanceof Error) return false;
  return (error as { readonly name?: unknown }).name === 'CloseError';
}

function restoreError({ code, text, reason, firstMissing, errorName, data }: PersistedCloseError): CloseError {
  if (errorName !== undefined) return new DeclaredError(code, text, errorName, data);
  return new CloseError(code, text, reason, firstMissing);
}
