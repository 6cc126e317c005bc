import {
  assign,
  createEmptyActor,
  createMachine,
  type AnyActorScope,
  type AnyStateMachine,
  type AnyStateNode,
  type EventObject,
  type StateValue,
} from 'xstate';

/** A snapshot of a machine, as far as this looks into it. */
export interface MachineSnapshot {
  readonly status: string;
  readonly error: unknown;
  readonly value: StateValue;
  readonly context: object;
  readonly machine: AnyStateMachine;
  readonly children: object;
  readonly _nodes: readonly AnyStateNode[];
  /** Whether a state is among those in which it is. */
  matches(state: StateValue): boolean;
}

/** What guards, params, assigns and delays are called with. */
export interface Scope {
  readonly context: object;
  readonly event: EventObject;
}

type Params = ((scope: Scope) => unknown) | { readonly given: unknown };
type Assignment = (scope: Scope, params: unknown) => object;
type Guard = (scope: Scope, params: unknown) => boolean;
type Delay = (scope: Scope) => number;

/** Something that a macrostep does, in the order in which the machine does it. */
type Operation =
  | { readonly type: 'command'; readonly command: string; readonly params: Params }
  | { readonly type: 'assign'; readonly assignment: Assignment; readonly params: Params }
  | { readonly type: 'schedule'; readonly event: EventObject; readonly id: string; readonly delay: Delay }
  | { readonly type: 'cancel'; readonly id: string }
  /** The machine goes on with an event that it has raised itself. */
  | { readonly type: 'turnTo'; readonly event: EventObject };

/** What is done for an operation when the macrostep is worked out as a whole. */
type Effect = Exclude<Operation, { readonly type: 'assign' | 'turnTo' }>;

/** What a macrostep does up to the next guard, or to its end. */
interface Stretch {
  readonly operations: readonly Operation[];
  readonly then: Fork | TableState;
}

/** A guard; what follows is known for an answer that was given before. */
interface Fork {
  readonly guard: Guard;
  readonly params: Params;
  yes: Stretch | undefined;
  no: Stretch | undefined;
}

/** A state of the machine, without its context. */
interface TableState {
  /** The snapshot of the machine in this state, whose context is nobody's. */
  readonly snapshot: MachineSnapshot;
  /** What follows from events, by type. */
  readonly events: Map<string, Stretch>;
}

/** What a macrostep that is recorded came to. */
type Recorded = Operation | { readonly type: 'guard'; readonly guard: Guard; readonly params: Params; answer: boolean };

/** How many inspect the system of an actor now. */
const inspections = Symbol('inspections');

type CountedSystem = AnyActorScope['system'] & { [inspections]?: number };

/** Somebody may begin to inspect an actor at any time, through its system. XState does not tell whether somebody does. */
function countInspections(system: CountedSystem): void {
  const { inspect } = system;
  system[inspections] = 0;
  system.inspect = (observer) => {
    const subscription = inspect(observer);
    system[inspections] = (system[inspections] ?? 0) + 1;
    let isOver = false;
    return {
      unsubscribe: () => {
        if (!isOver) system[inspections] = (system[inspections] ?? 0) - 1;
        isOver = true;
        subscription.unsubscribe();
      },
    };
  };
}

const logics = new WeakMap<AnyStateMachine, AnyStateMachine>();
const tables = new WeakMap<AnyStateMachine, TransitionTable>();
/** Snapshots that are resumed as they are; others that an actor is made of were persisted. */
const resumed = new WeakSet<object>();

/** A snapshot with which an actor of a {@link tabled} machine goes on where another one is: nothing is performed anew. */
export function resuming<Snapshot extends object>(snapshot: Snapshot): Snapshot {
  resumed.add(snapshot);
  return snapshot;
}

/**
 * The same machine as actor logic that looks its transitions up. XState works out what a state does with an event anew
 * each time, which takes ten times as long as doing it; here it works it out the first time that a state meets an event
 * with these answers of the guards on the way, and what it did is written down: guards, params, assigns and delays are
 * the machine's own functions, called in the machine's own order. So the machine stays the one definition, and whatever
 * holds an actor of this logic sees the snapshots of the machine.
 *
 * What inspects an actor hears of its microsteps from XState alone, so an actor that is inspected runs the machine itself, for as long as it is.
 *
 * @throws Error where the machine has what is not written down: an action or a guard without a name, an actor of its own.
 */
