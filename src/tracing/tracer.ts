import type { AnyActor, InspectionEvent } from 'xstate';
import { systemClock } from '../host/clock.js';
import { shieldWarnings } from '../host/shielded.js';
import type { ClientTracer } from '../host/trace-port.js';
import type { TraceEventDraft, TimedDraft } from '../trace-events/draft.js';
import type { MachineIndex } from '../trace-events/machine-index.js';
import { requireOneOf } from '../validation/argument-checks.js';
import { Outlet, type StopListening, type TraceListener } from './outlet.js';
import { localTime } from '../trace-events/local-time.js';
import { traceVersion, type TraceMark, type TraceRun } from '../trace-events/trace-event.js';
import { checkOptions, eventsMaxOf, type TracerOptions } from './tracer-options.js';
import { traceActors, traceClient, type Lifeline } from './lifeline.js';

/**
 * Turns what happens to clients and other actors into trace events while it has a listener. Without one it has next to
 * no cost: nothing is converted, and the clients' actors run unobserved.
 */
export interface Tracer extends ClientTracer {
  /**
   * Starts delivering trace events: the header, a snapshot of everything alive, and then each event as it happens, with
   * sequence numbers of this listener's own.
   *
   * @returns A function that stops the listener, which is also disposable.
   */
  listen(listener: TraceListener): StopListening;
  /** Observes the application's own actors: `createActor(machine, { inspect: tracer.inspect })`. */
  readonly inspect: (event: InspectionEvent) => void;
  /** Observes an actor of the application that runs already, with all that it has started and will start. */
  watch(actor: AnyActor): void;
  /** This tracer, for a client whose lifeline is to have the given name. */
  named(system: string): ClientTracer;
  /** Adds an event that the tracer cannot observe, such as a fault injected by a test. Dropped while nobody listens. */
  write(draft: TraceEventDraft): void;
  /**
   * Adds a remark; its kind is `note` if omitted.
   *
   * @throws {StreamError} `badArgument` for a kind that is none.
   */
  mark(text: string, kind?: TraceMark['kind']): void;
  /** Whether there is a listener; without one nothing is traced. */
  readonly isListening: boolean;
}

/** With more ends of streams than this that have handled something, the counts are told less often. */
const busyStreams = 400;

/** So many counts are told in a second at most, until an end has waited for so long. */
const countsPerSecond = 1000;
const countsIntervalMaxMs = 4000;

/**
 * Creates a tracer. It never throws into what it observes, and never blocks it.
 *
 * @throws {StreamError} `badArgument` for an unknown option, and for a number that is negative or not a number.
 * @example
 *   const tracer = createTracer();
 *   const consumer = new ConsumerClient({ connection, tracer });
 *   const stop = tracer.listen((events) => console.log(events));
 */
