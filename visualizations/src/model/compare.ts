import { eventText } from './event-text.js';
import { stateText } from './state-text.js';
import type { RunReader, SequencedEvent } from './types.js';

/** A line of a comparison: what happened in both runs, or in one of them only. */
export interface ComparedLine {
  readonly kind: 'both' | 'left' | 'right';
  readonly text: string;
  readonly left?: SequencedEvent;
  readonly right?: SequencedEvent;
}

/** How many happenings of each run are compared, from the start. More would take longer than anybody waits. */
export const comparedMax = 4_000;

/** From this many differences on, the rest of both runs is taken as different. */
const differencesMax = 1_500;

interface Line {
  readonly text: string;
  readonly record: SequencedEvent;
}

/** Where two runs agree and where they do not: what actors, messages and systems did, whatever the times. */
export function compareRuns(left: RunReader, right: RunReader): readonly ComparedLine[] {
  return align(linesOf(left), linesOf(right));
}

function linesOf(run: RunReader): readonly Line[] {
  const lines: Line[] = [];
  run.forEach(run.firstSeq, Infinity, (event) => {
    const text = textOf(event);
    if (text !== undefined) lines.push({ text, record: event });
    return lines.length < comparedMax;
  });
  return lines;
}

/** An event in words, without ids that differ from run to run and without times; undefined for what is not compared. */
export function textOf(event: SequencedEvent): string | undefined {
  switch (event.type) {
    case 'system':
      return `${event.system}: ${event.op}`;
    case 'actor':
      return `${event.system} ${event.machine ?? event.actor}: begins in ${stateText(event.value)}`;
    case 'step':
      return (
        `${event.system} ${event.actor}: ${eventText(event.event.type)} ` +
        (event.taken.length === 0 ? 'is refused' : `→ ${stateText(event.value)}`)
      );
    case 'timer':
      return event.op === 'fire' ? `${event.system} ${event.actor}: ${event.delay} fires` : undefined;
    case 'message':
      return `${event.from ?? '?'} → ${event.to ?? '?'}: ${event.op} ${event.kind}`;
    case 'link':
      return `${event.systems.join(', ')}: link ${event.op}`;
    case 'end':
      return `${event.system} ${event.actor}: ends, ${event.reason} ${event.code}`;
    default:
      return undefined;
  }
}

/** The shortest way from one list to the other, by Myers. */
function align(left: readonly Line[], right: readonly Line[]): readonly ComparedLine[] {
  let start = 0;
  while (start < left.length && start < right.length && left[start]?.text === right[start]?.text) start += 1;
  let tail = 0;
  while (
    tail < left.length - start &&
    tail < right.length - start &&
    left[left.length - 1 - tail]?.text === right[right.length - 1 - tail]?.text
  ) {
    tail += 1;
  }
  const middle = difference(left.slice(start, left.length - tail), right.slice(start, right.length - tail));
  return [
    ...both(left.slice(0, start), right.slice(0, start)),
    ...middle,
    ...both(left.slice(left.length - tail), right.slice(right.length - tail)),
  ];
}

function both(left: readonly Line[], right: readonly Line[]): readonly ComparedLine[] {
  return left.map(({ text, record: event }, index) => {
    const other = right[index]?.record;
    return { kind: 'both', text, left: event, ...(other === undefined ? {} : { right: other }) };
  });
}

function difference(left: readonly Line[], right: readonly Line[]): readonly ComparedLine[] {
  const trail = furthestPaths(left, right);
  if (trail === undefined) return [...left.map(onlyLeft), ...right.map(onlyRight)];
  const lines: ComparedLine[] = [];
  let x = left.length;
  let y = right.length;
  for (let edits = trail.length - 1; edits >= 0; edits -= 1) {
    const furthest = trail[edits] ?? new Map<number, number>();
    const diagonal = x - y;
    const down =
      diagonal === -edits ||
      (diagonal !== edits && (furthest.get(diagonal - 1) ?? -1) < (furthest.get(diagonal + 1) ?? -1));
    const before = down ? diagonal + 1 : diagonal - 1;
    const beforeX = edits === 0 ? 0 : (furthest.get(before) ?? 0);
    const beforeY = edits === 0 ? 0 : beforeX - before;
    while (x > beforeX && y > beforeY) {
      x -= 1;
      y -= 1;
      lines.push(...both(left.slice(x, x + 1), right.slice(y, y + 1)));
    }
    if (edits === 0) break;
    lines.push(
      ...(down ? right.slice(beforeY, beforeY + 1).map(onlyRight) : left.slice(beforeX, beforeX + 1).map(onlyLeft)),
    );
    x = beforeX;
    y = beforeY;
  }
  return lines.reverse();
}

/** For each number of edits, how far each diagonal is reached with one edit less; undefined where there are too many. */
function furthestPaths(
  left: readonly Line[],
  right: readonly Line[],
): readonly ReadonlyMap<number, number>[] | undefined {
  const trail: ReadonlyMap<number, number>[] = [];
  let furthest = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(left.length + right.length, differencesMax); edits += 1) {
    trail.push(furthest);
    const next = new Map<number, number>();
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const above = furthest.get(diagonal + 1) ?? -1;
      const beside = furthest.get(diagonal - 1) ?? -1;
      const down = diagonal === -edits || (diagonal !== edits && beside < above);
      let x = down ? above : beside + 1;
      while (x < left.length && x - diagonal < right.length && left[x]?.text === right[x - diagonal]?.text) x += 1;
      next.set(diagonal, x);
      if (x >= left.length && x - diagonal >= right.length) return trail;
    }
    furthest = next;
  }
  return undefined;
}

function onlyLeft({ text, record: event }: Line): ComparedLine {
  return { kind: 'left', text, left: event };
}

function onlyRight({ text, record: event }: Line): ComparedLine {
  return { kind: 'right', text, right: event };
}
