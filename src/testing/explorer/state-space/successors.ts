import type { CompiledSystem } from '../description/compile-system.js';
import { createLinkQueue, type LinkQueue } from './link-queue.js';
import { createPairTable } from '../structures/int-pair-map.js';
import { createProcessTable, type ProcessTable } from '../processes/process-table.js';
import { createStepBuffer, StepKind, type StepBuffer } from './step-buffer.js';
import { Change, createSurroundingsTable, type SurroundingsTable } from './surroundings.js';

/** Computes the steps out of a state. A state is a row of integers: one a process, one a link, one the surroundings. */
export interface Successors {
  readonly width: number;
  readonly processes: ProcessTable;
  readonly queues: readonly LinkQueue[];
  readonly surroundings: SurroundingsTable;
  /** The steps that were found. */
  readonly steps: StepBuffer;
  bytes(): number;
  /** The state that a system starts in, or what broke at the start of a process. */
  initial(): Int32Array | { readonly process: number; readonly fault: string };
  /**
   * Puts the steps out of a state into `steps`, in the place of others.
   *
   * @param mayHappen whether the guard of a stimulus allows it in this state.
   */
  expand(state: Int32Array, mayHappen: (stimulus: number) => boolean): void;
  /** The same, after those that are there. */
  expandAlso(state: Int32Array, mayHappen: (stimulus: number) => boolean): void;
}

