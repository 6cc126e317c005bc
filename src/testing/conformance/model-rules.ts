import type { EventObject } from 'xstate';
import type { TraceMessage, TraceStep } from '../../trace-events/trace-event.js';
import type { CompiledSystem } from '../explorer/description/compile-system.js';
import type { Effect } from '../explorer/description/effects.js';
import type { Effects, HostScope, RecordedCommand } from '../explorer/description/host-adapter.js';
import { canonicalText, type Plain } from '../explorer/description/plain-data.js';
import { object, type Complaint } from './complaint.js';
import { unexplained, type Hosted, type HostRules } from './hosted.js';
import { Recent } from './recent.js';
import { fits } from './told.js';

/** A message that a process of the model has sent, and that may arrive. */
interface Sent {
  readonly message: Plain;
  readonly text: string;
  readonly subject: string;
  wasDelivered: boolean;
}

/** One direction between two processes of the model. */
interface ModelLink {
  readonly from: string;
  readonly to: string;
  readonly order: 'connection' | 'subject' | 'none' | 'set';
  /** Under way, in the order in which they were sent; those before `first` are gone. */
  sent: (Sent | undefined)[];
  first: number;
  /** Of a set, each message once. */
  readonly texts: Set<string>;
}

/** What the network of a model allows. */
export interface NetworkAllowance {
  readonly mayLose: boolean;
  readonly mayRepeat: boolean;
}

/** How often the network did what it may. */
export interface NetworkCounts {
  lost: number;
  repeated: number;
}

/** A step whose event may have come of a message that the trace tells later, as clocks differ. */
interface Early {
  /** Whether it comes of this message. */
  readonly isOf: (message: Plain, from: string) => boolean;
  /** Tells that nothing has explained it. */
  readonly complain: () => Complaint;
  readonly index: number;
  /** Until when the message has to be told, where all have one clock. */
  readonly until: number;
  readonly step: TraceStep;
  /** Where messages to it may come from. */
  readonly senders: readonly string[];
}

/** The steps of a process whose reason may be told later. */
interface EarlySteps {
  /** The actor that a message concerns first, and the type of the event that it takes. */
  readonly keyOf: (message: Plain, from: string) => string | undefined;
  readonly byKey: Map<string, Early[]>;
}

/** So many messages are remembered on each link. What was sent before is taken for lost. */
const underWayMax = 1_000;

/** So many messages that the trace tells are remembered until they arrive. */
const toldMax = 100_000;

/** So many steps of an actor with events of one type are remembered for which nothing sent so far is the reason. */
const earlyMax = 10_000;

/** The links of a system of the user's own, with what is under way on them. */
export class ModelNetwork {
  readonly allows: NetworkAllowance;
  readonly counts: NetworkCounts = { lost: 0, repeated: 0 };
  readonly #links = new Map<string, ModelLink>();
  /** By the id that the trace gives a message. */
  readonly #told = new Recent<string, { readonly sent: Sent; readonly link: ModelLink }>(toldMax);
  /** Messages that commands have asked for and that the trace has not told, by link. */
  readonly #untold = new Map<ModelLink, Sent[]>();
  /** Steps that were told before the messages of which they come: by process, then by actor and type of event. */
  readonly #early = new Map<string, EarlySteps>();
  /** By process, the first step whose reason was awaited for too long. */
  readonly #neverExplained = new Map<string, Early>();
  /** Whether the trace tells of messages at all. */
  tells = false;
  /** Whether each process has a clock of its own, so that a message may be told after its arrival. */
  hasClocks = false;

  constructor(system: CompiledSystem, allows: NetworkAllowance) {
    this.allows = allows;
    for (const { name, from, to, order } of system.links) {
      const ends = { from: system.processes[from] ?? '', to: system.processes[to] ?? '' };
      this.#links.set(name, { ...ends, order, sent: [], first: 0, texts: new Set() });
    }
  }

