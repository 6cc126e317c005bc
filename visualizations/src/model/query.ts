/**
 * The query language of the page: words that must all hold. `state:active age>30s subject:log.* -reason:completed disk`
 * - `field:text` holds where the field begins with the text; `*` stands for anything; `a|b` for either;
 *   `field:"exact text"` for the whole field with its spaces.
 * - `field=…`, `field<…`, `<=`, `>`, `>=` compare numbers: `30s`, `2m`, `1.5h`, `250ms`, `10k`, `3M`, `64kB`, `2MiB`.
 * - `-word` negates; a word alone holds where any field has it.
 */

export type FieldValue = string | number | boolean | readonly string[] | undefined;

/** The fields of what is searched, by name. */
export type Fields<T> = Readonly<Record<string, (item: T) => FieldValue>>;

/** A query that cannot be read. The message says what was expected and what came. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

type Test<T> = (item: T) => boolean;

/** Whether an item answers a query; an empty query holds for all. @throws QueryError */
export function parseQuery<T>(text: string, fields: Fields<T>): Test<T> {
  const tests = words(text).map((word) => parseWord(word, fields));
  return (item) => tests.every((test) => test(item));
}

/** Splits at spaces, but not within quotation marks. */
function words(text: string): readonly string[] {
  if (text.split('"').length % 2 === 0) {
    throw new QueryError(`expected a closing quotation mark in ${JSON.stringify(text)}`);
  }
  return text.match(/(?:[^\s"]|"[^"]*")+/g) ?? [];
}

function parseWord<T>(word: string, fields: Fields<T>): Test<T> {
  if (word.startsWith('-') && word.length > 1) {
    const test = parseWord(word.slice(1), fields);
    return (item) => !test(item);
  }
  const match = /^([a-z]+)(:|=|<=|>=|<|>)(.*)$/i.exec(word);
  if (match === null) return anywhere(unquoted(word), fields);
  const [, name = '', operator = '', value = ''] = match;
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) {
    // A subject or an id may well hold a colon: what names no field is looked for as it is, if it has no comparison.
    if (operator === ':' && !/^[a-z]+$/.test(name)) return anywhere(unquoted(word), fields);
    throw new QueryError(`expected one of ${Object.keys(fields).join(', ')}, came ${JSON.stringify(name)}`);
  }
  if (value === '') throw new QueryError(`expected a value after ${JSON.stringify(name + operator)}`);
  return operator === ':' ? matching(field, value) : comparing(name, field, operator, value);
}

function anywhere<T>(text: string, fields: Fields<T>): Test<T> {
  const wanted = text.toLowerCase();
  const all = Object.values(fields);
  return (item) => all.some((field) => textsOf(field(item)).some((value) => value.toLowerCase().includes(wanted)));
}

function matching<T>(field: (item: T) => FieldValue, value: string): Test<T> {
  const patterns = alternatives(value).map(patternOf);
  return (item) => textsOf(field(item)).some((text) => patterns.some((pattern) => pattern.test(text)));
}

function alternatives(value: string): readonly string[] {
  return value.match(/(?:[^|"]|"[^"]*")+/g) ?? [];
}

function patternOf(text: string): RegExp {
  const exact = /^"(.*)"$/.exec(text);
  const source = (exact?.[1] ?? text).replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
  return exact === null ? new RegExp(`^${source.replaceAll('*', '.*')}`, 'i') : new RegExp(`^${source}$`, 'i');
}

function comparing<T>(name: string, field: (item: T) => FieldValue, operator: string, value: string): Test<T> {
  const wanted = quantity(unquoted(value));
  if (wanted === undefined) {
    throw new QueryError(`${name}: expected a number such as 30s, 10k or 64kB, came ${JSON.stringify(value)}`);
  }
  return (item) => {
    const found = field(item);
    if (typeof found !== 'number') return false;
    switch (operator) {
      case '<':
        return found < wanted;
      case '<=':
        return found <= wanted;
      case '>':
        return found > wanted;
      case '>=':
        return found >= wanted;
      default:
        return found === wanted;
    }
  };
}

/** Durations in milliseconds, sizes in bytes. */
const units: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  k: 1_000,
  M: 1_000_000,
  B: 1,
  kB: 1_000,
  MB: 1_000_000,
  GB: 1_000_000_000,
  KiB: 1_024,
  MiB: 1_048_576,
  GiB: 1_073_741_824,
};

function quantity(text: string): number | undefined {
  const match = /^(-?\d[\d_]*(?:\.\d+)?)([a-z]*)$/i.exec(text);
  if (match === null) return undefined;
  const [, number = '', unit = ''] = match;
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  return factor === undefined ? undefined : Number(number.replaceAll('_', '')) * factor;
}

function textsOf(value: FieldValue): readonly string[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly string[]) : [String(value)];
}

function unquoted(text: string): string {
  return text.replaceAll('"', '');
}
