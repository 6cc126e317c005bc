import type { AnyActor, AnyStateMachine } from 'xstate';
import {
  clientActorId,
  type ActorEvent,
  type Command,
  type CommandParams,
  type CommandType,
  type SpawnParams,
} from '../../machines/index.js';
import { bothInspectors } from './both-inspectors.js';
import type { Clock } from './clock.js';
import { Fifo } from './fifo.js';
import type { Inspector } from './inspector.js';
import type { Traceable } from './traceable.js';
import { nextTask } from '../transport/next-task.js';
import { HostedActor, type ActorHost } from './hosted-actor.js';
import type { Scope } from './transition-table.js';

/** The commands that reach out of the actors; those that make, tell and stop actors are the runner's own. */
export type Performers = {
  readonly [Type in CommandType as Exclude<Type, `actor.${string}`>]?: (params: CommandParams[Type]) => void;
};

/** The delay of one actor. */
export type DelayOf = (scope: { readonly context: { readonly id?: string } }) => number;

const nothingOwed: readonly ActorEvent[] = [];

/** What commands and delays of a machine are given: the actor, which knows who runs it by its clock. */
interface ActorScope extends Scope {
  readonly self: { readonly id: string; readonly clock: unknown };
}

export interface RunnerOptions {
  readonly client: AnyStateMachine;
  readonly clientInput?: object;
  /** The machines that `actor.spawn` may name. */
  readonly machines: Partial<Record<SpawnParams['machine'], AnyStateMachine>>;
  /** Milliseconds by the name of the delay, for all machines. */
  readonly delays: Readonly<Record<string, number | DelayOf>>;
  readonly performers: Performers;
  readonly clock: Clock;
  readonly inspect: Inspector | undefined;
  /** Asked for its observer whenever an actor is made. */
  readonly traceable?: Traceable;
  /** A clock for one actor; the client's clock where there is none. */
  readonly clockOf?: (id: string) => Clock | undefined;
  /** An actor is over and gone. */
  readonly onGone: (id: string) => void;
  /** An actor broke, which no event of the protocol can bring about: it is gone, the others go on. */
  readonly onBroken: (id: string, error: unknown) => void;
}

/** So many actors hear of one event in one turn of the event loop. */
const toldInOneTurnMax = 256;

/**
 * Runs the actors of one client and performs their commands: the only place that creates actors and sends to them.
 *
 * All events of a client go through one first-in-first-out queue. An event is handled to the end of its macrostep
 * before the commands that it recorded are performed, and these before the next event, so nobody ever acts in the
 * middle of somebody else's step, and the model checker explores exactly what runs here.
 *
 * An event for very many actors, a lost link say, is handed out in slices, between which the event loop turns: a turn that
 * lasts for seconds misses heartbeats. Each actor still takes all its events in their order, those that it has not been
 * handed yet before a later one. Where the client itself is over, nobody waits.
 *
 * Each actor is the root of a system of its own, which is made when somebody looks at it: a stream that ends then touches
 * no timer but its own.
 */
export class Runner {
  static readonly #provided = new WeakMap<AnyStateMachine, AnyStateMachine>();
  readonly #options: RunnerOptions;
  readonly #machines: Partial<Record<SpawnParams['machine'], AnyStateMachine>> = {};
  readonly #actors = new Map<string, HostedActor>();
  readonly #events = new Fifo<{ readonly id: string; readonly event: ActorEvent }>();
  readonly #commands = new Fifo<Command>();
  readonly #client: HostedActor;
  readonly #host: ActorHost;
  /** What actors have not been handed yet of events for many. */
  readonly #owed = new Map<string, ActorEvent[]>();
  #isSliceDue = false;
  /** Actors that are over, but whose last commands may not have been performed yet. */
  readonly #gone: string[] = [];
  #running = false;

