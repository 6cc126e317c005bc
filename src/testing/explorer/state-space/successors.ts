import { requireBoolean } from '../../known-fields.js';
import { itemAt, outOfRange, wordAt } from '../structures/checked-reads.js';
import type { CompiledSystem } from '../description/compile-system.js';
import type { Link } from '../description/links.js';
import { createLinkQueue, type LinkQueue } from './link-queue.js';
import { createIntPairMap } from '../structures/int-pair-map.js';
import type { SettleInput } from '../processes/process-host.js';
import { createProcessTable, type CompiledReaction, type ProcessTable } from '../processes/process-table.js';
import { createStepBuffer, StepKind, type StepBuffer } from './step-buffer.js';
import { Change, createSurroundingsTable, type SurroundingsTable } from './surroundings.js';

/**
 * Whether the guard of a stimulus allows it in a state.
 *
 * @param entry what the predicates say of the state.
 */
export type MayHappen = (entry: number, stimulus: number) => boolean;

/** Computes the steps out of a state. A state is a row of integers: one a process, one a link, one the surroundings. */
export interface Successors {
  readonly width: number;
  readonly processes: ProcessTable;
  readonly queues: readonly LinkQueue[];
  readonly surroundings: SurroundingsTable;
  bytes(): number;
  /** What has ever happened: by stimulus whether it did, and by fault. */
  readonly used: {
    readonly stimuli: Uint8Array;
    /** By link, whether a message was ever sent on it. */
    readonly links: Uint8Array;
    /** By kind of step, whether a fault of it has happened. */
    readonly kinds: Uint8Array;
    readonly outcomes: Set<string>;
    isFault(kind: keyof typeof StepKind): boolean;
    /** Whether an outcome of invoked actors has happened. */
    isOutcome(actor: string, outcome: string): boolean;
  };
  /** The state that a system starts in, or what broke at the start of a process. */
  initial(): Int32Array | { readonly process: number; readonly fault: string };
  /**
   * Adds the steps out of a state to a buffer.
   *
   * @param entry what the predicates say of the state, for the guards.
   */
  expand(state: Int32Array, entry: number, mayHappen: MayHappen, into: StepBuffer): void;
}

