import type { CompiledSystem } from '../description/compile-system.js';
import { canonicalText, frozenFrom } from '../description/plain-data.js';
import type { ProcessInput } from '../processes/process-host.js';
import type { ProcessState } from '../processes/process-state.js';
import type { Message } from '../processes/process-table.js';
import type { InFlight } from '../state-space/link-queue.js';
import type { StateGraph } from '../state-space/state-graph.js';
import type { Successors } from '../state-space/successors.js';
import type { Surroundings } from '../state-space/surroundings.js';
import { itemAt } from '../structures/checked-reads.js';
import type { Exchanged } from '../symmetry/exchange-worth.js';
import type { IntegerList } from '../structures/integer-list.js';
import type { StateTable } from '../structures/state-table.js';
import type { BrokenStep } from './expansion.js';

/** How far an exploration had come when it was stopped, as data: keep both parts, and give them to `resume`. */
export interface Checkpoint {
  /** JSON: which system this is of, and what the integers stand for. */
  readonly header: string;
  /** The states, the ways to them, and the steps between them. */
  readonly words: readonly Uint32Array[];
}

/** What is found out while states are expanded, and could not be told from the states later. */
export interface Noted {
  atRest: number;
  /** Those at rest that were judged. */
  readonly restStates: number[];
  readonly broken: BrokenStep[];
  /** Each reaction that was computed: the state, the input, and the state after it. */
  readonly reactions: IntegerList;
}

interface Header extends Omit<Noted, 'reactions'> {
  readonly format: 2;
  readonly fingerprint: string;
  readonly exchanged: Exchanged;
  readonly states: readonly ProcessState[];
  readonly messages: readonly Message[];
  readonly inputs: readonly ProcessInput[];
  readonly queues: readonly (readonly (readonly InFlight[])[])[];
  readonly surroundings: readonly Surroundings[];
  readonly used: Readonly<Record<'stimuli' | 'links' | 'kinds', readonly number[]>> & {
    readonly outcomes: readonly string[];
  };
  readonly expanded: number;
  readonly edges: number;
}

/**
 * What a system and its properties are, as far as one can see from outside: the configurations of the machines and
 * everything else of the description, functions by their source.
 */
export function fingerprintOf(system: CompiledSystem, asked: object): string {
  const { processes, starts, machines, links, adapter, stimuli, faults, ids, invoked } = system;
  const configs = Array.from(machines, ([name, machine]) => [name, machine.config]);
  const told = { processes, starts, configs, links, adapter, stimuli, faults, ids, invoked: [...invoked], asked };
  const seen = new Set<unknown>();
  return JSON.stringify(told, (_, value: unknown) => {
    if (typeof value === 'function') return String(value);
    if (value === Infinity) return 'Infinity';
    if (typeof value !== 'object' || value === null) return value;
    if (seen.has(value)) return 'the same';
    seen.add(value);
    return value;
  });
}

/** Where an exploration stands of which every step that was found is committed. */
export function takeCheckpoint(
  fingerprint: string,
  exchanged: Exchanged,
  successors: Successors,
  states: StateTable,
  graph: StateGraph,
  { reactions, ...noted }: Noted,
): Checkpoint {
  const { processes, queues, surroundings, used, width } = successors;
  const rows = new Uint32Array(states.count() * width);
  const row = new Int32Array(width);
  for (let state = 0; state < states.count(); state += 1) {
    states.read(state, row);
    rows.set(row, state * width);
  }
  const header: Header = {
    format: 2,
    fingerprint,
    exchanged,
    ...noted,
    states: processes.states,
    messages: processes.messages,
    inputs: processes.inputs,
    queues: queues.map(({ contents }) => contents),
    surroundings: surroundings.states,
    used: {
      stimuli: [...used.stimuli],
      links: [...used.links],
      kinds: [...used.kinds],
      outcomes: [...used.outcomes],
    },
    expanded: graph.expanded(),
    edges: graph.edgeCount(),
  };
  return { header: JSON.stringify(header), words: [rows, ...graph.save(), reactions.words()] };
}

