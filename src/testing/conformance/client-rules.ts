import type { EventObject } from 'xstate';
import {
  clientActorId,
  streamIdOf,
  type CommandParams,
  type ListedStream,
  type ProducerStreamContext,
  type SpawnParams,
} from '../../../machines/index.js';
import type { TraceCounts, TraceEnd, TraceMessage, TraceStep } from '../../trace-events/trace-event.js';
import { object, Objection, type Complaint, type Place } from './complaint.js';
import { unexplained, type Hosted, type HostRules } from './hosted.js';
import { Recent } from './recent.js';
import type { Replica } from './replica.js';
import { isWhole as isToldWhole } from './told.js';

/** What is known of one end of a stream beside its actor's state. */
interface StreamFacts {
  /** The inbox of its first request. */
  readonly inbox: string | undefined;
  /** How often something had been left out when it began, so that all of it is in the trace if that is so still. */
  readonly begunAfter: number | undefined;
  /** Where the machine has said that records go. */
  gate: 'asking' | 'open' | 'dropping';
  source: 'none' | 'started' | 'cancelled';
  /** Records that the machine had handed over, to the reader or to the wire. */
  passed: number;
  /** Records that the client has counted. */
  counted: number;
  /** What was counted when the stream ended for its reader. */
  countedAtEnd: number | undefined;
  isExtended: boolean;
  /** Whether its frames are told with its inbox: not where they go by way of another account. */
  isAddressed: boolean;
  isConsumer: boolean;
}

/** A heartbeat that was asked. */
interface Exchange {
  readonly replies: Set<string>;
  parts: number;
}

/** A message that a command has asked for. */
interface Owed {
  readonly key: string;
  readonly text: string;
  readonly by: Replica;
  readonly isFrequent: boolean;
  /** Until when it may be sent: frames, and what is said of them, may share a message with others of the same turn. */
  readonly until: number;
}

/** A message that was not sent, which means something only where the connection was there. */
interface Doubt {
  readonly complaint: Complaint;
  readonly isFrequent: boolean;
}

/** So many actors hear of one event in one turn; the others in the turns that follow. */
const toldInOneTurnMax = 256;

/** Events that nobody but another actor of the client sends. */
const toldOnly: Readonly<Record<string, ReadonlySet<string>>> = {
  consumerClient: new Set(['stream.left', 'stream.renewed']),
  consumerStream: new Set(['heartbeat.alive', 'heartbeat.listed', 'link.lost', 'link.restored', 'link.closed']),
  producerStream: new Set([
    'heartbeat.reported',
    'heartbeat.confirmed',
    'heartbeat.lost',
    'link.lost',
    'link.restored',
    'link.closed',
  ]),
  heartbeat: new Set([
    'stream.added',
    'stream.removed',
    'stream.unreachable',
    'link.lost',
    'link.restored',
    'link.closed',
    'app.close',
  ]),
};

/** Timers that a record restarts without a word of the actor's, which the trace tells a little later. */
const touchedDelays = /^xstate\.after\.(silenceTimeout|cancellationBuffer)\./;

/** How late a restart may be told: a twelfth of the timer passes unsaid, and counts come every four seconds at worst. */
const touchedToldMs = 4_100;

/** No server in use takes less in one message. */
const partBytesMin = 400;

/** So many closes are remembered, behind which no record may come. */
const closedMax = 10_000;

/** So many heartbeat requests are remembered until they are answered. */
const askersMax = 100_000;

/** What arrives for a stream at its consumer. */
const frameKinds = ['data', 'announcement', 'close', 'noResponders'] as const;

/**
 * The clients of this package as hosts of their machines: each command is done at once, and each event has come from a
 * message, another actor, the application or the connection.
 */
