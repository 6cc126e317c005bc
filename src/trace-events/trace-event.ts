/**
 * The version of the format of trace events: what a run of actors and messages looks like as data. Live, recorded,
 * simulated and explored runs are all sequences of these events, so that one page shows them all. As a file it is JSON
 * lines: one event a line, the header first. A reader ignores event types and fields that it does not know; the version
 * grows only where old readers would misread.
 *
 * Trace events never hold payloads, only their sizes; contexts and events are plain data, bounded in depth and size.
 */
export const traceVersion = 1;

/** The event of an actor that has ended while nothing was heard of it. */
export const endedUnheard = 'ended.unheard';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What all events but the header share. */
interface Stamped {
  /** Sequence number, growing by one with each event of a run; a gap means that events were lost. */
  readonly seq: number;
  /** The time since the start of the run, in the unit of the header. */
  readonly at: number;
  /** How much later than it happened it was told, because it had to wait on the way: it happened at `at - late`. */
  readonly late?: number;
}

/** The header of a run, its first event. */
export interface TraceRun {
  readonly type: 'run';
  readonly version: typeof traceVersion;
  readonly source: 'live' | 'simulated' | 'explored';
  /** The unit of every time of this run. */
  readonly unit: 'ms' | 'tick';
  /** A title of the run, for people. */
  readonly label: string;
  /** When the run started, in milliseconds since the Unix epoch, if it happened in real time. */
  readonly startedAt?: number;
  /** The same as text in RFC 3339, with the offset from UTC of the place where it was recorded. */
  readonly started?: string;
  /** The random seed that reproduces a simulated run. */
  readonly seed?: number;
}

/** A lifeline starts, crashes or stops: a process, or a client within one. The wire between them is not a system. */
export interface TraceSystem extends Stamped {
  readonly type: 'system';
  readonly system: string;
  readonly role: 'consumer' | 'producer' | 'other';
  readonly op: 'start' | 'crash' | 'stop';
  /** On start: true if its messages say how many others were left out, so that what is not told was not there. */
  readonly countsLeftOut?: boolean;
}

/** The definition of a statechart, sent once, before the first actor that runs it. */
export interface TraceMachine extends Stamped {
  readonly type: 'machine';
  /** The id of the machine, unique within the run. */
  readonly machine: string;
  readonly root: TraceStateNode;
}

/** A state of a statechart, with its child states. */
export interface TraceStateNode {
  /** The absolute id, such as `consumerStream.opening.waiting`. */
  readonly id: string;
  readonly key: string;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly description?: string;
  /** The key of the initial child. */
  readonly initial?: string;
  /** Of a history state: true if it remembers the states at any depth, rather than the child alone. */
  readonly isDeep?: boolean;
  /** Of a history state: absolute ids of where it leads while there is nothing to remember; empty if not said. */
  readonly targets?: readonly string[];
  /** Names of the commands recorded on entering. */
  readonly entry: readonly string[];
  /** Names of the commands recorded on leaving, if there are any. */
  readonly exit?: readonly string[];
  /** The actors that run while the state is active: their ids, and what the machine calls their logic. */
  readonly invokes?: readonly { readonly id: string; readonly src: string }[];
  readonly transitions: readonly TraceTransition[];
  readonly children: readonly TraceStateNode[];
}

/** A transition of a statechart. */
export interface TraceTransition {
  /** Number among the transitions of its state, in the order in which they are tried. */
  readonly index: number;
  /** The event type; for a timed transition `after:` and the name of its delay, for an eventless one `always`. */
  readonly event: string;
  readonly guard?: string;
  /** Absolute ids; empty for a transition that stays where it is. */
  readonly targets: readonly string[];
  readonly reenter: boolean;
  readonly actions: readonly string[];
}

/**
 * Whether a lifeline is heard by whoever collects trace events. One that is not heard may be as well as ever: its process
 * is stalled, or its connection is down, or it is dead.
 */
export interface TraceContact extends Stamped {
  readonly type: 'contact';
  readonly op: 'lost' | 'restored';
  readonly systems: readonly string[];
  /** When it was heard last, if contact was lost: in the time of the run. */
  readonly since?: number;
  /** Why it is not heard, if contact was lost. */
  readonly reason?: ContactReason;
}

/**
 * Why a lifeline is not heard: `silent` where it does not answer, `gone` where it does not answer and the broker has no
 * connection of it, `disconnected` where the connection of the collector itself is down, `stalled` where the collector
 * itself stood still.
 */
export type ContactReason = 'silent' | 'gone' | 'disconnected' | 'stalled';

/**
 * What lives is told from `begin` to `end`, to a listener that comes late or has missed something. An actor or a system
 * that is not told in between has ended in the meantime.
 */
export interface TraceSnapshot extends Stamped {
  readonly type: 'snapshot';
  readonly op: 'begin' | 'end';
  /** All lifelines that live. */
  readonly systems: readonly string[];
}

