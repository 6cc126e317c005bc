import { CloseError, messageOf, StreamError } from '../errors.js';
import { kindOf, quote, refuse, requireKnownNames } from '../validation/argument-checks.js';
import { decodeValue, encodeValue } from '../values/codec.js';
import { closeTextBytesMax } from '../wire/index.js';
import { check, type Checked } from './schema-check.js';
import type { InputOf, OutputOf, StandardSchema } from './standard-schema.js';

/** How a contract declares an error: `{}`, or with what tells it on the wire and what it brings along. */
export interface ErrorDeclaration {
  /**
   * The close code, from 4100 to 4999. Give it where Go peers tell ends apart by number.
   *
   * @default a number that is made from the name
   */
  readonly code?: number;
  /**
   * The schema of the data. On the wire they are plain JSON, behind the name in the text of the close.
   *
   * @default the error has no data
   */
  readonly data?: StandardSchema;
}

/** The errors of a contract by their names. */
export type ErrorDeclarations = Readonly<Record<string, ErrorDeclaration>>;

type DataSchemaOf<Declared> = Declared extends { readonly data: infer Schema extends StandardSchema }
  ? Schema
  : undefined;

/**
 * An end that a contract declares. On the wire it is a close with a code, and with a text of its name and its data as
 * JSON, so that a peer that does not know the contract sees those.
 */
export class DeclaredError<Name extends string = string, Data = unknown> extends CloseError {
  /** The name that the contract gives it. */
  readonly errorName: Name;
  /** What it brings along; undefined where the contract declares none. */
  readonly data: Data;

  constructor(code: number, text: string, errorName: Name, data: Data) {
    super(code, text);
    this.errorName = errorName;
    this.data = data;
  }
}

/** The errors that a contract declares, told apart by `errorName`. */
export type DeclaredErrorOf<Errors extends ErrorDeclarations> = {
  [Name in keyof Errors & string]: DeclaredError<
    Name,
    DataSchemaOf<Errors[Name]> extends StandardSchema ? OutputOf<DataSchemaOf<Errors[Name]>> : undefined
  >;
}[keyof Errors & string];

/** What ends a stream with an error of its contract: `throw`s, and so never returns. */
export type Fail<Errors extends ErrorDeclarations> = {
  readonly [Name in keyof Errors]: DataSchemaOf<Errors[Name]> extends StandardSchema
    ? (data: InputOf<DataSchemaOf<Errors[Name]>>) => never
    : () => never;
};

interface Declared {
  readonly name: string;
  readonly code: number;
  readonly data: StandardSchema | undefined;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The codes of the library end here; those of contracts begin. */
const codeMin = 4_100;
const codeMax = 4_999;

/** The errors of one contract: how they become closes, and closes become them. */
export class ErrorTable {
  readonly #byName = new Map<string, Declared>();
  readonly #byCode = new Map<number, Declared>();
  /** What a handler ends its stream with, by name. */
  readonly fail: Readonly<Record<string, (data?: unknown) => never>>;

  /** @throws {StreamError} `badArgument` where a declaration is none, or two have one code. */
  constructor(declarations: unknown) {
    if (typeof declarations !== 'object' || declarations === null || Array.isArray(declarations)) {
      refuse(`errors: expected an object of declarations by name, came ${kindOf(declarations)}`);
    }
    for (const [name, declaration] of Object.entries(declarations)) this.#add(name, declaration);
    const calls = [...this.#byName.values()].map(
      (declared) => [declared.name, (data?: unknown): never => throwAs(declared, data)] as const,
    );
    // An error that is not declared is told, and no method that is missing.
    this.fail = new Proxy(Object.freeze(Object.fromEntries(calls)), {
      get: (target, name) => {
        if (typeof name === 'symbol' || Object.hasOwn(target, name)) return Reflect.get(target, name) as unknown;
        refuse(`fail: expected one of ${[...this.#byName.keys()].join(', ') || 'no errors'}, came ${quote(name)}`);
      },
    });
  }

