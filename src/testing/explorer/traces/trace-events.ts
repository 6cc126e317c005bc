import type { TraceEventDraft } from '../../../trace-events/draft.js';
import { indexMachine, type MachineIndex } from '../../../trace-events/machine-index.js';
import { plain } from '../../../trace-events/plain.js';
import { traceVersion, type TraceEvent, type Json } from '../../../trace-events/trace-event.js';
import { refusedTransitions } from '../../../trace-events/refused-transitions.js';
import { StreamEnds, type ToldEnd } from '../../../trace-events/stream-ends.js';
import type { CompiledSystem } from '../description/compile-system.js';
import { retellStep } from '../processes/machine-step.js';
import { pointText } from './step-text.js';
import { createTraceMessages } from './trace-messages.js';
import type { Activity } from '../processes/process-step.js';
import type { ActorState, ProcessState, Timer } from '../processes/process-state.js';
import type { Step, Trace } from './trace.js';

/** What a run of the model is, beside its trace. */
export interface TraceTitle {
  readonly label: string;
  /** What its last step violates. */
  readonly violation?: string;
}

const limits = { depth: 6, entries: 50, characters: 400 };

/** A trace as trace events, so that it is shown like any other run. Times are ticks. */
export function traceEvents(system: CompiledSystem, trace: Trace, title: TraceTitle): readonly TraceEvent[] {
  const events: TraceEvent[] = [
    { type: 'run', version: traceVersion, source: 'explored', unit: 'tick', label: title.label },
  ];
  let tick = 0;
  const write = (draft: TraceEventDraft): void => {
    events.push({ ...draft, seq: events.length, at: tick });
  };
  const messages = createTraceMessages(write);
  const indices = new Map<string, MachineIndex>();
  /** The actors that live, by process. */
  const living = new Map<string, Set<string>>();
  const ends = new StreamEnds();
  /** The stream of each actor that is one end of one. */
  const streams = new Map<string, string>();

  const indexOf = (machine: string): MachineIndex | undefined => {
    const described = system.machines.get(machine);
    return described === undefined ? undefined : indexMachine(described);
  };

  const tellMachine = (machine: string): void => {
    const index = indexOf(machine);
    if (index === undefined || indices.has(machine)) return;
    indices.set(machine, index);
    write({ type: 'machine', machine, root: index.root });
  };

  const tellTimer = (op: 'start' | 'cancel' | 'fire', process: string, actor: ActorState, timer: Timer): void => {
    const name = indices.get(actor.machine)?.timerOf(timer.event.type) ?? { state: '', delay: timer.id };
    const what = { type: 'timer', op, system: process, actor: actor.id, timer: timer.id, ...name } as const;
    write(op === 'start' ? { ...what, duration: timer.left } : what);
  };

  const tellActor = (process: string, actor: ActorState): void => {
    tellMachine(actor.machine);
    living.set(process, (living.get(process) ?? new Set()).add(actor.id));
    const { stream } = streamOf(actor);
    if (stream !== undefined) streams.set(keyOf(process, actor.id), stream);
    write({
      type: 'actor',
      system: process,
      actor: actor.id,
      machine: actor.machine,
      ...streamOf(actor),
      value: actor.value as Json,
      context: plain(actor.context, limits),
    });
  };

  const tellChangedTimers = (process: string, { before, after, event }: Activity): void => {
    const actor = after ?? before;
    if (actor === undefined) return;
    for (const timer of before?.timers ?? []) {
      const now = after?.timers.find(({ id }) => id === timer.id);
      // One that has fired has been told already.
      if (now === undefined && timer.event.type !== event.type) tellTimer('cancel', process, actor, timer);
    }
    for (const timer of after?.timers ?? []) {
      const old = before?.timers.find(({ id }) => id === timer.id);
      if (old?.left !== timer.left || timer.event.type === event.type) {
        tellTimer('start', process, actor, timer);
      }
    }
  };

  const tellEnd = (process: string, actor: string, end: ToldEnd | undefined): void => {
    const stream = streams.get(keyOf(process, actor));
    if (stream !== undefined && end !== undefined) write({ type: 'end', system: process, actor, stream, ...end });
  };

  const tellActivity = (process: string, activity: Activity): void => {
    const { actor: id, event, before, after, commands } = activity;
    const actor = after ?? before;
    if (actor === undefined) return;
    if (before === undefined) tellActor(process, actor);
    const index = indices.get(actor.machine);
    const machine = system.machines.get(actor.machine);
    const told = before === undefined || machine === undefined ? undefined : retellStep(machine, before, event);
    const refused =
      index === undefined || told === undefined ? [] : refusedTransitions(index, told.nodes, event, told.taken);
    const isChanged = JSON.stringify(before?.context) !== JSON.stringify(told?.context ?? after?.context);
    write({
      type: 'step',
      system: process,
      actor: id,
      event: plain(event, limits) as { readonly type: string },
      taken: (told?.taken ?? []).flatMap((transition) => index?.placeOf(transition) ?? []),
      ...(refused.length === 0 ? {} : { refused }),
      value: (told?.value ?? actor.value) as Json,
      ...(before !== undefined && isChanged ? { context: plain(told?.context ?? actor.context, limits) } : {}),
      status: after === undefined ? 'done' : 'active',
      commands: commands.map(({ type }) => type),
    });
    tellChangedTimers(process, activity);
    const key = keyOf(process, id);
    for (const { type, params } of commands) tellEnd(process, id, ends.onCommand(key, type, params));
    if (after !== undefined) return;
    living.get(process)?.delete(id);
    tellEnd(process, id, ends.onGone(key));
  };

  /** An actor that another one stopped leaves without a step of its own. */
  const tellStopped = ({ process, actors }: ProcessState): void => {
    const alive = new Set(actors.map(({ id }) => id));
    for (const id of living.get(process) ?? []) {
      if (alive.has(id)) continue;
      living.get(process)?.delete(id);
      write({
        type: 'step',
        system: process,
        actor: id,
        event: { type: 'xstate.stop' },
        taken: [],
        value: null,
        status: 'stopped',
        commands: [],
      });
      tellEnd(process, id, ends.onGone(keyOf(process, id)));
    }
  };

  const tellStep = (step: Step): void => {
    tick = step.tick;
    const { process = '', name = '' } = step;
    switch (step.kind) {
      case 'tick':
        tick += 1;
        return;
      case 'crash':
        if (step.interrupted !== undefined) {
          if (step.from !== undefined) messages.arrive('deliver', step.from, process, step.message ?? null);
          write({ type: 'mark', kind: 'fault', text: pointText(step), system: process });
        }
        write({ type: 'system', system: process, role: roleOf(process), op: 'crash' });
        // Nobody says an end for who crashed, and another of the same name may come.
        for (const id of living.get(process) ?? []) ends.onGone(keyOf(process, id));
        living.delete(process);
        break;
      case 'restart':
        write({ type: 'system', system: process, role: roleOf(process), op: 'start' });
        break;
      case 'cut':
      case 'heal':
        write({ type: 'link', op: step.kind === 'cut' ? 'lost' : 'restored', systems: endsOf(name, step.process) });
        break;
      case 'late':
        write({ type: 'mark', kind: 'fault', text: `${process} is late from here on`, system: process });
        break;
      case 'settle':
        write({ type: 'mark', kind: 'note', text: pointText(step), system: process });
        break;
      case 'stimulus':
        write({ type: 'mark', kind: 'note', text: name, system: process });
        break;
      case 'deliver':
      case 'drop':
      case 'duplicate':
        messages.arrive(step.kind, step.from ?? '', process, step.message ?? null);
        break;
      case 'timer': {
        const actor = step.activities[0]?.before;
        const event = step.event ?? { type: name };
        if (actor !== undefined) tellTimer('fire', process, actor, { id: name, event, left: 0 });
      }
    }
    for (const activity of step.activities) tellActivity(process, activity);
    for (const sent of step.sent) messages.send(sent);
    if (step.kind !== 'crash') for (const changed of step.changed) tellStopped(changed);
    if (step.fault !== undefined) write({ type: 'mark', kind: 'violation', text: step.fault, system: process });
  };

  for (const process of trace.processes) {
    write({ type: 'system', system: process, role: roleOf(process), op: 'start' });
  }
  for (const { process, actors } of trace.initial) {
    for (const actor of actors) {
      tellActor(process, actor);
      for (const timer of actor.timers) tellTimer('start', process, actor, timer);
    }
  }
  trace.steps.forEach((step, index) => {
    if (index === trace.loopAt) {
      tick = step.tick;
      write({ type: 'mark', kind: 'loop', text: 'from here on it repeats for ever' });
    }
    tellStep(step);
  });
  if (title.violation !== undefined) write({ type: 'mark', kind: 'violation', text: title.violation });
  return events;
}

function keyOf(process: string, actor: string): string {
  return JSON.stringify([process, actor]);
}

function roleOf(process: string): 'consumer' | 'producer' | 'other' {
  if (process.includes('consumer')) return 'consumer';
  return process.includes('producer') ? 'producer' : 'other';
}

/** The processes of a cut: one that is cut off, or both ends of the link `a->b`. */
function endsOf(name: string, process: string | undefined): readonly string[] {
  const ends = name.split(/<?->/);
  return ends.length === 2 ? ends : [process ?? name];
}

/** Both ends of a stream of the protocol are known by its id, the last part of an inbox. */
function streamOf({ machine, context }: ActorState): { readonly stream?: string; readonly subject?: string } {
  if (machine !== 'consumerStream' && machine !== 'producerStream') return {};
  const { id, subject } = context as { readonly id?: unknown; readonly subject?: unknown };
  if (typeof id !== 'string') return {};
  return { stream: id.slice(id.lastIndexOf('.') + 1), ...(typeof subject === 'string' ? { subject } : {}) };
}
