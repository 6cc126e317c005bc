import type { AnyStateMachine } from 'xstate';
import {
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
} from '../../../machines/index.js';
import { happenedAt } from '../../trace-events/happened.js';
import { indexMachine } from '../../trace-events/machine-index.js';
import {
  endedUnheard,
  type TraceActor,
  type TraceEvent,
  type TraceMachine,
  type TraceMessage,
  type TraceRun,
  type TraceStep,
  type TraceTimer,
} from '../../trace-events/trace-event.js';
import type { CompiledSystem } from '../explorer/description/compile-system.js';
import type { Ticks } from '../explorer/description/system-config.js';
import { createClientRules } from './client-rules.js';
import { object, Objection, type Nonconformance } from './complaint.js';
import { Hosted, type HostRules } from './hosted.js';
import { Messages, type MessageCounts } from './messages.js';
import { createModelRules, ModelNetwork } from './model-rules.js';
import { Records } from './records.js';
import { Replica, type StepOutcome } from './replica.js';
import { Unseen } from './unseen.js';
import { Visited } from './visited.js';

/** What a trace is checked against. */
export interface CheckerOptions {
  readonly system: CompiledSystem;
  /** How late a timer may fire, in the unit of the run. */
  readonly lateness: (run: TraceRun | undefined) => number;
  /** How early a timer may seem to fire, as clocks are read one after the other. */
  readonly earliness: (run: TraceRun | undefined) => number;
  /** How much the clocks of processes may differ. */
  readonly skew: (run: TraceRun | undefined) => number;
  /** How long each delay is, where that is known. */
  readonly durations: Readonly<Record<string, number>>;
  /** How many ticks each is in the model, or the least and the most where a clock drifts. */
  readonly ticks: Readonly<Record<string, Ticks>>;
  readonly mayLose: boolean;
  readonly mayRepeat: boolean;
}

/** What was done for a trace, and what was seen in it. */
export interface CheckedCounts extends MessageCounts {
  readonly events: number;
  readonly steps: number;
  /** Steps that a machine has judged; the others were believed. */
  readonly judged: number;
  /** How often a machine computed what comes next: at most once for each step, and for each start. */
  readonly transitions: number;
  readonly timers: number;
  readonly crashes: number;
  readonly cuts: number;
}

/** The machines of the clients of this package, by which their lifelines are known. */
const clientMachines: ReadonlyMap<string, AnyStateMachine> = new Map(
  [consumerClientMachine, consumerStreamMachine, producerClientMachine, producerStreamMachine, heartbeatMachine].map(
    (machine) => [machine.id, machine],
  ),
);

/**
 * So many events are awaited after one that cannot be, for word that some were left out before it: a listener that is
 * too slow is told of it behind what it was given meanwhile.
 */
const gapAwaitedMax = 50_000;

/** How long the step of a sender may last, in whose middle the receiver takes its step, which is told first. */
const nestedLiveMs = 250;

/** One process of the trace, with the rules of its host. */
interface Process {
  readonly hosted: Hosted;
  readonly rules: HostRules;
  readonly system: string;
  /** Whether nothing was left out since all that was known of it was given up. */
  isKnown: boolean;
}

/** What happens on one lifeline. */
interface Lifeline {
  readonly processes: Set<Process>;
  /** Each actor by its name. */
  readonly actors: Map<string, { readonly replica: Replica; readonly process: Process; readonly id: string }>;
  /** By how much its clock was set back so far. */
  setBack: number;
}