/** Makes the step function of a system, with empty tables. */
export function createSuccessors(system: CompiledSystem): Successors {
  const { links, faults } = system;
  const processCount = system.processes.length;
  const linkCount = links.length;
  const width = processCount + linkCount + 1;
  const last = width - 1;
  const table = createProcessTable(system);
  const queues = links.map((link) =>
    createLinkQueue(
      link,
      (message) => itemAt(table.messages, message).subject,
      (message) => messageInput(link, message),
    ),
  );
  const senders = Int32Array.from(links, ({ from }) => from);
  const receivers = Int32Array.from(links, ({ to }) => to);
  const surroundings = createSurroundingsTable(system);
  const stimulusCount = system.stimuli.length;
  /** By process state: the stimuli of which nothing comes there, as far as that is known. */
  const idle: (Uint8Array | undefined)[] = [];
  const stimulusInputs = Int32Array.from(system.stimuli, ({ input }) => table.inputId(input));
  const stimulusProcesses = Int32Array.from(system.stimuli, ({ process }) => process);
  const mayBeIgnored = system.stimuli.map((stimulus) => stimulus.mayBeIgnored);
  const isLimited = system.stimuli.map(({ max }) => max !== Infinity);
  const [start, crash] = [table.inputId({ kind: 'start' }), table.inputId({ kind: 'crash' })];
  const disconnected = system.adapter.disconnected && table.inputId({ kind: 'disconnected' });
  const reconnected = system.adapter.reconnected && table.inputId({ kind: 'reconnected' });
  const interruptedInputs = createIntPairMap();
  const mayFault = links.map(() => ({ drop: [] as (boolean | undefined)[], duplicate: [] as (boolean | undefined)[] }));
  /** The state whose steps are looked for, and where they are put. */
  let from: Int32Array = new Int32Array(width);
  let steps = createStepBuffer(width);

  const usedStimuli = new Uint8Array(system.stimuli.length);
  const usedLinks = new Uint8Array(linkCount);
  const usedOutcomes = new Set<string>();
  /** By input. */
  const notedOutcomes: boolean[] = [];
  const usedKinds = new Uint8Array(Object.keys(StepKind).length);

  /** Opens a step that is a fault. */
  function openFault(kind: number, which: number, detail = 0): number {
    usedKinds[kind] = 1;
    return steps.open(from, kind, which, detail);
  }

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
    const around = wordAt(words, at + last);
    const mayBeGone = !faults.crash.restart && !isStarting;
    for (let k = 0; k < sent.length; k += 2) {
      const link = wordAt(sent, k);
      usedLinks[link] = 1;
      if (surroundings.isDown(around, link)) continue;
      if (mayBeGone && !table.isAlive(wordAt(words, at + wordAt(receivers, link)))) continue;
      const word = at + processCount + link;
      const isAfterOne = joinsMessages && isJoined(sent, k);
      const queue = queues[link] ?? outOfRange(linkCount, link);
      words[word] = queue.push(wordAt(words, word), wordAt(sent, k + 1), isAfterOne);
    }
  }

  function give(at: number, process: number, input: number): void {
    apply(at, process, table.react(wordAt(steps.words, at + process), input));
  }

  /** Puts what came of an input into the step at `at`. */
  function apply(at: number, process: number, { next, sent, fault }: CompiledReaction): void {
    if (fault !== undefined) steps.fail(at / width, fault);
    steps.words[at + process] = next;
    if (sent.length > 0) enqueue(at, sent, false);
  }

  function messageInput({ from: sender }: Link, message: number): number {
    return table.inputId({
      kind: 'message',
      from: itemAt(system.processes, sender),
      message: itemAt(table.messages, message).message,
    });
  }

  function maySuffer(fault: 'drop' | 'duplicate', link: number, message: number): boolean {
    const [sender, receiver] = [wordAt(senders, link), wordAt(receivers, link)];
    return (itemAt(mayFault, link)[fault][message] ??=
      faults[fault].when === undefined ||
      requireBoolean(
        `faults.${fault}.when`,
        faults[fault].when(itemAt(table.messages, message).message, {
          from: itemAt(system.processes, sender),
          to: itemAt(system.processes, receiver),
        }),
      ));
  }

  function timers(): void {
    for (let process = 0; process < processCount; process += 1) {
      const state = from[process] ?? outOfRange(width, process);
      const due = table.due(state);
      for (let k = 0; k < due.length; k += 1) {
        const input = wordAt(due, k);
        const reaction = table.react(state, input);
        apply(open(StepKind.timer, process, input), process, reaction);
        if (mayBeInterrupted(process, reaction)) interruptions(process, input, reaction, last, wordAt(from, last));
      }
    }
  }

  /** What may come of the actors that the machines have invoked. */
  function settlements(): void {
    for (let process = 0; process < processCount; process += 1) {
      const state = wordAt(from, process);
      for (const input of table.outcomes(state)) {
        const reaction = table.react(state, input);
        noteOutcome(state, input);
        apply(open(StepKind.settle, process, input), process, reaction);
        if (mayBeInterrupted(process, reaction)) interruptions(process, input, reaction, last, wordAt(from, last));
      }
    }
  }

  function noteOutcome(state: number, input: number): void {
    if (notedOutcomes[input] === true) return;
    notedOutcomes[input] = true;
    const settle = itemAt(table.inputs, input) as SettleInput;
    const actor = itemAt(table.states, state).actors.find(({ id }) => id === settle.actor);
    const child = actor?.pending?.find(({ id }) => id === settle.child);
    if (child === undefined) return;
    for (const name of [child.src, child.id]) usedOutcomes.add(JSON.stringify([name, settle.outcome]));
  }

  function messages(): void {
    const around = wordAt(from, last);
    const dropped = surroundings.change(around, Change.drop, 0);
    const duplicated = surroundings.change(around, Change.duplicate, 0);
    for (let link = 0; link < linkCount; link += 1) {
      const word = processCount + link;
      const content = from[word] ?? outOfRange(width, word);
      if (content === 0) continue;
      const queue = queues[link] ?? outOfRange(linkCount, link);
      const to = receivers[link] ?? outOfRange(linkCount, link);
      const state = from[to] ?? outOfRange(width, to);
      const isAlive = table.isAlive(state);
      for (const { message, rest, lost: without, index, input } of queue.heads(content)) {
        const reaction = isAlive ? table.react(state, input) : undefined;
        // What stays in a set, and of which nothing comes, is no step.
        if (rest !== content || (reaction !== undefined && !isNothing(state, reaction))) {
          const at = open(StepKind.deliver, link, message);
          steps.words[at + word] = rest;
          if (reaction !== undefined) {
            apply(at, to, reaction);
            if (mayBeInterrupted(to, reaction)) interruptions(to, input, reaction, word, rest);
          }
        }
        if (itemAt(links, link).isLossy) {
          const lost = open(StepKind.drop, link, message);
          steps.words[lost + word] = without;
        } else if (dropped !== -1 && maySuffer('drop', link, message)) {
          const lost = openFault(StepKind.drop, link, message);
          steps.words[lost + word] = without;
          steps.words[lost + last] = dropped;
        }
        if (duplicated !== -1 && maySuffer('duplicate', link, message)) {
          const twice = openFault(StepKind.duplicate, link, message);
          steps.words[twice + word] =
            faults.duplicate.copy === 'end' ? queue.push(content, message, false) : queue.double(content, index);
          steps.words[twice + last] = duplicated;
        }
      }
    }
  }

  /** Whether nothing comes of an input: no message, no note, and nobody is in another state. */
  function isNothing(state: number, { next, sent, fault }: CompiledReaction): boolean {
    return next === state && sent.length === 0 && fault === undefined;
  }

  function noneIdle(state: number): Uint8Array {
    return (idle[state] = new Uint8Array(stimulusCount).fill(table.isAlive(state) ? 0 : 1));
  }

  function stimuli(entry: number, mayHappen: MayHappen): void {
    const around = wordAt(from, last);
    for (let k = 0; k < stimulusCount; k += 1) {
      const process = stimulusProcesses[k] ?? outOfRange(stimulusCount, k);
      const state = from[process] ?? outOfRange(width, process);
      const known = idle[state] ?? noneIdle(state);
      if (known[k] === 1) continue;
      const after = isLimited[k] === true ? surroundings.change(around, Change.stimulus, k) : around;
      if (after === -1 || !mayHappen(entry, k)) continue;
      const reaction = table.react(state, wordAt(stimulusInputs, k));
      if (mayBeIgnored[k] !== true && isNothing(state, reaction)) {
        known[k] = 1;
        continue;
      }
      usedStimuli[k] = 1;
      const at = open(StepKind.stimulus, k);
      steps.words[at + last] = after;
      apply(at, process, reaction);
      if (mayBeInterrupted(process, reaction)) {
        interruptions(process, wordAt(stimulusInputs, k), reaction, last, after);
      }
    }
  }

  function crashes(): void {
    for (const process of faults.crash.of) {
      if (!table.isAlive(wordAt(from, process))) {
        if (faults.crash.restart) give(open(StepKind.restart, process), process, start);
        continue;
      }
      const after = surroundings.change(wordAt(from, last), Change.crash, process);
      if (after === -1) continue;
      const at = openFault(StepKind.crash, process, crash);
      steps.words[at + last] = after;
      give(at, process, crash);
      if (!faults.crash.restart) forgetMessagesTo(process, at);
    }
  }

  /** Of a process that never starts again nobody will read the messages. */
  function forgetMessagesTo(process: number, at: number): void {
    for (let link = 0; link < linkCount; link += 1) {
      if (wordAt(receivers, link) === process) steps.words[at + processCount + link] = 0;
    }
  }

  /** Whether a process may crash between two effects of a step. Before the first and after the last it is a plain crash. */
  function mayBeInterrupted(process: number, { effects }: CompiledReaction): boolean {
    return faults.crash.midStep && effects > 1 && faults.crash.of.includes(process);
  }

  /**
   * The steps in which a process crashes in the middle of what an input leads to.
   *
   * @param word the word that the step changes besides, and what it is then: the link of a message, or the surroundings.
   */
  function interruptions(
    process: number,
    input: number,
    { effects }: CompiledReaction,
    word: number,
    then: number,
  ): void {
    const around = surroundings.change(word === last ? then : wordAt(from, last), Change.crash, process);
    if (around === -1) return;
    for (let before = 1; before < effects; before += 1) {
      const interrupted = interruptedInput(input, before);
      const at = openFault(StepKind.crash, process, interrupted);
      steps.words[at + word] = then;
      steps.words[at + last] = around;
      give(at, process, interrupted);
      if (!faults.crash.restart) forgetMessagesTo(process, at);
    }
  }

  function interruptedInput(input: number, effects: number): number {
    const known = interruptedInputs.get(input, effects);
    if (known !== -1) return known;
    const interrupted = table.inputId({ kind: 'interrupted', input: itemAt(table.inputs, input), effects });
    interruptedInputs.set(input, effects, interrupted);
    return interrupted;
  }

  function cuts(): void {
    for (let target = 0; target < faults.cut.of.length; target += 1) {
      const { links: down, processes } = itemAt(faults.cut.of, target);
      const cut = surroundings.change(wordAt(from, last), Change.cut, target);
      if (cut !== -1) {
        const at = openFault(StepKind.cut, target);
        steps.words[at + last] = cut;
        for (const link of down) steps.words[at + processCount + link] = 0;
        if (disconnected !== undefined) for (const process of processes) give(at, process, disconnected);
      }
      const healed = surroundings.change(wordAt(from, last), Change.heal, target);
      if (healed !== -1) {
        const at = open(StepKind.heal, target);
        steps.words[at + last] = healed;
        if (reconnected !== undefined) for (const process of processes) give(at, process, reconnected);
      }
    }
  }

  /** Whether a message must reach a process before time goes on. */
  function isMessageDue(process: number): boolean {
    for (let link = 0; link < linkCount; link += 1) {
      if (wordAt(receivers, link) !== process) continue;
      const content = wordAt(from, processCount + link);
      if (content !== 0 && itemAt(queues, link).isUrgent(content)) return true;
    }
    return false;
  }

  function latenesses(): void {
    for (const process of faults.late.of) {
      if (!table.isHeldUp(wordAt(from, process)) && !isMessageDue(process)) continue;
      const after = surroundings.change(wordAt(from, last), Change.late, process);
      if (after !== -1) steps.words[openFault(StepKind.late, process) + last] = after;
    }
  }

  /** Whether something must happen before time goes on, and no late process excuses it. */
  function isTimeHeldUp(): boolean {
    const around = wordAt(from, last);
    for (let process = 0; process < processCount; process += 1) {
      const state = from[process] ?? outOfRange(width, process);
      if (table.isHeldUp(state) && surroundings.slack(around, process) === 0) return true;
    }
    for (let link = 0; link < linkCount; link += 1) {
      const content = from[processCount + link] ?? outOfRange(width, processCount + link);
      if (content === 0) continue;
      const queue = queues[link] ?? outOfRange(linkCount, link);
      if (queue.isUrgent(content) && surroundings.slack(around, wordAt(receivers, link)) === 0) return true;
    }
    return false;
  }

  function time(): void {
    if (isTimeHeldUp()) return;
    const at = open(StepKind.tick, 0);
    const { words } = steps;
    for (let process = 0; process < processCount; process += 1) {
      words[at + process] = table.tick(from[process] ?? outOfRange(width, process));
    }
    for (let link = 0; link < linkCount; link += 1) {
      const content = from[processCount + link] ?? outOfRange(width, processCount + link);
      if (content === 0) continue;
      const queue = queues[link] ?? outOfRange(linkCount, link);
      words[at + processCount + link] = queue.tick(content);
    }
    words[at + last] = surroundings.change(wordAt(from, last), Change.tick, 0);
  }

  return {
    width,
    processes: table,
    queues,
    surroundings,
    used: {
      stimuli: usedStimuli,
      links: usedLinks,
      kinds: usedKinds,
      outcomes: usedOutcomes,
      isFault: (kind) => usedKinds[StepKind[kind]] === 1,
      isOutcome: (actor, outcome) => usedOutcomes.has(JSON.stringify([actor, outcome])),
    },
    bytes() {
      return table.bytes() + queues.reduce((sum, queue) => sum + queue.bytes(), 0);
    },
    initial() {
      steps = createStepBuffer(width);
      const unstarted = new Int32Array(width);
      unstarted.set(table.unstarted);
      unstarted[last] = surroundings.initial;
      from = unstarted;
      const at = open(StepKind.restart, 0);
      // Processes start one after another, and all of them are there for the messages of each.
      for (let process = 0; process < processCount; process += 1) {
        const { next, sent, fault } = table.react(wordAt(from, process), start);
        if (fault !== undefined) return { process, fault };
        steps.words[at + process] = next;
        enqueue(at, sent, true);
      }
      return steps.words.slice(at, at + width);
    },
    expand(state, entry, mayHappen, into) {
      from = state;
      steps = into;
      timers();
      if (system.invoked.size > 0) settlements();
      messages();
      stimuli(entry, mayHappen);
      if (faults.crash.max > 0) crashes();
      if (faults.cut.max > 0) cuts();
      if (faults.late.max > 0) latenesses();
      time();
    },
  };
}
