import type { TraceEventDraft, TimedDraft } from '../trace-events/draft.js';
import { toMicroseconds } from './in-order.js';
import type { TraceBatch } from './collector-messages.js';
import {
  endedUnheard,
  type ContactReason,
  type Json,
  type TraceEvent,
  type TraceSystem,
} from '../trace-events/trace-event.js';

/** Makes the trace events of many processes fit into one run. */
export interface ProcessMerge {
  /**
   * The trace events of a batch, with names of the whole run and times of the collector. What comes twice, or after what
   * followed it, is left out; what was lost on the way becomes a gap. A process that tells from the start again tells the
   * same actors anew: those that it does not tell have ended unheard.
   *
   * Undefined where the start of what this process tells was missed, so that they would mean nothing.
   */
  take(batch: TraceBatch, now: number): readonly TimedDraft[] | undefined;
  /** Nothing is heard of a process, which says nothing about what it does. */
  unheard(instance: string, reason: ContactReason, since: number): readonly TraceEventDraft[];
  /** A process is over: its systems, which have not said so themselves. Whoever takes their names does so from now on. */
  over(instance: string, op: 'crash' | 'stop', now: number): readonly TimedDraft[];
  /** The processes of whom something was missed, and who have to tell what lives anew. */
  toldInPart(): readonly string[];
}

/** An actor that lives, by the names of the run. */
interface Living {
  readonly system: string;
  readonly actor: string;
  /** When it came, or was heard first, in the time of the run; and in that of its process. */
  readonly since: number;
  readonly ownSince: number;
  readonly machine: string | undefined;
  value: Json;
}

/** A process tells what lives: what it has told so far. */
interface Telling {
  readonly systems: ReadonlySet<string>;
  readonly told: Set<string>;
}

interface Process {
  readonly name: string;
  /** What is added to its times: the least that was seen, when a batch was on its way for the shortest time. */
  offset: number;
  /** The time of its last trace event: its own order is kept where the offset changes. */
  lastAt: number;
  readonly systems: Map<string, { readonly name: string; readonly role: TraceSystem['role'] }>;
  readonly machines: Map<string, string>;
  readonly living: Map<string, Living>;
  /** Each time that it begins to tell has a number. */
  session: number;
  /** The number of the last trace event. */
  seq: number;
  telling: Telling | undefined;
  isHeard: boolean;
  /** Whether it is not heard since it has no connection. */
  isGone: boolean;
  /** Whether something was missed since it told what lives. */
  isToldInPart: boolean;
}

/** The same number for those that nobody stamps here. */
type Numbered = Exclude<TraceEvent, { readonly type: 'run' }>;

/** The session of a process that does not number them. */
const unnumbered = -1;

