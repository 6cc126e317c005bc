import type { Clock } from '../../host/clock.js';
import {
  createMemoryBroker,
  type RoutedMessage,
  type MemoryBroker,
  type MemoryConnection,
} from '../../memory-broker/index.js';
import { requireFields, requireOneOf } from '../known-fields.js';
import { createRandom } from './random.js';
import type { Scheduler } from './scheduler.js';

/** The random faults that a test broker injects. */
export interface TestBrokerFaults {
  /**
   * The latency of a message in milliseconds: fixed, or drawn uniformly from an inclusive range.
   *
   * @default 0
   */
  readonly delayMs?: number | readonly [number, number];
  /**
   * The probability that a message is lost, from 0 to 1.
   *
   * @default 0
   */
  readonly loss?: number;
  /**
   * The probability that a message is delivered twice, from 0 to 1.
   *
   * @default 0
   */
  readonly duplicate?: number;
  /**
   * Which order is preserved in spite of delays: that of all messages between two connections, as in core NATS, that of
   * the messages on each subject, or none.
   *
   * @default 'connection'
   */
  readonly order?: 'connection' | 'subject' | 'none';
}

/** Options of {@link createTestBroker}. */
export interface TestBrokerOptions extends TestBrokerFaults {
  /** The clock that times delayed messages: a test clock, so that they arrive only when the test advances it. */
  readonly clock: Clock;
  /**
   * Decides when a delivery that its delay has ended arrives, in any order that `order` leaves open.
   *
   * @default none: it arrives at once
   */
  readonly scheduler?: Scheduler;
  /**
   * The seed, an integer, of every random choice of the broker and of the ids of clients made with `clientOptions`.
   *
   * @default 1
   */
  readonly seed?: number;
  /**
   * Selects the deliveries that are exempt from random loss and duplication.
   *
   * @default none
   */
  readonly protect?: (delivery: RoutedMessage) => boolean;
  /**
   * Size limit of a message's headers and payload, in bytes, as nats-server's `max_payload`.
   *
   * @default 1 MiB
   */
  readonly maxPayloadBytes?: number;
  /**
   * Called for each delivery when it is sent, and again for each thing that happens to it. The same delivery object is
   * passed every time, so that the calls can be correlated.
   *
   * @default no observer
   */
  readonly observe?: (what: 'sent' | TestBrokerRecord['kind'], delivery: RoutedMessage) => void;
  /**
   * Whether to record `trace`, which grows with every message.
   *
   * @default true
   */
  readonly keepTrace?: boolean;
}

/** An entry of a test broker's trace: what happened to a message. */
export interface TestBrokerRecord {
  /** When it happened, in milliseconds since the broker was created. */
  readonly atMs: number;
  /** What happened; `partitioned` means lost to a partition. */
  readonly kind: 'delivered' | 'lost' | 'duplicated' | 'partitioned';
  /** The name of the publishing connection. */
  readonly from: string;
  /** The name of the subscribing connection. */
  readonly to: string;
  readonly subject: string;
  /** The size of the payload, in bytes. */
  readonly bytes: number;
  /** The latency of the delivery, in milliseconds; 0 if the message was lost as it was sent, and for `duplicated`. */
  readonly delayMs: number;
}

/** An in-memory broker that injects faults, scripted or random. The same seed and calls give the same run. */
export interface TestBroker extends MemoryBroker {
  /** Client options that make a client deterministic: a new connection of this name, the clock, and seeded ids. */
  clientOptions(name: string): {
    readonly connection: MemoryConnection;
    readonly clock: Clock;
    readonly randomBytes: (length: number) => Uint8Array;
  };
  /**
   * Changes the random faults from now on. Faults that are not given stay as they are.
   *
   * @throws {TypeError} If a fault or an order is unknown.
   * @throws {RangeError} If a value is out of range.
   */
  setFaults(faults: TestBrokerFaults): void;
  /** Partitions one connection from another, or from all others, in both directions until `heal`: messages are lost. */
  partition(name: string, other?: string): void;
  /** Heals all partitions. */
  heal(): void;
  /**
   * Drops the next `count` matching deliveries, 1 if omitted.
   *
   * @throws {RangeError} If `count` is not a positive integer.
   */
  dropNext(match: (delivery: RoutedMessage) => boolean, count?: number): void;
  /**
   * Duplicates the next `count` matching deliveries, 1 if omitted.
   *
   * @throws {RangeError} If `count` is not a positive integer.
   */
  duplicateNext(match: (delivery: RoutedMessage) => boolean, count?: number): void;
  /**
   * Gives the next `count` matching deliveries, 1 if omitted, a latency of `delayMs`, longer if `order` requires it.
   *
   * @throws {RangeError} If `count` is not a positive integer.
   */
  delayNext(match: (delivery: RoutedMessage) => boolean, delayMs: number, count?: number): void;
  /** What has happened to every message so far, in order. */
  readonly trace: readonly TestBrokerRecord[];
  /** The trace as text, one line per entry. Identical for two runs with the same seed. */
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
    scheduler: true,
    seed: true,
    protect: true,
    maxPayloadBytes: true,
    observe: true,
    keepTrace: true,
  } satisfies Record<Exclude<keyof TestBrokerOptions, keyof TestBrokerFaults>, true>),
];

/**
 * Creates a fault-injecting broker without connections.
 *
 * @throws {TypeError} If an option or an order is unknown.
 * @throws {RangeError} If an option is out of range.
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

  const laneOrNone = (delivery: RoutedMessage): { readonly lane?: string } =>
    faults.order === 'none' ? {} : { lane: laneOf(delivery) };

  const labelOf = ({ from, to, message }: RoutedMessage): string =>
    `${from.name} -> ${to.name} ${message.subject} arrives`;

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
      if (options.scheduler === undefined) land();
      else options.scheduler.schedule({ label: labelOf(delivery), ...laneOrNone(delivery), run: land });
    };
    const land = () => {
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
  requireOneOf('order', order, ['connection', 'subject', 'none']);
  const [least, most] = rangeOf(delayMs);
  if (!(least >= 0 && most >= least)) {
    throw new RangeError(`delayMs: expected a duration, or a shorter and a longer one, came ${least}, ${most}`);
  }
  return { delayMs, loss, duplicate, order };
}

function rangeOf(delayMs: number | readonly [number, number]): readonly [number, number] {
  return typeof delayMs === 'number' ? [delayMs, delayMs] : delayMs;
}