/** Checks a trace event by event. Memory is needed for what lives, and for the last messages. */
export class Checker {
  readonly visited = new Visited();
  readonly unseen = new Unseen();
  readonly #options: CheckerOptions;
  #messages: Messages;
  #records = new Records();
  #network: ModelNetwork;
  #processes = new Map<string, Process>();
  #lifelines = new Map<string, Lifeline>();
  /** Processes of which anything was told since all that was known of them was given up. */
  #known = new Set<Process>();
  #run: TraceRun | undefined;
  #index = -1;
  #event: TraceEvent | undefined;
  #seq = 0;
  #at = 0;
  /** Lifelines whose messages say how many were left out. */
  #counted = new Set<string>();
  #roles = new Map<string, string>();
  #held: Nonconformance | undefined;
  #awaited = 0;
  /** By delay, what it was first. */
  #toldDurations = new Map<string, number>();
  #foreign = new Set<string>();
  #tallies = { steps: 0, judged: 0, transitions: 0, timers: 0, crashes: 0, cuts: 0 };

  constructor(options: CheckerOptions) {
    this.#options = options;
    this.#network = new ModelNetwork(options.system, options);
    this.#messages = this.#newMessages();
  }

  #newMessages(): Messages {
    const { system, mayLose, mayRepeat } = this.#options;
    const order = system.links[0]?.order ?? 'connection';
    return new Messages({ order, mayLose, mayRepeat, skew: this.#options.skew(this.#run) });
  }

  /** The first event that cannot be, as far as is known by now. */
  get held(): Nonconformance | undefined {
    return this.#held;
  }

  /** Nothing that follows can change the verdict. */
  get isDecided(): boolean {
    return this.#held !== undefined && this.#awaited > gapAwaitedMax;
  }

  get counts(): CheckedCounts {
    const { messages, delivered, lost, repeated } = this.#messages.counts;
    const own = this.#network.counts;
    return {
      events: this.#index + 1,
      ...this.#tallies,
      messages,
      delivered,
      lost: lost + own.lost,
      repeated: repeated + own.repeated,
    };
  }

  push(event: TraceEvent): void {
    this.#index += 1;
    this.#event = event;
    if (this.#held !== undefined) {
      this.#await(event);
      return;
    }
    try {
      this.#take(event);
    } catch (error) {
      if (!(error instanceof Objection)) throw error;
      const { place = { index: this.#index, event }, ...complaint } = error.complaint;
      this.#held = { ...complaint, ...place };
      this.#awaited = 0;
    }
  }

  /** All of the trace was told. */
  end(): Nonconformance | undefined {
    if (this.#held !== undefined) return this.#held;
    const judged = this.#messages.judge(Infinity);
    const early = this.#network.unexplained((process) => this.#processes.get(process)?.hosted.isWhole === true);
    if (early === undefined && this.#network.hasUnexplained) {
      this.unseen.note('messages of processes that the trace does not show from their start');
    }
    if (this.#messages.hasForgotten) this.unseen.note('whether messages of long ago were sent at all');
    const records = this.#options.mayRepeat ? undefined : this.#records.judge();
    const [first] = [
      ...(records === undefined ? [] : [records]),
      ...(judged === undefined ? [] : [judged]),
      ...(early === undefined ? [] : [{ index: early.index, event: early.step, complaint: early.complain() }]),
    ].sort((one, other) => one.index - other.index);
    if (first !== undefined) this.#held = { ...first.complaint, index: first.index, event: first.event };
    return this.#held;
  }

  /** What was wrong may be so since events before it were left out. */
  #await(event: TraceEvent): void {
    this.#awaited += 1;
    const isHole = event.type !== 'run' && event.seq > this.#seq + 1 + this.#awaited;
    if (event.type !== 'gap' && !isHole) return;
    if (this.#awaited > gapAwaitedMax) return;
    this.unseen.note('a step that was left out, with others before it was told that some are');
    this.#held = undefined;
    if (event.type === 'gap') this.unseen.leftOut(event.dropped);
    if ('seq' in event) this.#seq = event.seq;
    this.#doubt();
  }

  #take(event: TraceEvent): void {
    if (event.type === 'run') {
      this.#begin(event);
      return;
    }
    if (event.seq > this.#seq + 1) {
      this.unseen.leftOut(event.seq - this.#seq - 1);
      this.#doubt();
    }
    this.#seq = Math.max(this.#seq, event.seq);
    // What was held back and told later happened before.
    this.#at = happenedAt(event);
    switch (event.type) {
      case 'system':
        this.#onSystem(event.system, event.role, event.op, event.countsLeftOut === true);
        return;
      case 'machine':
        this.#onMachine(event);
        return;
      case 'actor':
        this.#onActor(event);
        return;
      case 'step':
        this.#onStep(event);
        return;
      case 'timer':
        this.#onTimer(event);
        return;
      case 'message':
        this.#onMessage(event);
        return;
      case 'counts':
        this.#records.take(event, this.#roles.get(event.system), this.#index);
        this.#learntAt(event.system, event.actor)?.rules.onCounts?.(event);
        return;
      case 'end':
        if (this.#roles.get(event.system) === 'producer') this.#records.noteEnd(event.stream);
        this.#learntAt(event.system, event.actor)?.rules.onEnd?.(event);
        return;
      case 'link':
        if (event.op === 'lost') this.#tallies.cuts += 1;
        if (event.systems.length === 1) this.#learntAt(event.systems[0] ?? '')?.rules.onLink?.(event.op);
        return;
      case 'gap':
        this.unseen.leftOut(event.dropped);
        this.#doubt();
        return;
      case 'contact':
        if (event.op === 'restored') return;
        this.unseen.note(`what ${event.systems.join(', ')} did while not heard`);
        this.#doubt(event.systems);
        return;
      case 'mark':
        if (event.kind === 'warning' && event.text.includes(' is no trace event: ')) {
          this.unseen.note('lines that are no trace events');
          this.#doubt();
        }
        return;
      default:
    }
  }

  #begin(run: TraceRun): void {
    if (this.#run !== undefined) this.unseen.note('a run behind another: what was before it is over');
    this.#run = run;
    this.#seq = 0;
    this.#at = 0;
    this.#processes = new Map();
    this.#lifelines = new Map();
    this.#known = new Set();
    this.#counted = new Set();
    this.#roles = new Map();
    this.#toldDurations = new Map();
    this.#network = new ModelNetwork(this.#options.system, this.#options);
    this.#messages = this.#newMessages();
    this.#records = new Records();
  }

  /** @param systems Of which lifelines something was left out; of any, unless told. */
  #doubt(systems?: readonly string[]): void {
    const doubted =
      systems === undefined ? this.#known : systems.flatMap((system) => [...this.#lifelineOf(system).processes]);
    for (const process of doubted) {
      if (!process.isKnown) continue;
      process.isKnown = false;
      process.hosted.doubt();
      process.rules.doubt?.();
      this.#known.delete(process);
    }
    this.#messages.doubt();
    this.#records.doubt();
  }

  /** Something is told of a process. */
  #learn(process: Process): void {
    if (process.isKnown) return;
    process.isKnown = true;
    this.#known.add(process);
  }

  #lifelineOf(system: string): Lifeline {
    const known = this.#lifelines.get(system);
    if (known !== undefined) return known;
    const lifeline: Lifeline = { processes: new Set(), actors: new Map(), setBack: 0 };
    this.#lifelines.set(system, lifeline);
    return lifeline;
  }

  #actorAt(system: string, actor: string) {
    return this.#lifelines.get(system)?.actors.get(actor);
  }

  #onSystem(system: string, role: string, op: 'start' | 'crash' | 'stop', isCounted: boolean): void {
    const sender = this.#messages.senderOf(system);
    sender.lastAt = this.#at;
    if (op === 'start') {
      this.#roles.set(system, role);
      if (isCounted) this.#counted.add(system);
      const known = this.#processes.get(system);
      if (known !== undefined) known.hosted.isSettling = true;
      sender.hasStopped = false;
      return;
    }
    if (op === 'crash') {
      sender.hasCrashed = true;
      this.#tallies.crashes += 1;
      this.unseen.note(`what ${system} did last, as it crashed`);
    } else {
      sender.hasStopped = true;
      const process = this.#processes.get(system);
      process?.rules.endStep?.();
      process?.rules.onStop?.();
    }
    const lifeline = this.#lifelineOf(system);
    lifeline.actors.clear();
    for (const process of lifeline.processes) process.hosted.clear();
    if (this.#run?.unit === 'tick') return;
    // A client of the same name is another one.
    const client = this.#processes.get(system);
    if (client === undefined) return;
    this.#processes.delete(system);
    this.#known.delete(client);
    lifeline.processes.delete(client);
  }

  #onMachine({ machine, root }: TraceMachine): void {
    const own = this.#machineOf(machine);
    if (own === undefined) return;
    if (JSON.stringify(indexMachine(own).root) !== JSON.stringify(root)) {
      this.unseen.note(`what is new in ${machine}, as the machine of the trace is of another version`);
    }
  }

  #machineOf(name: string): AnyStateMachine | undefined {
    const own = this.#options.system.machines.get(name);
    if (own !== undefined) return own;
    for (const machine of this.#options.system.machines.values()) if (machine.id === name) return machine;
    const shipped = this.#run?.unit === 'tick' ? undefined : clientMachines.get(name);
    // One of this name that is not the same, of another client say, has a number behind it.
    return shipped ?? (/ \d+$/.test(name) ? this.#machineOf(name.replace(/ \d+$/, '')) : undefined);
  }

  #isClient(system: string): boolean {
    const role = this.#roles.get(system);
    return this.#run?.unit !== 'tick' && (role === 'consumer' || role === 'producer');
  }

  /** Where an actor of the trace belongs: to a client, or to a process of the system. */
  #placeOf(event: TraceActor): { readonly process: Process; readonly id: string } | undefined {
    const { system, actor } = event;
    if (this.#isClient(system)) return { process: this.#clientAt(system), id: actor };
    const { processes, starts } = this.#options.system;
    const machine = this.#machineOf(event.machine ?? '');
    /** The actor's name in the model: its own, or that of the one actor that its process starts with. */
    const idIn = (name: string): string => {
      const own = starts[processes.indexOf(name)] ?? [];
      const [only] = own;
      const isIt =
        only !== undefined && own.length === 1 && this.#options.system.machines.get(only.machine) === machine;
      return isIt && !own.some(({ id }) => id === actor) && actor === name ? only.id : actor;
    };
    if (processes.includes(system)) return { process: this.#modelAt(system, system), id: idIn(system) };
    // All actors of an application may share a lifeline: each is known by its process, or by its own name.
    if (processes.includes(actor)) return { process: this.#modelAt(system, actor), id: idIn(actor) };
    const own = processes.filter((_, index) => (starts[index] ?? []).some(({ id }) => id === actor));
    const [only] = own;
    if (only !== undefined && own.length === 1) return { process: this.#modelAt(system, only), id: actor };
    return processes.length === 1 && processes[0] !== undefined
      ? { process: this.#modelAt(system, processes[0]), id: actor }
      : undefined;
  }

  #clientAt(system: string): Process {
    const known = this.#processes.get(system);
    if (known !== undefined) return known;
    const hosted = new Hosted(system);
    const late = this.#options.lateness(this.#run);
    const place = () => (this.#event === undefined ? undefined : { index: this.#index, event: this.#event });
    const rules = createClientRules(hosted, late, () => this.#counted.has(system), place);
    return this.#newProcess(system, { hosted, rules, system, isKnown: false });
  }

  #newProcess(name: string, process: Process): Process {
    this.#processes.set(name, process);
    this.#lifelineOf(process.system).processes.add(process);
    return process;
  }

  #modelAt(system: string, name: string): Process {
    const known = this.#processes.get(name);
    if (known !== undefined) return known;
    const hosted = new Hosted(name);
    const late = this.#options.lateness(this.#run);
    const isLive = this.#run?.unit === 'ms' && this.#run.source === 'live';
    const place = {
      hosted,
      process: name,
      index: () => this.#index,
      now: () => this.#at,
      nestedMs: isLive ? nestedLiveMs : 0,
    };
    const rules = createModelRules(this.#options.system, this.#network, place, late);
    this.#network.hasClocks ||= Array.from(this.#processes.values()).some((one) => one.system !== system);
    return this.#newProcess(name, { hosted, rules, system, isKnown: false });
  }

  /** The process of an actor, of which something is told. */
  #learntAt(system: string, actor?: string): Process | undefined {
    const own = actor === undefined ? undefined : this.#actorAt(system, actor)?.process;
    const process = own ?? this.#processes.get(system);
    if (process !== undefined) this.#learn(process);
    return process;
  }

  #onActor(event: TraceActor): void {
    const { system, actor, machine: name, stream } = event;
    const known = this.#actorAt(system, actor);
    if (known !== undefined) {
      const { hosted } = known.process;
      this.#learn(known.process);
      hosted.learn(known.replica);
      if (!hosted.turn.isToBeMade(known.id)) {
        known.replica.retell(event);
        return;
      }
      // Stopped, and made anew in the same step.
      hosted.turn.takeStop(known.id);
    }
    const machine = name === undefined ? undefined : this.#machineOf(name);
    const place = machine === undefined ? undefined : this.#placeOf(event);
    if (machine === undefined || place === undefined) {
      this.#foreign.add(keyOf(system, actor));
      this.unseen.note(`actors that are none of the system: ${name ?? actor}`);
      return;
    }
    const { process, id } = place;
    process.rules.endStep?.();
    const replica = new Replica(event, machine);
    this.#lifelineOf(system).actors.set(actor, { replica, process, id });
    process.hosted.replicas.set(id, replica);
    this.#learn(process);
    process.hosted.learn(replica);
    replica.hasBegun = !process.hosted.turn.isToBeMade(id);
    process.rules.met?.(id, replica, stream);
    if (process.hosted.replicas.size === 1 && !process.hosted.isSettling)
      this.#messages.senderOf(system).wasThere = false;
    if (stream !== undefined && this.#isClient(system)) {
      this.#messages.noteEnd(stream, system, replica.machineName === 'producerStream' ? 'producer' : 'consumer');
    }
    this.visited.enter(machine, replica.machineName, event.value);
  }

  #onStep(step: TraceStep): void {
    this.#tallies.steps += 1;
    const found = this.#actorAt(step.system, step.actor);
    this.#messages.senderOf(step.system).lastAt = this.#at;
    if (found === undefined) {
      if (!this.#foreign.has(keyOf(step.system, step.actor)))
        this.unseen.note('steps of actors that were not told before');
      return;
    }
    const { replica, process, id } = found;
    const { hosted, rules } = process;
    this.#learn(process);
    hosted.learn(replica);
    rules.endStep?.();
    if (step.event.type === 'xstate.init') this.#onStart(step, replica, process, id);
    else if (step.event.type === endedUnheard) this.unseen.note('how actors ended while nothing was heard of them');
    else if (step.event.type === 'xstate.stop') this.#onStopped(step, replica, process, id);
    else this.#onTaken(step, replica, process, id);
    const isOver = step.status !== 'active';
    this.visited.take(replica.machine, replica.machineName, step);
    if (!isOver) return;
    this.#lifelineOf(step.system).actors.delete(step.actor);
    hosted.forget(id, replica);
    rules.onGone?.(id, replica);
  }

  #onStart(step: TraceStep, replica: Replica, process: Process, id: string): void {
    const { hosted, rules } = process;
    const birth = hosted.turn.takeBirth(id);
    const inputs = birth === undefined ? rules.startInputs(id, replica) : [birth.input];
    if (inputs === undefined && !hosted.isSettling && hosted.isComplete) {
      object('actor', `expected no actor ${step.actor}, which no command has made, came one`);
    }
    if (birth === undefined && inputs !== undefined) {
      // The first of its process: nothing was before it.
      if (hosted.replicas.size === 1) this.#messages.senderOf(step.system).wasThere = false;
      hosted.isSettling = false;
    }
    const tried = inputs ?? [replica.context];
    const outcome = replica.begin(step, tried, birth !== undefined);
    this.#tallies.transitions += outcome.computed;
    if (outcome.isJudged) this.#tallies.judged += 1;
    this.#perform(id, replica, process, outcome);
  }

  #perform(id: string, replica: Replica, process: Process, outcome: StepOutcome): void {
    // What follows from commands that are known by name alone cannot be told from what does not.
    if (!outcome.isJudged && outcome.commands.length > 0) {
      process.hosted.isSettling = true;
      process.hosted.turn.noteVague(replica.actor);
    }
    for (const command of outcome.commands) process.rules.perform(id, replica, command, outcome);
    this.#awaitTimers(replica, process);
  }

  #onStopped(step: TraceStep, replica: Replica, process: Process, id: string): void {
    const { hosted } = process;
    const wasAsked = hosted.turn.takeStop(id);
    this.#tallies.judged += 1;
    if (wasAsked || hosted.isSettling) return;
    // A host that ends as a whole stops all of its actors.
    if (rulesOfOwner(process, id)) return;
    object('actor', `expected ${step.actor} to live, as no command has stopped it, came its end`);
  }