export function tabled(machine: AnyStateMachine): AnyStateMachine {
  const known = logics.get(machine);
  if (known !== undefined) return known;
  const table = tableOf(machine);
  const logic = Object.assign(Object.create(machine) as AnyStateMachine, {
    getInitialSnapshot: (scope: AnyActorScope, input: unknown) => {
      countInspections(scope.system);
      return snapshotAt(table.begin(input, new ScopeHost(scope, machine)));
    },
    restoreSnapshot: (snapshot: object, scope: AnyActorScope) => {
      countInspections(scope.system);
      return resumed.has(snapshot) ? snapshot : machine.restoreSnapshot(snapshot as never, scope as never);
    },
    transition: (snapshot: MachineSnapshot, event: EventObject, scope: AnyActorScope) => {
      const isInspected = ((scope.system as CountedSystem)[inspections] ?? 0) > 0;
      if (isInspected || snapshot.status !== 'active' || isOfXState(event)) {
        return machine.transition(snapshot as never, event, scope as never);
      }
      const next = table.step(snapshot, snapshot.context, event, new ScopeHost(scope, machine));
      const isSame = next.snapshot._nodes === snapshot._nodes && next.context === snapshot.context;
      return isSame ? snapshot : snapshotAt(next);
    },
  });
  logics.set(machine, logic);
  return logic;
}

/** XState's own events, to stop an actor say, are rare, and none of the machine's but for those of its timers. */
function isOfXState({ type }: EventObject): boolean {
  return type.startsWith('xstate.') && !type.startsWith('xstate.after.');
}

/** The table of a machine, one for all its actors. Throws as {@link tabled}. */
export function tableOf(machine: AnyStateMachine): TransitionTable {
  const known = tables.get(machine);
  if (known !== undefined) return known;
  const table = new TransitionTable(machine);
  tables.set(machine, table);
  return table;
}

/** The snapshot of an actor that is in this place. */
export function snapshotAt({ snapshot, context }: TablePlace): MachineSnapshot {
  return { ...snapshot, context };
}

/** What a machine does, as far as it was asked for. */
export class TransitionTable {
  readonly #machine: AnyStateMachine;
  readonly #recorder: Recorder;
  /** By the list of their nodes, which all snapshots of one state share. */
  readonly #states = new WeakMap<readonly AnyStateNode[], TableState>();
  readonly #statesByNodes = new Map<string, TableState>();
  #start: Stretch | undefined;

  constructor(machine: AnyStateMachine) {
    this.#machine = machine;
    this.#recorder = new Recorder(machine);
  }

