/**
 * The version of the format of trace events: what a run of actors and messages looks like as data. Live, recorded,
 * simulated and explored runs are all sequences of these events, so that one page shows them all. As a file it is JSON
 * lines: one event a line, the header first. A reader ignores event types and fields that it does not know; the version
 * grows only where old readers would misread.
 *
 * Trace events never hold payloads, only their sizes; contexts and events are plain data, bounded in depth and size.
 */
export const traceVersion = 1;

/** A value that JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What all events but the header share. */
interface Stamped {
  /** Grows by one with each event of a run; a hole means that some were lost on the way. */
  readonly seq: number;
  /** The time since the start of the run, in the unit of the header. */
  readonly at: number;
}

/** The header of a run, its first event. */
export interface TraceRun {
  readonly type: 'run';
  readonly version: typeof traceVersion;
  readonly source: 'live' | 'simulated' | 'explored';
  /** The unit of every time of this run. */
  readonly unit: 'ms' | 'tick';
  /** What the run is, for people. */
  readonly label: string;
  /** Milliseconds since 1970 at the start, where the run happened in real time. */
  readonly startedAt?: number;
  /** What makes a simulated run again. */
  readonly seed?: number;
}

/** A lifeline: a process, or a client within one. The wire between them is no system. */
export interface TraceSystem extends Stamped {
  readonly type: 'system';
  readonly system: string;
  readonly role: 'consumer' | 'producer' | 'other';
  readonly op: 'start' | 'crash' | 'stop';
}

/** A statechart, once before the first actor that runs it. */
export interface TraceMachine extends Stamped {
  readonly type: 'machine';
  /** The id of the machine, unique within the run. */
  readonly machine: string;
  readonly root: TraceStateNode;
}

/** A state of a statechart, with those in it. */
export interface TraceStateNode {
  /** The absolute id, such as `consumerStream.opening.waiting`. */
  readonly id: string;
  readonly key: string;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  readonly description?: string;
  /** The key of the initial child. */
  readonly initial?: string;
  /** Names of the commands recorded on entering. */
  readonly entry: readonly string[];
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

/** An actor has come. */
export interface TraceActor extends Stamped {
  readonly type: 'actor';
  readonly system: string;
  /** Unique within its system. */
  readonly actor: string;
  /** The actor that asked for it, where one did. */
  readonly parent?: string;
  /** The machine that it runs; absent for promises, callbacks and the like. */
  readonly machine?: string;
  /** The stream that the actor is one end of: the same text at both ends, so that they can be shown side by side. */
  readonly stream?: string;
  /** The request subject of that stream. */
  readonly subject?: string;
  readonly value: Json;
  readonly context: Json;
}

/** An actor has taken an event, or refused it: one macrostep. */
export interface TraceStep extends Stamped {
  readonly type: 'step';
  readonly system: string;
  readonly actor: string;
  readonly event: { readonly type: string; readonly [field: string]: Json };
  /** The actor that sent the event, where one did. */
  readonly from?: string;
  /** The transitions taken, in order, by the id of their source and their index; empty where the event was refused. */
  readonly taken: readonly { readonly source: string; readonly index: number }[];
  /** Transitions of active states for this event whose guards said no. */
  readonly refused?: readonly { readonly source: string; readonly index: number }[];
  /** The state afterwards. */
  readonly value: Json;
  /** The context afterwards, where it has changed. */
  readonly context?: Json;
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  /** Names of the commands that the step recorded. */
  readonly commands: readonly string[];
  /** Where the status is `error`: what was thrown. */
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
  /** How long it runs from this event on, where it starts. */
  readonly duration?: number;
  /** How long it runs as a whole, where it had run for a while when this was told. Otherwise it is `duration`. */
  readonly total?: number;
}

/** A message on the wire. Each message has one `send`, and any number of the others. */
export interface TraceMessage extends Stamped {
  readonly type: 'message';
  readonly op: 'send' | 'deliver' | 'drop' | 'duplicate' | 'dead';
  /** The same at both ends where that can be known; otherwise unique to the end that saw it. */
  readonly message: string;
  /** Who sends; absent where only the receiver was watched. */
  readonly from?: string;
  /** Who receives; absent where only the sender was watched. */
  readonly to?: string;
  readonly subject: string;
  /** What it says, such as `open`, `data`, `close`, `heartbeat`, `answer`. */
  readonly kind: string;
  readonly stream?: string;
  /** Payload bytes. */
  readonly bytes: number;
  /** What of it is worth a line, such as a close code. */
  readonly text?: string;
}

/** How many records and bytes an end of a stream has handled since it began. Sent now and then, not for each record. */
export interface TraceCounts extends Stamped {
  readonly type: 'counts';
  readonly system: string;
  readonly actor: string;
  readonly stream: string;
  readonly records: number;
  readonly bytes: number;
  /** Records that wait for the reader, or for the wire. */
  readonly waiting?: number;
  /** Records that may still be sent, where the stream has flow control. */
  readonly credit?: number;
}

/** The connection of a system, or a link between two: down, up again, or closed for good. */
export interface TraceLink extends Stamped {
  readonly type: 'link';
  readonly op: 'lost' | 'restored' | 'closed';
  /** The systems concerned. */
  readonly systems: readonly string[];
}

/** How a stream ended for its reader, or that its producer ended it. */
export interface TraceEnd extends Stamped {
  readonly type: 'end';
  readonly system: string;
  readonly actor: string;
  readonly stream: string;
  readonly reason: string;
  readonly code: number;
  readonly text: string;
}

/** Trace events were left out, since nobody took them fast enough. */
export interface TraceGap extends Stamped {
  readonly type: 'gap';
  readonly dropped: number;
}

/** Something worth a mark: a property that is violated, where a run begins to repeat itself, a note of the scenario. */
export interface TraceMark extends Stamped {
  readonly type: 'mark';
  readonly kind: 'note' | 'warning' | 'violation' | 'loop' | 'fault';
  readonly text: string;
  readonly system?: string;
  readonly actor?: string;
}

/** Something that happened in a run. */
export type TraceEvent =
  | TraceRun
  | TraceSystem
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
