import type { TraceEvent, TraceMessage } from '../../trace-events/trace-event.js';
import type { Complaint } from './complaint.js';
import { Recent } from './recent.js';

/** A message that a lifeline has sent. */
interface Sending {
  readonly id: string;
  readonly system: string;
  /** Counts the messages of the lifeline. */
  readonly number: number;
  readonly to: string | undefined;
  deliveries: number;
  isDropped: boolean;
  /** The next one of the same id. */
  next: Sending | undefined;
}

interface Delivery {
  readonly id: string;
  readonly to: string;
  readonly from: string | undefined;
  readonly subject: string;
  readonly kind: string;
  readonly stream: string | undefined;
  readonly at: number;
  readonly index: number;
  readonly event: TraceMessage;
}

/** What is known of a lifeline as a sender. */
interface Sender {
  count: number;
  lastAt: number;
  hasCrashed: boolean;
  hasStopped: boolean;
  /** Whether it was there before the trace, so that some messages may have been sent before it was watched. */
  wasThere: boolean;
}

/** What is wrong, and where. */
export interface Found {
  readonly index: number;
  readonly event: TraceEvent;
  readonly complaint: Complaint;
}

/** What the network of the model allows. */
export interface MessageAllowance {
  readonly order: 'connection' | 'subject' | 'none' | 'set';
  readonly mayLose: boolean;
  readonly mayRepeat: boolean;
  /** How much clocks may differ. */
  readonly skew: number;
}

/** What was sent on one link, or on one subject of it, and has not been passed by what arrived. */
interface Passing {
  list: Sending[];
  at: number;
}

/** So many messages are remembered. What arrives of those before can be told from nothing that was never sent. */
const rememberedMax = 500_000;

/** How often it was so. */
export interface MessageCounts {
  readonly messages: number;
  readonly delivered: number;
  readonly lost: number;
  readonly repeated: number;
}

/** Of these each message is told, whichever end is watched, and has one id at both. */
const rareKinds: ReadonlySet<string> = new Set(['open', 'heartbeat', 'answer']);

/**
 * The messages of a trace. A delivery is judged a while after it was told, or at the end: where processes have clocks of
 * their own, a message may be told after its arrival.
 */
export class Messages {
  readonly #allowance: MessageAllowance;
  readonly #sendings: Recent<string, Sending>;
  /** What was not judged yet; those before `#first` were. */
  #deliveries: Delivery[] = [];
  #first = 0;
  readonly #senders = new Map<string, Sender>();
  /** Which lifeline is the end of a stream that opens it, and which the one that closes it. */
  readonly #ends: Recent<string, { consumer?: string; producer?: string }>;
  /** By the subject of a heartbeat, who took any; by the reply of a heartbeat, its subject. */
  readonly #heard = new Map<string, string>();
  readonly #replies: Recent<string, string>;
  /** By link: the number of the last message delivered. */
  readonly #last = new Map<string, number>();
  readonly #matched = new Set<string>();
  readonly #passing = new Map<string, Passing>();
  #sent = 0;
  #delivered = 0;
  #dropped = 0;
  #awaited = 0;
  #repeated = 0;
  #mayMiss = false;

  constructor(allowance: MessageAllowance, remembered = rememberedMax) {
    this.#allowance = allowance;
    this.#sendings = new Recent(remembered);
    this.#ends = new Recent(remembered);
    this.#replies = new Recent(remembered);
  }

  senderOf(system: string): Sender {
    const known = this.#senders.get(system);
    if (known !== undefined) return known;
    const sender = { count: 0, lastAt: -Infinity, hasCrashed: false, hasStopped: false, wasThere: true };
    this.#senders.set(system, sender);
    return sender;
  }

  /** An actor that is one end of a stream was told. */
  noteEnd(stream: string, system: string, role: 'consumer' | 'producer'): void {
    const ends = this.#ends.get(stream) ?? {};
    ends[role] ??= system;
    this.#ends.set(stream, ends);
  }

  /** Some of the trace was left out, and messages go first. */
  doubt(): void {
    this.#mayMiss = true;
  }