  /** Enters the machine's first state. */
  begin(input: unknown, host: TableHost): TablePlace {
    const event = { type: 'xstate.init', input };
    const { context: given } = this.#machine.config as { readonly context?: unknown };
    const context =
      typeof given === 'function' ? (given as (scope: object) => object)({ input, self: host.self }) : (given ?? {});
    const start = this.#start;
    const next = start === undefined ? undefined : perform(start, context, event, host);
    if (next !== undefined) return next;
    this.#start = this.#extend(start, this.#recorder.start(input));
    return perform(this.#start, context, event, host) ?? failToFollow(event);
  }

  /** Takes an event where the machine is active. */
  step(snapshot: MachineSnapshot, context: object, event: EventObject, host: TableHost): TablePlace {
    const { type } = event;
    const state = this.#states.get(snapshot._nodes) ?? this.#stateOf(snapshot);
    const known = state.events.get(type);
    const next = known === undefined ? undefined : perform(known, context, event, host);
    if (next !== undefined) return next;
    const stretch = this.#extend(known, this.#recorder.step(snapshot, context, event));
    state.events.set(type, stretch);
    return perform(stretch, context, event, host) ?? failToFollow(event);
  }

  /** The state in which a snapshot is, whichever machine has made it. */
  #stateOf(snapshot: MachineSnapshot): TableState {
    // In their order, in which the machine visits its regions: it is that in which they were entered.
    const ids = snapshot._nodes.map(({ id }) => id);
    const key = `${snapshot.status} ${ids.join(' ')}`;
    const known = this.#statesByNodes.get(key);
    if (known !== undefined) return known;
    const nodes = ids.map((id) => this.#machine.getStateNodeById(`#${id}`));
    const state: TableState = {
      snapshot: { ...snapshot, machine: this.#machine, _nodes: nodes, context: {}, children: {} },
      events: new Map(),
    };
    this.#statesByNodes.set(key, state);
    this.#states.set(nodes, state);
    return state;
  }

  /** What is known with what was recorded, which goes the known way up to a guard that has answered otherwise. */
  #extend(known: Stretch | undefined, [recorded, end]: readonly [readonly Recorded[], MachineSnapshot]): Stretch {
    const at = recorded.findIndex(({ type }) => type === 'guard');
    const fork = recorded[at];
    if (fork?.type !== 'guard') {
      return known ?? { operations: recorded as readonly Operation[], then: this.#stateOf(end) };
    }
    const stretch = known ?? {
      operations: recorded.slice(0, at) as readonly Operation[],
      then: { guard: fork.guard, params: fork.params, yes: undefined, no: undefined },
    };
    const { then } = stretch;
    if (!('guard' in then)) throw new Error(`expected the same way through ${this.#machine.id}, came another one`);
    const branch = fork.answer ? 'yes' : 'no';
    then[branch] = this.#extend(then[branch], [recorded.slice(at + 1), end]);
    return stretch;
  }
}

function failToFollow({ type }: EventObject): never {
  throw new Error(`expected guards that answer twice alike, came others on ${type}`);
}

function resolve(params: Params, scope: Scope): unknown {
  return typeof params === 'function' ? params(scope) : params.given;
}

/** Where a macrostep ends. */
export interface TablePlace {
  /** The snapshot of the machine in this state, whose context is nobody's. */
  readonly snapshot: MachineSnapshot;
  readonly context: object;
}

/** What performs what is written down, for one actor. */
export interface TableHost {
  /** What guards, params and the like are given as the actor and its system. */
  readonly self: unknown;
  readonly system: unknown;
  command(type: string, params: unknown, scope: Scope): void;
  schedule(event: EventObject, id: string, delayMs: number): void;
  cancel(id: string): void;
}

/** Does what is written down. Undefined, and nothing done, where a guard answers as it never did before. */
function perform(from: Stretch, given: object, event: EventObject, host: TableHost): TablePlace | undefined {
  const { self, system } = host;
  let scope: Scope & { readonly self: unknown; readonly system: unknown } = { context: given, event, self, system };
  let stretch = from;
  // By threes: the operation, what was worked out for it, and with which scope.
  let effects: unknown[] | undefined;
  for (;;) {
    for (const operation of stretch.operations) {
      switch (operation.type) {
        case 'command':
          (effects ??= []).push(operation, resolve(operation.params, scope), scope);
          break;
        case 'assign': {
          const changed = operation.assignment(scope, resolve(operation.params, scope));
          scope = { context: { ...scope.context, ...changed }, event: scope.event, self, system };
          break;
        }
        case 'schedule':
          (effects ??= []).push(operation, operation.delay(scope), undefined);
          break;
        case 'cancel':
          (effects ??= []).push(operation, undefined, undefined);
          break;
        case 'turnTo':
          scope = { context: scope.context, event: operation.event, self, system };
      }
    }
    const { then } = stretch;
    if (!('guard' in then)) {
      if (effects !== undefined) performEffects(effects, host);
      return { snapshot: then.snapshot, context: scope.context };
    }
    const next = then.guard(scope, resolve(then.params, scope)) ? then.yes : then.no;
    if (next === undefined) return undefined;
    stretch = next;
  }
}

function performEffects(effects: readonly unknown[], host: TableHost): void {
  for (let at = 0; at < effects.length; at += 3) {
    const operation = effects[at] as Effect;
    switch (operation.type) {
      case 'command':
        host.command(operation.command, effects[at + 1], effects[at + 2] as Scope);
        break;
      case 'schedule':
        host.schedule(operation.event, operation.id, effects[at + 1] as number);
        break;
      case 'cancel':
        host.cancel(operation.id);
    }
  }
}

/** An actor of XState's own as what performs. */
class ScopeHost implements TableHost {
  readonly #scope: AnyActorScope;
  readonly #machine: AnyStateMachine;

  constructor(scope: AnyActorScope, machine: AnyStateMachine) {
    this.#scope = scope;
    this.#machine = machine;
  }

  get self(): unknown {
    return this.#scope.self;
  }

  get system(): unknown {
    return this.#scope.system;
  }

  command(type: string, params: unknown, scope: Scope): void {
    const exec = (this.#machine.implementations.actions as Readonly<Record<string, unknown>>)[type];
    this.#scope.actionExecutor({ type, params, exec, info: scope } as never);
  }

  schedule(event: EventObject, id: string, delayMs: number): void {
    const { self, system } = this.#scope;
    this.#scope.defer(() => system.scheduler.schedule(self, self, event, delayMs, id));
  }

  cancel(id: string): void {
    const { self, system } = this.#scope;
    this.#scope.defer(() => system.scheduler.cancel(self, id));
  }
}

/** Runs single macrosteps of a machine outside of any actor, and writes down what they do. */
class Recorder {
  readonly #machine: AnyStateMachine;
  readonly #self = createEmptyActor();
  #recorded: Recorded[] = [];
  #event: EventObject | undefined;
  /** The function that has just given the params of what comes next. */
  #params: ((scope: Scope) => unknown) | undefined;
  #delay: Delay | undefined;

  constructor(machine: AnyStateMachine) {
    const { actions, guards, delays, actors } = machine.implementations as Readonly<
      Record<'actions' | 'guards' | 'delays' | 'actors', Readonly<Record<string, unknown>>>
    >;
    if (Object.keys(actors).length > 0) throw new Error(`expected ${machine.id} to have no actors of its own`);
    const implementations = {
      actions: mapFields(actions, (action, name) => this.#watchedAction(action, name)),
      guards: mapFields(guards, (guard, name) => this.#watchedGuard(guard, name)),
      delays: mapFields(delays, (delay) => () => {
        this.#delay = typeof delay === 'function' ? (delay as Delay) : () => Number(delay);
        return 1;
      }),
    };
    const config = this.#watchedConfig(machine.config, '') as Parameters<typeof createMachine>[0];
    this.#machine = createMachine(config, implementations as never);
  }

  start(input: unknown): readonly [readonly Recorded[], MachineSnapshot] {
    return this.#record({ type: 'xstate.init' }, (scope) => {
      const snapshot = this.#machine.getInitialSnapshot(scope as never, input) as unknown as MachineSnapshot;
      if (snapshot.status === 'error') throw snapshot.error;
      return snapshot;
    });
  }

  step(before: MachineSnapshot, context: object, event: EventObject): readonly [readonly Recorded[], MachineSnapshot] {
    const { value } = before;
    const nodes = before._nodes.map(({ id }) => this.#machine.getStateNodeById(`#${id}`));
    const here = this.#machine.resolveState({ context, value }) as unknown as MachineSnapshot;
    const start = { ...here, value, _nodes: nodes } as unknown as MachineSnapshot;
    return this.#record(event, (scope) => this.#machine.transition(start as never, event, scope as never));
  }

  #record(
    event: EventObject,
    run: (scope: AnyActorScope) => MachineSnapshot,
  ): readonly [readonly Recorded[], MachineSnapshot] {
    this.#recorded = [];
    this.#event = event.type === 'xstate.init' ? undefined : event;
    const nothing = () => undefined;
    const end = run({
      self: this.#self,
      id: '',
      sessionId: '',
      logger: nothing,
      defer: nothing,
      emit: nothing,
      stopChild: nothing,
      system: this.#self.system,
      actionExecutor: ({ type, params, info }) => {
        this.#take(type, params, (info as unknown as Scope).event);
      },
    });
    return [this.#recorded, end];
  }

  /** Notes an event that the machine has raised, as soon as something is done for it. */
  #turnTo(event: EventObject): void {
    this.#event ??= event;
    if (event === this.#event) return;
    this.#event = event;
    this.#recorded.push({ type: 'turnTo', event });
  }

  #take(type: string, params: unknown, event: EventObject): void {
    this.#turnTo(event);
    if (type === 'xstate.raise') {
      const { event: due, id, delay } = params as { event: EventObject; id?: string; delay?: number };
      const delayOf = this.#delay;
      this.#delay = undefined;
      // One without a delay is taken in this macrostep.
      if (delay === undefined) return;
      if (id === undefined || delayOf === undefined) throw new Error(`expected a delay with a name for ${due.type}`);
      this.#recorded.push({ type: 'schedule', event: due, id, delay: delayOf });
    } else if (type === 'xstate.cancel') {
      this.#recorded.push({ type: 'cancel', id: (params as { readonly sendId: string }).sendId });
    } else {
      this.#recorded.push({ type: 'command', command: type, params: this.#takeParams(params) });
    }
  }

  #takeParams(given: unknown): Params {
    const params = this.#params ?? { given };
    this.#params = undefined;
    return params;
  }

  #watchedAction(action: unknown, name: string): unknown {
    const { type, assignment } = action as { readonly type?: string; readonly assignment?: unknown };
    if (type === undefined) return action;
    if (type !== 'xstate.assign')
      throw new Error(`expected the action ${name} to be a command or an assign, is ${type}`);
    const assigned = assignmentOf(assignment);
    return assign((scope: Scope, params: unknown) => {
      this.#turnTo(scope.event);
      this.#recorded.push({ type: 'assign', assignment: assigned, params: this.#takeParams(params) });
      return assigned(scope, params);
    });
  }

  #watchedGuard(guard: unknown, name: string): Guard {
    if (typeof guard !== 'function' || 'check' in guard) throw new Error(`expected the guard ${name} to be a function`);
    const asked = guard as Guard;
    return (scope, params) => {
      this.#turnTo(scope.event);
      const answer = asked(scope, params);
      this.#recorded.push({ type: 'guard', guard: asked, params: this.#takeParams(params), answer });
      return answer;
    };
  }

