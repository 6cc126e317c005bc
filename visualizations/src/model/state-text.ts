import type { Json } from './types.js';

/**
 * A state value as text: `active.listening`, and for parallel regions `{read: open, write: {half: idle}}` with their
 * names, `read.open | write.half.idle`. What is no state value is shown as JSON.
 */
export function stateText(value: Json): string {
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return JSON.stringify(value);
  return Object.entries(value)
    .map(([key, child]) => {
      const inner = stateText(child);
      return inner === '' || inner === '{}' ? key : inner.includes(' | ') ? `${key}(${inner})` : `${key}.${inner}`;
    })
    .join(' | ');
}

/** The outermost state: what a pill shows in its colour. */
export function outermostState(state: string): string {
  return /^[^.(| ]*/.exec(state)?.[0] ?? '';
}
