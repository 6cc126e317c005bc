import type { TraceActor, TraceEvent, TraceTimer } from '../../trace-events/trace-event.js';
import type { Nonconformance } from './complaint.js';

interface Verdict {
  readonly violation?: Nonconformance;
}

/** How many trace events are looked at in all, over all checks: some seconds. */
const budget = 2_000_000;

/**
 * The smallest trace found that is wrong for the same reason. First its beginning is replaced by what was so then, as in a
 * trace that begins late; then parts are left out, larger ones first, as long as what is left is still wrong so.
 */
export function smallestTrace(
  trace: readonly TraceEvent[],
  violation: Nonconformance,
  check: (trace: readonly TraceEvent[]) => Verdict,
): readonly TraceEvent[] {
  let spent = 0;
  const isSame = (candidate: readonly TraceEvent[]): boolean => {
    if (spent > budget) return false;
    spent += candidate.length;
    const found = check(renumbered(candidate)).violation;
    if (found?.rule !== violation.rule || found.reason !== violation.reason) return false;
    return candidate[found.index] === violation.event;
  };
  // What is judged when all is known, a message that nobody has sent say, needs what comes behind.
  const upTo = trace.slice(0, violation.index + 1);
  let kept = isSame(upTo) ? upTo : trace;
  const last = kept.indexOf(violation.event);
  for (let length = 1; length < last; length *= 2) {
    const late = beginningAt(kept, last - length);
    if (!isSame(late)) continue;
    kept = late;
    break;
  }
  for (
    let size = Math.ceil(kept.length / 2);
    size >= 1 && spent <= budget;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let start = kept.length - size; start > -size; start -= size) {
      const from = Math.max(0, start);
      if (start + size <= from) continue;
      const without = [...kept.slice(0, from), ...kept.slice(start + size)];
      if (without.length < kept.length && isSame(without)) kept = without;
    }
  }
  return renumbered(kept);
}

/** Nothing was left out where the numbers have no holes. */
function renumbered(trace: readonly TraceEvent[]): readonly TraceEvent[] {
  let seq = 0;
  return trace.map((event) => {
    if (event.type === 'run') {
      seq = 0;
      return event;
    }
    seq += 1;
    return event.seq === seq ? event : { ...event, seq };
  });
}

/** The trace as somebody would have it who began to listen at this event: what lived then is told first. */
function beginningAt(trace: readonly TraceEvent[], index: number): readonly TraceEvent[] {
  const head: TraceEvent[] = [];
  const systems = new Map<string, TraceEvent>();
  const actors = new Map<string, TraceActor>();
  const timers = new Map<string, TraceTimer>();
  for (const event of trace.slice(0, index)) {
    switch (event.type) {
      case 'run':
      case 'machine':
        head.push(event);
        break;
      case 'system':
        if (event.op === 'start') systems.set(event.system, event);
        else {
          systems.delete(event.system);
          forget(actors, event.system);
          forget(timers, event.system);
        }
        break;
      case 'actor':
        actors.set(keyOf(event.system, event.actor), event);
        break;
      case 'step': {
        const key = keyOf(event.system, event.actor);
        const known = actors.get(key);
        if (event.status !== 'active') {
          actors.delete(key);
          for (const name of [...timers.keys()]) if (name.startsWith(`${key}\n`)) timers.delete(name);
        } else if (known !== undefined) {
          actors.set(key, {
            ...known,
            value: event.value,
            ...(event.context === undefined ? {} : { context: event.context }),
          });
        }
        break;
      }
      case 'timer': {
        const key = `${keyOf(event.system, event.actor)}\n${event.timer}`;
        if (event.op === 'start') timers.set(key, event);
        else timers.delete(key);
        break;
      }
      default:
    }
  }
  const from = trace[index];
  const at = from !== undefined && 'at' in from ? from.at : 0;
  const running = Array.from(timers.values(), (timer): TraceTimer => {
    const { duration } = timer;
    if (duration === undefined) return { ...timer, at };
    return { ...timer, at, duration: Math.max(0, timer.at + duration - at), total: timer.total ?? duration };
  });
  const living = Array.from(actors.values(), (actor): TraceActor => ({ ...actor, at }));
  return [...head, ...systems.values(), ...living, ...running, ...trace.slice(index)];
}

function forget(known: Map<string, { readonly system: string }>, system: string): void {
  for (const [key, event] of known) if (event.system === system) known.delete(key);
}

function keyOf(system: string, actor: string): string {
  return `${system}\n${actor}`;
}