  take(message: TraceMessage, index: number): void {
    const { op, message: id, from, to, subject, kind, stream, at } = message;
    if (op === 'send' && from !== undefined) {
      const sender = this.senderOf(from);
      sender.count += 1;
      this.#sent += 1;
      if (to !== undefined) this.#awaited += 1;
      const next = this.#sendings.get(id);
      const sending: Sending = { id, system: from, number: sender.count, to, deliveries: 0, isDropped: false, next };
      this.#sendings.set(id, sending);
      if (!this.#allowance.mayLose && to !== undefined)
        this.#passingOf(this.#linkOf(from, to, subject)).list.push(sending);
      if (kind === 'heartbeat') this.#replies.set(id, subject);
    } else if (op === 'deliver' && to !== undefined) {
      if (kind === 'heartbeat') this.#heard.set(subject, to);
      this.#delivered += 1;
      this.#deliveries.push({ id, to, from, subject, kind, stream, at, index, event: message });
    } else if (op === 'drop' || op === 'dead') {
      this.#dropped += 1;
      const dropped = this.#oldestOf(id);
      if (dropped === undefined) return;
      dropped.isDropped = true;
      if (dropped.to !== undefined) this.#awaited -= 1;
    }
  }

  get counts(): MessageCounts {
    const lost = this.#dropped + this.#awaited;
    return { messages: this.#sent, delivered: this.#delivered, lost, repeated: this.#repeated };
  }

  /** Whether so much was told that not all of it is remembered. */
  get hasForgotten(): boolean {
    return this.#sendings.hasForgotten;
  }

  /** The first delivery before this trace event that the network of the model does not make. */
  judge(before: number): Found | undefined {
    let found: Found | undefined;
    for (
      let delivery = this.#deliveries[this.#first];
      found === undefined && delivery !== undefined && delivery.index < before;
      delivery = this.#deliveries[this.#first]
    ) {
      this.#first += 1;
      const complaint = this.#objectionTo(delivery);
      const { index, event, to } = delivery;
      if (complaint !== undefined) {
        found = { index, event, complaint: { rule: 'message', allowed: [], ...complaint, system: to } };
      }
    }
    if (this.#first > 1_000 && this.#first * 2 > this.#deliveries.length) {
      this.#deliveries = this.#deliveries.slice(this.#first);
      this.#first = 0;
    }
    return found;
  }

  #objectionTo(delivery: Delivery): { readonly reason: string; readonly allowed?: readonly string[] } | undefined {
    const { id, to, subject, kind } = delivery;
    const { order, mayLose, mayRepeat } = this.#allowance;
    const sending = this.#oldestOf(id) ?? this.#sendings.get(id);
    if (sending === undefined) {
      const sender = delivery.from ?? this.#visibleSender(delivery);
      if (sender === undefined || this.#mayMiss || !this.#isTold(sender, delivery)) return undefined;
      return { reason: `expected a message that ${sender} has sent, came ${kind} ${id}` };
    }
    const { system, number } = sending;
    sending.deliveries += 1;
    this.#matched.add(`${system}\n${to}`);
    const isKnownOnce = delivery.from !== undefined || rareKinds.has(kind);
    if (sending.deliveries > 1) {
      this.#repeated += 1;
      return mayRepeat || !isKnownOnce ? undefined : { reason: `expected ${kind} ${id} once, came another one` };
    }
    if (sending.to !== undefined && !sending.isDropped) this.#awaited -= 1;
    if (order === 'none' || order === 'set' || !isKnownOnce) return undefined;
    const link = this.#linkOf(system, to, subject);
    const before = this.#last.get(link) ?? 0;
    if (number < before && !mayRepeat) {
      return { reason: `expected messages in the order in which ${system} has sent them, came ${kind} ${id} late` };
    }
    this.#last.set(link, Math.max(before, number));
    const lost = mayLose ? undefined : this.#lostBetween(link, before, number);
    if (lost === undefined) return undefined;
    return {
      reason: `expected ${lost} before, which ${system} has sent first, came ${kind} ${id}`,
      allowed: [`${lost} arrives`],
    };
  }

  /** The first message of this id that has not arrived yet. */
  #oldestOf(id: string): Sending | undefined {
    let oldest: Sending | undefined;
    for (let one = this.#sendings.get(id); one !== undefined; one = one.next) {
      if (one.deliveries === 0 && !one.isDropped) oldest = one;
    }
    return oldest;
  }

  #linkOf(from: string, to: string, subject: string): string {
    return `${from}\n${to}${this.#allowance.order === 'subject' ? `\n${subject}` : ''}`;
  }

  /** Whose message it is, where that lifeline is in the trace. */
  #visibleSender({ id, kind, subject, stream }: Delivery): string | undefined {
    switch (kind) {
      case 'open':
        return stream === undefined ? undefined : this.#ends.get(stream)?.consumer;
      case 'answer': {
        const asked = this.#replies.get(subject);
        return asked === undefined ? undefined : this.#heard.get(asked);
      }
      case 'close':
        return stream === undefined || !id.endsWith(' close') ? undefined : this.#ends.get(stream)?.producer;
      default:
        return undefined;
    }
  }

  /** Whether the trace would tell that this lifeline has sent the message. */
  #isTold(system: string, { to, at }: Delivery): boolean {
    const sender = this.#senders.get(system);
    if (sender === undefined || sender.count === 0 || sender.hasCrashed || this.hasForgotten) return false;
    if (sender.wasThere && !this.#matched.has(`${system}\n${to}`)) return false;
    return sender.hasStopped || sender.lastAt >= at + this.#allowance.skew;
  }

  #passingOf(link: string): Passing {
    const known = this.#passing.get(link);
    if (known !== undefined) return known;
    const passing = { list: [], at: 0 };
    this.#passing.set(link, passing);
    return passing;
  }

  /** A message between the last one delivered and this one that was never delivered. */
  #lostBetween(link: string, before: number, number: number): string | undefined {
    const passing = this.#passingOf(link);
    let lost: string | undefined;
    for (; lost === undefined; passing.at += 1) {
      const passed = passing.list[passing.at];
      if (passed === undefined || passed.number >= number) break;
      if (passed.number > before && passed.deliveries === 0 && !passed.isDropped) lost = passed.id;
    }
    if (passing.at > 1_000 && passing.at * 2 > passing.list.length) {
      passing.list = passing.list.slice(passing.at);
      passing.at = 0;
    }
    return lost;
  }
}