  /** The declared error that a close stands for; undefined where it stands for none, or its data do not fit. */
  async errorOf({ code, text }: CloseError, isChecked: boolean): Promise<DeclaredError | undefined> {
    const declared = this.#byCode.get(code);
    if (declared === undefined) return undefined;
    const { name, data: schema } = declared;
    if (schema === undefined) return new DeclaredError(code, text, name, undefined);
    const data = dataOf(text, name);
    if (!isChecked) return data === undefined ? undefined : new DeclaredError(code, text, name, data.value);
    const checked = await check(schema, data?.value, name);
    return 'misfit' in checked ? undefined : new DeclaredError(code, text, name, checked.value);
  }

  /** Whether an error is one of these. */
  has(error: unknown): boolean {
    if (!(error instanceof DeclaredError)) return false;
    const { errorName, code }: DeclaredError = error as DeclaredError;
    return this.#byName.get(errorName)?.code === code;
  }

  #add(name: string, declaration: unknown): void {
    if (!/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name))
      refuse(`errors: expected names of letters and digits, came ${quote(name)}`);
    const { code = codeOf(name), data } = requireKnownNames(`errors.${name}`, declaration, ['code', 'data']);
    if (!(Number.isInteger(code) && (code as number) >= codeMin && (code as number) <= codeMax)) {
      const came = typeof code === 'number' ? String(code) : kindOf(code);
      refuse(`errors.${name}.code: expected a whole number from ${codeMin} to ${codeMax}, came ${came}`);
    }
    if (data !== undefined) requireSchema(`errors.${name}.data`, data);
    const declared: Declared = { name, code: code as number, data };
    const other = this.#byCode.get(declared.code);
    if (other !== undefined) {
      refuse(
        `errors.${name}.code: expected a code of its own, came ${declared.code} of ${other.name}: give one of them another`,
      );
    }
    this.#byName.set(name, declared);
    this.#byCode.set(declared.code, declared);
  }
}

/** Refuses what is no schema by the convention. */
export function requireSchema(role: string, value: unknown): asserts value is StandardSchema {
  const isHolder = (typeof value === 'object' && value !== null) || typeof value === 'function';
  const standard: unknown = isHolder ? (value as { readonly '~standard'?: unknown })['~standard'] : undefined;
  if (typeof (standard as { readonly validate?: unknown } | undefined)?.validate !== 'function') {
    refuse(`${role}: expected a Standard Schema, such as one of zod, valibot or arktype, came ${kindOf(value)}`);
  }
}

/** FNV-1a, which spreads names evenly over the codes of contracts. */
function codeOf(name: string): number {
  let hash = 0x81_1c_9d_c5;
  for (const byte of encoder.encode(name)) hash = Math.imul(hash ^ byte, 0x01_00_01_93) >>> 0;
  return codeMin + (hash % (codeMax - codeMin + 1));
}

/** Throws a declared error, after its data were judged as the peer will read them. */
function throwAs({ name, code, data: schema }: Declared, data: unknown): never {
  if (schema === undefined) {
    if (data !== undefined)
      refuse(`fail.${name}: expected no data, as the contract declares none, came ${kindOf(data)}`);
    throw new DeclaredError(code, name, name, undefined);
  }
  const role = `fail.${name}`;
  let text: string;
  let read: unknown;
  try {
    const { data: bytes } = encodeValue(data, undefined, false);
    text = `${name} ${decoder.decode(bytes)}`;
    read = decodeValue({ data: bytes }, undefined);
  } catch (error) {
    throw new StreamError('notEncodable', `${role}: ${messageOf(error)}`, { cause: error });
  }
  // A schema that answers later is asked by the reader alone.
  const checked: Checked | Promise<Checked> = check(schema, read, role);
  if (!(checked instanceof Promise) && 'misfit' in checked) throw new StreamError('notEncodable', checked.misfit);
  const bytes = encoder.encode(text).length;
  if (bytes > closeTextBytesMax) {
    throw new StreamError(
      'tooLarge',
      `${role}: expected at most ${closeTextBytesMax} bytes of JSON and name, came ${bytes}`,
    );
  }
  throw new DeclaredError(code, text, name, data);
}

function dataOf(text: string, name: string): { readonly value: unknown } | undefined {
  if (!text.startsWith(`${name} `)) return undefined;
  try {
    return { value: decodeValue({ data: encoder.encode(text.slice(name.length + 1)) }, undefined) };
  } catch {
    return undefined;
  }
}
