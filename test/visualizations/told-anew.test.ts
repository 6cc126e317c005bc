import { expect } from 'chai';
import { createActor, setup, type AnyActor } from 'xstate';
import { clientActorId } from '../../machines/index.js';
import type { StreamCounts, TracedClient } from '../../src/host/trace-port.js';
import { createRandom, createTestClock, type TestClock } from '../../src/testing/index.js';
import type { TraceBatch } from '../../src/tracing/collector-messages.js';
import { createTracer, type Tracer } from '../../src/tracing/index.js';
import { createOrder } from '../../src/tracing/in-order.js';
import { createProcessMerge } from '../../src/tracing/process-merge.js';
import { fold } from '../../visualizations/src/model/fold.js';
import { emptyView } from '../../visualizations/src/model/folded.js';
import type { SequencedEvent } from '../../visualizations/src/model/types.js';
import type { TimedDraft } from '../../src/trace-events/draft.js';
import { Tracks, type Track } from '../../visualizations/src/panes/timeline/tracks.js';
import { isOneSeed, seed } from '../support/seed.js';

/** An actor with states, a context, a timer and an end, as the actors of streams have them. */
const machine = setup({ delays: { patience: 3_600_000 } }).createMachine({
  id: 'end',
  context: { steps: 0 },
  initial: 'opening',
  states: {
    opening: { on: { go: 'active', end: 'closed' }, after: { patience: 'closed' } },
    active: { on: { go: 'suspended', end: 'closed' } },
    suspended: { on: { go: 'active', end: 'closed' }, after: { patience: 'closed' } },
    closed: { type: 'final' },
  },
});
const clientMachine = setup({}).createMachine({ id: 'client', on: { 'link.lost': {}, 'link.restored': {} } });

interface Living {
  readonly actor: AnyActor;
  records: number;
}

/** A process as it is in truth: a client whose actors are the ends of streams. */
class Process {
  readonly name: string;
  readonly instance: string;
  readonly living = new Map<string, Living>();
  readonly tracer: Tracer;
  readonly #client: AnyActor;
  readonly #attached: ReturnType<Tracer['attach']>;
  readonly #clock: TestClock;

