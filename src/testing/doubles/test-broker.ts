import type { Clock } from '../../host/clock.js';
import {
  createMemoryBroker,
  type RoutedMessage,
  type MemoryBroker,
  type MemoryConnection,
} from '../../memory-broker/index.js';
import { requireFields } from '../known-fields.js';
import { createRandom } from './random.js';

/** How the broker treats messages by chance. */
export interface TestBrokerFaults {
  /**
   * How long a message travels, in milliseconds: always so long, or from the first to the second.
   *
   * @default 0
   */
  readonly delayMs?: number | readonly [number, number];
  /**
   * The probability with which a message is lost, 0 to 1.
   *
   * @default 0
   */
  readonly loss?: number;
  /**
   * The probability with which a message comes twice, 0 to 1.
   *
   * @default 0
   */
  readonly duplicate?: number;
  /**
   * What delays may not overturn: the order of all messages between two connections, as core NATS keeps it, of those on
   * one subject, or none.
   *
   * @default 'connection'
   */
  readonly order?: 'connection' | 'subject' | 'none';
}

/** How a test broker behaves: its faults by chance, and what determines them. */
export interface TestBrokerOptions extends TestBrokerFaults {
  /** The clock on which delayed messages travel: a test clock, so that time stands still until the test lets it go on. */
  readonly clock: Clock;
  /**
   * Determines every choice of the broker, and the ids of clients made with `clientOptions`.
   *
   * @default 1
   */
  readonly seed?: number;
  /**
   * Deliveries that loss and duplication by chance leave alone.
   *
   * @default none
   */
  readonly protect?: (delivery: RoutedMessage) => boolean;
  /**
   * The most bytes that one message may hold.
   *
   * @default 1 MiB
   */
  readonly maxPayloadBytes?: number;
  /**
   * Told of each delivery: that it was sent, and then of all that becomes of it, as it happens. The delivery is one
   * object throughout, so that what is told of it can be put together.
   */
  readonly observe?: (what: 'sent' | TestBrokerRecord['kind'], delivery: RoutedMessage) => void;
  /**
   * Whether to keep `trace`, which grows with every message.
   *
   * @default true
   */
  readonly keepTrace?: boolean;
}

/** One thing that became of a message, in the order in which it happened. */
export interface TestBrokerRecord {
  readonly atMs: number;
  readonly kind: 'delivered' | 'lost' | 'duplicated' | 'partitioned';
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly bytes: number;
  /** How long it travelled, or travels. */
  readonly delayMs: number;
}

/** An in-memory broker with faults, scripted or by chance, all of it determined by its seed. */
export interface TestBroker extends MemoryBroker {
  /** What a client needs to be as deterministic as its broker: a connection of this name, the clock, and seeded ids. */
  clientOptions(name: string): {
    readonly connection: MemoryConnection;
    readonly clock: Clock;
    readonly randomBytes: (length: number) => Uint8Array;
  };
  /** Treats messages in another way from now on. What is not named stays as it is. */
  setFaults(faults: TestBrokerFaults): void;
  /** Loses every message between two connections, both ways, or between one and all others, until `heal`. */
  partition(name: string, other?: string): void;
  /** Ends every partition. */
  heal(): void;
  /** Loses the next so many deliveries that match. */
  dropNext(match: (delivery: RoutedMessage) => boolean, count?: number): void;
  /** Delivers the next so many deliveries that match a second time. */
  duplicateNext(match: (delivery: RoutedMessage) => boolean, count?: number): void;
  /** Lets the next so many deliveries that match travel for so long, and overtake nothing. */
  delayNext(match: (delivery: RoutedMessage) => boolean, delayMs: number, count?: number): void;
  /** What became of every message so far. */
  readonly trace: readonly TestBrokerRecord[];
  /** The trace as text, a line a record: two runs of one seed give the same bytes. */
  traceText(): string;
}

interface Script {
  readonly kind: 'drop' | 'duplicate' | 'delay';
  readonly match: (delivery: RoutedMessage) => boolean;
  readonly delayMs: number;
  left: number;
}

const faultNames = Object.keys({ delayMs: true, loss: true, duplicate: true, order: true } satisfies Record<
  keyof TestBrokerFaults,
  true
>);

const optionNames = [
  ...faultNames,
  ...Object.keys({
    clock: true,
    seed: true,
    protect: true,
    maxPayloadBytes: true,
    observe: true,
    keepTrace: true,
  } satisfies Record<Exclude<keyof TestBrokerOptions, keyof TestBrokerFaults>, true>),
];

/**
 * Makes a test broker without clients.
 *
 * @throws TypeError for an option that is none, RangeError for options that are out of range.
 */