export function createClientRules(
  process: Hosted,
  lateMs: number,
  isCounted: () => boolean,
  place: () => Place | undefined,
): HostRules {
  const streams = new Map<string, StreamFacts>();
  /** Messages that commands have asked for, by what tells them. */
  const asked = new Map<string, number>();
  /** By inbox, the codes of the closes that were asked for. */
  const closes = new Map<string, Set<number>>();
  /** The inboxes of plain streams that were closed. */
  const closed = new Recent<string, true>(closedMax);
  /** Streams that are over, of which a last word may be told. */
  let gone: string[] = [];
  let owed: Owed[] = [];
  let doubts: Doubt[] = [];
  /** Messages that have arrived and of which nothing has come yet, by what tells them. */
  const arrived = new Map<string, number>();
  /** By consumer, the replies that its last heartbeat request still waits for, and how many it had. */
  const awaited = new Map<string, Exchange>();
  /** The same by reply. */
  const askers = new Recent<string, Exchange>(askersMax);
  let tellsMessages = false;
  let tellsCounts = false;
  let mayMissMessages = false;
  /** How often something was left out. */
  let holes = 0;
  let isLinkUp = true;
  let isClosed = false;
  let isReleased = false;
  let isOver = false;
  let lastArrival = '';
  /** When the last step was taken, or the last message told. */
  let now = 0;

  const isWhole = ({ begunAfter }: StreamFacts): boolean => begunAfter === holes;

  const sees = (isFrequent: boolean) => isCounted() || (tellsMessages && !mayMissMessages && !isFrequent);

  const doubt = (complaint: Complaint, isFrequent: boolean): void => {
    const at = place();
    doubts.push({ isFrequent, complaint: at === undefined ? complaint : { ...complaint, place: at } });
  };

  const factsOf = (id: string): StreamFacts => {
    const known = streams.get(id);
    if (known !== undefined) return known;
    const facts: StreamFacts = {
      inbox: undefined,
      begunAfter: undefined,
      gate: 'asking',
      source: 'none',
      passed: 0,
      counted: 0,
      countedAtEnd: undefined,
      isExtended: false,
      isAddressed: false,
      isConsumer: false,
    };
    streams.set(id, facts);
    return facts;
  };

  const owe = (by: Replica, key: string, text: string, isFrequent = false, isShared = false): void => {
    asked.set(key, (asked.get(key) ?? 0) + 1);
    if (isLinkUp && !isClosed && sees(isFrequent)) {
      owed.push({ key, text, by, isFrequent, until: isShared ? now + lateMs : -Infinity });
    }
  };

  const takeArrived = (key: string): boolean => {
    const count = arrived.get(key) ?? 0;
    if (count === 0) return false;
    if (count === 1) arrived.delete(key);
    else arrived.set(key, count - 1);
    return true;
  };

  const tell = (ids: readonly string[], event: EventObject, by: string): void => {
    // Where the client itself is over, nobody waits.
    const mayWait = !isOver;
    ids
      .filter((id) => process.has(id))
      .forEach((id, index) => {
        process.turn.tell(id, event, by, mayWait && index >= toldInOneTurnMax);
      });
  };

  const inboxOf = (id: string, attempt: number): string | undefined => {
    const inbox = streams.get(id)?.inbox;
    return inbox === undefined ? undefined : `${inbox.slice(0, inbox.length - id.length)}${streamIdOf(id, attempt)}`;
  };

  const needsArrival = (step: TraceStep, keys: readonly string[], what: string, isFrequent: boolean): void => {
    // A frame may bring about several events.
    const hasArrived = isFrequent ? keys.some((key) => arrived.has(key)) : keys.some(takeArrived);
    if (hasArrived || !sees(isFrequent)) return;
    const expected = `${what} to arrive before ${step.event.type}`;
    if (!isFrequent) unexplained(step, expected, [`${what} arrives`]);
    // It may have been left out, as the next message says.
    const reason = `expected ${expected}, came ${step.event.type}`;
    doubt({ rule: 'cause', reason, allowed: [`${what} arrives`] }, true);
  };

  /** What is left undone is only known to be so where the connection was there, which the next message shows. */
  const checkOwed = (): void => {
    for (const id of gone) {
      const inbox = streams.get(id)?.inbox;
      if (inbox !== undefined) for (const kind of frameKinds) arrived.delete(`${kind} ${inbox}`);
      streams.delete(id);
      closes.delete(id);
    }
    gone = [];
    const waiting = owed.filter(({ until }) => until >= now);
    for (const { key, text, by, isFrequent } of owed.filter((one) => !waiting.includes(one))) {
      const { system, actor } = by;
      asked.delete(key);
      const reason = `expected ${text} to be sent at once, as ${actor} has asked, came something else`;
      doubt({ rule: 'command', reason, allowed: [`${text} is sent`], system, actor }, isFrequent);
    }
    owed = waiting;
  };

  const settleDoubts = (): void => {
    const [sure] = doubts;
    if (sure === undefined) return;
    doubts = [];
    throw new Objection(sure.complaint);
  };

  /** Once, and with the code that the machine has said. */
  const checkClose = (inbox: string, { text = '', subject, message: id }: TraceMessage): void => {
    const codes = closes.get(inbox);
    if (codes === undefined || !id.endsWith(' close')) return;
    const code = Number(/^\d+/.exec(text)?.[0]);
    closes.delete(inbox);
    if (codes.has(code)) return;
    object('command', `expected a close with ${[...codes].join(' or ')} to ${subject}, came one with ${code}`, [], {
      system: process.name,
    });
  };

  const onSent = (message: TraceMessage): void => {
    const { kind, subject, stream, message: id } = message;
    const key =
      kind === 'heartbeat' || kind === 'answer'
        ? `${kind} ${subject}`
        : kind === 'resume' || kind === 'cancel'
          ? kind
          : `${kind} ${stream ?? subject}`;
    owed = owed.filter((one) => one.key !== key);
    // Nothing of a stream comes before its announcement.
    const unannounced = `announcement ${stream ?? ''}`;
    if ((kind === 'data' || kind === 'close') && owed.some((one) => one.key === unannounced)) {
      owed = owed.map((one) => (one.key === unannounced ? { ...one, until: -Infinity } : one));
      checkOwed();
    }
    const count = asked.get(key) ?? 0;
    if (kind === 'heartbeat') {
      const exchange = awaited.get(subject);
      if (exchange !== undefined) {
        exchange.replies.add(id);
        askers.set(id, exchange);
        exchange.parts += 1;
      }
    }
    const isAsked = kind === 'open' || kind === 'heartbeat' || kind === 'answer';
    if (isAsked && count === 0 && !process.isSettling && process.isComplete) {
      object('command', `expected no ${kind} that no actor has asked for, came one to ${subject}`, [], {
        system: process.name,
      });
    }
    // A heartbeat request that is too large for one message has several parts.
    if (count > 0 && !(kind === 'heartbeat' && message.bytes >= partBytesMin)) {
      if (count === 1) asked.delete(key);
      else asked.set(key, count - 1);
    }
    if (kind === 'close' && stream !== undefined) checkClose(stream, message);
    const facts = stream === undefined ? undefined : streams.get(stream);
    if (facts?.source !== undefined && facts.source !== 'none' && !facts.isExtended) {
      if (kind === 'data' && isWhole(facts) && facts.passed === 0) {
        object('command', `expected no record on ${subject} before the machine has let one through, came one`, [], {
          system: process.name,
        });
      }
      if (kind === 'close') closed.set(subject, true);
    }
    if (kind === 'data' && closed.get(subject) === true) {
      object('message', `expected no record behind the close of ${subject}, came one`, [], { system: process.name });
    }
    settleDoubts();
  };

  const onArrived = (message: TraceMessage): void => {
    const { kind, subject, stream, message: id } = message;
    if (isReleased) {
      object('command', `expected no message for a client that is over, came ${kind} to ${subject}`, [], {
        system: process.name,
      });
    }
    const key = kind === 'heartbeat' ? `heartbeat ${id}` : `${kind} ${stream ?? subject}`;
    lastArrival = kind;
    arrived.set(key, (arrived.get(key) ?? 0) + 1);
    if (kind === 'resume' || kind === 'grant' || kind === 'cancel') {
      arrived.set(kind, (arrived.get(kind) ?? 0) + 1);
      arrived.delete(key);
    } else if (kind === 'data' || kind === 'announcement') {
      // One is as good as many.
      arrived.set(key, 1);
    } else if (kind === 'open') {
      if (stream !== undefined) factsOf(stream).isAddressed = true;
      arrived.delete(key);
    } else if (kind === 'answer') {
      arrived.delete(key);
      askers.get(subject)?.replies.delete(subject);
      askers.delete(subject);
    }
    settleDoubts();
  };

  const explainFrame = (id: string, step: TraceStep): void => {
    const facts = factsOf(id);
    const attempts = (process.replicas.get(id)?.context as { attempt?: number } | undefined)?.attempt ?? 0;
    const inbox = inboxOf(id, attempts);
    const { type } = step.event;
    if (type === 'frame.data' && facts.gate !== 'asking' && isWhole(facts)) {
      unexplained(
        step,
        `no record to be asked about, as records are ${facts.gate === 'open' ? 'delivered' : 'dropped'} without asking`,
        [],
      );
    }
    if (inbox === undefined || !isWhole(facts)) return;
    const isExtended = facts.isExtended || type === 'frame.announced';
    switch (type) {
      case 'frame.data':
        needsArrival(step, [`data ${inbox}`], 'a record', true);
        return;
      case 'frame.announced':
        facts.isExtended = true;
        needsArrival(step, [`announcement ${inbox}`, `data ${inbox}`, `close ${inbox}`], 'a frame', true);
        return;
      case 'frame.noResponders':
        needsArrival(step, [`noResponders ${inbox}`], "the server's word that nobody listens", false);
        return;
      case 'frame.close': {
        const isLocal = String((step.event as { text?: unknown }).text).startsWith('the request cannot be published');
        if (!isLocal && lastArrival !== 'heartbeat') needsArrival(step, [`close ${inbox}`], 'a close', isExtended);
        return;
      }
      default:
    }
  };

  const explainAnswer = (step: TraceStep, consumer: string): void => {
    const exchange = awaited.get(heartbeatSubjectOf(consumer));
    if (exchange === undefined || exchange.parts === 0 || !sees(false)) return;
    if (step.event.type === 'heartbeat.answered' && exchange.replies.size > 0) {
      unexplained(step, 'an answer to the last request of the heartbeat', ['an answer arrives']);
    }
    if (step.event.type === 'heartbeat.unanswerable') {
      const keys = [...exchange.replies].map((reply) => `noResponders ${reply}`);
      needsArrival(step, keys, "the server's word that nobody listens", false);
    }
    exchange.replies.clear();
  };

  const isOfClient = (replica: Replica): boolean => replica.actor === clientActorId;

  return {
    startInputs: (id, { context }) => (id === clientActorId ? [undefined, context] : undefined),
    met: (id, replica, stream) => {
      if (isOfClient(replica)) {
        // Nothing was before a client that has no streams.
        const { streams: own } = replica.context as { readonly streams?: unknown };
        if (Array.isArray(own) && own.length === 0 && process.replicas.size === 1) process.isSettling = false;
        return;
      }
      const begins = !replica.hasBegun;
      const known = streams.get(id);
      if (known !== undefined && !begins) return;
      const { extended } = replica.context as { readonly extended?: unknown };
      const isAddressed = known?.isAddressed ?? false;
      const begunAfter = begins ? holes : undefined;
      const fresh = { ...factsOf(id), inbox: stream, begunAfter, isAddressed, isExtended: extended === true };
      fresh.isConsumer = replica.machineName === 'consumerStream';
      streams.set(id, fresh);
      if (begins) return;
      // What happened before is not known.
      fresh.gate = (replica.value as { active?: unknown }).active === undefined ? 'asking' : 'open';
      fresh.source = replica.machineName === 'producerStream' ? 'started' : 'none';
    },
    perform: (id, replica, { type, params }, outcome) => {
      const facts = isOfClient(replica) ? undefined : factsOf(id);
      if (!outcome.isJudged && (type.startsWith('actor.') || type.startsWith('wire.')) && type !== 'wire.data') {
        // What it asks for in particular is not known.
        if (type === 'wire.ask') awaited.delete(heartbeatSubjectOf(id));
        return;
      }
      const of = params as Readonly<Record<string, never>>;
      switch (type) {
        case 'actor.spawn': {
          const spawn = params as SpawnParams;
          process.turn.spawn(spawn.id, spawn.input, replica.actor);
          return;
        }
        case 'actor.tell': {
          const { to, event } = params as { readonly to: readonly string[]; readonly event: EventObject };
          tell(to, event, replica.actor);
          return;
        }
        case 'actor.tellAll': {
          const all = [...process.replicas.keys(), ...process.turn.toBeMade()];
          const others = all.filter((other) => other !== clientActorId);
          isOver ||= outcome.isOver && isOfClient(replica);
          tell(others, of['event'] as unknown as EventObject, replica.actor);
          return;
        }
        case 'actor.stop': {
          const gone = String(of['id']);
          if (process.has(gone)) process.turn.stop(gone, replica.actor);
          return;
        }
        case 'client.release':
          isReleased = true;
          return;
        case 'wire.open': {
          const { attempt } = params as { readonly attempt: number };
          const inbox = inboxOf(id, attempt);
          if (inbox !== undefined) owe(replica, `open ${inbox}`, 'the open request');
          return;
        }
        case 'wire.ask': {
          const { streams: listed } = params as { readonly streams: readonly ListedStream[] };
          const subject = heartbeatSubjectOf(id);
          awaited.set(subject, { replies: new Set(), parts: 0 });
          asked.delete(`heartbeat ${subject}`);
          if (listed.length > 0) owe(replica, `heartbeat ${subject}`, 'a heartbeat request');
          return;
        }
        case 'wire.answer': {
          const { reply, more } = params as CommandParams['wire.answer'];
          if (more === undefined) owe(replica, `answer ${reply}`, 'the answer to a heartbeat');
          return;
        }
        case 'wire.close':
          if (facts?.isAddressed === true) {
            const { extended } = replica.context as ProducerStreamContext;
            closes.set(id, (closes.get(id) ?? new Set()).add(Number(of['code'])));
            owe(replica, `close ${id}`, 'a close', extended, extended);
          }
          return;
        case 'wire.announce':
          if ((replica.context as ProducerStreamContext).extended && facts?.isAddressed === true) {
            owe(replica, `announcement ${id}`, 'an announcement', true, true);
          }
          return;
        case 'wire.resume':
          owe(replica, 'resume', 'a request for what is missing', true, true);
          return;
        case 'wire.catchUp':
          if (facts?.isExtended === true) owe(replica, 'resume', 'a request for what is missing', true);
          return;
        case 'wire.cancel':
          if (facts?.isExtended === true) owe(replica, 'cancel', 'word that nobody reads', true);
          return;
        case 'wire.data':
        case 'reader.deliver':
          if (facts !== undefined) facts.passed += 1;
          return;
        case 'reader.attach':
          if (facts !== undefined) facts.gate = 'open';
          return;
        case 'reader.detach':
          if (facts !== undefined) facts.gate = 'dropping';
          return;
        case 'source.start':
          if (facts !== undefined) facts.source = 'started';
          return;
        case 'source.cancel':
          if (facts !== undefined) facts.source = 'cancelled';
          return;
        default:
      }
    },
    explain: (id, replica, step) => {
      now = Math.max(now, step.at);
      const { type } = step.event;
      if (toldOnly[replica.machine.id]?.has(type) === true) {
        unexplained(step, `${replica.actor} to be told ${type} by another actor first`, []);
      }
      if (isOfClient(replica)) {
        if (type === 'link.lost') isLinkUp = false;
        if (type === 'link.restored') isLinkUp = true;
        if (type === 'link.closed') isClosed = true;
        if (type === 'link.lost' || type === 'link.closed') {
          doubts = [];
          owed = [];
        }
        if (type === 'heartbeat.requested') {
          const { reply } = step.event as { readonly reply?: unknown };
          // Where it is told in part, any is taken for it.
          const isKnown = typeof reply === 'string' && isToldWhole(reply);
          if (isKnown) needsArrival(step, [`heartbeat ${reply}`], 'a heartbeat request', false);
        }
        return;
      }
      if (type.startsWith('frame.')) explainFrame(id, step);
      else if (type === 'heartbeat.answered' || type === 'heartbeat.unanswerable') explainAnswer(step, id);
      else if (type === 'peer.resumed') needsArrival(step, ['resume'], 'a request for what is missing', true);
      else if (type.startsWith('source.')) {
        const facts = factsOf(id);
        if (isWhole(facts) && facts.source !== 'started') {
          const why = facts.source === 'none' ? 'has not started' : 'was cancelled';
          unexplained(step, `nothing of a source that ${why}`, []);
        }
      }
    },
    describe: () => ['an event of the application, or of a message that arrives'],
    endStep: checkOwed,
    endTurn: checkOwed,
    lateness: (replica, { id }, duration) =>
      lateMs + (replica.machine.id === 'consumerStream' && touchedDelays.test(id) ? duration / 12 + touchedToldMs : 0),
    onMessage: (message, end) => {
      tellsMessages = true;
      now = Math.max(now, message.at);
      if ((message.leftOut ?? 0) > 0) {
        doubts = doubts.filter(({ isFrequent }) => !isFrequent);
        owed = owed.filter(({ isFrequent }) => !isFrequent);
      }
      // Frames that share a message are as good as messages of their own.
      const { frames = [message.kind], ...alone } = message;
      for (const kind of frames) {
        if (end === 'sender') onSent({ ...alone, kind });
        else onArrived({ ...alone, kind });
      }
    },
    onCounts: ({ actor, records }: TraceCounts) => {
      tellsCounts = true;
      const facts = streams.get(actor);
      if (facts === undefined) return;
      facts.counted = records;
      if (!isWhole(facts)) return;
      const { isConsumer } = facts;
      const most = !isConsumer
        ? facts.passed === 0
          ? 0
          : Infinity
        : facts.gate === 'asking'
          ? facts.passed
          : (facts.countedAtEnd ?? Infinity);
      if (records > most) {
        const why = facts.gate === 'asking' || !isConsumer ? 'its gate is not open' : 'its reader has left';
        object('records', `expected at most ${most} records of a stream of which ${why}, came ${records}`, [], {
          actor,
        });
      }
      checkPassed(facts, isConsumer, actor);
    },
    onEnd: ({ actor }: TraceEnd) => {
      const facts = streams.get(actor);
      if (facts === undefined) return;
      const hasCounts = tellsCounts || isCounted();
      if (hasCounts && isWhole(facts)) facts.countedAtEnd ??= facts.counted;
      const { isConsumer } = facts;
      if (hasCounts && isWhole(facts)) checkPassed(facts, isConsumer, actor);
    },
    onGone: (id) => {
      gone.push(id);
      awaited.delete(heartbeatSubjectOf(id));
    },
    onStop: () => {
      // Nothing was wrong with the connection to its end.
      doubts = doubts.filter(({ isFrequent }) => !isFrequent);
      settleDoubts();
    },
    doubt: () => {
      mayMissMessages = true;
      owed = [];
      doubts = [];
      for (const known of [asked, arrived, awaited, closes]) known.clear();
      holes += 1;
    },
  };

  /** What the machine has handed over was taken, and so was counted. */
  function checkPassed({ passed, counted, isExtended }: StreamFacts, isConsumer: boolean, actor: string): void {
    if (counted >= passed || (!isConsumer && isExtended)) return;
    const text = isConsumer ? 'handed to the reader' : 'published';
    object('records', `expected ${passed} records to be ${text}, as the machine has said, came ${counted}`, [], {
      actor,
    });
  }
}

/** Where a consumer takes heartbeat requests. */
function heartbeatSubjectOf(consumerId: string): string {
  return `_HEARTBEAT.${consumerId.replace(/\.$/, '')}`;
}