  constructor(name: string, instance: string, role: 'consumer' | 'producer', clock: TestClock) {
    this.name = name;
    this.instance = instance;
    this.#clock = clock;
    this.tracer = createTracer({ system: name, clock, flushMs: 10, eventsMax: 40, countsIntervalMs: 50 });
    this.#client = createActor(clientMachine, { id: clientActorId, clock }).start();
    const countsOf = (id: string): StreamCounts | undefined => {
      const living = this.living.get(id);
      if (living === undefined) return undefined;
      return { actor: id, stream: id.replace(/^.*-/, ''), records: living.records, bytes: 10 * living.records };
    };
    const traced: TracedClient = {
      role,
      connection: undefined as never,
      actors: () => [this.#client, ...Array.from(this.living.values(), ({ actor }) => actor)],
      streams: () => [...this.living.keys()].flatMap((id) => countsOf(id) ?? []),
      streamOf: countsOf,
      ageMsOf: () => undefined,
    };
    this.#attached = this.tracer.attach(traced);
  }

  open(id: string): void {
    const { inspect } = this.#attached;
    const actor = createActor(machine, { id, clock: this.#clock, ...(inspect === undefined ? {} : { inspect }) });
    this.living.set(id, { actor, records: 0 });
    actor.start();
  }

  send(id: string, type: 'go' | 'end'): void {
    this.living.get(id)?.actor.send({ type });
    if (type === 'end') this.living.delete(id);
  }
}

/** What is known in the end of an actor that lives. */
interface Picture {
  readonly state: string;
  readonly timers: readonly string[];
  readonly records: number;
}

/** One who collects, over a way that loses, repeats and reorders messages. */
class Collecting {
  readonly view = emptyView('ms');
  readonly tracks = new Tracks('ms');
  gaps = 0;
  readonly #stamp = createOrder();
  readonly #merge = createProcessMerge();
  readonly #dead = new Set<string>();
  readonly #headless = new Set<string>();
  readonly #sessions = new Map<Process, { stop: () => void; readonly session: number; seq: number }>();
  #session = 0;
  #seq = 0;
  #late: TraceBatch[] = [];
  readonly #faults: () => 'lost' | 'twice' | 'late' | undefined;
  readonly #clock: TestClock;
  readonly #onFolded: (collecting: Collecting) => void;

  constructor(
    clock: TestClock,
    faults: () => 'lost' | 'twice' | 'late' | undefined,
    onFolded: (collecting: Collecting) => void,
  ) {
    this.#clock = clock;
    this.#faults = faults;
    this.#onFolded = onFolded;
  }

  begin(process: Process): void {
    this.#sessions.get(process)?.stop();
    this.#session += 1;
    const session = { session: this.#session, seq: 0, stop: (): void => undefined };
    this.#sessions.set(process, session);
    session.stop = process.tracer.listen((records) => {
      const before = { session: session.session, seq: session.seq };
      for (const event of records) if ('seq' in event) session.seq = event.seq;
      this.#send({ ...this.#identity(process), ...before, isOver: false, records });
    });
  }

  /** The process is gone without a word. */
  leave(process: Process): void {
    this.#sessions.get(process)?.stop();
    this.#sessions.delete(process);
    this.#dead.add(process.instance);
  }

  /** Each process says that it lives, and those of whom something was missed begin again. */
  ask(): void {
    for (const instance of this.#dead) this.fold(this.#merge.unheard(instance, 'silent', this.#clock.now()));
    for (const [process, { session, seq }] of this.#sessions) {
      this.#send({ ...this.#identity(process), session, seq, isOver: false, records: [] });
      if (this.#merge.toldInPart().includes(process.instance) || this.#headless.has(process.instance)) {
        this.begin(process);
      }
    }
  }

  get isWhole(): boolean {
    return [...this.#headless, ...this.#merge.toldInPart()].every((instance) => !this.#serves(instance));
  }

  flushLate(): void {
    for (const batch of this.#late.splice(0)) this.#take(batch);
  }

  fold(drafts: readonly object[]): void {
    for (const draft of drafts) {
      this.#seq += 1;
      const stamped = this.#stamp({ at: this.#clock.now(), ...draft } as TimedDraft);
      const event = { ...stamped, seq: this.#seq } as SequencedEvent;
      if (event.type === 'gap') this.gaps += event.dropped;
      fold(this.view, event);
      this.tracks.add(event);
      this.#onFolded(this);
    }
  }

  #serves(instance: string): boolean {
    return [...this.#sessions.keys()].some((process) => process.instance === instance);
  }

  #identity({ name, instance }: Process) {
    return { process: name, instance };
  }

  #send(batch: TraceBatch): void {
    // What is sent is data: nobody changes it on the way.
    const sent = JSON.parse(JSON.stringify(batch)) as TraceBatch;
    switch (this.#faults()) {
      case 'lost':
        return;
      case 'twice':
        this.#take(sent);
        this.#late.push(sent);
        return;
      case 'late':
        this.#late.push(sent);
        return;
      default:
        this.#take(sent);
    }
  }

  #take(batch: TraceBatch): void {
    const drafts = this.#merge.take(batch, this.#clock.now());
    if (drafts === undefined) this.#headless.add(batch.instance);
    else if (batch.records.length > 0) this.#headless.delete(batch.instance);
    this.fold(drafts ?? []);
  }
}

const seeds = isOneSeed ? [seed] : Array.from({ length: 60 }, (_, n) => seed + n);

describe('what is told twice, late, in another order, or not at all', () => {
  for (const chosen of seeds) {
    it(`folds to the picture of the whole trace, and nothing that lives is ever shown as ended (seed ${chosen})`, () => {
      const random = createRandom(chosen);
      const clock = createTestClock();
      const below = (n: number): number => Math.floor(random.next() * n);
      const pick = <T>(items: readonly T[]): T | undefined => items[below(items.length)];
      let isFaulty = true;
      const faultsOf = (share: number) => (): 'lost' | 'twice' | 'late' | undefined =>
        isFaulty && random.next() < share ? (['lost', 'twice', 'late'] as const)[below(3)] : undefined;

      let instances = 0;
      const start = (name: string, role: 'consumer' | 'producer'): Process => {
        instances += 1;
        return new Process(name, `i${instances}`, role, clock);
      };
      let processes = [start('reader', 'consumer'), start('writer', 'producer'), start('other', 'producer')];

      /** What began earliest of each actor, as it was shown. */
      const startedAt = new Map<object, Map<string, number>>();
      const shown = new Map<object, Map<string, Track | undefined>>();
      const onFolded = (collecting: Collecting): void => {
        const starts = startedAt.get(collecting) ?? new Map<string, number>();
        startedAt.set(collecting, starts);
        const seen = shown.get(collecting) ?? new Map<string, Track | undefined>();
        shown.set(collecting, seen);
        for (const { key, actor, endedAt, startedAt: at, status } of collecting.view.actors.values()) {
          if (!processes.some(({ living }) => living.has(actor))) continue;
          if (endedAt !== undefined) expect.fail(`${actor} lives, and is shown as ended: ${status}`);
          if (at > (starts.get(key) ?? Infinity) + 1) expect.fail(`${actor} is shown as younger than before`);
          starts.set(key, at);
          const bars = collecting.tracks.byKey.get(key);
          if (bars?.endedAt !== undefined) expect.fail(`${actor} lives, and its bar has ended`);
          // The bars of one life are never begun anew.
          if (bars !== (seen.get(key) ?? bars)) expect.fail(`${actor} has lost its earlier bars`);
          seen.set(key, bars);
        }
      };
      const whole = new Collecting(clock, () => undefined, onFolded);
      const collectors = [
        whole,
        new Collecting(clock, faultsOf(0.3), onFolded),
        new Collecting(clock, faultsOf(0.6), onFolded),
      ];
      for (const collecting of collectors) for (const process of processes) collecting.begin(process);

      let opened = 0;
      const living = (): readonly (readonly [Process, string])[] =>
        processes.flatMap((process) => [...process.living.keys()].map((id) => [process, id] as const));
      for (let n = 0; n < 300; n += 1) {
        const what = below(100);
        const [process, id] = pick(living()) ?? [];
        if (what < 12) {
          opened += 1;
          // Both ends of a stream, or one of them.
          for (const end of processes.slice(below(2), 2)) end.open(`${end.instance}-${opened}`);
        } else if (what < 45) process?.send(id ?? '', 'go');
        else if (what < 55) process?.send(id ?? '', 'end');
        else if (what < 75) {
          const stream = process?.living.get(id ?? '');
          if (stream !== undefined) stream.records += 1 + below(5);
        } else if (what < 77) {
          // A process dies without a word, and another one takes its place.
          const index = below(processes.length);
          const dead = processes[index];
          if (dead === undefined) continue;
          dead.living.clear();
          for (const collecting of collectors) collecting.leave(dead);
          const role = dead.name === 'reader' ? 'consumer' : 'producer';
          const next = start(dead.name, role);
          processes = processes.with(index, next);
          for (const collecting of collectors) collecting.begin(next);
        } else if (what < 80) {
          // A collector was away for too long: it is told from the start.
          for (const collecting of collectors.slice(1)) for (const each of processes) collecting.begin(each);
        } else if (what < 84) {
          // More at once than a listener is told.
          for (let more = 0; more < 60; more += 1) process?.send(id ?? '', 'go');
        } else if (what < 90) pick(collectors)?.flushLate();
        else if (what < 94) for (const collecting of collectors) collecting.ask();
        else clock.advanceSync(1 + below(200) + random.next());
      }

      isFaulty = false;
      for (let round = 0; round < 50; round += 1) {
        for (const collecting of collectors) {
          collecting.flushLate();
          collecting.ask();
        }
        clock.advanceSync(2_000);
        if (round > 2 && collectors.every(({ isWhole }) => isWhole)) break;
      }
      expect(collectors.map(({ isWhole }) => isWhole)).to.deep.equal([true, true, true]);

      const truth = new Map<string, Picture>();
      for (const { living: alive } of processes) {
        for (const [id, { actor, records }] of alive) {
          const { value } = actor.getSnapshot() as { readonly value: string };
          truth.set(id, { state: value, timers: value === 'active' ? [] : ['patience'], records });
        }
      }
      for (const collecting of collectors) {
        const { actors, streams, systems } = collecting.view;
        const picture = new Map<string, Picture>();
        for (const { actor, system, endedAt, state, timers, stream = '', key, machine: runs } of actors.values()) {
          // Of one whose process is not heard any more nobody knows anything.
          if (endedAt !== undefined || runs !== 'end' || systems.get(system)?.unheardSince !== undefined) continue;
          const end = streams.get(stream)?.ends.find((candidate) => candidate.key === key);
          expect(streams.get(stream)?.endedAt, `the end of the stream of ${actor}`).to.equal(undefined);
          picture.set(actor, { state, timers: timers.map(({ delay }) => delay), records: end?.records ?? 0 });
        }
        const sorted = (pictures: ReadonlyMap<string, Picture>) => [...pictures].sort(([a], [b]) => (a < b ? -1 : 1));
        expect(sorted(picture)).to.deep.equal(sorted(truth));
      }
      expect(new Set(whole.view.actors.keys()).size).to.be.greaterThan(3);
    });
  }
});