  send(from: string, to: string, message: Plain, subject: string, at: number): void {
    const link = this.#links.get(`${from}->${to}`);
    if (link === undefined) return;
    const sent: Sent = { message, text: canonicalText(message, 'the message'), subject, wasDelivered: false };
    const untold = this.#untold.get(link);
    if (untold === undefined) this.#untold.set(link, [sent]);
    else untold.push(sent);
    if (this.tells) return;
    if (link.order === 'set') {
      if (link.texts.has(sent.text)) return;
      link.texts.add(sent.text);
    }
    link.sent.push(sent);
    const waiting = this.#early.get(to);
    const key = waiting?.keyOf(message, from);
    const early = (key === undefined ? undefined : waiting?.byKey.get(key)) ?? [];
    for (let place = 0; place < early.length && this.mayArrive(link, link.sent.length - 1);) {
      const one = early[place];
      if (one === undefined || !(this.hasClocks || at <= one.until) || !one.isOf(message, from)) {
        place += 1;
        continue;
      }
      early.splice(place, 1);
      this.deliver(link, link.sent.length - 1);
      if (link.order !== 'set' && !this.allows.mayRepeat) break;
    }
    if (link.order !== 'set' && link.sent.length - link.first > underWayMax) {
      if (link.sent[link.first]?.wasDelivered === false) this.counts.lost += 1;
      link.sent[link.first] = undefined;
      this.#tidy(link);
    }
  }

  /** A step that nothing sent so far explains. */
  noteEarly(process: string, key: string, early: Early, keyOf: EarlySteps['keyOf']): void {
    const steps = this.#early.get(process) ?? { keyOf, byKey: new Map<string, Early[]>() };
    this.#early.set(process, steps);
    const known = steps.byKey.get(key) ?? [];
    steps.byKey.set(key, known);
    known.push(early);
    if (known.length <= earlyMax) return;
    // What is given up stays unexplained, and the first of a process stands for all of it.
    const [given] = known.splice(0, known.length / 2);
    const before = this.#neverExplained.get(process);
    if (given !== undefined && (before === undefined || given.index < before.index)) {
      this.#neverExplained.set(process, given);
    }
  }

