import { setOwn } from './annotations.js';

/** The classes of errors that every engine has; any other arrives as an `Error`, with its name. */
const classes = new Map<string, ErrorConstructor>(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((each) => [each.name, each]),
);

/** Fields that errors have without listing them, by the name of the error. */
function hiddenFieldsOf(name: unknown): readonly string[] {
  return name === 'SuppressedError' ? ['cause', 'error', 'suppressed'] : ['cause', 'errors'];
}

/**
 * The fields of an error that travel: its name and message first, then its own ones. Its stack does not: it tells of
 * this process, not of what failed.
 *
 * @throws {TypeError} where the name or the message is no text.
 */
export function fieldsOfError(error: Error): (readonly [name: string, value: unknown])[] {
  const { name, message } = error as { readonly name: unknown; readonly message: unknown };
  if (typeof name !== 'string' || typeof message !== 'string') {
    throw new TypeError('expected values that JSON can carry, came an error whose name or message is no text');
  }
  const own = new Set(Object.keys(error));
  for (const each of hiddenFieldsOf(name)) if (Object.hasOwn(error, each)) own.add(each);
  for (const each of ['name', 'message', 'stack']) own.delete(each);
  const fields: (readonly [string, unknown])[] = [
    ['name', name],
    ['message', message],
  ];
  for (const each of own) fields.push([each, (error as unknown as Record<string, unknown>)[each]]);
  // The code of a DOMException is a field of its class.
  if (typeof DOMException === 'function' && error instanceof DOMException)
    fields.push(['code', Reflect.get(error, 'code')]);
  return fields;
}

/** An error of this name and message that has no other fields yet. @throws {TypeError} where they are no texts. */
export function createError(name: unknown, message: unknown): Error {
  if (typeof name !== 'string' || typeof message !== 'string') {
    throw new TypeError('expected an error with a name and a message');
  }
  const given = message === '' ? undefined : message;
  const ErrorClass = classes.get(name) ?? Error;
  const error = name === 'AggregateError' ? new AggregateError([], given) : new ErrorClass(given);
  // Which errors it holds comes with its other fields, where it has any.
  if (error instanceof AggregateError) Reflect.deleteProperty(error, 'errors');
  // What the engine noted is where the error was read, which tells nothing of it.
  hide(error, 'stack', message === '' ? name : `${name}: ${message}`);
  if (error.name !== name) setOwn(error, 'name', name);
  return error;
}

/** Gives an error one of the fields that came with it. */
export function setErrorField(error: Error, field: string, value: unknown): void {
  if (hiddenFieldsOf(error.name).includes(field)) hide(error, field, value);
  else setOwn(error, field, value);
}

function hide(error: Error, field: string, value: unknown): void {
  Object.defineProperty(error, field, { value, writable: true, enumerable: false, configurable: true });
}