  /** The config with params that tell who gives them. */
  #watchedConfig(value: unknown, key: string): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#watchedConfig(item, key));
    if (typeof value === 'function') {
      if (key === 'params') return this.#watchedParams(value as (scope: Scope) => unknown);
      if (key === 'context') return value;
      const { type, event } = value as { readonly type?: string; readonly event?: unknown };
      if (type !== 'xstate.raise' || typeof event === 'function') throw new Error(`expected a name at ${key}`);
      return value;
    }
    if (typeof value !== 'object' || value === null || (key === 'context' && !('initial' in value))) return value;
    if ('invoke' in value || 'history' in value) throw new Error(`expected states without invoke and history`);
    return mapFields(value as Readonly<Record<string, unknown>>, (field, name) => this.#watchedConfig(field, name));
  }

  #watchedParams(params: (scope: Scope) => unknown): (scope: Scope) => unknown {
    return (scope) => {
      const given = params(scope);
      this.#params = params;
      return given;
    };
  }
}

function mapFields<Field, Mapped>(
  fields: Readonly<Record<string, Field>>,
  map: (field: Field, name: string) => Mapped,
): Record<string, Mapped> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, map(field, name)]));
}

/** An assign as one function, in whichever of the two ways it was given. */
function assignmentOf(assignment: unknown): Assignment {
  if (typeof assignment === 'function') return assignment as Assignment;
  const fields = Object.entries(assignment as Readonly<Record<string, unknown>>);
  return (scope, params) => {
    const changed: Record<string, unknown> = {};
    for (const [name, field] of fields)
      changed[name] = typeof field === 'function' ? (field as Assignment)(scope, params) : field;
    return changed;
  };
}
