import type { ReadonlySignal, Signal } from '@preact/signals';
import type {
  TraceEvent,
  Json,
  TraceLink,
  TraceMachine,
  TraceMark,
  TraceMessage,
  TraceRun,
  TraceStep,
  TraceSystem,
} from '../../../src/trace-events/trace-event.js';

import type { Rates } from './rates.js';
import type { Scope } from './scope.js';

export type { TraceEvent, Json, TraceRun } from '../../../src/trace-events/trace-event.js';

/** All events but the header: those that have a place in the order of a run. */
export type SequencedEvent = Exclude<TraceEvent, TraceRun>;

/** A moment of a run, named by the `seq` of the last event that has happened. 0 is before the first. */
export type Moment = number;

/** A lifeline of the run. */
export interface SystemEntry {
  readonly system: string;
  readonly role: TraceSystem['role'];
  readonly status: 'running' | 'crashed' | 'stopped';
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Since when nothing was heard of it, which says nothing about what it does. */
  readonly unheardSince?: number;
  /** Whether the broker has no connection of it either. */
  readonly isGone?: boolean;
}

/** A timer that runs. Times are in the unit of the run. */
export interface TimerEntry {
  readonly timer: string;
  readonly state: string;
  readonly delay: string;
  readonly startedAt: number;
  /** Absent where the event did not say how long it runs; then there is no deadline either. */
  readonly duration?: number;
  readonly deadline?: number;
}

/**
 * What became of an actor: as XState has it, or `crashed` where its process is known to be dead, or `unheard` where it has
 * ended while nothing was heard of it, so that nobody knows how.
 */
export type ActorStatus = TraceStep['status'] | 'crashed' | 'unheard';

/** An actor, alive or a tombstone. */
export interface ActorEntry {
  /** `actorKey(system, actor)`. */
  readonly key: string;
  readonly system: string;
  readonly actor: string;
  readonly parent?: string;
  /** What its parent's machine calls its logic. */
  readonly src?: string;
  readonly machine?: string;
  readonly stream?: string;
  readonly subject?: string;
  /** The state value as the machine has it. */
  readonly value: Json;
  /** The state value as text, such as `active.listening`. */
  readonly state: string;
  readonly context: Json;
  readonly status: ActorStatus;
  readonly error?: string;
  readonly startedAt: number;
  readonly startedSeq: Moment;
  /** When it was told last, anew or for the first time. */
  readonly toldSeq: Moment;
  /** When it left `active`. A tombstone has it. */
  readonly endedAt?: number;
  /** The last step of its parent before it came: what made it. */
  readonly cause?: Moment;
  readonly steps: number;
  /** When the actor entered the state that it is in. */
  readonly stateSince: number;
  /** The last event that it took or refused. */
  readonly lastStep?: TraceStep;
  /** The last event that it took. */
  readonly lastTaken?: TraceStep;
  /** The last event that it refused: `taken` is empty there. */
  readonly lastRefused?: TraceStep;
  /** Running timers, oldest first. */
  readonly timers: readonly TimerEntry[];
}

/** How a stream ended at one of its ends. */
export interface StreamEndingEntry {
  readonly reason: string;
  readonly code: number;
  readonly text: string;
  readonly at: number;
  readonly seq: Moment;
}

/** One end of a stream: an actor, and what it has handled. */
export interface StreamEndEntry {
  readonly key: string;
  readonly system: string;
  readonly actor: string;
  readonly role: TraceSystem['role'];
  readonly records: number;
  readonly bytes: number;
  readonly waiting?: number;
  readonly credit?: number;
  readonly rates: Rates;
  /** When anything last came from the other side. */
  readonly lastSignAt: number;
  readonly ending?: StreamEndingEntry;
}

/** A stream with both of its ends, as far as they were watched. */
export interface StreamEntry {
  readonly stream: string;
  readonly subject: string;
  readonly openedAt: number;
  readonly openedSeq: Moment;
  /** When all watched ends had ended. */
  readonly endedAt?: number;
  /** Consumer first where roles are known. */
  readonly ends: readonly StreamEndEntry[];
}

export interface LinkEntry {
  readonly systems: readonly string[];
  readonly op: TraceLink['op'];
  readonly since: number;
}

