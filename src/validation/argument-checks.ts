import { StreamError } from '../errors.js';
import { similarName } from './similar-name.js';

/** The longest delay that timers of the platform keep: 2^31 - 1 ms, about 24.8 days. */
export const timerMsMax = 2_147_483_647;

/** Throws a {@link StreamError} `badArgument`. The message says what was expected and what came. */
export function refuse(message: string): never {
  throw new StreamError('badArgument', message);
}

/** What came, in the words of a refusal: `null`, `an array`, or the type of the value. */
export function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
}

/**
 * Refuses a value that is no object, and an object with a name that is not among the known ones. The names that an
 * object inherits are not looked at, neither to refuse nor to know them: `toString` is an unknown name.
 */
export function requireKnownNames(role: string, value: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(`${role}: expected an object, came ${kindOf(value)}`);
  }
  for (const name of Object.keys(value)) {
    if (known.includes(name)) continue;
    const meant = similarName(name, known);
    const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
    refuse(`unknown option ${name}${hint}: expected one of ${known.join(', ')}`);
  }
  return value as Record<string, unknown>;
}

/**
 * Refuses what is neither undefined nor one of the known texts: a slip of the pen would be taken for the default, and
 * nothing would say so.
 */
export function requireOneOf(name: string, value: unknown, known: readonly string[]): void {
  if (value === undefined || (typeof value === 'string' && known.includes(value))) return;
  const came = typeof value === 'string' ? quote(value) : kindOf(value);
  const meant = typeof value === 'string' ? similarName(value, known) : undefined;
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  refuse(`${name}: expected ${known.slice(0, -1).join(', ')} or ${known.at(-1) ?? ''}, came ${came}${hint}`);
}

/** Refuses what is neither undefined nor a function. */
export function requireFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') refuse(`${name}: expected a function, came ${kindOf(value)}`);
}

/** Refuses what is neither undefined nor a list of functions. */
export function requireFunctions(name: string, value: unknown): void {
  if (value === undefined) return;
  if (!Array.isArray(value)) refuse(`${name}: expected a list of functions, came ${kindOf(value)}`);
  value.forEach((one, index) => {
    if (typeof one !== 'function') refuse(`${name}[${index}]: expected a function, came ${kindOf(one)}`);
  });
}

/** The first of the methods that a value does not have, inherited ones included; undefined where it has them all. */
export function lacksMethod(value: unknown, methods: readonly string[]): string | undefined {
  const held = (value ?? {}) as Record<string, unknown>;
  return methods.find((method) => typeof held[method] !== 'function');
}

/** A text in quotes, cut where it is long: a refusal is a line. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
