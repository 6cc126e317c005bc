import { itemAt, lastOf } from '../structures/checked-reads.js';
import { changeText, messageText, pointText } from './step-text.js';
import type { SentMessage, Step, Trace } from './trace.js';

interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  /** How it ends: it arrives, it is lost, or it is sent twice. */
  readonly end: '>' | 'x' | '2';
}

const tickWidth = 6;
const gapMin = 14;
const notesGap = 3;

function arrowOf(step: Step): Arrow | undefined {
  if (step.from === undefined || step.process === undefined) return undefined;
  const ends = { deliver: '>', drop: 'x', duplicate: '2' } as const;
  if (step.kind !== 'deliver' && step.kind !== 'drop' && step.kind !== 'duplicate') return undefined;
  return { from: step.from, to: step.process, label: messageText(step.message), end: ends[step.kind] };
}

function lostArrow({ from, to, message }: SentMessage): Arrow {
  return { from, to, label: messageText(message), end: 'x' };
}

function arrowsOf(step: Step): readonly Arrow[] {
  const own = arrowOf(step);
  const lost = step.sent.filter(({ isLost }) => isLost).map(lostArrow);
  return own === undefined ? lost : [own, ...lost];
}

/** The column of each process, wide enough for the arrows between neighbours. */
function columnsOf({ processes, steps }: Trace): readonly number[] {
  const columns = [tickWidth];
  const arrows = steps.flatMap(arrowsOf);
  for (let k = 1; k < processes.length; k += 1) {
    const [left, right] = [itemAt(processes, k - 1), itemAt(processes, k)];
    const between = arrows.filter(({ from, to }) => [from, to].includes(left) && [from, to].includes(right));
    const widest = Math.max(0, ...between.map(({ label }) => label.length + 8));
    columns.push(lastOf(columns) + Math.max(gapMin, left.length + 2, widest));
  }
  return columns;
}

type Row = string[];

function put(row: Row, at: number, text: string): void {
  Array.from(text).forEach((character, index) => (row[at + index] = character));
}

function lifelines(columns: readonly number[], alive: ReadonlySet<number>): Row {
  const row: Row = new Array<string>(lastOf(columns) + 1).fill(' ');
  columns.forEach((column, process) => put(row, column, alive.has(process) ? '│' : ' '));
  return row;
}

function drawArrow(row: Row, from: number, to: number, { label, end }: Arrow): void {
  const [left, right] = from < to ? [from, to] : [to, from];
  for (let at = left + 1; at < right; at += 1) row[at] = '─';
  // A label that is too long for its arrow is cut, never the arrow.
  const room = Math.max(0, right - left - 7);
  const text = label.length > room ? `${label.slice(0, Math.max(0, room - 1))}…` : label;
  put(row, from < to ? left + 3 : right - 3 - text.length - 1, ` ${text} `);
  const head = { '>': from < to ? '>' : '<', x: 'x', '2': '2' }[end];
  row[from < to ? right - 1 : left + 1] = head;
}

function toSelf(row: Row, column: number, { label, end }: Arrow): void {
  put(row, column + 1, `${end === '>' ? '⟲' : end} ${label}`);
}

function drawSteps(trace: Trace, columns: readonly number[]): readonly string[] {
  const { processes, steps, loopAt } = trace;
  const alive = new Set(processes.map((_, index) => index));
  const lines: { readonly tick: string; readonly row: Row; readonly note: string }[] = [];
  const markers = new Map<number, string>();
  // A link that is cut is at no process: what happens to it is drawn at the left.
  const columnOf = (process: string | undefined) =>
    process === undefined ? tickWidth : itemAt(columns, processes.indexOf(process));

  steps.forEach((step, index) => {
    if (index === loopAt) markers.set(lines.length, '------ from here the run repeats for ever ------');
    if (index === loopAt && steps.slice(index).every(({ kind }) => kind === 'tick')) {
      lines.push({
        tick: `${step.tick}`,
        row: lifelines(columns, alive),
        note: 'time goes on, and nothing else happens',
      });
    }
    const isLastTick = step.kind === 'tick' && index === steps.length - 1 && loopAt === undefined;
    // Time is told by the lines that follow; a trace that ends with it needs a line of its own.
    if (isLastTick) lines.push({ tick: `${step.tick + 1}`, row: lifelines(columns, alive), note: 'time goes on' });
    if (step.kind === 'tick') return;
    const process = processes.indexOf(step.process ?? '');
    const row = lifelines(columns, alive);
    const arrow = arrowOf(step);
    if (arrow === undefined) put(row, columnOf(step.process), pointText(step));
    else if (arrow.from === arrow.to) toSelf(row, columnOf(arrow.from), arrow);
    else drawArrow(row, columnOf(arrow.from), columnOf(arrow.to), arrow);
    if (step.kind === 'crash') alive.delete(process);
    if (step.kind === 'restart') alive.add(process);
    const notes = step.activities.flatMap((activity) => changeText(activity) ?? []);
    if (step.fault !== undefined) notes.push(`breaks: ${step.fault}`);
    const [first = '', ...others] = notes;
    lines.push({ tick: `${step.tick}`, row, note: first });
    for (const note of others) lines.push({ tick: '', row: lifelines(columns, alive), note });
    for (const message of step.sent.filter(({ isLost }) => isLost)) {
      const lost = lifelines(columns, alive);
      const { from, to } = message;
      if (from !== to) drawArrow(lost, columnOf(from), columnOf(to), lostArrow(message));
      lines.push({ tick: '', row: lost, note: '' });
    }
  });

  const width = Math.max(...lines.map(({ row }) => row.length), 0) + notesGap;
  return lines.flatMap(({ tick, row, note }, index) => {
    const line = [...row];
    put(line, 0, tick.padStart(tickWidth - 2));
    const drawn = `${line.join('').padEnd(width)}${note}`.trimEnd();
    const marker = markers.get(index);
    return marker === undefined ? [drawn] : [marker, drawn];
  });
}

/** A trace as text: processes as lifelines, one line for each thing that happens, state changes at the right. */
export function sequenceDiagram(trace: Trace): string {
  const columns = columnsOf(trace);
  const header: Row = [];
  put(header, 0, 'tick');
  trace.processes.forEach((process, index) => put(header, itemAt(columns, index), process));
  const head = Array.from({ length: header.length }, (_, at) => header[at] ?? ' ').join('');
  return [head, ...drawSteps(trace, columns)].join('\n');
}
