import type { Clock } from '../../../../src/host/clock.js';
import type { Json, TraceStateNode } from '../../../../src/trace-events/trace-event.js';
import type { TraceLog } from '../trace-log.js';

/**
 * A flat statechart in short: for each state the events that it takes, each with the state that it leads to, or with
 * the state itself where it stays. Events of a timer are `after:` and the name of the delay.
 */
export type Chart = Readonly<Record<string, readonly (readonly [event: string, target: string])[]>>;

/** The chart as the records have it; its first state is the initial one. */
export function rootOf(id: string, chart: Chart): TraceStateNode {
  const [initial = ''] = Object.keys(chart);
  return {
    id,
    key: id,
    kind: 'compound',
    initial,
    entry: [],
    transitions: [],
    children: Object.entries(chart).map(([key, events]) => ({
      id: `${id}.${key}`,
      key,
      kind: 'atomic' as const,
      entry: [],
      transitions: events.map(([event, target], index) => ({
        index,
        event,
        targets: target === key ? [] : [`${id}.${target}`],
        reenter: false,
        actions: [],
      })),
      children: [],
    })),
  };
}

export interface NotedActorOptions {
  readonly log: TraceLog;
  readonly clock: Clock;
  readonly system: string;
  readonly actor: string;
  readonly machine: string;
  readonly chart: Chart;
  readonly parent?: string;
  readonly stream?: string;
  readonly subject?: string;
  readonly context?: Readonly<Record<string, Json>>;
}

/** Writes down the life of something that is no machine as if it were one: it decides nothing. */
export interface NotedActor {
  readonly value: string;
  /** Takes an event; which transition that is, the chart tells by the state and, where several fit, by the target. */
  take(
    event: { readonly type: string; readonly [field: string]: Json },
    what?: {
      readonly target?: string;
      readonly context?: Readonly<Record<string, Json>>;
      readonly commands?: readonly string[];
      readonly from?: string;
      /** The actor is over with this. */
      readonly isLast?: boolean;
    },
  ): void;
  /** Starts a timer of the current state, which is written down when it starts and fires. Gives what cancels it. */
  after(delay: string, ms: number, fire: () => void): () => void;
}

export function noteActor(options: NotedActorOptions): NotedActor {
  const { log, clock, system, actor, machine, chart, parent, stream, subject } = options;
  let context = options.context ?? {};
  let [value = ''] = Object.keys(chart);
  let isOver = false;
  const running = new Set<() => void>();
  log.write({
    type: 'actor',
    system,
    actor,
    machine,
    value,
    context,
    ...(parent === undefined ? {} : { parent }),
    ...(stream === undefined ? {} : { stream }),
    ...(subject === undefined ? {} : { subject }),
  });

  const cancelAll = () => {
    for (const cancel of [...running]) cancel();
  };

  return {
    get value() {
      return value;
    },
    take: (event, { target, context: changed, commands = [], from, isLast = false } = {}) => {
      if (isOver) return;
      const index = (chart[value] ?? []).findIndex(
        ([type, to]) => type === event.type && (target === undefined || to === target),
      );
      const taken = index === -1 ? [] : [{ source: `${machine}.${value}`, index }];
      value = chart[value]?.[index]?.[1] ?? value;
      isOver = isLast;
      if (isLast) cancelAll();
      context = { ...context, ...changed };
      log.write({
        type: 'step',
        system,
        actor,
        event,
        taken,
        value,
        commands,
        status: isLast ? 'done' : 'active',
        ...(changed === undefined ? {} : { context }),
        ...(from === undefined ? {} : { from }),
      });
    },
    after: (delay, ms, fire) => {
      const timer = { system, actor, timer: delay, state: `${machine}.${value}`, delay };
      log.write({ type: 'timer', op: 'start', ...timer, duration: ms });
      const cancel = () => {
        if (!running.delete(cancel)) return;
        clock.clearTimeout(handle);
        log.write({ type: 'timer', op: 'cancel', ...timer });
      };
      const handle = clock.setTimeout(() => {
        running.delete(cancel);
        log.write({ type: 'timer', op: 'fire', ...timer });
        fire();
      }, ms);
      running.add(cancel);
      return cancel;
    },
  };
}
