import { decodeValue, encodeValue, type EncodedValue } from '../../src/values/codec.js';
import { StreamError } from '../../src/errors.js';

/** What a reader of annotations makes of a value, which has been JSON text in between. */
export function carried<Value>(value: Value): Value {
  return decodeValue(onTheWire(encodeValue(value, undefined, true)), undefined) as Value;
}

/** The annotations as they come from JSON text. */
export function onTheWire({ data, superjson }: EncodedValue): EncodedValue {
  return superjson === undefined ? { data } : { data, superjson: JSON.parse(JSON.stringify(superjson)) as unknown };
}

/** The plain JSON part of a value. */
export function jsonOf(value: unknown): unknown {
  return JSON.parse(new TextDecoder().decode(encodeValue(value, undefined, true).data));
}

export function refusalOf(run: () => unknown): StreamError {
  try {
    run();
  } catch (error) {
    if (error instanceof StreamError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}