/** An actor was started, or is told anew to a listener that may have missed something. */
export interface TraceActor extends Stamped {
  readonly type: 'actor';
  readonly system: string;
  /** Unique within its system. */
  readonly actor: string;
  /** The actor that spawned it, if any. */
  readonly parent?: string;
  /** What the machine that started it calls its logic, where it does. */
  readonly src?: string;
  /** The machine that it runs; absent for promises, callbacks and other actor logic. */
  readonly machine?: string;
  /** The stream that the actor is an end of: the same string at both ends, so that they can be shown side by side. */
  readonly stream?: string;
  /** The request subject of that stream. */
  readonly subject?: string;
  /**
   * When it came, in the time of the run, if it had been running before it is told here. Another one of the same name has
   * another `since`.
   */
  readonly since?: number;
  readonly value: Json;
  readonly context: Json;
}

/** One macrostep: an actor has handled an event, or ignored it. */
export interface TraceStep extends Stamped {
  readonly type: 'step';
  readonly system: string;
  readonly actor: string;
  readonly event: { readonly type: string; readonly [field: string]: Json };
  /** The actor that sent the event, if any. */
  readonly from?: string;
  /** The transitions taken, in order, by the id of their source and their index; empty if the event was ignored. */
  readonly taken: readonly { readonly source: string; readonly index: number }[];
  /** Transitions of active states for this event whose guards were false. */
  readonly refused?: readonly { readonly source: string; readonly index: number }[];
  /** The state afterwards. */
  readonly value: Json;
  /** The context afterwards, if it has changed. */
  readonly context?: Json;
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  /** Names of the commands that the step recorded. */
  readonly commands: readonly string[];
  /** If the status is `error`: the error's message. */
  readonly error?: string;
}

/** A timer of an actor starts, is cancelled, or fires. Leaving a state cancels its timers. */
export interface TraceTimer extends Stamped {
  readonly type: 'timer';
  readonly op: 'start' | 'cancel' | 'fire';
  readonly system: string;
  readonly actor: string;
  /** Unique within its actor; a timer that starts again replaces the one before. */
  readonly timer: string;
  /** The absolute id of the state whose timer it is. */
  readonly state: string;
  /** The name of the delay. */
  readonly delay: string;
  /** On start: how long it runs from this event on. */
  readonly duration?: number;
  /** The timer's whole length, if it was already running when tracing began; otherwise that is `duration`. */
  readonly total?: number;
}

/** A message on the wire. Each message has one `send`, and any number of other operations. */
export interface TraceMessage extends Stamped {
  readonly type: 'message';
  readonly op: 'send' | 'deliver' | 'drop' | 'duplicate' | 'dead';
  /** The id of the message: the same at both ends if that can be known, otherwise unique to the end that saw it. */
  readonly message: string;
  /** The sending system; absent if only the receiver was observed. */
  readonly from?: string;
  /** The receiving system; absent if only the sender was observed. */
  readonly to?: string;
  readonly subject: string;
  /** The kind of message, such as `open`, `data`, `close`, `heartbeat`, `answer`. */
  readonly kind: string;
  readonly stream?: string;
  /** Size of the payload, in bytes. */
  readonly bytes: number;
  /** A summary of one line, such as the close code. */
  readonly text?: string;
  /** Of a message of the kind `joined`, the kinds of the frames in it. */
  readonly frames?: readonly string[];
  /** How many frequent messages of the system that saw it were left out since the one told before; none if absent. */
  readonly leftOut?: number;
}

/** How many records and bytes one end of a stream has handled since it began. Sent periodically, not per record. */
export interface TraceCounts extends Stamped {
  readonly type: 'counts';
  readonly system: string;
  readonly actor: string;
  readonly stream: string;
  readonly records: number;
  readonly bytes: number;
  /** Records waiting for the reader, or to be sent. */
  readonly waiting?: number;
  /** How many more records may be sent, if the stream has flow control. */
  readonly credit?: number;
}

/** The connection of a system, or a link between two systems, went down, came up again, or closed for good. */
export interface TraceLink extends Stamped {
  readonly type: 'link';
  readonly op: 'lost' | 'restored' | 'closed';
  /** The systems concerned. */
  readonly systems: readonly string[];
}

/** A stream ended for its reader, or its producer ended it. */
export interface TraceEnd extends Stamped {
  readonly type: 'end';
  readonly system: string;
  readonly actor: string;
  readonly stream: string;
  readonly reason: string;
  readonly code: number;
  readonly text: string;
}

/** Trace events were dropped, because the listener was too slow. */
export interface TraceGap extends Stamped {
  readonly type: 'gap';
  /** How many events were dropped. */
  readonly dropped: number;
}

/** A remark: a violated property, the point where a run begins to repeat itself, a note of the scenario. */
export interface TraceMark extends Stamped {
  readonly type: 'mark';
  readonly kind: 'note' | 'warning' | 'violation' | 'loop' | 'fault';
  readonly text: string;
  readonly system?: string;
  readonly actor?: string;
}

/** Any event of a run. */
export type TraceEvent =
  | TraceRun
  | TraceSystem
  | TraceContact
  | TraceSnapshot
  | TraceMachine
  | TraceActor
  | TraceStep
  | TraceTimer
  | TraceMessage
  | TraceCounts
  | TraceLink
  | TraceEnd
  | TraceGap
  | TraceMark;