  /** The first step that nothing in the whole trace explains, although it shows all who could have. */
  unexplained(isWhole: (process: string) => boolean): Early | undefined {
    const all = [...this.#neverExplained.values(), ...this.#awaited()];
    all.sort((one, other) => one.index - other.index);
    return all.find(({ senders }) => senders.every(isWhole));
  }

  get hasUnexplained(): boolean {
    return this.#neverExplained.size > 0 || this.#awaited().length > 0;
  }

  #awaited(): readonly Early[] {
    return Array.from(this.#early.values()).flatMap(({ byKey }) => [...byKey.values()].flat());
  }

  /** The processes that can send to this one. */
  sendersTo(process: string): readonly string[] {
    return Array.from(this.#links.values()).flatMap(({ from, to }) => (to === process ? [from] : []));
  }

  /** The trace tells that a message was sent: it is the next one that a command has asked for. */
  onSent({ message: id, from = '', to }: TraceMessage): void {
    this.tells = true;
    const links = [...this.#links.values()].filter(
      (link) => link.from === from && (to === undefined || link.to === to),
    );
    for (const link of links) {
      const sent = this.#untold.get(link)?.shift();
      if (sent === undefined) continue;
      this.#told.set(id, { sent, link });
      return;
    }
    if (links.length > 0) object('command', `expected no message that no actor has asked for, came one of ${from}`);
  }

  /** @throws Objection for a message that the process was asked to send and did not. */
  endTurn(from: string): void {
    if (!this.tells) return;
    for (const [link, untold] of this.#untold) {
      if (link.from !== from || untold.length === 0) continue;
      object('command', `expected ${untold[0]?.text ?? 'a message'} to be sent to ${link.to}, came something else`, [
        `${link.from} sends ${untold[0]?.text ?? ''} to ${link.to}`,
      ]);
    }
  }

  /** What was asked for and not told is forgotten: some of the trace was left out. */
  forgetUntold(): void {
    this.#untold.clear();
  }

  messageOf(id: string): { readonly from: string; readonly message: Plain } | undefined {
    const told = this.#told.get(id);
    return told === undefined ? undefined : { from: told.link.from, message: told.sent.message };
  }

  /** The messages that may arrive next at a process, the likeliest first; of several that are alike the first one. */
  *arrivals(to: string): Iterable<{ readonly link: ModelLink; readonly place: number; readonly sent: Sent }> {
    for (const link of this.#links.values()) {
      if (link.to !== to) continue;
      const alike = new Set<string>();
      for (let place = link.first; place < link.sent.length; place += 1) {
        const sent = link.sent[place];
        if (sent === undefined) continue;
        const key = `${sent.subject}\n${sent.text}`;
        if (alike.has(key)) continue;
        alike.add(key);
        yield { link, place, sent };
      }
    }
  }

  /** Takes a message out of its link; what it has overtaken is lost where the link keeps its order. */
  deliver(link: ModelLink, place: number): void {
    const sent = link.sent[place];
    if (sent === undefined) return;
    if (sent.wasDelivered) this.counts.repeated += 1;
    sent.wasDelivered = true;
    if (link.order === 'set') return;
    if (link.order !== 'none') {
      for (let before = link.first; before < place; before += 1) {
        const passed = link.sent[before];
        if (passed === undefined || (link.order === 'subject' && passed.subject !== sent.subject)) continue;
        if (!passed.wasDelivered) this.counts.lost += 1;
        link.sent[before] = undefined;
      }
    }
    if (!this.allows.mayRepeat) link.sent[place] = undefined;
    this.#tidy(link);
  }

  #tidy(link: ModelLink): void {
    while (link.first < link.sent.length && link.sent[link.first] === undefined) link.first += 1;
    if (link.first > underWayMax && link.first * 2 > link.sent.length) {
      link.sent = link.sent.slice(link.first);
      link.first = 0;
    }
  }

  /** Whether a message may arrive although those before it have not. */
  mayArrive(link: ModelLink, place: number): boolean {
    const sent = link.sent[place];
    if (link.order === 'set' || link.order === 'none' || this.allows.mayLose) return true;
    for (let before = link.first; before < place; before += 1) {
      const passed = link.sent[before];
      if (passed === undefined || passed.wasDelivered) continue;
      if (link.order === 'connection' || passed.subject === sent?.subject) return false;
    }
    return true;
  }
}

/** Which actor of the model an actor of the trace is. */
export interface ModelProcess {
  readonly hosted: Hosted;
  readonly process: string;
  /** The place of the present event in the trace, and its time. */
  readonly index: () => number;
  readonly now: () => number;
  /** For how long a step may be told before the one that has sent its event, as it happened in the middle of that. */
  readonly nestedMs: number;
}

/**
 * The host of a system of the user's own: its adapter says what commands mean, and its links, stimuli and timers where
 * events come from.
 */
export function createModelRules(
  system: CompiledSystem,
  network: ModelNetwork,
  { hosted, process, index, now, nestedMs }: ModelProcess,
  lateness: number,
): HostRules {
  const place = system.processes.indexOf(process);
  const starts = system.starts[place] ?? [];
  let notes: HostScope['notes'] = {};

  const scope = (actor: string | undefined, from: string | undefined): HostScope => ({
    process,
    actor,
    from,
    first: starts[0]?.id ?? '',
    actors: [...hosted.replicas.keys()].sort(),
    notes,
  });

  const perform = (effects: Effects, by: string): void => {
    for (const effect of Array.isArray(effects) ? (effects as readonly Effect[]) : [effects as Effect]) {
      switch (effect.type) {
        case 'send':
          for (const to of effect.to) network.send(process, to, effect.message, effect.subject, now());
          break;
        case 'tell':
          for (const id of effect.to) if (hosted.has(id)) hosted.turn.tell(id, effect.event, by, false);
          break;
        case 'spawn':
          hosted.turn.spawn(effect.id, effect.input, by);
          break;
        case 'stop':
          if (hosted.has(effect.id)) hosted.turn.stop(effect.id, by);
          break;
        case 'note':
          notes = { ...notes, [effect.name]: effect.value };
      }
    }
  };

  const effectsOf = (message: Plain, from: string): readonly Effect[] | undefined => {
    const effects = system.adapter.receive(message, scope(undefined, from));
    if (effects === undefined) return undefined;
    return Array.isArray(effects) ? (effects as readonly Effect[]) : [effects as Effect];
  };

  const stimuliOf = (id: string) =>
    system.stimuli.filter(({ process: at, input }) => at === place && input.kind === 'event' && input.actor === id);

  const isStimulus = (id: string, type: string): boolean =>
    stimuliOf(id).some(({ input }) => input.kind === 'event' && input.event.type === type);

  /** What an actor is told first as a message comes. */
  const firstTold = (effects: readonly Effect[] | undefined): { id: string; event: EventObject } | undefined => {
    const first = effects?.find(({ type }) => type === 'tell');
    if (first?.type !== 'tell') return undefined;
    const id = first.to.find((one) => hosted.replicas.has(one));
    return id === undefined ? undefined : { id, event: first.event };
  };

  /** Whether the actor takes the event as the first thing that comes of the message. */
  const brings = (effects: readonly Effect[] | undefined, id: string, event: TraceStep['event']): boolean => {
    const first = firstTold(effects);
    return first?.id === id && fits(event, first.event);
  };

  const keyOf = (message: Plain, from: string): string | undefined => {
    const first = firstTold(effectsOf(message, from));
    return first === undefined ? undefined : `${first.id}\n${first.event.type}`;
  };

  /** Gives the actors what a message brings, the first event of which is taken now. */
  const takeMessage = (effects: readonly Effect[], from: string, id: string, step: TraceStep): void => {
    perform(effects, `a message of ${from}`);
    if (!hosted.turn.takeTold(id, step)) unexplained(step, `what the message of ${from} brings`, []);
  };

  const arrive = (id: string, step: TraceStep): boolean => {
    if (network.tells) return false;
    for (const { link, place: at, sent } of network.arrivals(process)) {
      if (!network.mayArrive(link, at)) continue;
      const effects = effectsOf(sent.message, link.from);
      if (effects === undefined || !brings(effects, id, step.event)) continue;
      network.deliver(link, at);
      takeMessage(effects, link.from, id, step);
      return true;
    }
    return false;
  };

  const given = (id: string, step: TraceStep): boolean => {
    for (const { process: at, input } of system.stimuli) {
      if (at !== place || input.kind !== 'message') continue;
      const effects = effectsOf(input.message, '');
      if (effects === undefined || !brings(effects, id, step.event)) continue;
      takeMessage(effects, 'nobody', id, step);
      return true;
    }
    return isStimulus(id, step.event.type);
  };

  return {
    startInputs: (id) => {
      const own = starts.filter((start) => start.id === id);
      return own.length === 0 ? undefined : own.map(({ input }) => input);
    },
    perform: (id, replica, command: RecordedCommand, outcome) => {
      if (!outcome.isJudged) {
        network.forgetUntold();
        return;
      }
      const effects = system.adapter.command(command, scope(id, undefined));
      if (effects === undefined) object('command', `expected commands that the host knows, came ${command.type}`);
      perform(effects, replica.actor);
    },
    explain: (id, replica, step) => {
      if (arrive(id, step) || given(id, step)) return;
      const expected = `an event that was sent to ${replica.actor}, or a stimulus`;
      const allowed = describe(id);
      const senders = network.sendersTo(process);
      if (network.tells) unexplained(step, expected, allowed);
      const early: Early = {
        index: index(),
        until: now() + nestedMs,
        step,
        senders,
        isOf: (message, from) => brings(effectsOf(message, from), id, step.event),
        complain: () => ({ rule: 'cause', reason: `expected ${expected}, came ${step.event.type}`, allowed }),
      };
      network.noteEarly(process, `${id}\n${step.event.type}`, early, keyOf);
    },
    describe,
    endTurn: () => {
      network.endTurn(process);
    },
    lateness: () => lateness,
    onMessage: (message, end) => {
      if (end === 'sender') return;
      const told = network.messageOf(message.message);
      if (told === undefined) return;
      const effects = effectsOf(told.message, told.from);
      if (effects === undefined) object('message', 'expected a message that the host takes, came another');
      perform(effects, `a message of ${told.from}`);
    },
    onLink: (op) => {
      const { adapter } = system;
      const effects =
        op === 'restored'
          ? adapter.reconnected?.(scope(undefined, undefined))
          : adapter.disconnected?.(scope(undefined, undefined));
      if (effects !== undefined) perform(effects, 'the connection');
    },
    doubt: () => {
      network.forgetUntold();
    },
  };

  function describe(id: string): readonly string[] {
    const stimuli = stimuliOf(id).map(({ name }) => `the stimulus '${name}'`);
    return [...new Set([...arrivalsOf(id), ...stimuli])].slice(0, 8);
  }

  function arrivalsOf(id: string): readonly string[] {
    const texts: string[] = [];
    for (const { link, place: at, sent } of network.arrivals(process)) {
      if (texts.length === 8 || !network.mayArrive(link, at)) continue;
      const first = effectsOf(sent.message, link.from)?.find(({ type }) => type === 'tell');
      if (first?.type === 'tell' && first.to.includes(id)) texts.push(`${eventText(first.event)} of ${link.from}`);
    }
    return texts;
  }
}

function eventText({ type }: EventObject): string {
  return type;
}
