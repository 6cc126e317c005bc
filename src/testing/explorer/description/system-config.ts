import type { AnyEventObject, AnyStateMachine, EventFrom, EventObject } from 'xstate';
import type { HostAdapter } from './host-adapter.js';
import type { InvokedActor } from './invoked.js';
import type { Plain } from './plain-data.js';
import type { MachineOf, Predicate, SystemView } from './system-view.js';

/** An actor that exists when its process starts: a machine, or a machine with its input. */
export type StartActor =
  | AnyStateMachine
  | {
      readonly machine: AnyStateMachine;
      /**
       * The input of the actor.
       *
       * @default none
       */
      readonly input?: object;
      /**
       * Returns the input of the actor from the notes of the process, which survive crashes: what a server reads from
       * its disk when it starts. Called at every start, the first one included; undefined stands for `input`.
       *
       * @default the actor remembers nothing
       */
      readonly recall?: (notes: Readonly<Record<string, Plain | undefined>>) => object | undefined;
    };

/** The start actors of a process by id, in the order in which they are created. */
export type StartActors = Readonly<Record<string, StartActor>>;

/**
 * The delivery order of a link: FIFO over the whole link (`connection`), FIFO per subject (`subject`), or arbitrary
 * (`none`). With `set` the link is a set of messages that only grows, as in many TLA+ and Stateright models: a message
 * may be delivered at any time, any number of times, or never.
 */
export type Order = 'connection' | 'subject' | 'none' | 'set';

/** A duration in whole ticks: a number, or the least and the most. */
export type Ticks = number | readonly [least: number, most: number];

/** Delay, order and loss of a link. */
export interface LinkConfig {
  /**
   * The maximum delay, in ticks: a message takes any time from 0 to this.
   *
   * @default that of the network, or 0
   */
  readonly delay?: number;
  /**
   * In which order messages are delivered.
   *
   * @default that of the network, or 'connection'
   */
  readonly order?: Order;
  /**
   * What is lost besides what `drop` faults and cuts lose: `none`, or `fair`, where any message may be lost, any number of
   * times, but what is sent again and again for ever arrives again and again. Not with `order: 'set'`, nor with `ids`.
   *
   * @default that of the network, or 'none'
   */
  readonly loss?: 'none' | 'fair';
}

/** The links between processes. Its `delay`, `order` and `loss` apply to every link that does not set its own. */
export interface NetworkConfig extends LinkConfig {
  /**
   * The links by name, `a->b` or `a<->b`. Processes without a link cannot communicate.
   *
   * @default a link in each direction between every two processes
   */
  readonly links?: Readonly<Record<string, LinkConfig>>;
}

/** How often a stimulus may happen, and when. */
interface Occasion<View> {
  /**
   * How often it may happen. The remaining budget is part of the state, except for `Infinity`.
   *
   * @default 1
   */
  readonly max?: number;
  /**
   * Whether it is enabled in a state. It never happens to a process that is not alive.
   *
   * @default always
   */
  readonly when?: Predicate<View>;
  /**
   * Whether it may also happen where it has no effect: no actor handles it, or the state does not change.
   *
   * @default false
   */
  readonly mayBeIgnored?: boolean;
  /**
   * Whether it may never happen in the whole exploration. Otherwise that is a violation.
   *
   * @default false
   */
  readonly mayBeUnused?: boolean;
}

/** A message without a sender. */
interface MessageGiven {
  /** A message for the adapter's `receive`. */
  readonly message: object;
}

/** Something that the environment may do to a process: send an event to one of its actors, or a message to its host. */
export type Stimulus<View = SystemView> = Occasion<View> & {
  /** The name of the process. */
  readonly process: string;
} & (
    | {
        /**
         * The id of the actor that receives the event.
         *
         * @default the first start actor of the process
         */
        readonly actor?: string;
        readonly event: EventObject | AnyEventObject;
      }
    | MessageGiven
  );

/** An event that one of these actors may get, or one that is spawned where machines are named for that. */
type EventGiven<Starts, Machines> =
  | { readonly actor?: never; readonly event: EventFrom<MachineOf<Starts[keyof Starts]>> }
  | {
      readonly [Id in keyof Starts]: { readonly actor: Id; readonly event: EventFrom<MachineOf<Starts[Id]>> };
    }[keyof Starts]
  | (keyof Machines extends never
      ? never
      : {
          readonly actor: string;
          readonly event: EventFrom<Extract<Machines[keyof Machines], AnyStateMachine>>;
        });

/**
 * The type-checked form of {@link Stimulus}: processes and actors are those of the system, and an actor receives only
 * events that its machine declares. If the names of the processes are not known to the compiler, it is any
 * {@link Stimulus}.
 */
export type StimulusOf<Processes, Machines = Readonly<Record<string, AnyStateMachine>>> = string extends keyof Processes
  ? Stimulus<SystemView<Processes>>
  : {
      readonly [Name in keyof Processes]: Occasion<SystemView<Processes>> & { readonly process: Name } & (
          EventGiven<Processes[Name], Machines> | MessageGiven
        );
    }[keyof Processes];

/** What all faults have in common. */
interface FaultUse {
  /**
   * Whether the fault may never be injected in the whole exploration. Otherwise that is a violation.
   *
   * @default false
   */
  readonly mayBeUnused?: boolean;
}

