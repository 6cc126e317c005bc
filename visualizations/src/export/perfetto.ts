import type { TraceEvent } from '../../../src/trace-events/trace-event.js';
import { stateText } from '../model/state-text.js';
import { wholeWallTime } from '../model/wall-clock.js';
import { shortName } from './diagram.js';

/** An event of the trace-event format, which Perfetto and chrome://tracing read. Times are microseconds. */
interface PerfettoEvent {
  readonly ph: 'M' | 'X' | 'i' | 'C' | 's' | 'f' | 'b' | 'e';
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly [field: string]: unknown;
}

/** A tick, or a millisecond, in the microseconds of the format. */
const unitInTs = 1_000;

/** A state as a slice must last a moment, or it cannot be seen. */
const shortest = 1;

/**
 * The run as a trace for Perfetto: systems are processes, actors are threads whose slices are their states, timers are
 * nested slices of their own, messages are flows between processes, and counts are counters.
 */
export function toPerfetto(traceEvents: readonly TraceEvent[]): string {
  const events: PerfettoEvent[] = [];
  const pids = new Map<string, number>();
  const tids = new Map<string, number>();
  const open = new Map<string, { readonly name: string; readonly since: number; readonly args: unknown }>();
  const timers = new Map<string, number>();
  const travelling = new Set<string>();
  let last = 0;
  let label = '';
  let started: string | undefined;
  let timerCount = 0;

  const pidOf = (system: string): number => {
    const known = pids.get(system);
    if (known !== undefined) return known;
    const pid = pids.size + 1;
    pids.set(system, pid);
    events.push({ ph: 'M', name: 'process_name', pid, tid: 0, args: { name: system } });
    return pid;
  };
  const threadOf = (system: string, actor: string): { readonly pid: number; readonly tid: number } => {
    const pid = pidOf(system);
    const key = `${system}\n${actor}`;
    const known = tids.get(key);
    if (known !== undefined) return { pid, tid: known };
    const tid = tids.size + 1;
    tids.set(key, tid);
    events.push({ ph: 'M', name: 'thread_name', pid, tid, args: { name: shortName(actor) } });
    return { pid, tid };
  };
  const endState = (system: string, actor: string, ts: number): void => {
    const key = `${system}\n${actor}`;
    const state = open.get(key);
    if (state === undefined) return;
    open.delete(key);
    const { name, since, args } = state;
    events.push({
      ph: 'X',
      name,
      cat: 'state',
      ...threadOf(system, actor),
      ts: since,
      dur: Math.max(shortest, ts - since),
      args,
    });
  };
  const enter = (system: string, actor: string, name: string, ts: number, args: unknown): void => {
    if (open.get(`${system}\n${actor}`)?.name === name) return;
    endState(system, actor, ts);
    open.set(`${system}\n${actor}`, { name, since: ts, args });
  };
  const endTimer = (system: string, actor: string, name: string, ts: number, how: string): void => {
    const key = `${system}\n${actor}\n${name}`;
    const id = timers.get(key);
    if (id === undefined) return;
    timers.delete(key);
    events.push({ ph: 'e', name, cat: 'timer', id, ...threadOf(system, actor), ts, args: { how } });
  };
  const mark = (system: string | undefined, ts: number, name: string, cat: string): void => {
    const place = system === undefined ? { pid: 0, tid: 0, s: 'g' } : { pid: pidOf(system), tid: 0, s: 'p' };
    events.push({ ph: 'i', name, cat, ts, ...place });
  };

  for (const event of traceEvents) {
    if (event.type === 'run') {
      label = event.label;
      started = wholeWallTime(event, 0);
      continue;
    }
    const ts = Math.round(event.at * unitInTs);
    last = Math.max(last, ts);
    switch (event.type) {
      case 'system':
        pidOf(event.system);
        if (event.op !== 'start') {
          for (const key of [...open.keys(), ...timers.keys()]) {
            const [system = '', actor = '', timer] = key.split('\n');
            if (system !== event.system) continue;
            if (timer === undefined) endState(system, actor, ts);
            else endTimer(system, actor, timer, ts, event.op);
          }
          mark(event.system, ts, event.op, 'system');
        }
        break;
      case 'actor':
        enter(event.system, event.actor, stateText(event.value), ts, { context: event.context });
        break;
      case 'step':
        if (event.status === 'active') {
          enter(event.system, event.actor, stateText(event.value), ts, { event: event.event });
        } else {
          endState(event.system, event.actor, ts);
        }
        events.push({
          ph: 'i',
          name: event.event.type,
          cat: event.taken.length === 0 ? 'refused' : 'event',
          s: 't',
          ...threadOf(event.system, event.actor),
          ts,
          args: { event: event.event, commands: event.commands },
        });
        break;
      case 'timer': {
        const { system, actor, timer, delay } = event;
        endTimer(system, actor, timer, ts, event.op === 'start' ? 'restart' : event.op);
        if (event.op !== 'start') break;
        timerCount += 1;
        timers.set(`${system}\n${actor}\n${timer}`, timerCount);
        const args = { duration: event.duration, delay };
        events.push({ ph: 'b', name: timer, cat: 'timer', id: timerCount, ...threadOf(system, actor), ts, args });
        break;
      }
      case 'message': {
        const { op, from, to, message, kind, bytes, text } = event;
        const system = op === 'deliver' ? (to ?? from) : (from ?? to);
        if (system === undefined) break;
        const place = threadOf(system, 'wire');
        const args = { bytes, subject: event.subject, ...(text === undefined ? {} : { text }) };
        events.push({ ph: 'X', name: `${op} ${kind}`, cat: 'message', ...place, ts, dur: shortest, args });
        if (op === 'send') {
          travelling.add(message);
          events.push({ ph: 's', name: kind, cat: 'message', id: message, ...place, ts });
        } else if (op === 'deliver' && travelling.has(message)) {
          events.push({ ph: 'f', bp: 'e', name: kind, cat: 'message', id: message, ...place, ts });
        }
        break;
      }
      case 'counts': {
        const { records: handled, bytes, waiting } = event;
        const name = `${shortName(event.stream)} records`;
        const args = { records: handled, ...(waiting === undefined ? {} : { waiting }) };
        events.push({ ph: 'C', name, pid: pidOf(event.system), tid: 0, ts, args });
        events.push({
          ph: 'C',
          name: `${shortName(event.stream)} bytes`,
          pid: pidOf(event.system),
          tid: 0,
          ts,
          args: { bytes },
        });
        break;
      }
      case 'contact':
        for (const system of event.systems) mark(system, ts, `contact ${event.op}`, 'contact');
        break;
      case 'link':
        if (event.systems.length === 0) mark(undefined, ts, `link ${event.op}`, 'link');
        for (const system of event.systems) mark(system, ts, `link ${event.op}`, 'link');
        break;
      case 'end':
        mark(event.system, ts, `${shortName(event.stream)} ends: ${event.reason}, ${event.code}`, 'end');
        break;
      case 'gap':
        mark(undefined, ts, `${event.dropped} trace events were left out`, 'gap');
        break;
      case 'mark':
        mark(event.system, ts, event.text, event.kind);
        break;
      default:
        break;
    }
  }
  for (const key of [...open.keys()]) {
    const [system = '', actor = ''] = key.split('\n');
    endState(system, actor, last);
  }
  for (const key of [...timers.keys()]) {
    const [system = '', actor = '', timer = ''] = key.split('\n');
    endTimer(system, actor, timer, last, 'still running');
  }
  return `${JSON.stringify({ displayTimeUnit: 'ms', otherData: { label, ...(started === undefined ? {} : { started }) }, traceEvents: events })}\n`;
}
