import type { NatsMessage } from '../../../../src/transport/nats-connection.js';
import {
  decodeHeartbeatResponse,
  decodeOpenRequest,
  encodeCloseFrame,
  encodeDataFrame,
  encodeHeartbeatRequest,
  inboxSubject,
  newConsumerToken,
  newStreamId,
} from '../../../../src/wire/index.js';
import type { ProducerPeer, Timing } from '../peer.js';
import type { SimulatedProcess } from '../process.js';
import type { TraceLog } from '../trace-log.js';
import { decodeWorkload, pause, recordOf } from '../workload.js';
import { createCounts } from './counts.js';
import { noteLink } from './note-link.js';
import { noteActor, rootOf, type Chart, type NotedActor } from './noted-actor.js';

const clientChart: Chart = {
  idle: [
    ['request.received', 'idle'],
    ['after:heartbeatInterval', 'asking'],
    ['after:heartbeatInterval', 'idle'],
  ],
  asking: [
    ['request.received', 'asking'],
    ['heartbeat.answered', 'asking'],
    ['heartbeat.answered', 'idle'],
    ['heartbeat.unanswerable', 'asking'],
    ['heartbeat.unanswerable', 'idle'],
    ['after:heartbeatRequestTimeout', 'asking'],
    ['after:heartbeatRequestTimeout', 'idle'],
  ],
};

const streamChart: Chart = {
  active: [
    ['source.ended', 'closed'],
    ['heartbeat.reported', 'closed'],
    ['heartbeat.lost', 'closed'],
    ['unregistered', 'orphaned'],
  ],
  orphaned: [['source.ended', 'closed']],
  closed: [],
};

interface GoStream {
  readonly inbox: string;
  readonly consumer: string;
  readonly heartbeatSubject: string;
  readonly streamId: string;
  readonly subject: string;
  readonly actor: NotedActor;
  readonly stopSource: AbortController;
}

/**
 * The producer of the Go package v1.5.0-alpha9, `producer_client.go` with the handler of `compute_handler.go`, mistakes
 * included: it asks one consumer after the other under one lock (defect 4), a duplicated request closes the live stream
 * (6), and one miss ends every stream of a consumer with 1000 (7).
 */