/** A checkpoint of this system, read. */
export interface OpenCheckpoint {
  readonly header: Header;
  readonly words: Checkpoint['words'];
}

/** @throws Error for a checkpoint of another system. */
export function openCheckpoint({ header: text, words }: Checkpoint, fingerprint: string): OpenCheckpoint {
  const header = JSON.parse(text) as Header;
  if ((header as { readonly format?: unknown }).format !== 2) {
    throw new Error('resume: expected a checkpoint of this version, came another one');
  }
  if (header.fingerprint !== fingerprint) {
    throw new Error('resume: expected a checkpoint of this system with these properties, came one of another');
  }
  return { header, words };
}

/** A copy that nobody can change, as all states and messages are. */
const frozen = <Value>(value: Value): Value => frozenFrom(canonicalText(value, 'the checkpoint')) as Value;

/** JSON has no Infinity, which is what is left of a stimulus without a limit. */
function withoutNull(around: Surroundings): Surroundings {
  return { ...around, stimuli: around.stimuli.map((left: number | null) => left ?? Infinity) };
}

/**
 * Puts an exploration that has found nothing yet to where it stood. All reactions are computed again, as they are few:
 * that shows whether the machines still do the same.
 *
 * @param entryOf what the predicates say of a state.
 * @throws Error where the machines do something else than those of the checkpoint.
 */
export function restoreCheckpoint(
  { header, words }: OpenCheckpoint,
  system: CompiledSystem,
  { processes, queues, surroundings, used, width }: Successors,
  states: StateTable,
  graph: StateGraph,
  entryOf: (state: Int32Array) => number,
): Pick<Noted, 'atRest' | 'restStates' | 'broken'> {
  const requireSame = (isSame: boolean) => {
    if (!isSame) throw new Error('resume: expected the machines of the checkpoint, came some that do something else');
  };
  const [rows, parents, firstEdges, targets, reactions] = words;
  if (rows === undefined || parents === undefined || firstEdges === undefined) throw new Error('resume: it is damaged');
  if (targets === undefined || reactions === undefined) throw new Error('resume: it is damaged');

  const restoreAll = <Value>(values: readonly Value[], idOf: (value: Value) => number) =>
    values.forEach((value, id) => requireSame(idOf(value) === id));
  // A state names its timers among the inputs, which therefore come first.
  restoreAll(header.inputs, (input) => processes.inputId(frozen(input)));
  restoreAll(header.states, (state) => processes.stateId(frozen(state)));
  restoreAll(header.messages, ({ message, subject }) =>
    processes.messageId({ message: system.plain(message, 'the message'), subject }),
  );
  queues.forEach((queue, link) => restoreAll(itemAt(header.queues, link), (content) => queue.idOf(content)));
  restoreAll(header.surroundings, (around) => surroundings.idOf(withoutNull(around)));
  for (let k = 0; k < reactions.length; k += 3) {
    const [state, input, next] = [itemAt(reactions, k), itemAt(reactions, k + 1), itemAt(reactions, k + 2)];
    requireSame(processes.react(state, input).next === next);
  }
  requireSame(processes.states.length === header.states.length);

  used.stimuli.set(header.used.stimuli);
  used.links.set(header.used.links);
  used.kinds.set(header.used.kinds);
  for (const outcome of header.used.outcomes) used.outcomes.add(outcome);

  const row = new Int32Array(width);
  for (let at = 0; at < rows.length; at += width) {
    for (let word = 0; word < width; word += 1) row[word] = itemAt(rows, at + word);
    requireSame(states.add(row, 0) === at / width);
  }
  graph.restore([parents, firstEdges, targets], header.expanded, header.edges, (state) => {
    states.read(state, row);
    return entryOf(row);
  });
  return { atRest: header.atRest, restStates: header.restStates, broken: header.broken };
}
