import { happenedAt } from '../trace-events/happened.js';
import type { TraceActor, TraceEvent, TraceRun, TraceTimer } from '../trace-events/trace-event.js';

/** A trace event that has a number: all but the header. */
export type Numbered = Exclude<TraceEvent, TraceRun>;

/** Times of one moment may be rounded. */
const sameTime = 1;

interface LiveActor {
  actor: TraceActor;
  /** When it came. */
  readonly since: number;
  readonly timers: Map<string, TraceTimer>;
  counts: Numbered | undefined;
}

/**
 * The trace events of a run so far, for those who come later: all of them while they are few, and beyond that the newest,
 * with what lived before them in short.
 */
export interface RunLog {
  readonly append: (events: readonly TraceEvent[]) => void;
  /** Which run it is: grows with each header. */
  readonly run: number;
  /** What a newcomer needs first: the header, and in short what lived before those that are kept. */
  start(): { readonly events: readonly TraceEvent[]; readonly seq: number };
  /** At most so many of the events after this number, oldest first; undefined where some of those are not kept any more. */
  after(seq: number, most: number): readonly Numbered[] | undefined;
}

/** @param eventsMax How many events are kept as they are; at times up to twice as many. */
export function createRunLog(eventsMax: number): RunLog {
  let header: TraceRun | undefined;
  let tail: Numbered[] = [];
  let lastSeq = 0;
  let foldedSeq = 0;
  let folded = 0;
  let run = 0;
  const systems = new Map<string, Numbered>();
  const machines = new Map<string, Numbered>();
  const links = new Map<string, Numbered>();
  /** Systems that are not heard, by the name of each. */
  const unheard = new Map<string, Numbered>();
  /** Actors told since it was begun to tell what lives. */
  let told: Set<string> | undefined;
  const actors = new Map<string, LiveActor>();

  const reset = (event: TraceRun): void => {
    header = event;
    run += 1;
    tail = [];
    lastSeq = foldedSeq = folded = 0;
    told = undefined;
    for (const map of [systems, machines, links, unheard, actors]) map.clear();
  };

  const fold = (event: Numbered): void => {
    foldedSeq = event.seq;
    folded += 1;
    switch (event.type) {
      case 'system':
        if (event.op === 'start') {
          if (!systems.has(event.system)) systems.set(event.system, event);
          return;
        }
        systems.delete(event.system);
        unheard.delete(event.system);
        for (const [key, { actor }] of actors) if (actor.system === event.system) actors.delete(key);
        return;
      case 'contact':
        for (const system of event.systems) {
          if (event.op === 'lost') unheard.set(system, { ...event, systems: [system] });
          else unheard.delete(system);
        }
        return;
      case 'snapshot':
        if (event.op === 'begin') told = new Set();
        else for (const key of told === undefined ? [] : actors.keys()) if (!told?.has(key)) actors.delete(key);
        return;
      case 'machine':
        machines.set(event.machine, event);
        return;
      case 'link':
        if (event.op === 'restored') links.delete(event.systems.join('\n'));
        else links.set(event.systems.join('\n'), event);
        return;
      case 'actor': {
        const live = actors.get(keyOf(event));
        const since = event.since ?? live?.since ?? happenedAt(event);
        const counts = Math.abs((live?.since ?? Infinity) - since) < sameTime ? live?.counts : undefined;
        told?.add(keyOf(event));
        actors.set(keyOf(event), { actor: event, since, timers: new Map(), counts });
        return;
      }
      case 'step': {
        const live = actors.get(keyOf(event));
        if (live === undefined) return;
        if (event.status !== 'active') actors.delete(keyOf(event));
        else live.actor = { ...live.actor, value: event.value, context: event.context ?? live.actor.context };
        return;
      }
      case 'timer':
        if (event.op === 'start') actors.get(keyOf(event))?.timers.set(event.timer, event);
        else actors.get(keyOf(event))?.timers.delete(event.timer);
        return;
      case 'counts': {
        const live = actors.get(keyOf(event));
        if (live !== undefined) live.counts = event;
        return;
      }
      default:
    }
  };

  /** What lived when the tail began, in the order in which it came. */
  const base = (): readonly Numbered[] => {
    const living = Array.from(actors.values()).flatMap(({ actor, since, timers, counts }) => [
      since === actor.at ? actor : { ...actor, since },
      ...timers.values(),
      ...(counts === undefined ? [] : [counts]),
    ]);
    if (folded === 0) return [];
    const events = [...systems.values(), ...machines.values(), ...links.values(), ...unheard.values(), ...living];
    events.sort((one, other) => one.seq - other.seq);
    // A page that was away and comes again knows what lived then: what is not told here has ended.
    const at = tail[0]?.at ?? 0;
    const names = [...systems.keys()];
    return [
      { type: 'snapshot', op: 'begin', seq: 0, at: 0, systems: names },
      ...events,
      { type: 'snapshot', op: 'end', seq: foldedSeq, at, systems: names },
      { type: 'gap', seq: foldedSeq, at, dropped: folded - events.length },
    ];
  };

  return {
    append: (events) => {
      for (const event of events) {
        if (event.type === 'run') {
          reset(event);
          continue;
        }
        tail.push(event);
        lastSeq = event.seq;
      }
      if (tail.length <= 2 * eventsMax) return;
      for (const event of tail.splice(0, tail.length - eventsMax)) fold(event);
    },
    get run() {
      return run;
    },
    start: () => ({ events: [...(header === undefined ? [] : [header]), ...base()], seq: foldedSeq }),
    after: (seq, most) => {
      if (seq < foldedSeq || seq > lastSeq) return undefined;
      const from = indexAfter(tail, seq);
      return tail.slice(from, from + most);
    },
  };
}

function keyOf({ system, actor }: { readonly system: string; readonly actor: string }): string {
  return `${system}\n${actor}`;
}

/** The index of the first event with a larger number. */
function indexAfter(events: readonly Numbered[], seq: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