export function createGoProducer(
  process: SimulatedProcess,
  subjects: readonly string[],
  randomBytes: (length: number) => Uint8Array,
  timing: Timing,
  log: TraceLog,
): ProducerPeer {
  const { connection, clock, name: system } = process;
  const answerInbox = `_INBOX.${newConsumerToken(randomBytes)}`;
  const noted = { log, clock, system };
  /** The registry, which heartbeats go by. */
  const streams = new Map<string, GoStream>();
  /** Every source that runs, those of streams that are not registered any more included. */
  const running = new Set<string>();
  /** Requests that wait for the lock, which a round of heartbeats holds. */
  const locked: NatsMessage[] = [];
  let onAnswer: ((message: NatsMessage) => void) | undefined;

  log.write({ type: 'system', system, role: 'producer', op: 'start' });
  noteLink(process, log);
  log.write({ type: 'machine', machine: 'goProducerClient', root: rootOf('goProducerClient', clientChart) });
  log.write({ type: 'machine', machine: 'goProducerStream', root: rootOf('goProducerStream', streamChart) });
  const client = noteActor({ ...noted, actor: 'client', machine: 'goProducerClient', chart: clientChart });

  const remove = (stream: GoStream): void => {
    if (streams.get(stream.inbox) === stream) streams.delete(stream.inbox);
  };

  const close = (stream: GoStream, code: number, text: string): void => {
    connection.publish(stream.inbox, encodeCloseFrame(code, text));
    log.write({ type: 'end', system, actor: stream.inbox, stream: stream.inbox, reason: 'closed', code, text });
  };

  const stop = (stream: GoStream, event: 'heartbeat.reported' | 'heartbeat.lost'): void => {
    remove(stream);
    stream.actor.take({ type: event }, { commands: ['source.cancel'], from: 'client', isLast: true });
    stream.stopSource.abort();
    // Recordings of real peers show no frame after a report; after a miss the handler closes as if all were well.
    if (event === 'heartbeat.lost') close(stream, 1000, '');
  };

  const run = async (stream: GoStream, body: Uint8Array): Promise<void> => {
    const workload = decodeWorkload(body);
    const { signal } = stream.stopSource;
    const counts = createCounts(noted, stream.inbox, stream.inbox);
    running.add(stream.inbox);
    for (let index = 0; index < (workload.records ?? Infinity) && running.has(stream.inbox); index += 1) {
      await pause(clock, workload.everyMs, signal);
      if (signal.aborted) break;
      const record = recordOf(index, workload);
      connection.publish(stream.inbox, encodeDataFrame(record));
      counts.add(record.length);
    }
    counts.flush();
    if (signal.aborted) return;
    remove(stream);
    stream.actor.take({ type: 'source.ended' }, { commands: ['wire.close'], isLast: true });
    close(stream, 1000, '');
  };

  const onRequest = (message: NatsMessage): void => {
    const request = decodeOpenRequest(message.data);
    if (request.type === 'malformed') return;
    const { consumerId, streamId, heartBeatRequestSub, body } = request;
    const inbox = inboxSubject(consumerId, streamId);
    const known = streams.get(inbox);
    client.take(
      { type: 'request.received', id: inbox },
      { commands: known === undefined ? ['actor.spawn'] : ['wire.close'] },
    );
    if (known !== undefined) {
      // Defect 6: adding fails, the handler closes the live stream's inbox, and unregisters the original.
      remove(known);
      known.actor.take({ type: 'unregistered' }, { from: 'client' });
      close(known, 5000, 'stream already exists');
      return;
    }
    const stream: GoStream = {
      inbox,
      consumer: consumerId,
      heartbeatSubject: heartBeatRequestSub,
      streamId,
      subject: message.subject,
      stopSource: new AbortController(),
      actor: noteActor({
        ...noted,
        actor: inbox,
        parent: 'client',
        machine: 'goProducerStream',
        chart: streamChart,
        stream: inbox,
        subject: message.subject,
      }),
    };
    streams.set(inbox, stream);
    void run(stream, body ?? new Uint8Array());
  };

  const startTicking = (): void => {
    client.after('heartbeatInterval', timing.heartbeatIntervalMs, () => {
      const round = [...new Set(Array.from(streams.values(), (stream) => stream.consumer))];
      client.take({ type: 'after:heartbeatInterval' }, { target: round.length === 0 ? 'idle' : 'asking' });
      askNext(round);
    });
  };

  const askNext = (round: readonly string[]): void => {
    const [consumer, ...rest] = round;
    if (consumer === undefined) {
      for (const request of locked.splice(0)) onRequest(request);
      startTicking();
      return;
    }
    const asked = [...streams.values()].filter((stream) => stream.consumer === consumer);
    if (asked.length === 0) {
      askNext(rest);
      return;
    }
    const target = rest.length === 0 ? 'idle' : 'asking';
    const miss = (type: string): void => {
      onAnswer = undefined;
      client.take({ type }, { target });
      for (const stream of asked) stop(stream, 'heartbeat.lost');
      askNext(rest);
    };
    const giveUp = client.after('heartbeatRequestTimeout', timing.heartbeatRequestTimeoutMs, () =>
      miss('after:heartbeatRequestTimeout'),
    );
    const reply = `${answerInbox}.${newStreamId(randomBytes)}`;
    onAnswer = (message) => {
      if (message.subject !== reply) return;
      if (message.headers?.code === 503) {
        giveUp();
        miss('heartbeat.unanswerable');
        return;
      }
      const response = decodeHeartbeatResponse(message.data);
      if (response.type === 'malformed') return;
      onAnswer = undefined;
      giveUp();
      const reported = new Set(response.streams.flatMap(({ streamIds }) => streamIds));
      client.take({ type: 'heartbeat.answered', reported: [...reported] }, { target });
      for (const stream of asked) if (reported.has(stream.streamId)) stop(stream, 'heartbeat.reported');
      askNext(rest);
    };
    const bySubject = new Map<string, string[]>();
    for (const { subject, streamId } of asked) bySubject.set(subject, [...(bySubject.get(subject) ?? []), streamId]);
    const listed = Array.from(bySubject, ([subject, streamIds]) => ({ subject, streamIds }));
    const to = asked[0]?.heartbeatSubject ?? '';
    connection.publish(to, encodeHeartbeatRequest(listed), { reply });
  };

  connection.subscribe(`${answerInbox}.*`, { callback: (_, message) => onAnswer?.(message) });
  for (const subject of subjects) {
    connection.subscribe(subject, {
      callback: (_, message) => {
        // Adding a stream takes the lock that a round of heartbeats holds.
        if (client.value === 'asking') locked.push(message);
        else onRequest(message);
      },
    });
  }
  startTicking();

  return {
    role: 'producer',
    process,
    finish: (inbox) => void running.delete(inbox),
    // The package has no way to close a client: defect 8.
    close: () => undefined,
  };
}
