import type { AnyEventObject, AnyStateMachine, EventFrom, EventObject } from 'xstate';
import type { HostAdapter } from './host-adapter.js';
import type { MachineOf, Predicate, SystemView } from './system-view.js';

/** An actor that a process starts with. */
export type StartActor = AnyStateMachine | { readonly machine: AnyStateMachine; readonly input: object };

/** The actors that a process starts with, by their ids, in the order in which they are made. */
export type StartActors = Readonly<Record<string, StartActor>>;

/**
 * In which order messages of one link may arrive: as they were sent, as they were sent on the same subject, or in any.
 * A `set` holds each message once and keeps it: it may arrive at any time, any number of times, or never. So it is in
 * many models in TLA+ and Stateright.
 */
export type Order = 'connection' | 'subject' | 'none' | 'set';

/** How messages travel on a link. */
export interface LinkConfig {
  /** The longest delay in ticks; a message takes any time from 0 to this. */
  readonly delay?: number;
  readonly order?: Order;
}

/** The links between processes. What is said of the network holds for each link that says nothing else. */
export interface NetworkConfig extends LinkConfig {
  /**
   * The links, `a->b` or `a<->b`, where they are not all alike or not all there.
   *
   * @default one link between every two processes in each direction
   */
  readonly links?: Readonly<Record<string, LinkConfig>>;
}

/** How often something that the world outside does to a process may happen, and when. */
interface Occasion<View> {
  /**
   * How often it may happen. `Infinity` costs no state.
   *
   * @default 1
   */
  readonly max?: number;
  /**
   * Whether it may happen now.
   *
   * @default whenever the process is alive
   */
  readonly when?: Predicate<View>;
  /**
   * Whether it happens also where nothing comes of it: no actor handles it, or nothing is different after it.
   *
   * @default false
   */
  readonly mayBeIgnored?: boolean;
  /**
   * Whether it is all right that it never happens. Otherwise that is a violation.
   *
   * @default false
   */
  readonly mayBeUnused?: boolean;
}

/** A message for the adapter's `receive`, with no sender. */
interface MessageGiven {
  readonly message: object;
}

/** Something that the world outside may do to a process. */
export type Stimulus<View = SystemView> = Occasion<View> & {
  readonly process: string;
} & (
    | {
        /**
         * The actor that gets the event.
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
 * A stimulus of these processes: the names of processes and actors are those of the system, and each actor gets the
 * events that its machine declares. Processes that are known by their type only get any stimulus.
 */
export type StimulusOf<Processes, Machines = Readonly<Record<string, AnyStateMachine>>> = string extends keyof Processes
  ? Stimulus<SystemView<Processes>>
  : {
      readonly [Name in keyof Processes]: Occasion<SystemView<Processes>> & { readonly process: Name } & (
          EventGiven<Processes[Name], Machines> | MessageGiven
        );
    }[keyof Processes];

/** What every fault can say of itself. */
interface FaultUse {
  /**
   * Whether it is all right that it never happens, so that its budget stays as it is. Otherwise that is a violation.
   *
   * @default false
   */
  readonly mayBeUnused?: boolean;
}

/** How often messages may suffer a fault, and which. */
export interface MessageFault extends FaultUse {
  readonly max: number;
  /**
   * Which messages may suffer it.
   *
   * @default all
   */
  readonly when?: (message: unknown, link: { readonly from: string; readonly to: string }) => boolean;
}

/** How often messages may come twice, and where the copy goes. */
export interface DuplicateFault extends MessageFault {
  /**
   * Where the copy joins: `beside` its message, before all that was sent later, as a link that keeps the order keeps that
   * of copies; or at the `end` of the link, where old news overtakes new.
   *
   * @default 'beside'
   */
  readonly copy?: 'beside' | 'end';
}

/** How often each fault may happen. A number is the whole budget; what is left out cannot happen. */
export interface Faults {
  /** A message that could be delivered is lost. */
  readonly drop?: number | MessageFault;
  /** A message that could be delivered comes once more: a copy of it is under way, with the link's whole delay. */
  readonly duplicate?: number | DuplicateFault;
  /** A process dies in silence. With `restart` it may start again at any later time, knowing nothing but its notes. */
  readonly crash?:
    number | ({ readonly max: number; readonly of?: readonly string[]; readonly restart?: boolean } & FaultUse);
  /** A process, or one link (`a->b`), is cut off: what is under way and what is sent is lost until it heals. */
  readonly cut?: number | ({ readonly max: number; readonly of?: readonly string[] } & FaultUse);
  /**
   * The event loop of a process stalls while a timer is due or a message must arrive: for `ticks` ticks it may leave both
   * waiting.
   */
  readonly late?: { readonly max: number; readonly ticks: number; readonly of?: readonly string[] } & FaultUse;
}

/** The description of a system: processes and their actors, the network between them, and what may happen to both. */
export interface SystemConfig<
  Processes extends Readonly<Record<string, StartActors>> = Readonly<Record<string, StartActors>>,
  Command = never,
  Message = never,
  Machines extends Readonly<Record<string, AnyStateMachine>> = Readonly<Record<string, AnyStateMachine>>,
  Names extends string = string,
> {
  /** The processes, each with the actors that it starts with, by id. */
  readonly processes: Processes;
  /** The machines that can be spawned, by name. */
  readonly machines?: Machines;
  /**
   * The delays that the machines declare in `setup({ delays })`, in ticks: each one, and no other. `name` holds for all
   * machines, `machine.name` for one.
   */
  readonly delays?: Readonly<Record<string, number>>;
  /**
   * How messages travel between processes.
   *
   * @default one link between every two processes in each direction, of delay 0 and order `connection`
   */
  readonly network?: NetworkConfig;
  /**
   * What the commands of the machines mean.
   *
   * @default plainAdapter
   */
  readonly adapter?: HostAdapter<Command, Message>;
  readonly stimuli?: Readonly<
    Record<Names, string extends Names ? Stimulus<SystemView<Processes>> : StimulusOf<Processes, Machines>>
  >;
  readonly faults?: Faults;
  /** Ids that may be exchanged for one another without anyone noticing: states that differ so are explored once. */
  readonly ids?: readonly string[];
}