export function createTracer(options: TracerOptions = {}): Tracer {
  checkOptions(options);
  const { clock = systemClock, flushMs = 40, countsIntervalMs = 250 } = options;
  const eventsMax = eventsMaxOf(options) ?? 10_000;
  const warn = shieldWarnings(options.onWarning ?? (() => undefined));
  const startedAt = clock.now();
  const startedAtEpoch = Date.now();
  const header: TraceRun = {
    type: 'run',
    version: traceVersion,
    source: options.source ?? 'live',
    unit: 'ms',
    label: options.label ?? options.system ?? 'live',
    ...((options.source ?? 'live') === 'live' ? { startedAt: startedAtEpoch, started: localTime(startedAtEpoch) } : {}),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
  };
  const systems = new Set<Lifeline>();
  const outlets = new Set<Outlet>();
  const machines = new Map<string, MachineIndex>();
  const machineNames = new WeakMap<MachineIndex, string>();
  let hasHadSystems = false;
  let countsTimer: unknown;

  const now = () => Math.round((clock.now() - startedAt) * 1000) / 1000;
  const timed = (draft: TraceEventDraft): TimedDraft => ({ ...draft, at: now() });
  const isOn = () => outlets.size > 0;

  let hasFilterThrown = false;
  const passes = (draft: TraceEventDraft): boolean => {
    try {
      return options.filter?.(draft) !== false;
    } catch (error) {
      // It is called in the middle of an actor's step, and for every trace event: once is told, and nothing is left out.
      if (!hasFilterThrown) warn({ code: 'callbackThrew', message: 'the filter of a tracer threw', error });
      hasFilterThrown = true;
      return true;
    }
  };

  const write = (draft: TraceEventDraft): void => {
    if (!isOn() || !passes(draft)) return;
    const stamped = timed(draft);
    for (const outlet of outlets) outlet.push(stamped);
  };

  /** Statecharts that are equal share a name, whichever client they were built for. */
  const machineName = (machine: MachineIndex): string => {
    const known = machineNames.get(machine);
    if (known !== undefined) return known;
    let name = machine.id;
    for (let n = 2; machines.has(name) && !isSame(machines.get(name), machine); n += 1) name = `${machine.id} ${n}`;
    machineNames.set(machine, name);
    if (!machines.has(name)) {
      machines.set(name, machine);
      write({ type: 'machine', machine: name, root: machine.root });
    }
    return name;
  };

  /** A client that comes after another takes its lifeline over; two at once have two. */
  const uniqueName = (base: string): string => {
    const taken = new Set(Array.from(systems, (system) => (system.isOver() ? undefined : system.name)));
    let name = base;
    for (let n = 2; taken.has(name); n += 1) name = `${base} ${n}`;
    return name;
  };

  /** What lives, with where it begins and ends: what is not told in between lives no more. */
  const snapshot = (): readonly TimedDraft[] => {
    if (!hasHadSystems) return [];
    const names = Array.from(systems, ({ name }) => name);
    return [
      { type: 'snapshot', op: 'begin', systems: names } as const,
      ...[...systems].flatMap((system) => system.introduction()),
      ...Array.from(machines, ([machine, { root }]) => ({ type: 'machine', machine, root }) as const),
      ...[...systems].flatMap((system) => system.snapshot()).filter(passes),
      { type: 'snapshot', op: 'end', systems: names } as const,
    ].map(timed);
  };

  /** The more there is to tell, the less often: what nobody can read must not cost more than what it tells of. */
  const intervalAfter = (told: number): number => {
    if (told <= busyStreams) return countsIntervalMs;
    return Math.max(4 * countsIntervalMs, Math.min(countsIntervalMaxMs, (told / countsPerSecond) * 1000));
  };

  const sendCounts = (intervalMs: number): void => {
    countsTimer = clock.setTimeout(() => {
      let told = 0;
      for (const system of systems) told += system.poll();
      sendCounts(intervalAfter(told));
    }, intervalMs);
    // A tracer is no reason for a process to go on.
    (countsTimer as { unref?: () => void } | undefined)?.unref?.();
  };

  const shared = {
    log: { write },
    now,
    isOn,
    machineName,
    limits: {
      depth: options.depthMax ?? 4,
      entries: options.entriesMax ?? 20,
      characters: options.charactersMax ?? 200,
    },
    dataMessagesPerSecond: options.messages === false ? 0 : (options.dataMessagesPerSecond ?? 100),
    messages: options.messages ?? true,
  };

  const add = (system: Lifeline): void => {
    // Those that are over are let go when another comes, since nothing is heard of them while nobody listens.
    for (const other of systems) if (other.isOver()) systems.delete(other);
    systems.add(system);
    hasHadSystems = true;
    if (isOn()) system.begin();
    for (const draft of system.introduction()) write(draft);
    // Its actors live already: a client comes when it is complete, or much later.
    if (isOn()) for (const draft of system.snapshot()) write(draft);
  };

  const clientTracer = (nameOf: (role: string) => string): ClientTracer => ({
    attach: (client) => {
      const system = traceClient(client, uniqueName(nameOf(client.role)), shared);
      add(system);
      return system.trace;
    },
  });

  const ownActors = traceActors(options.system ?? 'app', shared, add);

  const { attach } = clientTracer((role) => (options.system === undefined ? role : `${options.system} ${role}`));
  return {
    attach,
    named: (system) => clientTracer(() => system),
    inspect: ownActors.inspect,
    watch: ownActors.watch,
    write,
    mark: (text, kind = 'note') => {
      requireOneOf('kind', kind, ['note', 'warning', 'violation', 'loop', 'fault']);
      write({ type: 'mark', kind, text });
    },
    get isListening() {
      return isOn();
    },
    listen: (listener) => {
      const onError = (error: unknown) => {
        warn({ code: 'callbackThrew', message: 'a listener of a tracer threw', error });
      };
      const outlet = new Outlet({ listener, onError, clock, flushMs, eventsMax, snapshot });
      if (!isOn()) {
        for (const system of systems) {
          if (system.isOver()) systems.delete(system);
          else system.begin();
        }
        sendCounts(countsIntervalMs);
      }
      outlet.push(header);
      outlets.add(outlet);
      for (const draft of snapshot()) outlet.push(draft);
      const stop = (): void => {
        if (!outlets.delete(outlet)) return;
        outlet.close();
        if (isOn()) return;
        clock.clearTimeout(countsTimer);
        for (const system of systems) system.end();
      };
      return Object.assign(stop, { [Symbol.dispose]: stop });
    },
  };
}

function isSame(one: MachineIndex | undefined, other: MachineIndex): boolean {
  return one === other || JSON.stringify(one?.root) === JSON.stringify(other.root);
}
