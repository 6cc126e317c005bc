import { expect } from 'chai';
import { connect, type NatsConnection } from 'nats';
import sinon from 'sinon';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { StreamError } from '../../../src/index.js';
import {
  collectTraces,
  createTracer,
  traceOverNats,
  type Collector,
  type TraceEvent,
} from '../../../src/tracing/index.js';
import { createMemoryBroker } from '../../../src/memory-broker/index.js';
import { encodeBatches } from '../../../src/tracing/collector-messages.js';
import { closePair, createPair } from '../../support/pair.js';
import { createProcessMerge } from '../../../src/tracing/process-merge.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';
import { startNatsServer, type NatsServer } from '../../support/nats-server.js';
import { typescriptLoader } from '../../support/build.js';

type Of<Type extends TraceEvent['type']> = Extract<TraceEvent, { type: Type }>;

function only<Type extends TraceEvent['type']>(records: readonly TraceEvent[], type: Type): Of<Type>[] {
  return records.filter((record): record is Of<Type> => record.type === type);
}

/** Waits as long as it takes: what does not come within minutes, does not come. */
async function until(isSo: () => boolean, what: string): Promise<void> {
  const patienceMs = 300_000;
  const begunAt = performance.now();
  while (!isSo()) {
    if (performance.now() - begunAt > patienceMs) throw new Error(`expected ${what}, which did not come`);
    await sleep(10);
  }
}

const script = fileURLToPath(new URL('../../support/traced-process.ts', import.meta.url));