/** The budget of a message fault, and the messages it may affect. */
export interface MessageFault extends FaultUse {
  /** How often it may happen on each path. */
  readonly max: number;
  /**
   * Selects the messages that it may affect.
   *
   * @default all
   */
  readonly when?: (message: unknown, link: { readonly from: string; readonly to: string }) => boolean;
}

/** The budget of message duplication, and where the copy is inserted. */
export interface DuplicateFault extends MessageFault {
  /**
   * Where the copy is queued: `beside` the original, ahead of everything sent later, so that the link's order holds for
   * copies too; or at the `end` of the link, so that a stale copy may arrive after newer messages.
   *
   * @default 'beside'
   */
  readonly copy?: 'beside' | 'end';
}

/** The budget of crashes, whom they strike, and when. */
export interface CrashFault extends FaultUse {
  /** How often it may happen on each path. */
  readonly max: number;
  /**
   * The processes that may crash.
   *
   * @default all
   */
  readonly of?: readonly string[];
  /**
   * Whether a crashed process may start anew, at any later time.
   *
   * @default false
   */
  readonly restart?: boolean;
  /**
   * Whether a process may also crash between two effects of one step, so that it has sent a message and not yet written
   * the note that follows, or the other way around.
   *
   * @default false
   */
  readonly midStep?: boolean;
}

/**
 * The fault budgets of a system: how often each fault may happen on a path. A number is short for `{ max }`. `of` names
 * the processes that a fault may affect, all of them if omitted.
 */
export interface Faults {
  /**
   * Message loss: a deliverable message is dropped.
   *
   * @default 0
   */
  readonly drop?: number | MessageFault;
  /**
   * Message duplication: a copy of a deliverable message is sent on, with the link's full delay.
   *
   * @default 0
   */
  readonly duplicate?: number | DuplicateFault;
  /**
   * Crash: a process stops silently and loses its state except for its notes. With `restart`, false if omitted, it may
   * start anew at any later time. With `midStep`, false if omitted, it may also crash in the middle of a step: after
   * some of the messages that it sends and the notes that it writes there, and before the others.
   *
   * @default 0
   */
  readonly crash?: number | CrashFault;
  /**
   * Partition: a process, or a link if `of` names one (`a->b`), is cut off. Messages in transit and messages sent are
   * lost until the cut heals, at any later time.
   *
   * @default 0
   */
  readonly cut?: number | ({ readonly max: number; readonly of?: readonly string[] } & FaultUse);
  /**
   * Stall: the event loop of a process may leave due timers and messages waiting for up to `ticks` ticks.
   *
   * @default none
   */
  readonly late?: { readonly max: number; readonly ticks: number; readonly of?: readonly string[] } & FaultUse;
}

/** The argument of {@link system}: processes and their actors, the network between them, stimuli and faults. */
export interface SystemConfig<
  Processes extends Readonly<Record<string, StartActors>> = Readonly<Record<string, StartActors>>,
  Command = never,
  Message = never,
  Machines extends Readonly<Record<string, AnyStateMachine>> = Readonly<Record<string, AnyStateMachine>>,
  Names extends string = string,
> {
  /** The processes by name, each with its start actors by id. */
  readonly processes: Processes;
  /**
   * The machines that can be spawned, by name.
   *
   * @default none
   */
  readonly machines?: Machines;
  /**
   * The durations, in ticks, of exactly the delays that the machines declare in `setup({ delays })`. The key `name`
   * applies to all machines, `machine.name` to one; `process/name` and `process/machine.name` apply in one process, whose
   * clock may differ from the others. A pair `[least, most]` is a timer that drifts: it fires at any time between.
   *
   * @default none
   */
  readonly delays?: Readonly<Record<string, Ticks>>;
  /**
   * What may come of the actors that the machines invoke or spawn with an id, by their name in `setup({ actors })`, or
   * by their id. They are not run: a promise is pending until one of its outcomes is chosen.
   *
   * @default none: a machine that invokes something is refused
   */
  readonly actors?: Readonly<Record<string, InvokedActor>>;
  /**
   * The network between the processes.
   *
   * @default a link in each direction between every two processes, with delay 0 and order 'connection'
   */
  readonly network?: NetworkConfig;
  /**
   * Interprets the commands of the machines.
   *
   * @default plainAdapter
   */
  readonly adapter?: HostAdapter<Command, Message>;
  /**
   * What the environment may do, by name.
   *
   * @default none
   */
  readonly stimuli?: Readonly<
    Record<Names, string extends Names ? Stimulus<SystemView<Processes>> : StimulusOf<Processes, Machines>>
  >;
  /**
   * The fault budgets.
   *
   * @default no faults
   */
  readonly faults?: Faults;
  /**
   * Symmetry reduction: interchangeable ids. Of the states that differ only by a permutation of these ids, one is
   * explored. They are permuted as long as that spares more than it costs: of many ids the first ones, six at most, and
   * fewer where the states seldom tell them apart (`exchanged` of the result). `{ ring }` are ids that stand in a ring,
   * each beside the next and the last beside the first: of the states that differ only by a rotation, one is explored.
   *
   * @default none
   */
  readonly ids?: readonly string[] | { readonly ring: readonly string[] };
}