/** Sums over the run up to the moment. */
export interface Totals {
  readonly records: number;
  readonly bytes: number;
  readonly steps: number;
  readonly messages: number;
  readonly messagesDropped: number;
  /** Events of this run that were left out by the tracer, or lost on the way. */
  readonly recordsLost: number;
}

/**
 * Everything that panes show at one moment. Entries are never changed, only replaced, so a pane may remember an entry and
 * compare by identity. The maps of a live view do change: read them within one frame, and do not keep them.
 */
export interface View {
  /** The last event that has happened, and its time. */
  readonly seq: Moment;
  readonly at: number;
  readonly systems: ReadonlyMap<string, SystemEntry>;
  readonly machines: ReadonlyMap<string, TraceMachine>;
  /** By `actorKey`. */
  readonly actors: ReadonlyMap<string, ActorEntry>;
  readonly streams: ReadonlyMap<string, StreamEntry>;
  readonly links: ReadonlyMap<string, LinkEntry>;
  /** The last message events, oldest first, at most twice `recentMax`. */
  readonly messages: readonly TraceMessage[];
  /** Marks, oldest first, at most twice `recentMax`. */
  readonly marks: readonly TraceMark[];
  /** How often each transition was taken, by `transitionKey(machine, source, index)`, over all actors. */
  readonly coverage: ReadonlyMap<string, number>;
  readonly totals: Totals;
}

/** What the user looks at; one for all panes. */
export interface SelectionValue {
  readonly system?: string;
  readonly actor?: string;
  readonly stream?: string;
  /** The id of a message. */
  readonly message?: string;
  /** An event. */
  readonly seq?: Moment;
}

export interface Selection {
  readonly value: ReadonlySignal<SelectionValue>;
  /** Replaces the selection. An actor that is one end of a stream selects the stream too, and the other way round. */
  readonly select: (value: SelectionValue) => void;
}

/** The moment that is shown. */
export interface Cursor {
  /** True while the newest moment is shown, and moves. */
  readonly live: ReadonlySignal<boolean>;
  /** The moment shown. */
  readonly seq: ReadonlySignal<Moment>;
  readonly playing: ReadonlySignal<boolean>;
  /** How fast a recording is played: 1 is as it happened, for ticks one a second. */
  readonly speed: Signal<number>;
  /** The time shown, in the unit of the run. While live or playing it goes on between events. */
  readonly now: () => number;
  /** Goes back to the newest moment, and stays there. */
  readonly follow: () => void;
  /** Stops at the moment shown. */
  readonly pause: () => void;
  readonly play: () => void;
  /** Goes to a moment and stops there. Out of range goes to the nearest. */
  readonly seek: (seq: Moment) => void;
  /** Goes to the last event at or before a time. */
  readonly seekTime: (at: number) => void;
  /** Goes so many events forwards, or backwards where negative. */
  readonly step: (records: number) => void;
  /** The event at which it has stopped since that is where to break, while it stands there. */
  readonly broke: ReadonlySignal<SequencedEvent | undefined>;
}

/** The events of a run, as far as they are kept. */
export interface RunReader {
  readonly header: TraceRun;
  /** Grows at most once per animation frame, when events came. */
  readonly version: ReadonlySignal<number>;
  /** Whether more events may come. A recording that is complete is not growing, whatever its header says. */
  readonly growing: ReadonlySignal<boolean>;
  /** Whether it is a recording that has not come whole yet. */
  readonly isReading: ReadonlySignal<boolean>;
  /** The first and the last `seq` that can still be shown; both 0 where there is none. */
  readonly firstSeq: Moment;
  readonly lastSeq: Moment;
  /** The time of the first event kept, and of the last. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** How many events are kept. */
  readonly size: number;
  /** The event with this `seq`, or undefined where it is not kept. */
  record(seq: Moment): SequencedEvent | undefined;
  /** The last event at or before a moment. */
  eventAtOrBefore(seq: Moment): SequencedEvent | undefined;
  /** Events with `fromSeq <= seq <= toSeq`, in order. Returning false from `visit` ends it. */
  forEach(fromSeq: Moment, toSeq: Moment, visit: (event: SequencedEvent) => boolean | undefined): void;
  /** Events with `seq <= fromSeq`, the last one first. Returning false from `visit` ends it. */
  forEachBack(fromSeq: Moment, visit: (event: SequencedEvent) => boolean | undefined): void;
  /**
   * The numbers of the events that are kept of some streams, of actors that are no end of one (by `actorKey`), and of
   * nobody (by `ofNobody`), in order.
   */
  seqsOf(keys: readonly string[]): readonly Moment[];
  /** A view of one's own at a moment. */
  viewAt(seq: Moment): View;
  /** Stretches of the run, one after the other: when each begins, and how many events it has. */
  readonly begins: readonly { readonly at: number; readonly events: number }[];
  /** Marks, gaps, crashes and lost links, oldest first: where people jump to. */
  readonly marked: readonly SequencedEvent[];
  /** The `seq` of the last event at or before a time; `firstSeq` where all are later. */
  seqAtTime(at: number): Moment;
}

