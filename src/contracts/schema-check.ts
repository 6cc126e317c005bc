import { messageOf } from '../errors.js';
import { isThenable } from '../host/shielded.js';
import { kindOf } from '../validation/argument-checks.js';
import type { SchemaIssue, StandardSchema } from './standard-schema.js';

/** What a schema made of a value, or in words why it does not fit. */
export type Checked = { readonly value: unknown } | { readonly misfit: string };

/** So many issues are told; a text that nobody reads to its end says no more. */
const issuesToldMax = 5;

/**
 * What a schema makes of a value, at once where the schema answers at once. Never throws or rejects.
 *
 * @param role What the value is, at the head of each path: `record.percent: expected …`.
 */
export function check(schema: StandardSchema, value: unknown, role: string): Checked | Promise<Checked> {
  const failed = (error: unknown): Checked => ({ misfit: `${role}: the schema threw: ${messageOf(error)}` });
  try {
    const given = schema['~standard'].validate(value);
    if (!isThenable(given)) return checkedOf(given, role);
    return Promise.resolve(given).then((result) => checkedOf(result, role), failed);
  } catch (error) {
    return failed(error);
  }
}

function checkedOf(result: unknown, role: string): Checked {
  if (typeof result !== 'object' || result === null) {
    return { misfit: `${role}: expected a result of the schema, came ${kindOf(result)}` };
  }
  const { issues, value } = result as { readonly issues?: readonly SchemaIssue[]; readonly value?: unknown };
  if (issues === undefined) return { value };
  const told = issues.slice(0, issuesToldMax).map((issue) => `${role}${pathOf(issue)}: ${issue.message}`);
  const rest = issues.length - told.length;
  // A schema that refuses without a reason refuses all the same.
  if (told.length === 0) return { misfit: `${role}: the schema refuses it` };
  return { misfit: `${told.join('; ')}${rest > 0 ? `; and ${rest} more` : ''}` };
}

/** `.list[3].name`, and `["a b"]` for what is no name. */
function pathOf({ path = [] }: SchemaIssue): string {
  // Not by its own `map`: a library may give a list of a class of its own, of which that makes something else.
  return Array.from(path, (segment) => (typeof segment === 'object' ? segment.key : segment))
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      const name = String(key);
      return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
    })
    .join('');
}
