import { traceVersion, type TraceEvent } from '../trace-events/trace-event.js';

/** Thrown for a trace event that cannot be shown. The message says what was expected and what came. */
export class MalformedTraceEventError extends Error {
  override readonly name = 'MalformedTraceEventError';
}

type Kind = 'string' | 'number' | 'strings' | 'edges' | 'object' | 'any' | 'node';

/** The fields that a trace event must have to be shown; what is not known about is left alone. */
const required: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  run: { version: 'number', source: 'string', unit: 'string', label: 'string' },
  system: { system: 'string', role: 'string', op: 'string' },
  contact: { op: 'string', systems: 'strings' },
  snapshot: { op: 'string', systems: 'strings' },
  machine: { machine: 'string', root: 'node' },
  actor: { system: 'string', actor: 'string', value: 'any' },
  step: { system: 'string', actor: 'string', event: 'object', taken: 'edges', value: 'any', status: 'string' },
  timer: { op: 'string', system: 'string', actor: 'string', timer: 'string', state: 'string', delay: 'string' },
  message: { op: 'string', message: 'string', subject: 'string', kind: 'string', bytes: 'number' },
  counts: { system: 'string', actor: 'string', stream: 'string', records: 'number', bytes: 'number' },
  link: { op: 'string', systems: 'strings' },
  end: { system: 'string', actor: 'string', stream: 'string', reason: 'string', code: 'number', text: 'string' },
  gap: { dropped: 'number' },
  mark: { kind: 'string', text: 'string' },
};

/**
 * A value that came from outside, as a trace event. Those of unknown types pass, where they have a `seq` and an `at`.
 * @throws MalformedTraceEventError
 */
export function checkedEvent(value: unknown): TraceEvent {
  if (!isObject(value)) throw new MalformedTraceEventError(`expected a trace event, came ${inShort(value)}`);
  const { type } = value;
  if (typeof type !== 'string') throw new MalformedTraceEventError(`type: expected text, came ${inShort(type)}`);
  if (type !== 'run') {
    expectKind(type, 'seq', 'number', value['seq']);
    expectKind(type, 'at', 'number', value['at']);
  }
  const fields = Object.hasOwn(required, type) ? required[type] : undefined;
  for (const [field, kind] of Object.entries(fields ?? {})) expectKind(type, field, kind, value[field]);
  if (type === 'run') expectHeader(value);
  if (type === 'step') expectKind(type, 'event.type', 'string', (value['event'] as { type?: unknown }).type);
  if (type === 'actor' && value['context'] === undefined) return { ...value, context: null } as unknown as TraceEvent;
  return value as unknown as TraceEvent;
}

function expectHeader(value: Readonly<Record<string, unknown>>): void {
  const { version, unit } = value;
  if (version !== traceVersion) {
    throw new MalformedTraceEventError(`run.version: expected ${traceVersion}, came ${inShort(version)}`);
  }
  if (unit !== 'ms' && unit !== 'tick') {
    throw new MalformedTraceEventError(`run.unit: expected "ms" or "tick", came ${inShort(unit)}`);
  }
}

const kinds: Readonly<Record<Kind, { readonly holds: (value: unknown) => boolean; readonly name: string }>> = {
  string: { holds: (value) => typeof value === 'string', name: 'text' },
  number: { holds: (value) => typeof value === 'number' && Number.isFinite(value), name: 'a number' },
  strings: {
    holds: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
    name: 'a list of texts',
  },
  edges: {
    holds: (value) =>
      Array.isArray(value) &&
      value.every((item) => isObject(item) && typeof item['source'] === 'string' && typeof item['index'] === 'number'),
    name: 'a list of {source, index}',
  },
  object: { holds: isObject, name: 'an object' },
  any: { holds: (value) => value !== undefined, name: 'a value' },
  node: { holds: isNode, name: 'a state node' },
};

function expectKind(type: string, field: string, kind: Kind, value: unknown): void {
  if (!kinds[kind].holds(value)) {
    throw new MalformedTraceEventError(`${type}.${field}: expected ${kinds[kind].name}, came ${inShort(value)}`);
  }
}

function isNode(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { id, key, kind, entry, transitions, children } = value;
  const isTransition = (item: unknown): boolean =>
    isObject(item) &&
    typeof item['index'] === 'number' &&
    typeof item['event'] === 'string' &&
    kinds.strings.holds(item['targets']) &&
    kinds.strings.holds(item['actions']);
  return (
    [id, key, kind].every((text) => typeof text === 'string') &&
    kinds.strings.holds(entry) &&
    Array.isArray(transitions) &&
    transitions.every(isTransition) &&
    Array.isArray(children) &&
    children.every(isNode)
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What came, short enough for one line. */
function inShort(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