/** Makes the step function of a system, with empty tables. */
export function createSuccessors(system: CompiledSystem): Successors {
  const { links, faults } = system;
  const processCount = system.processes.length;
  const linkCount = links.length;
  const width = processCount + linkCount + 1;
  const last = width - 1;
  const table = createProcessTable(system);
  const queues = links.map((link) => createLinkQueue(link, (message) => table.messages[message]?.subject ?? ''));
  const surroundings = createSurroundingsTable(system);
  const stimulusInputs = system.stimuli.map(({ input }) => table.inputId(input));
  const isLimited = system.stimuli.map(({ max }) => max !== Infinity);
  const [start, crash] = [table.inputId({ kind: 'start' }), table.inputId({ kind: 'crash' })];
  const disconnected = system.adapter.disconnected && table.inputId({ kind: 'disconnected' });
  const reconnected = system.adapter.reconnected && table.inputId({ kind: 'reconnected' });
  const messageInputs = createPairTable();
  const mayFault = links.map(() => ({ drop: [] as (boolean | undefined)[], duplicate: [] as (boolean | undefined)[] }));
  const steps = createStepBuffer(width);
  let from: Int32Array = new Int32Array(width);

  function open(kind: number, which: number, detail = 0): number {
    return steps.open(from, kind, which, detail);
  }

  /** Whether messages that one step sends on one link have no order. Where ids are exchanged, neither comes first. */
  const joinsMessages = system.ids.length > 1;

  function isJoined(sent: Int32Array, k: number): boolean {
    for (let earlier = 0; earlier < k; earlier += 2) if (sent[earlier] === sent[k]) return true;
    return false;
  }

  /** Puts messages on their links, unless the link is cut or nobody will ever read them. */
  function enqueue(at: number, sent: Int32Array, isStarting: boolean): void {
    const { words } = steps;
    const around = words[at + last] ?? 0;
    for (let k = 0; k < sent.length; k += 2) {
      const link = sent[k] ?? 0;
      if (surroundings.isDown(around, link)) continue;
      const mayBeGone = !faults.crash.restart && !isStarting;
      if (mayBeGone && !table.isAlive(words[at + (links[link]?.to ?? 0)] ?? 0)) continue;
      const word = at + processCount + link;
      words[word] = queues[link]?.push(words[word] ?? 0, sent[k + 1] ?? 0, joinsMessages && isJoined(sent, k)) ?? 0;
    }
  }

  function give(at: number, process: number, input: number): void {
    const { next, sent, fault } = table.react(steps.words[at + process] ?? 0, input);
    if (fault !== undefined) steps.fail(at / width, fault);
    steps.words[at + process] = next;
    if (sent.length > 0) enqueue(at, sent, false);
  }

  function messageInput(link: number, message: number): number {
    const known = messageInputs.get(link, message);
    if (known !== -1) return known;
    const input = table.inputId({
      kind: 'message',
      from: system.processes[links[link]?.from ?? 0],
      message: table.messages[message]?.message ?? null,
    });
    messageInputs.set(link, message, input);
    return input;
  }

  function maySuffer(fault: 'drop' | 'duplicate', link: number, message: number): boolean {
    const known = mayFault[link]?.[fault] ?? [];
    const ends = { from: links[link]?.from ?? 0, to: links[link]?.to ?? 0 };
    return (known[message] ??=
      faults[fault].when?.(table.messages[message]?.message, {
        from: system.processes[ends.from] ?? '',
        to: system.processes[ends.to] ?? '',
      }) ?? true);
  }

  function timers(): void {
    for (let process = 0; process < processCount; process += 1) {
      const due = table.due(from[process] ?? 0);
      for (const input of due) {
        give(open(StepKind.timer, process, input), process, input);
      }
    }
  }

  function messages(): void {
    const around = from[last] ?? 0;
    const dropped = surroundings.change(around, Change.drop, 0);
    const duplicated = surroundings.change(around, Change.duplicate, 0);
    for (let link = 0; link < linkCount; link += 1) {
      const content = from[processCount + link] ?? 0;
      const queue = queues[link];
      if (content === 0 || queue === undefined) continue;
      const to = links[link]?.to ?? 0;
      const word = processCount + link;
      for (const { message, rest } of queue.heads(content)) {
        const at = open(StepKind.deliver, link, message);
        steps.words[at + word] = rest;
        if (table.isAlive(from[to] ?? 0)) give(at, to, messageInput(link, message));
        if (dropped !== -1 && maySuffer('drop', link, message)) {
          const lost = open(StepKind.drop, link, message);
          steps.words[lost + word] = rest;
          steps.words[lost + last] = dropped;
        }
        if (duplicated !== -1 && maySuffer('duplicate', link, message)) {
          const twice = open(StepKind.duplicate, link, message);
          steps.words[twice + word] = queue.push(content, message, false);
          steps.words[twice + last] = duplicated;
        }
      }
    }
  }

  function stimuli(mayHappen: (stimulus: number) => boolean): void {
    const around = from[last] ?? 0;
    for (let k = 0; k < system.stimuli.length; k += 1) {
      const after = isLimited[k] ? surroundings.change(around, Change.stimulus, k) : around;
      const process = system.stimuli[k]?.process ?? 0;
      if (after === -1 || !table.isAlive(from[process] ?? 0) || !mayHappen(k)) continue;
      const at = open(StepKind.stimulus, k);
      steps.words[at + last] = after;
      give(at, process, stimulusInputs[k] ?? 0);
    }
  }

  function crashes(): void {
    for (const process of faults.crash.of) {
      if (!table.isAlive(from[process] ?? 0)) {
        if (faults.crash.restart) give(open(StepKind.restart, process), process, start);
        continue;
      }
      const after = surroundings.change(from[last] ?? 0, Change.crash, process);
      if (after === -1) continue;
      const at = open(StepKind.crash, process);
      steps.words[at + last] = after;
      give(at, process, crash);
      if (faults.crash.restart) continue;
      for (let link = 0; link < linkCount; link += 1) {
        if (links[link]?.to === process) steps.words[at + processCount + link] = 0;
      }
    }
  }

  function cuts(): void {
    for (let target = 0; target < faults.cut.of.length; target += 1) {
      const { links: down = [], processes = [] } = faults.cut.of[target] ?? {};
      const cut = surroundings.change(from[last] ?? 0, Change.cut, target);
      if (cut !== -1) {
        const at = open(StepKind.cut, target);
        steps.words[at + last] = cut;
        for (const link of down) steps.words[at + processCount + link] = 0;
        if (disconnected !== undefined) for (const process of processes) give(at, process, disconnected);
      }
      const healed = surroundings.change(from[last] ?? 0, Change.heal, target);
      if (healed !== -1) {
        const at = open(StepKind.heal, target);
        steps.words[at + last] = healed;
        if (reconnected !== undefined) for (const process of processes) give(at, process, reconnected);
      }
    }
  }

  function latenesses(): void {
    for (const process of faults.late.of) {
      if (table.due(from[process] ?? 0).length === 0) continue;
      const after = surroundings.change(from[last] ?? 0, Change.late, process);
      if (after !== -1) steps.words[open(StepKind.late, process) + last] = after;
    }
  }

  /** Whether something must happen before time goes on, and no late process excuses it. */
  function isTimeHeldUp(): boolean {
    const around = from[last] ?? 0;
    for (let process = 0; process < processCount; process += 1) {
      if (table.due(from[process] ?? 0).length > 0 && surroundings.slack(around, process) === 0) return true;
    }
    for (let link = 0; link < linkCount; link += 1) {
      const content = from[processCount + link] ?? 0;
      if (content === 0 || queues[link]?.isUrgent(content) !== true) continue;
      if (surroundings.slack(around, links[link]?.to ?? 0) === 0) return true;
    }
    return false;
  }

  function time(): void {
    if (isTimeHeldUp()) return;
    const at = open(StepKind.tick, 0);
    for (let process = 0; process < processCount; process += 1) {
      steps.words[at + process] = table.tick(from[process] ?? 0);
    }
    for (let link = 0; link < linkCount; link += 1) {
      const content = from[processCount + link] ?? 0;
      if (content !== 0) steps.words[at + processCount + link] = queues[link]?.tick(content) ?? 0;
    }
    steps.words[at + last] = surroundings.change(from[last] ?? 0, Change.tick, 0);
  }

  function expandAlso(state: Int32Array, mayHappen: (stimulus: number) => boolean): void {
    from = state;
    timers();
    messages();
    stimuli(mayHappen);
    if (faults.crash.max > 0) crashes();
    if (faults.cut.max > 0) cuts();
    if (faults.late.max > 0) latenesses();
    time();
  }

  return {
    width,
    processes: table,
    queues,
    surroundings,
    steps,
    bytes() {
      return table.bytes() + messageInputs.bytes() + queues.reduce((sum, queue) => sum + queue.bytes(), 0);
    },
    initial() {
      steps.clear();
      const unstarted = new Int32Array(width);
      unstarted.set(table.unstarted);
      unstarted[last] = surroundings.initial;
      from = unstarted;
      const at = open(StepKind.restart, 0);
      // Processes start one after another, and all of them are there for the messages of each.
      for (let process = 0; process < processCount; process += 1) {
        const { next, sent, fault } = table.react(from[process] ?? 0, start);
        if (fault !== undefined) return { process, fault };
        steps.words[at + process] = next;
        enqueue(at, sent, true);
      }
      return steps.words.slice(at, at + width);
    },
    expand(state, mayHappen) {
      steps.clear();
      expandAlso(state, mayHappen);
    },
    expandAlso,
  };
}
