import type { RecordDraft } from '../../../src/recording/draft.js';
import { indexMachine, type MachineIndex } from '../../../src/recording/machine-record.js';
import { plain } from '../../../src/recording/plain.js';
import { recordVersion, type AnyRecord, type Json, type StepRecord } from '../../../src/recording/record.js';
import { refusedTransitions } from '../../../src/recording/refusals.js';
import { compileSystem } from '../../../src/testing/explorer/compile-system.js';
import type { Activity, ActorState, SentMessage, Step, System, Trace } from '../../../src/testing/index.js';

/** Something to be said of a step of the trace: what it violates, or that the run repeats itself from there. */
export interface TraceMark {
  /** The number of steps after which it is said. */
  readonly after: number;
  readonly kind: 'note' | 'violation' | 'loop';
  readonly text: string;
}

const limits = { depth: 4, entries: 20, characters: 200 };

/** A trace of the explorer as the records of a run, in ticks. Messages go from process to process. */
export function traceRecords(
  system: System,
  trace: Trace,
  label: string,
  marks: readonly TraceMark[] = [],
): readonly AnyRecord[] {
  const { machines } = compileSystem(system.config);
  const records: AnyRecord[] = [{ type: 'run', version: recordVersion, source: 'explored', unit: 'tick', label }];
  const told = new Set<string>();
  /** Messages on their way, oldest first, by their ends and what they say. */
  const travelling = new Map<string, string[]>();
  let messages = 0;
  let at = 0;

  const write = (draft: RecordDraft): void => {
    records.push({ ...draft, seq: records.length, at });
  };
  const indexOf = (name: string): MachineIndex | undefined => {
    const compiled = machines.get(name);
    if (compiled === undefined) return undefined;
    const index = indexMachine(compiled.machine);
    if (!told.has(name)) {
      told.add(name);
      write({ type: 'machine', machine: name, root: index.root });
    }
    return index;
  };

  const startTimer = (process: string, actor: ActorState, id: string, left: number): void => {
    const timer = indexOf(actor.machine)?.timerOf(id) ?? { state: actor.machine, delay: id };
    write({ type: 'timer', op: 'start', system: process, actor: actor.id, timer: id, ...timer, duration: left });
  };
  const endTimer = (op: 'cancel' | 'fire', process: string, actor: ActorState, id: string): void => {
    const timer = indexOf(actor.machine)?.timerOf(id) ?? { state: actor.machine, delay: id };
    write({ type: 'timer', op, system: process, actor: actor.id, timer: id, ...timer });
  };
  const begin = (process: string, actor: ActorState): void => {
    const { id, machine, value, context, timers } = actor;
    indexOf(machine);
    const stream = streamOf(process, actor);
    write({
      type: 'actor',
      system: process,
      actor: id,
      machine,
      value: value as Json,
      context: plain(context, limits),
      ...(stream === undefined ? {} : { stream, subject: 'subject' }),
    });
    for (const timer of timers) startTimer(process, actor, timer.id, timer.left);
  };

  const takeStep = (process: string, { actor, event, before, after, commands }: Activity): void => {
    if (before === undefined) {
      if (after !== undefined) begin(process, after);
      return;
    }
    const running = new Map(before.timers.map((timer) => [timer.id, timer]));
    const afterwards = new Map((after?.timers ?? []).map((timer) => [timer.id, timer]));
    for (const id of running.keys())
      if (!afterwards.has(id) && id !== event.type) endTimer('cancel', process, before, id);
    const isContextNew = after !== undefined && JSON.stringify(after.context) !== JSON.stringify(before.context);
    write({
      type: 'step',
      system: process,
      actor,
      event: plain(event, limits) as StepRecord['event'],
      ...transitionsOf(machines.get(before.machine)?.machine, before, event),
      value: (after ?? before).value as Json,
      ...(isContextNew ? { context: plain(after.context, limits) } : {}),
      status: after === undefined ? 'done' : 'active',
      commands: commands.map(({ type }) => type),
    });
    if (after === undefined) return;
    for (const [id, { left }] of afterwards) {
      if (running.get(id)?.left !== left || id === event.type) startTimer(process, after, id, left);
    }
  };

  const wayOf = (from: string, to: string, message: unknown): string => `${from} ${to} ${JSON.stringify(message)}`;
  const post = ({ from, to, message, subject, isLost }: SentMessage): void => {
    messages += 1;
    const id = String(messages);
    const fields = { message: id, from, to, subject, bytes: 0, ...describe(message) };
    write({ type: 'message', op: 'send', ...fields });
    if (isLost) write({ type: 'message', op: 'dead', ...fields });
    else travelling.set(wayOf(from, to, message), [...(travelling.get(wayOf(from, to, message)) ?? []), id]);
  };
  const meet = (op: 'deliver' | 'drop' | 'duplicate', { from = '', process = '', message }: Step): void => {
    const way = wayOf(from, process, message);
    const ids = travelling.get(way) ?? [];
    const id = ids[0] ?? `${way} of nobody`;
    travelling.set(way, op === 'duplicate' ? [...ids, id] : ids.slice(1));
    write({ type: 'message', op, message: id, from, to: process, subject: '', bytes: 0, ...describe(message) });
  };

  const tell = (step: Step): void => {
    const { kind, process = '', name = '', activities, sent, fault } = step;
    if (kind === 'tick') at += 1;
    if (kind === 'deliver' || kind === 'drop' || kind === 'duplicate') meet(kind, step);
    if (kind === 'crash') write({ type: 'system', system: process, role: roleOf(process), op: 'crash' });
    if (kind === 'restart') write({ type: 'system', system: process, role: roleOf(process), op: 'start' });
    if (kind === 'cut' || kind === 'heal') {
      write({ type: 'link', op: kind === 'cut' ? 'lost' : 'restored', systems: name.split(/<?->/) });
    }
    if (kind === 'stimulus') write({ type: 'mark', kind: 'note', text: name, system: process });
    if (kind === 'late')
      write({ type: 'mark', kind: 'fault', text: `${process} is late from here on`, system: process });
    const [first] = activities;
    if (kind === 'timer' && first?.before !== undefined) endTimer('fire', process, first.before, name);
    for (const activity of activities) takeStep(process, activity);
    for (const message of sent) post(message);
    if (fault !== undefined) write({ type: 'mark', kind: 'violation', text: `breaks: ${fault}`, system: process });
  };

  for (const process of trace.processes) write({ type: 'system', system: process, role: roleOf(process), op: 'start' });
  for (const { process, actors } of trace.initial) for (const actor of actors) begin(process, actor);
  const say = (after: number): void => {
    for (const { kind, text } of marks.filter((mark) => mark.after === after)) write({ type: 'mark', kind, text });
  };
  say(0);
  trace.steps.forEach((step, index) => {
    tell(step);
    say(index + 1);
  });
  return records;
}