describe('trace events over NATS, from processes', () => {
  let server: NatsServer;
  let connection: NatsConnection;
  let collector: Collector | undefined;
  const children = new Set<ChildProcess>();

  before(async () => {
    server = await startNatsServer();
    connection = await connect({ servers: server.url });
  });
  afterEach(() => {
    collector?.stop();
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });
  after(async () => {
    await connection.close();
    await server.stop();
  });

  const start = async (subject: string, role: string, streams = 0): Promise<ChildProcess> => {
    const setting = JSON.stringify({ url: server.url, role, subject, streams });
    const child = spawn(process.execPath, ['--import', typescriptLoader, script, setting], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.add(child);
    await once(child.stdout, 'data');
    return child;
  };

  it('become one run in which both ends of each stream are known by the same name', async () => {
    const records: TraceEvent[] = [];
    const producer = await start('a', 'producer');
    await start('a', 'consumer', 5);
    collector = collectTraces(connection, (batch) => void records.push(...batch), { subject: 'a' });
    const ends = () => {
      const systems = new Map<string, Set<string>>();
      for (const { stream, system } of only(records, 'actor')) {
        if (stream !== undefined) systems.set(stream, (systems.get(stream) ?? new Set()).add(system));
      }
      return [...systems.values()];
    };
    await until(() => ends().filter(({ size }) => size === 2).length === 5, 'both ends of five streams');
    expect(collector.processes).to.equal(2);
    expect(ends().map((systems) => [...systems].sort())).to.deep.equal(Array(5).fill(['consumer', 'producer']));

    expect(records[0]).to.include({ type: 'run', source: 'live', unit: 'ms', label: 'trace events on a' });
    // The two ends tell of a message in batches of their own, of which either may come first.
    const isToldByBoth = () => {
      const sent = only(records, 'message').filter(({ op, kind }) => op === 'send' && kind === 'heartbeat');
      const came = new Set(only(records, 'message').flatMap(({ op, message }) => (op === 'deliver' ? [message] : [])));
      return sent.some(({ message }) => came.has(message));
    };
    await until(isToldByBoth, 'a heartbeat that both ends tell of');

    const rest = records.slice(1) as Exclude<TraceEvent, { type: 'run' }>[];
    expect(rest.map(({ seq }) => seq)).to.deep.equal(rest.map((_, index) => index + 1));
    const times = rest.map(({ at }) => at);
    expect(times).to.deep.equal([...times].sort((one, other) => one - other));

    producer.kill('SIGKILL');
    await until(() => only(records, 'end').length === 5, 'the ends of five streams');
    expect(new Set(only(records, 'end').map(({ reason }) => reason))).to.deep.equal(new Set(['producerSilent']));
    // It is dead, which nobody knows who only hears nothing of it.
    await until(() => only(records, 'contact').length === 2, 'the loss of contact, and that of its connection');
    expect(only(records, 'contact').map(({ op, systems, reason }) => ({ op, systems, reason }))).to.deep.equal([
      { op: 'lost', systems: ['producer'], reason: 'silent' },
      { op: 'lost', systems: ['producer'], reason: 'gone' },
    ]);
    expect(only(records, 'system').every(({ op }) => op === 'start')).to.equal(true);
  });

  it('go on where they were when a lost connection is back', async () => {
    const proxy = await startTcpProxy(server.port);
    const own = await connect({ servers: proxy.url, reconnectTimeWait: 100 });
    const records: TraceEvent[] = [];
    await start('c', 'producer');
    const [leaving, staying] = [await start('c', 'consumer', 1), await start('c', 'consumer', 1)];
    collector = collectTraces(own, (batch) => void records.push(...batch), { subject: 'c' });
    const streams = () => only(records, 'actor').filter(({ machine }) => machine === 'consumerStream');
    await until(() => streams().length === 2, 'both streams');
    proxy.freeze();
    proxy.cut();
    await until(() => only(records, 'mark').length === 1, 'the loss');
    leaving.kill('SIGKILL');
    const lost = () => only(records, 'contact').filter(({ op }) => op === 'lost');
    await until(() => lost().length === 3, 'the loss of contact with all three');
    expect(new Set(lost().map(({ reason }) => reason))).to.deep.equal(new Set(['disconnected']));
    const before = records.length;
    proxy.thaw();
    const since = () => records.slice(before);
    const back = () => only(since(), 'contact').filter(({ op }) => op === 'restored');
    await until(() => back().length === 2, 'contact with the two that are left');
    const [stays, leaves] = streams()
      .map(({ system }) => system)
      .sort((one) => (back().some(({ systems }) => systems.includes(one)) ? -1 : 1));
    expect(back().flatMap(({ systems }) => systems)).to.have.members(['producer', stays]);
    expect(lost().some(({ systems }) => systems.includes(leaves ?? ''))).to.equal(true);
    // Those that live went on all the time, and nobody knows of the other.
    const flows = () => only(since(), 'counts').some(({ system }) => system === stays);
    await until(flows, 'records of the one that is left');
    expect(only(records, 'step').filter(({ status, system }) => status !== 'active' && system === stays)).to.be.empty;
    expect(only(records, 'system').every(({ op }) => op === 'start')).to.equal(true);
    expect(
      only(records, 'link')
        .filter(({ systems }) => systems.length === 0)
        .map(({ op }) => op),
    ).to.deep.equal(['lost', 'restored']);
    expect(only(records, 'mark').map(({ text }) => text)).to.deep.equal([
      'the connection to NATS is lost: nothing is heard of the processes',
      'the connection to NATS is back',
    ]);
    collector.stop();
    staying.kill('SIGKILL');
    await own.close();
    await proxy.close();
  });

  it('of a process without a connection are told when it has one again, with when they happened', async () => {
    const proxy = await startTcpProxy(server.port);
    const own = await connect({ servers: proxy.url, reconnectTimeWait: 100 });
    const tracer = createTracer();
    const publication = traceOverNats(tracer, { connection: own, subject: 'd', process: 'cut off' });
    const records: TraceEvent[] = [];
    collector = collectTraces(connection, (batch) => void records.push(...batch), { subject: 'd' });
    const marks = () => only(records, 'mark').map(({ text }) => text);
    tracer.mark('before');
    await until(() => publication.collectors === 1, 'the ask');
    tracer.mark('heard');
    await until(() => marks().includes('heard'), 'the first mark');
    const lost = (async () => {
      for await (const { type } of own.status()) if ((type as string) === 'disconnect') return;
    })();
    proxy.freeze();
    proxy.cut();
    await lost;
    for (const text of ['one', 'two', 'three']) {
      tracer.mark(text);
      // Each is handed over by itself.
      await sleep(100);
    }
    proxy.thaw();
    await until(() => marks().includes('three'), 'what happened meanwhile');
    expect(marks().slice(-4)).to.deep.equal(['heard', 'one', 'two', 'three']);
    expect(only(records, 'gap')).to.be.empty;
    // Told at one moment, they stand where they were.
    const happened = only(records, 'mark').map(({ at, late = 0 }) => at - late);
    expect((happened.at(-1) ?? 0) - (happened.at(-3) ?? 0)).to.be.at.least(150);
    publication.stop();
    await own.close();
    await proxy.close();
  });

  it('keep lifelines apart that have one name in two processes, and share their statecharts', async () => {
    const records: TraceEvent[] = [];
    await start('b', 'producer');
    const [one] = [await start('b', 'consumer', 1), await start('b', 'consumer', 1)];
    collector = collectTraces(connection, (batch) => void records.push(...batch), { subject: 'b' });
    await until(() => only(records, 'system').length === 3, 'three lifelines');
    expect(new Set(only(records, 'system').map(({ system }) => system)).size).to.equal(3);
    await until(
      () => only(records, 'actor').filter(({ machine }) => machine === 'producerStream').length === 2,
      'streams',
    );
    const names = only(records, 'machine').map(({ machine }) => machine);
    expect(names).to.deep.equal([...new Set(names)]);
    expect(names.every((name) => /^\w+$/.test(name))).to.equal(true);
    one.kill('SIGTERM');
    await until(() => only(records, 'system').some(({ op }) => op === 'stop'), 'the goodbye');
  });
});

describe('trace events over NATS', () => {
  it('are recorded only while somebody asks', async () => {
    const broker = createMemoryBroker();
    const connection = broker.connect();
    const tracer = createTracer();
    const inspection = traceOverNats(tracer, { connection });
    await sleep(5);
    expect(tracer.isListening).to.equal(false);
    const records: TraceEvent[] = [];
    const collector = collectTraces(broker.connect(), (batch) => void records.push(...batch));
    await until(() => tracer.isListening, 'the ask');
    expect(inspection.collectors).to.equal(1);
    tracer.mark('heard');
    await until(() => only(records, 'mark').length === 1, 'the mark');
    collector.stop();
    await until(() => !tracer.isListening, 'the end of listening');
    inspection.stop();
  });

  it('come to two collectors, each with all that lives', async () => {
    const tracer = createTracer();
    const pair = createPair({ consumer: { tracer }, producer: { tracer } });
    const inspection = traceOverNats(tracer, { connection: pair.bystander });
    const heard = [[], []] as TraceEvent[][];
    const collectors = heard.map((records) => collectTraces(pair.bystander, (batch) => void records.push(...batch)));
    for (const records of heard) await until(() => only(records, 'actor').length === 2, 'two clients');
    for (const collector of collectors) collector.stop();
    inspection.stop();
    await closePair(pair);
  });

  it('are encoded once for all collectors', async () => {
    const broker = createMemoryBroker();
    const tracer = createTracer();
    const inspection = traceOverNats(tracer, { connection: broker.connect() });
    const heard = [[], [], []] as TraceEvent[][];
    const collectors = heard.map((records) => collectTraces(broker.connect(), (batch) => void records.push(...batch)));
    await until(() => inspection.collectors === 3, 'three collectors');
    const written = sinon.spy(JSON, 'stringify');
    try {
      for (let n = 1; n <= 50; n += 1) tracer.mark(`mark ${n}`);
      for (const records of heard) await until(() => only(records, 'mark').length === 50, 'all marks');
      const marks = written.args.filter(([value]) => (value as { type?: string } | undefined)?.type === 'mark');
      expect(marks).to.have.length(50);
    } finally {
      written.restore();
    }
    for (const collector of collectors) collector.stop();
    inspection.stop();
  });

  it('go to so many collectors at most, and one beyond is told so once', async () => {
    const broker = createMemoryBroker();
    const tracer = createTracer();
    const connection = broker.connect();
    const inspection = traceOverNats(tracer, { connection, process: 'watched', collectorsMax: 2 });
    const stranger = broker.connect();
    const told: string[] = [];
    stranger.subscribe('nats-stream.records.to.*', {
      callback: (_, { subject, data }) => told.push(`${subject} ${new TextDecoder().decode(data)}`),
    });
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < 1000; n += 1) stranger.publish('nats-stream.records.ask', `{"token":"t${n}"}`);
    }
    await until(() => told.some((text) => text.includes('.to.t999 ')), 'the last answer');
    await stranger.flush();
    expect(inspection.collectors).to.equal(2);
    expect(told.filter((text) => text.includes('watched is watched by 2 collectors already'))).to.have.length(998);
    inspection.stop();
  });

  it('are not told from the start again and again to one that comes and goes', async () => {
    const broker = createMemoryBroker();
    const tracer = createTracer();
    const inspection = traceOverNats(tracer, { connection: broker.connect(), collectorsMax: 4 });
    const stranger = broker.connect();
    let headers = 0;
    stranger.subscribe('nats-stream.records.to.*', {
      callback: (_, { data }) => {
        const text = new TextDecoder().decode(data);
        if (text.includes('"type":"run"') && !text.includes('already')) headers += 1;
      },
    });
    for (let n = 0; n < 500; n += 1) {
      stranger.publish('nats-stream.records.ask', `{"token":"t${n}"}`);
      stranger.publish('nats-stream.records.ask', `{"token":"t${n}","isOver":true}`);
    }
    await stranger.flush();
    await stranger.flush();
    expect(headers).to.be.at.most(4);
    expect(inspection.collectors).to.equal(0);
    inspection.stop();
  });

  it('fit into messages, and one that does not becomes a gap', () => {
    const mark = (seq: number, text: string): TraceEvent => ({ type: 'mark', seq, at: 1, kind: 'note', text });
    const records = [mark(1, 'ä'.repeat(300)), mark(2, 'ä'.repeat(300)), mark(3, 'x'.repeat(3000)), mark(4, 'y')];
    const payloads = [...encodeBatches({ process: 'p', instance: 'i' }, records, 1000)];
    for (const payload of payloads) expect(payload.length).to.be.at.most(1000);
    const came = payloads.flatMap(
      (payload) => (JSON.parse(new TextDecoder().decode(payload)) as { records: TraceEvent[] }).records,
    );
    expect(came).to.deep.equal([records[0], records[1], { type: 'gap', seq: 3, at: 1, dropped: 1 }, records[3]]);
  });

  it('are asked for by nobody who says nonsense', async () => {
    const broker = createMemoryBroker();
    const tracer = createTracer();
    const inspection = traceOverNats(tracer, { connection: broker.connect() });
    const stranger = broker.connect();
    for (const ask of ['', '{}', 'null', '[1]', '{"token":"a.b"}', '{"token":">"}', '{"token":""}', '{"token":7}']) {
      stranger.publish('nats-stream.records.ask', ask);
    }
    await stranger.flush();
    await sleep(5);
    expect(inspection.collectors).to.equal(0);
    inspection.stop();
  });

  it('survive a process that says nonsense', async () => {
    const broker = createMemoryBroker();
    const stranger = broker.connect();
    const records: TraceEvent[] = [];
    let to = '';
    stranger.subscribe('nats-stream.records.ask', {
      callback: (_, { data }) => {
        to = `nats-stream.records.to.${(JSON.parse(new TextDecoder().decode(data)) as { token: string }).token}`;
      },
    });
    await stranger.flush();
    const collector = collectTraces(broker.connect(), (batch) => void records.push(...batch));
    await until(() => to !== '', 'the ask');
    const envelope = { process: 'p', instance: 'i', isOver: false };
    const runHeader = { type: 'run', version: 1, source: 'live', unit: 'ms', label: 'p' };
    for (const payload of [
      '',
      '{',
      'null',
      { ...envelope, records: [runHeader] },
      { ...envelope, records: [{ type: 'step', seq: 1, at: 1, system: 's', actor: 'a' }, null, 7, {}] },
      { ...envelope, records: [{ type: 'counts', seq: 2, at: 2, system: 's', actor: 'a', stream: 'x' }] },
      { ...envelope, records: 7 },
    ]) {
      stranger.publish(to, typeof payload === 'string' ? payload : JSON.stringify(payload));
    }
    const mark = { type: 'mark', seq: 1, at: 5, kind: 'note', text: 'fine' };
    stranger.publish(to, JSON.stringify({ ...envelope, records: [mark] }));
    const unknown = { type: 'weather', seq: 2, at: 6, sky: 'blue' };
    stranger.publish(to, JSON.stringify({ ...envelope, records: [unknown] }));
    await until(() => records.length === 4, 'the marks, and what is of a type that is not known here');
    const told = new Set(records.slice(1).map((record) => ('text' in record ? record.text : record.type)));
    expect(told).to.deep.equal(
      new Set([
        'trace events of p cannot be read, such as one with step.event: expected an object, came nothing',
        'fine',
        'weather',
      ]),
    );
    collector.stop();
  });

  it('tell of clients that know of no tracer, from the streams that are open already, until it is stopped', async () => {
    const pair = createPair();
    pair.producer.handle('ticks', async function* ({ signal }) {
      while (!signal.aborted) {
        yield 'tick';
        await sleep(5);
      }
    });
    const early = pair.consumer.openStream('ticks', undefined, { onRecord: () => undefined });
    await sleep(20);
    const inspection = traceOverNats([pair.consumer, pair.producer], { process: 'shop' });
    const records: TraceEvent[] = [];
    const collector = collectTraces(pair.bystander, (batch) => void records.push(...batch));
    const endsOf = (id: string) =>
      only(records, 'actor')
        .filter(({ stream }) => stream === `${pair.consumer.id}${id}`)
        .map(({ system }) => system);
    await until(() => endsOf(early.id).length === 2, 'both ends of the stream that was open');
    expect(endsOf(early.id)).to.have.members(['shop consumer', 'shop producer']);
    const late = pair.consumer.openStream('ticks', undefined, { onRecord: () => undefined });
    await until(() => endsOf(late.id).length === 2, 'both ends of the stream that came later');
    const saw = (op: string, kind: string) => (): boolean =>
      only(records, 'message').some((message) => message.op === op && message.kind === kind);
    await until(saw('send', 'open'), 'the request, as it went out');
    await until(saw('deliver', 'data'), 'a record, as it came');
    early.cancel();
    await until(() => only(records, 'end').some(({ reason }) => reason === 'cancelled'), 'the end');

    inspection.stop();
    await until(() => only(records, 'system').some(({ op }) => op === 'stop'), 'the goodbye');
    expect(inspection.collectors).to.equal(0);
    collector.stop();
    late.cancel();
    await closePair(pair);
  });

  it('are those of nothing else than clients and tracers', () => {
    expect(() => traceOverNats({} as never)).to.throw(StreamError, 'client: expected a ConsumerClient or a Produc');
    expect(() => traceOverNats(null as never)).to.throw(StreamError, 'came null');
    expect(() => traceOverNats([])).to.throw(StreamError, 'clients: expected one at least, came none');
  });

  it('begin with a header, and a process that has none is asked once more and no more', async () => {
    const broker = createMemoryBroker();
    const stranger = broker.connect();
    const records: TraceEvent[] = [];
    const asked = new Set<string>();
    let asks = 0;
    const mark = { type: 'mark', seq: 7, at: 5, kind: 'note', text: 'from the middle' };
    stranger.subscribe('nats-stream.records.ask', {
      callback: (_, { data }) => {
        const { token, isOver } = JSON.parse(new TextDecoder().decode(data)) as { token: string; isOver: boolean };
        if (isOver) return;
        asks += 1;
        asked.add(token);
        const batch = { process: 'p', instance: 'i', isOver: false, records: [mark] };
        stranger.publish(`nats-stream.records.to.${token}`, JSON.stringify(batch));
      },
    });
    await stranger.flush();
    const collector = collectTraces(broker.connect(), (batch) => void records.push(...batch));
    await until(() => only(records, 'mark').length > 0, 'the remark');
    for (let more = asks + 1; more < 8; more += 1) {
      // Whoever greets is asked.
      stranger.publish('nats-stream.records.here');
      await until(() => asks >= more, 'another ask');
    }
    expect(asked.size).to.equal(2);
    expect(only(records, 'mark').map(({ text }) => text)).to.deep.equal([
      'trace events of p cannot be read: they begin without the header of a run',
    ]);
    collector.stop();
  });

  it('tell of records that were lost on the way', () => {
    const merge = createProcessMerge();
    const batch = { process: 'p', instance: 'i', isOver: false };
    const header: TraceEvent = { type: 'run', version: 1, source: 'live', unit: 'ms', label: '' };
    const mark = (seq: number): TraceEvent => ({ type: 'mark', seq, at: seq, kind: 'note', text: `${seq}` });
    const told = merge.take({ ...batch, records: [header, mark(1), mark(4)] }, 10);
    expect(told?.map((draft) => (draft.type === 'gap' ? draft.dropped : draft.type))).to.deep.equal([
      'mark',
      2,
      'mark',
    ]);
  });

  it('of a process that takes the name of one that is over come behind its end, whatever the time on the way', () => {
    const merge = createProcessMerge();
    const header: TraceEvent = { type: 'run', version: 1, source: 'live', unit: 'ms', label: '' };
    const start: TraceEvent = { type: 'system', seq: 1, at: 5, system: 'producer', role: 'producer', op: 'start' };
    const batchOf = (instance: string, more: readonly TraceEvent[]) => ({
      ...{ process: 'p', instance, isOver: false },
      records: [header, start, ...more],
    });
    merge.take(batchOf('first', []), 10);
    const end = merge.over('first', 'crash', 100);
    expect(end.map(({ at }) => at)).to.deep.equal([100]);
    // What the second one tells is up to 80 ms old as it comes.
    const mark: TraceEvent = { type: 'mark', seq: 2, at: 85, kind: 'note', text: '' };
    const told = merge.take(batchOf('second', [mark]), 101) ?? [];
    expect(told.map((draft) => [draft.type, 'system' in draft ? draft.system : '', draft.at])).to.deep.equal([
      ['system', 'producer', 100],
      ['mark', '', 101],
    ]);
  });

  it('are refused on a subject that is none, and with an option that is none', () => {
    const connection = createMemoryBroker().connect();
    expect(() => traceOverNats(createTracer(), { connection, subject: 'a.*' })).to.throw(
      StreamError,
      'subject: expected',
    );
    expect(() => traceOverNats(createTracer(), { connection, subjects: 'a' } as never)).to.throw(
      StreamError,
      'unknown option subjects (did you mean subject?)',
    );
    for (const collectorsMax of [0, -1, 1.5, NaN, '3', null]) {
      expect(() => traceOverNats(createTracer(), { connection, collectorsMax } as never)).to.throw(
        StreamError,
        'collectorsMax: expected a whole number from 1 on',
      );
    }
    expect(() => collectTraces(connection, () => undefined, { subject: '' })).to.throw(
      StreamError,
      'subject: expected',
    );
  });
});