export interface Theme {
  readonly dark: boolean;
  /** Nothing moves by itself where this is true. */
  readonly reducedMotion: boolean;
}

/** What every pane gets. A pane reads; it changes nothing but the selection and the cursor. */
export interface PaneProps {
  readonly run: RunReader;
  /** The view at the cursor; a new object at most once per animation frame. */
  readonly view: ReadonlySignal<View>;
  readonly cursor: Cursor;
  readonly selection: Selection;
  /** Which streams are shown. */
  readonly scope: Scope;
  readonly theme: ReadonlySignal<Theme>;
}

/** The state of what events come from, as the header of the page shows it. */
export type LinkState = 'connecting' | 'open' | 'lost' | 'ended' | 'failed';

/** Where a source puts what it has. */
export interface Sink {
  /**
   * Events as they came, unchecked and in order; batches are better than single ones. A header begins a new run. Events
   * that cannot be read are counted and left out.
   */
  accept(values: readonly unknown[]): void;
  /** The time of the run goes on though no event came: what it is now, where it is not that of the wall. */
  time(at: number): void;
  /** `text` says why, where it is `lost` or `failed`; `part` how much of the whole has come, from 0 to 1. */
  state(state: LinkState, text?: string, part?: number): void;
}

/** Something that gives the events of a run: a connection, a file, a simulation. */
export interface Source {
  /** What it is, for people. */
  readonly label: string;
  /** Up to which time of the run it goes; absent where it cannot be cut. */
  readonly until?: number;
  /** The same, but up to this time. */
  readonly reopened?: (until: number) => Source;
  /** Begins, and returns what ends it. Called once. */
  start(sink: Sink): () => void;
}

/**
 * What a tool gets: a panel that makes runs, such as the simulation or the checker's view. A tool is a default-exported
 * preact component, registered in `tools.ts`.
 */
export interface ToolProps extends PaneProps {
  /** Shows the runs of this source from now on; the one before is ended. */
  readonly open: (source: Source) => void;
  /** Whether nothing is shown that a tool would take away by opening a source of its own unasked. */
  readonly isIdle: () => boolean;
  /** What stands in the URL for the tool, such as a scenario and its seed; and how to change it. */
  readonly argument: ReadonlySignal<string>;
  /** Grows when a link asks for what the argument says, whatever is shown. */
  readonly asked: ReadonlySignal<number>;
  readonly setArgument: (text: string) => void;
}

/** What is shown of a run when it is saved. */
export interface Shown {
  readonly seq: Moment;
  /** The view at the moment, and its time. */
  readonly view: View;
  readonly now: number;
  /** The query of the table, and the streams that answer it; undefined where all do. */
  readonly query: string;
  readonly answers: ReadonlySet<string> | undefined;
  /** The streams that the sequence shows; undefined where it shows all. */
  readonly streams: ReadonlySet<string> | undefined;
}

/** A way to save a run. Each is listed in `export/index.ts`, in `exporters`. */
export interface Exporter {
  readonly id: string;
  readonly title: string;
  /** Of the file, without a dot. */
  readonly extension: string;
  readonly mime: string;
  /** The text in parts, of which the page takes one after the other, drawing between them. */
  convert(run: RunReader, shown: Shown): Iterable<string>;
}
