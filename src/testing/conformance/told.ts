import type { Json } from '../../trace-events/trace-event.js';

/** What a trace leaves out of a long list, of a large object, and of what is too deep. */
const moreItems = /^… \d+ more$/;
const moreFields = '…';
const deepParts: ReadonlySet<unknown> = new Set(['{…}', '[…]']);

/** Whether a copy in a trace holds all of what it is a copy of. Copies are bounded in depth, entries and characters. */
export function isWhole(told: Json | undefined): boolean {
  if (typeof told === 'string') return !told.endsWith('…') && !moreItems.test(told) && !deepParts.has(told);
  if (typeof told !== 'object' || told === null) return true;
  if (Array.isArray(told)) return (told as readonly Json[]).every(isWhole);
  return !(moreFields in told) && Object.values(told as Fields).every(isWhole);
}

type Fields = Readonly<Record<string, Json>>;

/** Whether a copy in a trace can be one of this value: alike in all that the copy holds. */
export function fits(told: Json | undefined, value: unknown): boolean {
  if (told === value) return true;
  if (value === undefined || value === null) return told === undefined || told === null;
  if (typeof told === 'string') return fitsText(told, value);
  if (typeof told !== 'object' || told === null || typeof value !== 'object') return false;
  if (Array.isArray(told)) return Array.isArray(value) && fitsList(told as readonly Json[], value);
  return !Array.isArray(value) && fitsFields(told as Fields, value as Readonly<Record<string, unknown>>);
}

function fitsText(told: string, value: unknown): boolean {
  if (typeof value === 'string') return told.endsWith('…') && value.startsWith(told.slice(0, -1));
  if (told === '{…}') return typeof value === 'object' && !Array.isArray(value);
  if (told === '[…]') return Array.isArray(value);
  return typeof value === 'number' && !Number.isFinite(value) && told === String(value);
}

function fitsList(told: readonly Json[], value: readonly unknown[]): boolean {
  const last = told.at(-1);
  const isCut = typeof last === 'string' && moreItems.test(last) && told.length - 1 < value.length;
  const length = isCut ? told.length - 1 : told.length;
  if (!isCut && length !== value.length) return false;
  for (let index = 0; index < length; index += 1) if (!fits(told[index], value[index])) return false;
  return true;
}

function fitsFields(told: Fields, value: Readonly<Record<string, unknown>>): boolean {
  for (const key of Object.keys(told)) {
    if (key === moreFields && !(key in value)) continue;
    if (!fits(told[key], value[key])) return false;
  }
  if (moreFields in told) return true;
  for (const key of Object.keys(value)) if (value[key] !== undefined && !(key in told)) return false;
  return true;
}

/** Where a copy and a value differ first, with both: `misses: expected 0, came 1`. */
export function difference(told: Json | undefined, value: unknown, path = ''): string {
  if (isPlainObject(told) && isPlainObject(value)) {
    for (const key of new Set([...Object.keys(value), ...Object.keys(told)])) {
      if (key === moreFields || (!(key in told) && moreFields in told)) continue;
      if (!fits((told as Fields)[key], value[key])) {
        return difference((told as Fields)[key], value[key], path === '' ? key : `${path}.${key}`);
      }
    }
  }
  if (Array.isArray(told) && Array.isArray(value)) {
    const place = (told as readonly Json[]).findIndex((item, index) => !fits(item, value[index]));
    if (place !== -1 && place < value.length) return difference(told[place] as Json, value[place], `${path}[${place}]`);
  }
  return `${path === '' ? '' : `${path}: `}expected ${inShort(value)}, came ${inShort(told)}`;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inShort(value: unknown): string {
  const text = (JSON.stringify(value) as string | undefined) ?? 'nothing';
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