function roleOf(process: string): 'consumer' | 'producer' | 'other' {
  return process.startsWith('consumer') ? 'consumer' : process.startsWith('producer') ? 'producer' : 'other';
}

/** In the model of the protocol a stream is called by its inbox at both ends, which is the consumer and the stream. */
function streamOf(process: string, { id, machine }: ActorState): string | undefined {
  if (machine === 'consumerStream') return `${process}.${id}`;
  return machine === 'producerStream' ? id : undefined;
}

function describe(message: unknown): { readonly kind: string; readonly text?: string } {
  const { type, ...rest } = (message ?? {}) as { readonly type?: unknown };
  const text = Object.values(rest)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join(' ');
  const kind = typeof type === 'string' ? (kinds[type] ?? type) : 'message';
  return { kind, ...(text === '' ? {} : { text }) };
}

/** The messages of the model, as the records call those of the wire. */
const kinds: Readonly<Record<string, string>> = { request: 'open', ask: 'heartbeat' };

/** The transitions that an event selects in a state, and those whose guards refuse it. */
function transitionsOf(
  machine: Parameters<typeof indexMachine>[0] | undefined,
  { value, context }: ActorState,
  event: Activity['event'],
): Pick<StepRecord, 'taken' | 'refused'> {
  if (machine === undefined) return { taken: [] };
  const index = indexMachine(machine);
  const snapshot = machine.resolveState({ value, context });
  const selected = machine.getTransitionData(snapshot, event);
  const refused = refusedTransitions(index, snapshot._nodes, event, selected);
  return {
    taken: selected.flatMap((transition) => index.placeOf(transition) ?? []),
    ...(refused.length === 0 ? {} : { refused }),
  };
}