  /** @throws Error where a machine has a command that no performer performs: a mistake in the client that makes it. */
  constructor(options: RunnerOptions) {
    this.#options = options;
    for (const machine of [options.client, ...Object.values(options.machines)]) requirePerformers(machine, options);
    for (const [name, machine] of Object.entries(options.machines)) {
      this.#machines[name as SpawnParams['machine']] = Runner.#provide(machine);
    }
    this.#host = this.#createHost();
    this.#client = this.#create(clientActorId, Runner.#provide(options.client), options.clientInput);
    this.#run(() => this.#client.start());
  }

  /** The client's own actor. */
  get client(): HostedActor {
    return this.#client;
  }

  /** The actor of this id, if it lives. */
  actorOf(id: string): HostedActor | undefined {
    return this.#actors.get(id);
  }

  /** How long the actor of this id has been running, in milliseconds; undefined where it does not live. */
  ageMsOf(id: string): number | undefined {
    const actor = this.#actors.get(id);
    if (actor === undefined) return undefined;
    return this.#options.clock.now() - actor.startedAt;
  }

  /** The actors that live, as XState has them, the client's own first. */
  get actors(): Iterable<AnyActor> {
    return Array.from(this.#actors.values(), ({ actor }) => actor);
  }

  /** How many actors live, the client's own included. */
  get size(): number {
    return this.#actors.size;
  }

  /** Sends an event to an actor, and performs all that follows from it. An actor that is gone is passed over. */
  dispatch(id: string, event: ActorEvent): void {
    this.#events.push({ id, event });
    if (!this.#running) this.#run(() => undefined);
  }

  /**
   * The machine with its commands and delays taken from the runner of the actor that asks. It is built once for all
   * clients, since XState works out anew what there is to know of every machine that is built.
   */
  static #provide(machine: AnyStateMachine): AnyStateMachine {
    const known = Runner.#provided.get(machine);
    if (known !== undefined) return known;
    const record = (type: string) => (scope: ActorScope, params: unknown) => {
      hostOf(scope).record(type, params);
    };
    const delay = (name: string) => (scope: ActorScope) => hostOf(scope).delayOf(name, scope);
    const declared = machine.implementations;
    const commands = Object.keys(declared.actions).filter((type) => type.includes('.'));
    const provided = machine.provide({
      actions: Object.fromEntries(commands.map((type) => [type, record(type)])),
      delays: Object.fromEntries(Object.keys(declared.delays).map((name) => [name, delay(name)])),
    } as unknown as Parameters<AnyStateMachine['provide']>[0]);
    Runner.#provided.set(machine, provided);
    return provided;
  }

  #createHost(): ActorHost {
    const forget = (actor: HostedActor): void => {
      if (this.#actors.get(actor.id) !== actor) return;
      this.#actors.delete(actor.id);
      this.#owed.delete(actor.id);
    };
    return {
      delayOf: (name, scope) => {
        const given = this.#options.delays[name];
        if (given === undefined) throw new Error(`expected a delay of the name ${name}, came none`);
        return typeof given === 'function' ? given(scope) : given;
      },
      record: (type, params) => this.#record({ type, params } as Command),
      runTimer: (timer) =>
        this.#run(() => {
          const { actorId } = timer;
          for (const event of this.#takeOwed(actorId)) this.#actors.get(actorId)?.send(event);
          timer.fire();
        }),
      over: (actor) => {
        forget(actor);
        this.#gone.push(actor.id);
        // Somebody who holds the actor stopped it.
        if (!this.#running) this.#run(() => undefined);
      },
      broke: (actor, error) => {
        forget(actor);
        this.#options.onBroken(actor.id, error);
      },
    };
  }

  #create(id: string, machine: AnyStateMachine, input: object | undefined): HostedActor {
    const { clockOf, clock, traceable } = this.#options;
    const actor = new HostedActor({
      host: this.#host,
      id,
      machine,
      input,
      clock: clockOf?.(id) ?? clock,
      startedAt: clock.now(),
      inspect: bothInspectors(this.#options.inspect, traceable?.inspect),
    });
    this.#actors.set(id, actor);
    return actor;
  }

  #record(command: Command): void {
    this.#commands.push(command);
    // Somebody who holds an actor ref sent to it directly: that, too, must have its effects.
    if (!this.#running) {
      void Promise.resolve().then(() => {
        if (!this.#running) this.#run(() => undefined);
      });
    }
  }

  #run(first: () => void): void {
    if (this.#running) {
      first();
      return;
    }
    this.#running = true;
    try {
      first();
      this.#performAll();
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        for (const event of this.#takeOwed(next.id)) this.#give(next.id, event);
        this.#give(next.id, next.event);
      }
    } finally {
      this.#running = false;
    }
  }

