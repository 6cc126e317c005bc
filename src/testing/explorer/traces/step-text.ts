import type { EventObject, StateValue } from 'xstate';
import type { Plain } from '../description/plain-data.js';
import type { Activity } from '../processes/process-step.js';
import type { ActorState } from '../processes/process-state.js';
import type { Step } from './trace.js';

const textMax = 48;

function shorten(text: string, max = textMax): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

function compact(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(compact).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}:${compact(item)}`)
      .join(',')}}`;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An event, or anything with a type, as `type {fields}`. */
export function eventText(event: EventObject): string {
  const { type, ...fields } = event as EventObject & Readonly<Record<string, unknown>>;
  return shorten(Object.keys(fields).length === 0 ? type : `${type} ${compact(fields)}`);
}

/** A message as `type {fields}`, or as it is where it has no type. */
export function messageText(message: Plain | undefined): string {
  const { type, event, actor } = (message ?? {}) as {
    readonly type?: unknown;
    readonly event?: { readonly type?: unknown };
    readonly actor?: unknown;
  };
  if (typeof type === 'string') return eventText(message as unknown as EventObject);
  // The plain adapter's messages are events with an address.
  if (typeof event?.type !== 'string') return shorten(compact(message));
  const text = eventText(event as EventObject);
  return typeof actor === 'string' ? `${text} to ${actor}` : text;
}

function leaves(value: StateValue): readonly string[] {
  if (typeof value === 'string') return [value];
  return Object.entries(value).flatMap(([key, child]) => {
    const below = child === undefined ? [] : leaves(child);
    return below.length === 0 ? [key] : below.map((leaf) => `${key}.${leaf}`);
  });
}

/** A state value as its leaves: `asking`, `life.live age.recent`. */
export function valueText(value: StateValue): string {
  return leaves(value).join(' ');
}

function changedFields(before: ActorState, after: ActorState): string {
  const [old, now] = [before.context, after.context] as readonly Readonly<Record<string, Plain>>[];
  const names = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])].sort();
  return names
    .filter((name) => compact(old?.[name]) !== compact(now?.[name]))
    .map((name) => `${name} ${compact(old?.[name] ?? null)} -> ${compact(now?.[name] ?? null)}`)
    .join(', ');
}

/** What a macrostep changed in its actor; undefined if nothing. */
export function changeText({ actor, before, after }: Activity): string | undefined {
  if (before === undefined) return after === undefined ? undefined : `${actor}: ${valueText(after.value)}`;
  const from = valueText(before.value);
  if (after === undefined) return `${actor}: ${from} -> ended`;
  const to = valueText(after.value);
  const fields = shorten(changedFields(before, after), 60);
  if (from !== to) return `${actor}: ${from} -> ${to}${fields === '' ? '' : ` (${fields})`}`;
  return fields === '' ? undefined : `${actor}: (${fields})`;
}

/** `xstate.after.<delay>.<state>` as `<delay>`, with the actor whose timer it is. */
function timerText(step: Step): string {
  const name = step.name ?? '';
  const after = 'xstate.after.';
  const label = name.startsWith(after) ? name.slice(after.length).split('.')[0] : name;
  return `${step.actor ?? ''} ${label ?? ''}`;
}

function settledText({ child, name }: Step): string {
  return `${child ?? ''}: ${name ?? ''}`;
}

function interruptedText(step: Step): string {
  const { interrupted, from, message, name } = step;
  if (interrupted === undefined) return '';
  const { kind, effects } = interrupted;
  const what = {
    timer: () => timerText(step),
    deliver: () => `${messageText(message)} from ${from ?? ''}`,
    stimulus: () => name ?? '',
    settle: () => settledText(step),
  }[kind]();
  return ` amid ${what}, after ${effects} of its effects`;
}

/** What happens at one process in a step, with a mark in front that tells the kinds apart. */
export function pointText(step: Step): string {
  switch (step.kind) {
    case 'timer':
      return `◷ ${timerText(step)}`;
    case 'stimulus':
      return `● ${step.name ?? ''}`;
    case 'crash':
      return `✝ crashes${interruptedText(step)}`;
    case 'restart':
      return '↻ starts';
    case 'settle':
      return `⚑ ${settledText(step)}`;
    case 'cut':
      return `✂ ${step.name ?? ''} is cut off`;
    case 'heal':
      return `∞ ${step.name ?? ''} is connected again`;
    case 'late':
      return '◔ is late from here on';
    default:
      return '';
  }
}
