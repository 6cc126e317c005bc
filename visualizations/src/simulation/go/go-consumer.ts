import { decodeHeartbeatRequest, encodeHeartbeatResponse, encodeOpenRequest } from '../../../../src/wire/index.js';
import {
  consumerIdOf,
  decodeStreamFrame,
  heartbeatSubject,
  inboxSubject,
  inboxWildcard,
  newConsumerToken,
  newStreamId,
  streamIdOfInbox,
} from '../../../../src/wire/index.js';
import type { NatsMessage } from '../../../../src/transport/nats-connection.js';
import type { ConsumerPeer, OpenOrder, Timing } from '../peer.js';
import type { SimulatedProcess } from '../process.js';
import type { TraceLog } from '../trace-log.js';
import { encodeWorkload } from '../workload.js';
import { createCounts, type Counts } from './counts.js';
import { createDispatcher } from './dispatcher.js';
import { noteLink } from './note-link.js';
import { noteActor, rootOf, type Chart, type NotedActor } from './noted-actor.js';

const clientChart: Chart = {
  open: [
    ['app.open', 'open'],
    ['heartbeat.requested', 'open'],
  ],
};

const streamChart: Chart = {
  live: [
    ['frame.data', 'live'],
    ['frame.close', 'over'],
    ['app.cancel', 'cancelled'],
    ['after:cancellationBuffer', 'live'],
  ],
  cancelled: [
    ['frame.data', 'over'],
    ['frame.close', 'over'],
    ['after:cancellationBuffer', 'cancelled'],
  ],
  over: [['after:cancellationBuffer', 'over']],
};

interface GoStream {
  readonly id: string;
  readonly order: OpenOrder;
  readonly actor: NotedActor;
  readonly counts: Counts;
  /** Younger than the cancellation buffer. */
  isRecent: boolean;
}

/**
 * The consumer of the Go package v1.5.0-alpha9, `consumer_client.go`, mistakes included: it judges streams by their age
 * (defects 1 and 2), has no timer for a dead producer (3), hands records over through one dispatcher that a slow reader
 * blocks (5), and finds out that its caller has left when the next frame comes (9).
 */