export function createTestBroker(options: TestBrokerOptions): TestBroker {
  requireFields('', options, optionNames);
  const { clock, seed = 1, protect = () => false, observe = () => undefined, keepTrace = true } = options;
  let faults = checkedFaults({ delayMs: 0, loss: 0, duplicate: 0, order: 'connection' }, options);
  const random = createRandom(seed);
  const originMs = clock.now();
  const trace: TestBrokerRecord[] = [];
  const partitions: (readonly [string, string | undefined])[] = [];
  const scripts: Script[] = [];
  /** When the last message of a lane arrives: no later one of the lane may arrive before. */
  const lanes = new Map<string, number>();

  const isPartitioned = (a: string, b: string): boolean =>
    partitions.some(([one, other]) =>
      other === undefined
        ? a !== b && (a === one || b === one)
        : (a === one && b === other) || (a === other && b === one),
    );

  const scripted = (kind: Script['kind'], delivery: RoutedMessage): Script | undefined => {
    const index = scripts.findIndex((script) => script.kind === kind && script.match(delivery));
    const script = scripts[index];
    if (script === undefined) return undefined;
    script.left -= 1;
    if (script.left === 0) scripts.splice(index, 1);
    return script;
  };

  const laneOf = ({ from, to, message }: RoutedMessage): string =>
    `${from.name}\n${to.name}${faults.order === 'subject' ? `\n${message.subject}` : ''}`;

  /** How long this delivery travels, so that it overtakes nothing that it may not. */
  const travelMs = (delivery: RoutedMessage): number => {
    const chosen = scripted('delay', delivery)?.delayMs ?? random.integer(...rangeOf(faults.delayMs));
    if (faults.order === 'none') return chosen;
    const lane = laneOf(delivery);
    const now = clock.now();
    const arrivesAt = Math.max(now + chosen, lanes.get(lane) ?? 0);
    lanes.set(lane, arrivesAt);
    return arrivesAt - now;
  };

  const note = (kind: TestBrokerRecord['kind'], delivery: RoutedMessage, delayMs: number): void => {
    const { from, to, message } = delivery;
    const { subject, data } = message;
    observe(kind, delivery);
    if (!keepTrace) return;
    trace.push({
      atMs: clock.now() - originMs,
      kind,
      from: from.name,
      to: to.name,
      subject,
      bytes: data.length,
      delayMs,
    });
  };

  const send = (delivery: RoutedMessage, deliver: () => void): void => {
    const delayMs = travelMs(delivery);
    const arrive = () => {
      // What was on its way when the partition began is lost with it.
      const cut = isPartitioned(delivery.from.name, delivery.to.name);
      note(cut ? 'partitioned' : 'delivered', delivery, delayMs);
      if (!cut) deliver();
    };
    if (delayMs === 0) arrive();
    else clock.setTimeout(arrive, delayMs);
  };

  const route = (delivery: RoutedMessage, deliver: () => void): void => {
    observe('sent', delivery);
    if (isPartitioned(delivery.from.name, delivery.to.name)) {
      note('partitioned', delivery, 0);
      return;
    }
    // Chance is asked for every delivery, so that a script or a protection does not shift what befalls later ones.
    const [lossDrawn, duplicateDrawn] = [random.next(), random.next()];
    const exposed = !protect(delivery);
    if (scripted('drop', delivery) !== undefined || (exposed && lossDrawn < faults.loss)) {
      note('lost', delivery, 0);
      return;
    }
    send(delivery, deliver);
    if (scripted('duplicate', delivery) !== undefined || (exposed && duplicateDrawn < faults.duplicate)) {
      note('duplicated', delivery, 0);
      send(delivery, deliver);
    }
  };

  const broker = createMemoryBroker({
    route,
    // Microtasks only: how often the event loop turned must not matter.
    schedule: (turn) => void Promise.resolve().then(turn),
    ...(options.maxPayloadBytes === undefined ? {} : { maxPayloadBytes: options.maxPayloadBytes }),
  });

  const script =
    (kind: Script['kind']) =>
    (match: Script['match'], delayMs: number, count: number): void => {
      if (!(Number.isInteger(count) && count >= 1)) throw new RangeError(`count: expected 1 or more, came ${count}`);
      scripts.push({ kind, match, delayMs, left: count });
    };

  return {
    connect: (connectOptions) => broker.connect(connectOptions),
    get subscriptionCount() {
      return broker.subscriptionCount;
    },
    stop: () => {
      broker.stop();
    },
    start: () => {
      broker.start();
    },
    clientOptions: (name) => ({ connection: broker.connect({ name }), clock, randomBytes: (n) => random.bytes(n) }),
    setFaults: (changed) => {
      requireFields('setFaults', changed, faultNames);
      faults = checkedFaults(faults, changed);
    },
    partition: (name, other) => {
      partitions.push([name, other]);
    },
    heal: () => {
      partitions.length = 0;
    },
    dropNext: (match, count = 1) => {
      script('drop')(match, 0, count);
    },
    duplicateNext: (match, count = 1) => {
      script('duplicate')(match, 0, count);
    },
    delayNext: (match, delayMs, count = 1) => {
      script('delay')(match, delayMs, count);
    },
    trace,
    traceText: () =>
      trace
        .map(
          ({ atMs, kind, from, to, subject, bytes, delayMs }) =>
            `${atMs} ${kind} ${from} -> ${to} ${subject} ${bytes} B${delayMs === 0 ? '' : ` after ${delayMs} ms`}\n`,
        )
        .join(''),
  };
}

/** The faults with those changed that are named. */
function checkedFaults(before: Required<TestBrokerFaults>, changed: TestBrokerFaults): Required<TestBrokerFaults> {
  const { delayMs = before.delayMs, loss = before.loss, duplicate = before.duplicate, order = before.order } = changed;
  for (const [name, value] of Object.entries({ loss, duplicate })) {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`${name}: expected a probability from 0 to 1, came ${value}`);
  }
  const [least, most] = rangeOf(delayMs);
  if (!(least >= 0 && most >= least)) {
    throw new RangeError(`delayMs: expected a duration, or a shorter and a longer one, came ${least}, ${most}`);
  }
  return { delayMs, loss, duplicate, order };
}

function rangeOf(delayMs: number | readonly [number, number]): readonly [number, number] {
  return typeof delayMs === 'number' ? [delayMs, delayMs] : delayMs;
}