  #onTaken(step: TraceStep, replica: Replica, process: Process, id: string): void {
    const { hosted, rules } = process;
    const { type } = step.event;
    if (replica.firing !== undefined && replica.firing.event !== type && replica.knowsTimers) {
      object('timer', `expected ${replica.firing.event}, whose timer has fired, came ${type}`);
    }
    const isFired = replica.firing?.event === type;
    replica.firing = undefined;
    if (isFired) {
      // Its host was asked as the timer fired.
    } else if (type.startsWith('xstate.after.') || replica.timers.has(type)) {
      if (replica.knowsTimers) this.#onUntoldFire(step, replica, process);
    } else if (hosted.turn.takeTold(id, step)) {
      // Another actor has told it.
    } else if (step.from !== undefined && this.#isTellingKnown(step, hosted)) {
      const allowed = [...hosted.turn.describe(id), ...rules.describe(id, replica)];
      object('cause', `expected ${step.from} to have told ${replica.actor} of ${type}, came it unasked`, allowed);
    } else if (step.from === undefined) {
      if (hosted.isSettling) hosted.isWhole = false;
      if (!this.#isClient(step.system)) this.#endTurn(process);
      try {
        if (!hosted.isSettling) rules.explain(id, replica, step);
      } catch (error) {
        if (!(error instanceof Objection)) throw error;
        const timers = Array.from(
          replica.timers.values(),
          (timer) => `${timer.id} fires${timer.due === undefined ? '' : ` at ${timer.due}`}`,
        );
        throw new Objection({ ...error.complaint, allowed: [...error.complaint.allowed, ...timers] });
      }
    }
    const outcome = replica.take(step);
    this.#tallies.transitions += outcome.computed;
    if (outcome.isJudged) this.#tallies.judged += 1;
    else this.unseen.note(`what ${replica.machineName} does where its state or event is not told as a whole`);
    this.#perform(id, replica, process, outcome);
  }