export function createProcessMerge(): ProcessMerge {
  const processes = new Map<string, Process>();
  const machines = new Map<string, string>();
  /** Which instance has which system name. */
  const owners = new Map<string, string>();
  /** When a name became free, in the time of the run. What its next owner tells may have happened before that. */
  const freedAt = new Map<string, number>();

  const free = (name: string, at: number): void => {
    owners.delete(name);
    freedAt.delete(name);
    freedAt.set(name, at);
    // Those that were free for the longest time are no news to anybody.
    for (const oldest of freedAt.keys()) {
      if (freedAt.size <= freedMax) break;
      freedAt.delete(oldest);
    }
  };

  const systemName = (instance: string, process: Process, system: string): string => {
    const known = process.systems.get(system);
    if (known !== undefined) return known.name;
    let name = system;
    const ofProcess = system.startsWith(`${process.name} `) ? system : `${process.name} ${system}`;
    const candidates = [system, ofProcess, `${ofProcess} ${instance}`];
    for (const candidate of candidates) {
      name = candidate;
      const owner = owners.get(candidate);
      if (owner === undefined || owner === instance) break;
    }
    owners.set(name, instance);
    process.lastAt = Math.max(process.lastAt, freedAt.get(name) ?? 0);
    process.systems.set(system, { name, role: 'other' });
    return name;
  };

  /** Equal statecharts are one; another of the same name gets another name. */
  const machineName = (process: Process, machine: string, root: unknown): { name: string; isNew: boolean } => {
    const text = JSON.stringify(root);
    let name = machine;
    for (let n = 2; machines.has(name) && machines.get(name) !== text; n += 1) name = `${machine} ${n}`;
    const isNew = !machines.has(name);
    machines.set(name, text);
    process.machines.set(machine, name);
    return { name, isNew };
  };

  const rename = (
    instance: string,
    process: Process,
    event: Numbered,
    toRun: (at: number) => number,
  ): readonly TraceEventDraft[] => {
    const named = (system: string) => systemName(instance, process, system);
    // Number and time are given anew.
    const { seq, at, ...draft } = event;
    switch (draft.type) {
      case 'machine': {
        const { name, isNew } = machineName(process, draft.machine, draft.root);
        return isNew ? [{ ...draft, machine: name }] : [];
      }
      case 'system': {
        const known = process.systems.get(draft.system);
        const name = named(draft.system);
        if (draft.op !== 'start') forget(process, draft.system, name);
        // One that was told already has not begun again.
        else if (known?.role === draft.role && process.telling !== undefined) return [];
        else process.systems.set(draft.system, { name, role: draft.role });
        return [{ ...draft, system: name }];
      }
      case 'message':
        return [
          {
            ...draft,
            ...(draft.from === undefined ? {} : { from: named(draft.from) }),
            ...(draft.to === undefined ? {} : { to: named(draft.to) }),
          },
        ];
      case 'link':
      case 'contact':
        return [{ ...draft, systems: draft.systems.map(named) }];
      case 'snapshot':
        return tell(process, draft.op, draft.systems);
      case 'actor': {
        const machine = draft.machine === undefined ? undefined : process.machines.get(draft.machine);
        const actor = { ...draft, system: named(draft.system), ...(machine === undefined ? {} : { machine }) };
        return told(process, actor, at, toRun);
      }
      case 'step': {
        const system = named(draft.system);
        const key = keyOf(system, draft.actor);
        const living = process.living.get(key);
        if (draft.status !== 'active') process.living.delete(key);
        else if (living !== undefined) living.value = draft.value;
        return [{ ...draft, system }];
      }
      default:
        return 'system' in draft && typeof draft.system === 'string'
          ? [{ ...draft, system: named(draft.system) }]
          : [draft];
    }
  };

  const forget = (process: Process, system: string, name: string, at = process.lastAt): void => {
    process.systems.delete(system);
    free(name, at);
    for (const [key, { system: own }] of process.living) if (own === name) process.living.delete(key);
  };

  /** An actor, come or told anew; where another one of its name lived, that one has ended. */
  const told = (
    process: Process,
    { since, ...draft }: Extract<TraceEventDraft, { type: 'actor' }>,
    at: number,
    toRun: (at: number) => number,
  ): readonly TraceEventDraft[] => {
    const { system, actor, machine, value } = draft;
    const key = keyOf(system, actor);
    const known = process.living.get(key);
    process.telling?.told.add(key);
    const isSame =
      known !== undefined &&
      known.machine === machine &&
      (since === undefined || Math.abs(since - known.ownSince) < sameTimeMs);
    if (isSame) {
      known.value = value;
      return [{ ...draft, since: known.since }];
    }
    const ownSince = since ?? at;
    process.living.set(key, { system, actor, machine, value, ownSince, since: toRun(ownSince) });
    const come = since === undefined ? draft : { ...draft, since: toRun(since) };
    return known === undefined ? [come] : [endOf(known), come];
  };

  /** What lives is told from here on, or has been told whole. */
  const tell = (process: Process, op: 'begin' | 'end', systems: readonly string[]): readonly TraceEventDraft[] => {
    if (op === 'begin') {
      process.telling = { systems: new Set(systems), told: new Set() };
      return [];
    }
    const { telling } = process;
    process.telling = undefined;
    // Something of it was missed: what was not told may live.
    if (telling === undefined) return [];
    process.isToldInPart = false;
    const ended: TraceEventDraft[] = [];
    for (const [key, living] of process.living) {
      if (telling.told.has(key)) continue;
      process.living.delete(key);
      ended.push(endOf(living));
    }
    for (const [system, { name, role }] of process.systems) {
      if (telling.systems.has(system)) continue;
      forget(process, system, name);
      ended.push({ type: 'system', system: name, role, op: 'stop' });
    }
    return ended;
  };

  /** Events that the way has lost are told like those that were left out at their start. */
  const holeBefore = (process: Process, seq: number): readonly TraceEventDraft[] => {
    const dropped = seq - process.seq - 1;
    process.seq = seq;
    if (dropped <= 0) return [];
    process.telling = undefined;
    process.isToldInPart = true;
    return [{ type: 'gap', dropped }];
  };

  const begin = (process: Process, session: number): void => {
    process.session = session;
    process.seq = 0;
    process.telling = undefined;
    process.isToldInPart = false;
  };

  const systemsOf = ({ systems }: Process): readonly string[] => Array.from(systems.values(), ({ name }) => name);

  return {
    take: ({ instance, process: name, session = unnumbered, seq: toldSeq, records }, now) => {
      let process = processes.get(instance);
      const hasHead = records[0]?.type === 'run';
      if (process === undefined) {
        if (records.length === 0) return [];
        if (!hasHead) return undefined;
        const parts = { systems: new Map(), machines: new Map(), living: new Map(), telling: undefined };
        const state = {
          offset: Infinity,
          lastAt: 0,
          session: unnumbered - 1,
          seq: 0,
          isHeard: true,
          isGone: false,
          isToldInPart: false,
        };
        process = { name, ...parts, ...state };
        processes.set(instance, process);
      }
      const known = process;
      const isNewSession = session > known.session || (session === unnumbered && hasHead);
      if (isNewSession && !hasHead && (records.length > 0 || (toldSeq ?? 0) > 0)) return undefined;
      const drafts: TimedDraft[] = [];
      const add = (told: readonly TraceEventDraft[], at: number): void => {
        for (const draft of told) drafts.push({ ...draft, at });
      };
      if (!known.isHeard) {
        known.isHeard = true;
        known.isGone = false;
        add([{ type: 'contact', op: 'restored', systems: systemsOf(known) }], now);
      }
      // What it told before it began again comes too late.
      if (session < known.session && known.session >= 0) return drafts;
      if (isNewSession && hasHead) begin(known, session);
      const newest = records.reduce((most, event) => ('at' in event ? Math.max(most, event.at) : most), -Infinity);
      if (newest > -Infinity) {
        const offset = now - newest;
        // What it tells first is new: where that seems to be old, its clock stood still, as in a machine that slept.
        const hasSlept = isNewSession && offset - known.offset > sleepMs;
        known.offset = hasSlept ? offset : Math.min(known.offset, offset);
      }
      const toRun = (at: number): number => toMicroseconds(Math.max(0, at + known.offset));
      for (const event of records) {
        if (event.type === 'run' || event.seq <= known.seq) continue;
        known.lastAt = Math.max(known.lastAt, toRun(event.at));
        add(holeBefore(known, event.seq), known.lastAt);
        add(rename(instance, known, event, toRun), known.lastAt);
      }
      // It has told more than came.
      if (session === known.session && toldSeq !== undefined && toldSeq > known.seq) {
        add(holeBefore(known, toldSeq + 1), now);
        known.seq = toldSeq;
      }
      return drafts;
    },
    unheard: (instance, reason, since) => {
      const process = processes.get(instance);
      // It is told again where more is known of it.
      if (process === undefined || (!process.isHeard && (reason !== 'gone' || process.isGone))) return [];
      process.isHeard = false;
      process.isGone = reason === 'gone';
      return [{ type: 'contact', op: 'lost', systems: systemsOf(process), reason, since }];
    },
    over: (instance, op, now) => {
      const process = processes.get(instance);
      if (process === undefined) return [];
      processes.delete(instance);
      return Array.from(process.systems).map(([system, { name, role }]) => {
        forget(process, system, name, now);
        return { type: 'system', system: name, role, op, at: now };
      });
    },
    toldInPart: () =>
      Array.from(processes).flatMap(([instance, { isToldInPart, session }]) =>
        isToldInPart && session !== unnumbered ? [instance] : [],
      ),
  };
}

/** How many names are remembered that nobody has any more. */
const freedMax = 1_000;

/** A clock that lags by so much more than before stood still. No message is so long on its way. */
const sleepMs = 30_000;

/** An actor is told a moment after it came, so times at which it came that differ by less are the same. */
const sameTimeMs = 5;

/** The last step of an actor that has ended while nothing was heard of it. */
function endOf({ system, actor, value }: Living): TraceEventDraft {
  const event = { type: endedUnheard };
  return { type: 'step', system, actor, event, taken: [], value, status: 'stopped', commands: [] };
}

function keyOf(system: string, actor: string): string {
  return `${system}\n${actor}`;
}