export function createGoConsumer(
  process: SimulatedProcess,
  randomBytes: (length: number) => Uint8Array,
  timing: Timing,
  log: TraceLog,
): ConsumerPeer {
  const { connection, clock, name: system } = process;
  const consumerId = consumerIdOf(newConsumerToken(randomBytes));
  const streams = new Map<string, GoStream>();
  const noted = { log, clock, system };

  log.write({ type: 'system', system, role: 'consumer', op: 'start' });
  noteLink(process, log);
  log.write({ type: 'machine', machine: 'goConsumerClient', root: rootOf('goConsumerClient', clientChart) });
  log.write({ type: 'machine', machine: 'goConsumerStream', root: rootOf('goConsumerStream', streamChart) });
  const client = noteActor({ ...noted, actor: 'client', machine: 'goConsumerClient', chart: clientChart });

  const end = (stream: GoStream, reason: string, code: number, text: string): void => {
    stream.counts.flush();
    const inbox = inboxSubject(consumerId, stream.id);
    log.write({ type: 'end', system, actor: stream.id, stream: inbox, reason, code, text });
  };

  /** A frame in the hands of the dispatcher, which looks at the caller's context only now. */
  const dispatched = (message: NatsMessage): void => {
    const stream = streams.get(streamIdOfInbox(message.subject));
    if (stream === undefined || stream.actor.value === 'over') return;
    const frame = decodeStreamFrame(message.data);
    if (frame.type !== 'data' && frame.type !== 'close') return;
    const wasCancelled = stream.actor.value === 'cancelled';
    const event = { type: `frame.${frame.type}`, ...(frame.type === 'close' ? { code: frame.code } : {}) };
    stream.actor.take(event, {
      commands: wasCancelled || frame.type === 'close' ? ['reader.end'] : ['reader.deliver'],
    });
    if (wasCancelled) end(stream, 'cancelled', 1006, 'the caller left, which this frame found out');
    else if (frame.type === 'data') stream.counts.add(frame.data.length);
    else end(stream, frame.code === 1000 ? 'completed' : 'closed', frame.code, frame.text);
  };

  const dispatcher = createDispatcher(clock, dispatched, (dropped, waiting) => {
    // One mark for each doubling: a mark for each record would hide everything else.
    if (!Number.isInteger(Math.log2(dropped))) return;
    const text = `NATS has dropped ${dropped} ${dropped === 1 ? 'record' : 'records'} without a word, since ${waiting} wait for the dispatcher`;
    log.write({ type: 'mark', kind: 'warning', system, text });
  });

  /** What this package reports: see defects 1 and 2. */
  const reports = (subject: string, listed: readonly string[]): readonly string[] => {
    const known = [...streams.values()].filter((stream) => stream.order.subject === subject);
    const recent = known.filter((stream) => stream.isRecent);
    if (known.length === 0) return listed;
    return recent.length === 0 ? [] : listed.filter((id) => !recent.some((stream) => stream.id === id));
  };

  connection.subscribe(inboxWildcard(consumerId), {
    callback: (_, message) => {
      const stream = streams.get(streamIdOfInbox(message.subject));
      if (stream === undefined) return;
      if (message.headers?.code !== 503) {
        dispatcher.push(stream.id, stream.order.readEveryMs, message);
      } else if (stream.actor.value === 'live') {
        // Defect 8: an empty message is no frame, and is told as bad data.
        end(stream, 'closed', 1003, 'unexpected end of JSON input');
        stream.actor.take({ type: 'frame.close', code: 1003 }, { commands: ['reader.end'] });
      }
    },
  });
  connection.subscribe(heartbeatSubject(consumerId), {
    callback: (_, message) => {
      const request = decodeHeartbeatRequest(message.data);
      if (request.type === 'malformed' || message.reply === undefined) return;
      const answer = request.streams.map(({ subject, streamIds }) => ({
        subject,
        streamIds: reports(subject, streamIds),
      }));
      const reported = answer.flatMap(({ streamIds }) => streamIds);
      client.take({ type: 'heartbeat.requested', reported }, { commands: ['wire.answer'] });
      connection.publish(message.reply, encodeHeartbeatResponse(answer));
    },
  });

  return {
    role: 'consumer',
    process,
    inboxOf: (name) => {
      const stream = [...streams.values()].find(({ order }) => order.name === name);
      return stream === undefined ? undefined : inboxSubject(consumerId, stream.id);
    },
    open: (order) => {
      const id = newStreamId(randomBytes);
      const inbox = inboxSubject(consumerId, id);
      client.take({ type: 'app.open', id, subject: order.subject }, { commands: ['actor.spawn'] });
      const actor = noteActor({
        ...noted,
        actor: id,
        parent: 'client',
        machine: 'goConsumerStream',
        chart: streamChart,
        stream: inbox,
        subject: order.subject,
        context: { isRecent: true },
      });
      const stream: GoStream = { id, order, actor, counts: createCounts(noted, id, inbox), isRecent: true };
      streams.set(id, stream);
      actor.after('cancellationBuffer', timing.cancellationBufferMs, () => {
        stream.isRecent = false;
        actor.take({ type: 'after:cancellationBuffer' }, { context: { isRecent: false } });
      });
      const body = encodeWorkload(order.workload);
      const request = { consumerId, streamId: id, heartBeatRequestSub: heartbeatSubject(consumerId), body };
      connection.publish(order.subject, encodeOpenRequest(request), { reply: inbox });
    },
    cancel: (name) => {
      const stream = [...streams.values()].find(({ order }) => order.name === name);
      stream?.actor.take({ type: 'app.cancel' });
    },
    // The package has no way to close a client: defect 8.
    close: () => undefined,
  };
}
