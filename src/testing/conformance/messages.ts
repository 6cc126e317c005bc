import type { TraceEvent, TraceMessage } from '../../trace-events/trace-event.js';
import type { Complaint } from './complaint.js';

/** A message that a lifeline has sent. */
interface Sending {
  readonly system: string;
  /** Counts the messages of the lifeline. */
  readonly number: number;
  readonly to: string | undefined;
  readonly subject: string;
  deliveries: number;
  isDropped: boolean;
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
}

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
 * The messages of a trace, judged when all of it is known: where processes have clocks of their own, a message may be
 * told after its arrival.
 */
export class Messages {
  readonly #sendings = new Map<string, Sending[]>();
  readonly #deliveries: Delivery[] = [];
  readonly #senders = new Map<string, Sender>();
  /** Which lifeline is the end of a stream that opens it, and which the one that closes it. */
  readonly #ends = new Map<string, { consumer?: string; producer?: string }>();
  /** By the subject of a heartbeat, who took any; by the reply of a heartbeat, its subject. */
  readonly #heard = new Map<string, string>();
  readonly #replies = new Map<string, string>();
  #dropped = 0;
  #mayMiss = false;

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
      const sending = { system: from, number: sender.count, to, subject, deliveries: 0, isDropped: false };
      const before = this.#sendings.get(id);
      if (before === undefined) this.#sendings.set(id, [sending]);
      else before.push(sending);
      if (kind === 'heartbeat') this.#replies.set(id, subject);
    } else if (op === 'deliver' && to !== undefined) {
      if (kind === 'heartbeat') this.#heard.set(subject, to);
      this.#deliveries.push({ id, to, from, subject, kind, stream, at, index, event: message });
    } else if (op === 'drop' || op === 'dead') {
      this.#dropped += 1;
      const dropped = this.#sendings.get(id)?.find(({ isDropped, deliveries }) => !isDropped && deliveries === 0);
      if (dropped !== undefined) dropped.isDropped = true;
    }
  }

  get counts(): MessageCounts {
    let [sent, repeated, lost] = [0, 0, this.#dropped];
    for (const sendings of this.#sendings.values()) {
      sent += sendings.length;
      for (const { deliveries, isDropped, to } of sendings) {
        if (deliveries > 1) repeated += deliveries - 1;
        if (deliveries === 0 && !isDropped && to !== undefined) lost += 1;
      }
    }
    return { messages: sent, delivered: this.#deliveries.length, lost, repeated };
  }

  /** The first delivery that the network of the model does not make. `skewMs` is how much clocks may differ. */
  judge(allowance: MessageAllowance, skewMs: number): Found | undefined {
    /** By link: the number of the last message delivered. */
    const last = new Map<string, number>();
    const matched = new Set<string>();
    for (const delivery of this.#deliveries) {
      const { id, to, subject, index, kind, event } = delivery;
      const complain = (reason: string, allowed: readonly string[] = []) => ({
        index,
        event,
        complaint: { rule: 'message' as const, reason, allowed, system: to },
      });
      const sendings = this.#sendings.get(id);
      const sender = delivery.from ?? this.#visibleSender(delivery);
      if (sendings === undefined) {
        if (sender === undefined || this.#mayMiss || !this.#isTold(sender, delivery, matched, skewMs)) continue;
        return complain(`expected a message that ${sender} has sent, came ${kind} ${id}`);
      }
      const sending = sendings.find(({ deliveries }) => deliveries === 0) ?? sendings.at(-1);
      if (sending === undefined) continue;
      sending.deliveries += 1;
      matched.add(`${sending.system}\n${to}`);
      const isKnownOnce = delivery.from !== undefined || rareKinds.has(kind);
      if (sending.deliveries > 1) {
        if (!allowance.mayRepeat && isKnownOnce) return complain(`expected ${kind} ${id} once, came another one`);
        continue;
      }
      if (allowance.order === 'none' || allowance.order === 'set' || !isKnownOnce) continue;
      const link = `${sending.system}\n${to}${allowance.order === 'subject' ? `\n${subject}` : ''}`;
      const before = last.get(link) ?? 0;
      if (sending.number < before && !allowance.mayRepeat) {
        return complain(
          `expected messages in the order in which ${sending.system} has sent them, came ${kind} ${id} late`,
        );
      }
      last.set(link, Math.max(before, sending.number));
      if (allowance.mayLose) continue;
      const lost = this.#lostBetween(sending, to, before);
      if (lost !== undefined) {
        return complain(`expected ${lost} before, which ${sending.system} has sent first, came ${kind} ${id}`, [
          `${lost} arrives`,
        ]);
      }
    }
    return undefined;
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
  #isTold(system: string, { to, at }: Delivery, matched: ReadonlySet<string>, skewMs: number): boolean {
    const sender = this.#senders.get(system);
    if (sender === undefined || sender.count === 0 || sender.hasCrashed) return false;
    if (sender.wasThere && !matched.has(`${system}\n${to}`)) return false;
    return sender.hasStopped || sender.lastAt >= at + skewMs;
  }

  #byLink: Map<string, { readonly list: { readonly id: string; readonly sending: Sending }[]; at: number }> | undefined;

  /** A message between the last one delivered and this one that was never delivered. */
  #lostBetween({ system, number }: Sending, to: string, before: number): string | undefined {
    if (this.#byLink === undefined) {
      this.#byLink = new Map();
      for (const [id, sendings] of this.#sendings) {
        for (const sending of sendings) {
          if (sending.to === undefined) continue;
          const link = `${sending.system}\n${sending.to}`;
          const own = this.#byLink.get(link) ?? { list: [], at: 0 };
          own.list.push({ id, sending });
          this.#byLink.set(link, own);
        }
      }
      for (const { list } of this.#byLink.values())
        list.sort((one, other) => one.sending.number - other.sending.number);
    }
    const own = this.#byLink.get(`${system}\n${to}`);
    for (; own !== undefined; own.at += 1) {
      const passed = own.list[own.at];
      if (passed === undefined || passed.sending.number >= number) return undefined;
      if (passed.sending.number <= before) continue;
      if (passed.sending.deliveries === 0 && !passed.sending.isDropped) return passed.id;
    }
    return undefined;
  }
}