  #give(id: string, event: ActorEvent): void {
    const actor = this.#actors.get(id);
    if (actor === undefined) return;
    actor.send(event);
    this.#performAll();
  }

  /** An event for many: those who are not handed it in this turn are owed it. */
  #tell(ids: Iterable<string>, event: ActorEvent): void {
    const isOver = !this.#client.isActive;
    let told = 0;
    for (const id of ids) {
      if (!this.#actors.has(id)) continue;
      told += 1;
      if (isOver || told <= toldInOneTurnMax) {
        this.#events.push({ id, event });
        continue;
      }
      const owed = this.#owed.get(id);
      if (owed === undefined) this.#owed.set(id, [event]);
      else owed.push(event);
    }
    if (this.#owed.size > 0) this.#sliceLater();
  }

  /** All actors but the client's own. */
  *#others(): Iterable<string> {
    for (const id of this.#actors.keys()) if (id !== clientActorId) yield id;
  }

  #takeOwed(id: string): readonly ActorEvent[] {
    if (this.#owed.size === 0) return nothingOwed;
    const owed = this.#owed.get(id);
    if (owed === undefined) return nothingOwed;
    this.#owed.delete(id);
    return owed;
  }

  #sliceLater(): void {
    if (this.#isSliceDue) return;
    this.#isSliceDue = true;
    void nextTask().then(() => {
      this.#isSliceDue = false;
      let told = 0;
      for (const [id, events] of this.#owed) {
        if (told === toldInOneTurnMax) break;
        told += 1;
        this.#owed.delete(id);
        for (const event of events) this.#events.push({ id, event });
      }
      if (this.#owed.size > 0) this.#sliceLater();
      this.#run(() => undefined);
    });
  }

  #performAll(): void {
    for (let command = this.#commands.shift(); command !== undefined; command = this.#commands.shift()) {
      this.#perform(command);
    }
    if (this.#gone.length > 0) for (const id of this.#gone.splice(0)) this.#options.onGone(id);
  }

  #perform(command: Command): void {
    switch (command.type) {
      case 'actor.spawn': {
        const machine = this.#machines[command.params.machine];
        if (machine === undefined) throw new Error(`no machine is called ${command.params.machine}`);
        this.#create(command.params.id, machine, command.params.input).start();
        return;
      }
      case 'actor.tell':
        this.#tell(command.params.to, command.params.event);
        return;
      case 'actor.tellAll':
        this.#tell(this.#others(), command.params.event);
        return;
      case 'actor.stop':
        this.#actors.get(command.params.id)?.stop();
        this.#actors.delete(command.params.id);
        this.#owed.delete(command.params.id);
        return;
      default: {
        const perform = this.#options.performers[command.type] as (params: unknown) => void;
        perform(command.params);
      }
    }
  }
}

function hostOf({ self }: ActorScope): ActorHost {
  if (self.clock instanceof HostedActor) return self.clock.host;
  throw new Error(`expected an actor that a runner made, got '${self.id}'`);
}

/**
 * A command without a performer would be found out when it is recorded first, in the callback of a subscription, where
 * nobody looks.
 */
function requirePerformers({ id, implementations }: AnyStateMachine, { performers }: RunnerOptions): void {
  const lacking = Object.keys(implementations.actions).filter(
    (name) => name.includes('.') && !name.startsWith('actor.') && !Object.hasOwn(performers, name),
  );
  if (lacking.length > 0)
    throw new Error(`expected a performer for each command of ${id}, lacks ${lacking.join(', ')}`);
}
