import type { TraceEventDraft, TimedDraft } from '../trace-events/draft.js';
import type { TraceBatch } from './collector-messages.js';
import type { TraceEvent, TraceSystem } from '../trace-events/trace-event.js';

/** Makes the trace events of many processes fit into one run. */
export interface ProcessMerge {
  /**
   * The trace events of a batch, with names of the whole run and times of the collector. A header from a process that is
   * known already begins anew: what lived before and is not told again has ended meanwhile.
   *
   * Undefined where the start of what this process tells was missed, so that they would mean nothing.
   */
  take(batch: TraceBatch, now: number): readonly TimedDraft[] | undefined;
  /** A process is over: its systems, which have not said so themselves. */
  over(instance: string, op: 'crash' | 'stop'): readonly TraceEventDraft[];
}

interface Process {
  readonly name: string;
  /** What is added to its times: the least that was seen, when a batch was on its way for the shortest time. */
  offset: number;
  readonly systems: Map<string, { readonly name: string; readonly role: TraceSystem['role'] }>;
  readonly machines: Map<string, string>;
  /** Actors that live, by the names of the run. */
  readonly living: Map<string, { readonly system: string; readonly actor: string }>;
  /** The number of the last trace event. */
  seq: number;
}

/** The same number for those that nobody stamps here. */
type Numbered = Exclude<TraceEvent, { readonly type: 'run' }>;

export function createProcessMerge(): ProcessMerge {
  const processes = new Map<string, Process>();
  const machines = new Map<string, string>();
  /** Which instance has which system name. */
  const owners = new Map<string, string>();

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

  const rename = (instance: string, process: Process, event: Numbered): readonly TraceEventDraft[] => {
    const named = (system: string) => systemName(instance, process, system);
    // Number and time are given anew.
    const { seq, at, ...draft } = event;
    switch (draft.type) {
      case 'machine': {
        const { name, isNew } = machineName(process, draft.machine, draft.root);
        return isNew ? [{ ...draft, machine: name }] : [];
      }
      case 'system': {
        const name = named(draft.system);
        if (draft.op === 'start') process.systems.set(draft.system, { name, role: draft.role });
        else forget(process, draft.system, name);
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
        return [{ ...draft, systems: draft.systems.map(named) }];
      case 'actor':
        return [
          {
            ...draft,
            system: named(draft.system),
            ...(draft.machine === undefined ? {} : { machine: process.machines.get(draft.machine) ?? draft.machine }),
          },
        ];
      default:
        return 'system' in draft && typeof draft.system === 'string'
          ? [{ ...draft, system: named(draft.system) }]
          : [draft];
    }
  };

  const forget = (process: Process, system: string, name: string): void => {
    process.systems.delete(system);
    owners.delete(name);
    for (const [key, { system: own }] of process.living) if (own === name) process.living.delete(key);
  };

  const noteLife = ({ living }: Process, draft: TraceEventDraft): void => {
    if (draft.type !== 'actor' && draft.type !== 'step') return;
    const { system, actor } = draft;
    if (draft.type === 'actor') living.set(`${system}\n${actor}`, { system, actor });
    else if (draft.status !== 'active') living.delete(`${system}\n${actor}`);
  };

  /** What lived has ended, as far as is known. */
  const beginAgain = (process: Process): readonly TraceEventDraft[] => {
    const ended = Array.from(process.living.values(), ({ system, actor }): TraceEventDraft => {
      const event = { type: 'xstate.stop' };
      return { type: 'step', system, actor, event, taken: [], value: null, status: 'stopped', commands: [] };
    });
    process.living.clear();
    process.seq = 0;
    return ended;
  };

  /** Records that the way has lost are told like those that were left out at their start. */
  const holeBefore = (process: Process, seq: number): readonly TraceEventDraft[] => {
    const dropped = seq - process.seq - 1;
    process.seq = seq;
    return dropped > 0 ? [{ type: 'gap', dropped }] : [];
  };

  return {
    take: ({ instance, process: name, records }, now) => {
      let process = processes.get(instance);
      if (process === undefined) {
        if (records.length === 0) return [];
        if (records[0]?.type !== 'run') return undefined;
        const parts = { systems: new Map(), machines: new Map(), living: new Map() };
        process = { name, offset: Infinity, seq: 0, ...parts };
        processes.set(instance, process);
      }
      const newest = records.reduce((most, event) => ('at' in event ? Math.max(most, event.at) : most), -Infinity);
      if (newest > -Infinity) process.offset = Math.min(process.offset, now - newest);
      const known = process;
      return records.flatMap((event) => {
        const drafts =
          event.type === 'run'
            ? beginAgain(known)
            : [...holeBefore(known, event.seq), ...rename(instance, known, event)];
        const at = event.type === 'run' ? now : Math.max(0, event.at + known.offset);
        return drafts.map((draft): TimedDraft => {
          noteLife(known, draft);
          return { ...draft, at };
        });
      });
    },
    over: (instance, op) => {
      const process = processes.get(instance);
      if (process === undefined) return [];
      processes.delete(instance);
      return Array.from(process.systems).map(([system, { name, role }]) => {
        forget(process, system, name);
        return { type: 'system', system: name, role, op };
      });
    },
  };
}