  /** Whether all that the teller of an event has told others is known. */
  #isTellingKnown({ system, from = '' }: TraceStep, { isSettling, turn }: Hosted): boolean {
    return !isSettling && !turn.isVague(from) && this.#actorAt(system, from) !== undefined;
  }

  /** Trace events of timers were left out, or there are none. */
  #onUntoldFire(step: TraceStep, replica: Replica, process: Process): void {
    const { type } = step.event;
    const timer = [...replica.timers.values()].find(({ event }) => event === type);
    if (timer === undefined) {
      object(
        'timer',
        `expected a timer that runs, came ${type}`,
        Array.from(replica.timers.keys(), (own) => `${own} fires`),
      );
    }
    this.#checkFire(replica, timer, process);
    replica.timers.delete(timer.id);
  }

  /** In ticks the system says how long timers run. Of one whose clock drifts the trace has to tell it. */
  #awaitTimers(replica: Replica, process: Process): void {
    if (replica.started.size === 0) return;
    const { system } = this.#options;
    for (const [name, delay] of replica.started) {
      const timer = replica.timers.get(name);
      if (timer === undefined || this.#run?.unit !== 'tick' || !system.processes.includes(replica.system)) continue;
      const { least, most } = system.ticksOf(replica.system, delay);
      if (least === most) this.#setDue(replica, process, timer, least);
    }
    replica.started.clear();
  }

  #setDue(
    replica: Replica,
    { hosted }: Process,
    timer: { due: number | undefined; readonly id: string; readonly event: string },
    duration: number,
  ): void {
    timer.due = this.#at + duration;
    this.#durations.set(timer, duration);
    hosted.timers.add(replica, timer, timer.due);
  }

  readonly #durations = new WeakMap<object, number>();

  #onTimer(event: TraceTimer): void {
    const found = this.#actorAt(event.system, event.actor);
    if (found === undefined) return;
    this.#tallies.timers += 1;
    const { replica, process } = found;
    this.#learn(process);
    process.hosted.learn(replica);
    const { op, timer: id, delay, duration, total } = event;
    const timer = replica.timers.get(id);
    switch (op) {
      case 'start': {
        if (timer === undefined && replica.knowsTimers && !process.hosted.isSettling && replica.hasBegun) {
          object('timer', `expected no timer ${id}, which ${replica.machineName} does not start, came one`);
        }
        const running = timer ?? { id, event: id, due: undefined };
        replica.timers.set(id, running);
        if (duration === undefined) return;
        this.#checkDuration(replica, delay, total ?? duration);
        // How long one has run that was there before is known by a clock of its own, if at all.
        if (process.hosted.isSettling && replica.hasBegun && timer === undefined) return;
        this.#setDue(replica, process, running, duration);
        return;
      }
      case 'cancel':
        return;
      case 'fire':
        this.#endTurn(process);
        if (timer === undefined) {
          if (!replica.knowsTimers) return;
          object(
            'timer',
            `expected a timer that runs, came ${id}`,
            Array.from(replica.timers.keys(), (own) => `${own} fires`),
          );
        }
        this.#checkFire(replica, timer, process);
        replica.timers.delete(id);
        replica.firing = timer;
        this.#checkOverdue(process);
    }
  }

  #checkDuration(replica: Replica, delay: string, duration: number): void {
    const { durations, ticks } = this.#options;
    const lengths = this.#run?.unit === 'tick' ? { ...ticks, ...durations } : durations;
    const names = [`${replica.machine.id}.${delay}`, delay];
    const name = [...names.map((one) => `${replica.system}/${one}`), ...names].find(
      (one) => lengths[one] !== undefined,
    );
    const given = name === undefined ? undefined : lengths[name];
    if (typeof given === 'object') {
      const [least, most] = given;
      if (duration < least || duration > most) {
        object('timer', `expected ${delay} to take ${least} to ${most} ticks, came ${duration}`);
      }
      return;
    }
    // A producer may be heard less often than the reader has said, which its stream takes into account.
    const varies = delay === 'silenceTimeout' && this.#isClient(replica.system);
    const key = `${replica.system}\n${replica.machineName}\n${delay}`;
    const expected = given ?? (this.#isClient(replica.system) && !varies ? this.#toldDurations.get(key) : undefined);
    if (expected !== undefined && Math.abs(expected - duration) > 0.001 && !(varies && duration > expected)) {
      object('timer', `expected ${delay} to take ${expected} ${this.#run?.unit ?? 'ms'}, came ${duration}`);
    }
    this.#toldDurations.set(key, duration);
  }

  #checkFire(
    replica: Replica,
    timer: { readonly id: string; readonly due: number | undefined; readonly event: string },
    { rules }: Process,
  ): void {
    const { due } = timer;
    if (due === undefined) return;
    const unit = this.#run?.unit ?? 'ms';
    const early = due - this.#at;
    if (early > this.#options.earliness(this.#run) && !this.#isSetBack(replica.system, early)) {
      object('timer', `expected ${timer.id} at ${rounded(due)}, came it ${rounded(early)} ${unit} early`, [
        `it fires at ${rounded(due)}`,
      ]);
    }
    const most = rules.lateness(replica, timer, this.#durations.get(timer) ?? 0);
    if (-early > most + 0.001) {
      object('timer', `expected ${timer.id} at ${rounded(due)}, came it ${rounded(-early)} ${unit} late`, [
        `it fires at ${rounded(due)}, and at most ${rounded(most)} ${unit} later`,
      ]);
    }
    this.unseen.noteLateness(Math.max(0, -early));
  }

  /**
   * Whether a timer that seems to fire early may do so as the times of its lifeline were set back meanwhile: who collects
   * the traces of several processes learns only by and by how far their clocks are apart.
   */
  #isSetBack(system: string, by: number): boolean {
    if (this.#run?.source !== 'live' || this.#lifelines.size < 2) return false;
    const lifeline = this.#lifelineOf(system);
    if (lifeline.setBack + by > this.#options.skew(this.#run)) return false;
    lifeline.setBack += by;
    this.unseen.note(`the clock of ${system}, which was set back`);
    for (const { replica, process } of lifeline.actors.values()) {
      for (const timer of replica.timers.values()) {
        if (timer.due === undefined) continue;
        timer.due -= by;
        process.hosted.timers.add(replica, timer, timer.due);
      }
    }
    return true;
  }

  /** A timer that should have fired, while others do. */
  #checkOverdue(process: Process): void {
    const overdue = process.hosted.timers.overdue(
      (replica, at) =>
        this.#at - at > process.rules.lateness(replica, { id: '', event: '', due: at }, 0) + 0.001 && replica.isExact,
    );
    if (overdue === undefined) return;
    const { replica, timer, at } = overdue;
    const most = process.rules.lateness(replica, timer, this.#durations.get(timer) ?? 0);
    if (this.#at - at <= most + 0.001) return;
    object(
      'timer',
      `expected ${timer.id} of ${replica.actor} at ${rounded(at)}, came something else at ${rounded(this.#at)}`,
      [`${timer.id} of ${replica.actor} fires`],
      { system: replica.system, actor: replica.actor },
    );
  }

  #onMessage(message: TraceMessage): void {
    this.#messages.take(message, this.#index);
    const found = this.#messages.judge(this.#index - gapAwaitedMax);
    if (found !== undefined)
      throw new Objection({ ...found.complaint, place: { index: found.index, event: found.event } });
    const { op, from, to } = message;
    if (op === 'send' && from !== undefined) {
      const process = this.#learntAt(from);
      this.#messages.senderOf(from).lastAt = this.#at;
      if (process === undefined) return;
      if (!this.#isClient(from)) this.#network.onSent(message);
      process.rules.onMessage?.(message, 'sender');
    } else if (op === 'deliver' && to !== undefined) {
      const process = this.#learntAt(to);
      this.#messages.senderOf(to).lastAt = this.#at;
      if (process === undefined) return;
      this.#endTurn(process);
      this.#checkOverdue(process);
      process.rules.onMessage?.(message, 'receiver');
    }
  }

  #endTurn({ hosted, rules }: Process): void {
    rules.endTurn?.();
    if (hosted.isSettling) hosted.turn.clear();
    else hosted.turn.end();
    hosted.isSettling = false;
  }
}

/** Whether an actor is one that its process starts with, which the application may stop. */
function rulesOfOwner({ rules, hosted }: Process, id: string): boolean {
  const replica = hosted.replicas.get(id);
  return replica !== undefined && rules.startInputs(id, replica) !== undefined;
}

function keyOf(system: string, actor: string): string {
  return `${system}\n${actor}`;
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
