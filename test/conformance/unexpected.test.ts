import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { headers } from 'nats';
import { encodeAnnouncement, encodeDataFrame } from '../../src/wire/index.js';
import { tableOf } from '../machines/specification-tables.js';
import { root } from '../support/build.js';
import { useFakeTime, type FakeTime } from '../support/fake-time.js';
import { hostileConsumer, hostileProducer } from '../support/hostile-scenes.js';
import { failureOf, readAll, readInBackground } from '../support/read.js';
import { settle } from '../support/settle.js';

/** What a hostile peer does, and what happens then. */
type HostileCase = (time: FakeTime) => Promise<void>;

/** What no peer brings about, but the application, the server or the link: the tests that show it, by file and name. */
interface Shown {
  readonly file: string;
  readonly name: string;
}

const shown = (file: string, name: string): Shown => ({ file, name });
const textOf = (data: Uint8Array): string => new TextDecoder().decode(data);
const closeCodes = (heard: readonly { readonly data: Uint8Array }[]): unknown[] =>
  heard.map(({ data }) => (JSON.parse(textOf(data)) as { closeError?: { Code: number } }).closeError?.Code);
const terms = { version: 1, heartbeatIntervalMs: 10_000, heartbeatRequestTimeoutMs: 5_000, missedHeartbeatsMax: 2 };
const announcement = encodeAnnouncement({ end: 0, isWanting: false, terms });
/** What a server says of a subject that nobody subscribes to, or who pretends to be one. */
const noResponders = { headers: headers(503, 'No Responders') };

const atProducer: Readonly<Record<string, HostileCase | Shown>> = {
  'an open request that is not JSON, lacks a field, has one of the wrong type, or a body that is not base64':
    async () => {
      const { ask, publish, peer, started, hear, end } = await hostileConsumer();
      const heard = hear(`${peer.consumerId}one`);
      await publish('endless', 'no JSON', `${peer.consumerId}one`);
      for (const wrong of [
        { consumerId: undefined },
        { streamId: 7 },
        { heartBeatRequestSub: null },
        { body: '***' },
      ]) {
        await ask(wrong);
      }
      expect(closeCodes(heard)).to.deep.equal([4000, 4000, 4000, 4000, 4000]);
      for (const { data } of heard) expect(textOf(data)).to.include('error decoding Request: ');
      expect(started).to.deep.equal([]);
      await end();
    },
  'an open request whose ids, heartbeat subject and reply subject do not fit together': async () => {
    const { ask, peer, started, hear, end } = await hostileConsumer();
    const heard = hear('_SINBOX.>');
    await ask({ heartBeatRequestSub: '_HEARTBEAT._SINBOX.another' });
    await ask({ streamId: 'two' });
    await ask({ consumerId: '_SINBOX.another.' });
    await ask({}, `${peer.consumerId}two`);
    expect(closeCodes(heard)).to.deep.equal([4000, 4000, 4000, 4000]);
    expect(started).to.deep.equal([]);
    await end();
  },
  'an open request that the application does not accept': async () => {
    const accept = ({ consumerId }: { consumerId: string }) =>
      consumerId.length > '_SINBOX.3cIFx2Ul804koefsXxXj5b.'.length;
    const { ask, peer, started, pair, hear, end } = await hostileConsumer(
      { consumer: { consumerName: 'honest' } },
      { accept },
    );
    const heard = hear(`${peer.consumerId}one`);
    await ask();
    expect(closeCodes(heard)).to.deep.equal([4003]);
    expect([started.length, pair.producer.streams.length]).to.deep.equal([0, 1]);
    await end();
  },
  'an open request beyond the limits of streams': async () => {
    const { ask, peer, started, hear, end } = await hostileConsumer({ producer: { streamsPerConsumerMax: 1 } });
    const heard = hear(`${peer.consumerId}two`);
    await ask();
    await ask({ streamId: 'two' }, `${peer.consumerId}two`);
    expect([started, closeCodes(heard)]).to.deep.equal([['one'], [4029]]);
    await end();
  },
  'a refused request whose reply subject is missing, no legal subject, or does not begin with _SINBOX., _INBOX. or _R_.':
    async () => {
      const { publish, pair, end } = await hostileConsumer();
      const published: string[] = [];
      const { producerConnection } = pair;
      const publishAs = producerConnection.publish.bind(producerConnection);
      producerConnection.publish = (subject, payload, options) => {
        published.push(subject);
        publishAs(subject, payload, options);
      };
      for (const reply of [undefined, 'orders.new', '_SINBOX', '_INBOXES.x', '_SINBOX..x', '_R_', '$SYS.REQ', 'a.*']) {
        await publish('endless', 'no JSON', reply);
      }
      expect(published).to.deep.equal([]);
      await end();
    },
  'an extension of a wrong shape': async () => {
    const { ask, peer, end } = await hostileConsumer();
    for (const extension of [7, 'x', [], { version: 'x' }, { version: 1, exact: 'yes' }, { version: 1, delivery: 7 }]) {
      const streamId = `s${JSON.stringify(extension).length}`;
      await ask({ streamId, extension }, peer.consumerId + streamId);
      expect(peer.records(streamId), JSON.stringify(extension)).to.deep.equal(['0']);
    }
    await end();
  },
  'a request for a registered stream': async () => {
    const { ask, started, peer, end } = await hostileConsumer();
    for (let n = 0; n < 5; n += 1) await ask();
    expect([started, peer.records('one')]).to.deep.equal([['one'], ['0']]);
    await end();
  },
  'a request for a stream that is over': async (time) => {
    const { ask, started, stopped, peer, end } = await hostileConsumer();
    peer.answerWith = ({ streams }) => ({ NonActiveStreamIds: streams });
    await ask();
    await time.pass(60_000);
    expect([started, stopped]).to.deep.equal([['one'], ['one']]);
    await ask();
    expect(started).to.deep.equal(['one', 'one']);
    await end();
  },
  'a request that comes while the client closes': async () => {
    const decide: (() => void)[] = [];
    let isOpen = true;
    const accept = () => isOpen || new Promise<boolean>((resolve) => decide.push(() => resolve(true)));
    const { ask, peer, pair, started, hear } = await hostileConsumer({}, { accept });
    const heard = hear(`${peer.consumerId}one`);
    isOpen = false;
    await ask();
    await pair.producer.close();
    for (const accepted of decide) accepted();
    await settle();
    expect([closeCodes(heard), started]).to.deep.equal([[1001], []]);
    await pair.consumer.close();
  },
  'two producers take the same request, for want of a queue group': shown(
    'test/src/consumer/second-producer.test.ts',
    'have the later one cancelled before any heartbeat, and the consumer warned once',
  ),
  'a heartbeat response that cannot be read': async (time) => {
    const { ask, peer, stopped, warned, end } = await hostileConsumer();
    for (const answer of ['no JSON', [], { NonActiveStreamIds: 7 }, { NonActiveStreamIds: { endless: 'one' } }]) {
      peer.answerWith = () => answer;
      await time.pass(1);
    }
    await ask();
    await time.pass(4_000);
    expect([stopped, warned('malformedFrame')]).to.deep.equal([[], 1]);
    await time.pass(30_000);
    expect(stopped).to.deep.equal(['one']);
    await end();
  },
  'a heartbeat response that is late, repeated, or of no request': async (time) => {
    const { ask, peer, publish, stopped, end } = await hostileConsumer();
    const report = { NonActiveStreamIds: { endless: ['one'] } };
    await ask({ extension: { version: 1, exact: true } });
    const [first] = peer.heartbeats;
    for (let n = 0; n < 5; n += 1) await publish(first?.reply ?? '', report);
    await publish('_INBOX.of.nobody', report);
    await time.pass(10_000);
    await publish(first?.reply ?? '', report);
    expect([peer.heartbeats.length, stopped]).to.deep.equal([2, []]);
    await end();
  },
  'a response that reports streams which were not asked': async (time) => {
    const { ask, peer, pair, started, stopped, end } = await hostileConsumer();
    peer.answerWith = () => ({
      NonActiveStreamIds: { endless: [pair.consumer.streams[0]?.id, 'other', '__proto__'], 'another subject': ['x'] },
    });
    await ask({ extension: { version: 1, exact: true } });
    await time.pass(60_000);
    expect([started, stopped]).to.deep.equal([['one'], []]);
    await end();
  },
  'one part of a split round is not answered, or with 503': shown(
    'test/src/producer/heartbeat-exchange.test.ts',
    'are judged together: a part without an answer is a miss of the whole',
  ),
  'a report of a stream that is already cancelling': async (time) => {
    const { ask, peer, stopped, end } = await hostileConsumer();
    peer.answerWith = ({ streams }) => ({ NonActiveStreamIds: streams });
    await ask();
    // The buffer of 25 s runs from the first report, which answers the first request, whatever is reported after it.
    await time.pass(24_999);
    expect([stopped, peer.heartbeats.length]).to.deep.equal([[], 3]);
    await time.pass(1);
    expect(stopped).to.deep.equal(['one']);
    await end();
  },
  'an answer for a stream that ended meanwhile': async () => {
    const { peer, pair, publish, warned, end } = await hostileConsumer();
    let finish: () => void = () => undefined;
    pair.producer.handle('once', async () => {
      await new Promise<void>((resolve) => (finish = resolve));
      return [];
    });
    await settle();
    peer.answerWith = () => undefined;
    peer.open('once', 'one');
    await settle();
    finish();
    await settle();
    expect(peer.closeCode('one')).to.equal(1000);
    await publish(peer.heartbeats[0]?.reply ?? '', { NonActiveStreamIds: { once: ['one'] } });
    expect(warned('malformedFrame')).to.equal(0);
    await end();
  },
  'a heartbeat request cannot be published': shown(
    'test/src/host/warnings.test.ts',
    'comes where it is provoked: ${code}',
  ),
  'a record larger than one message': shown(
    'test/src/producer/producer-client.test.ts',
    'throws a record that is too large for a plain reader into the generator, and the stream goes on',
  ),
  'max_payload falls, an extended stream': shown(
    'test/faults/max-payload.test.ts',
    'gets every record of a stream with delivery after a restart, in parts (${client})',
  ),
  'max_payload falls, a plain stream': shown(
    'test/faults/max-payload.test.ts',
    'ends a plain stream with 5000 after a restart, for a record that does not fit (${client})',
  ),
  'the server refuses frames to an inbox, or heartbeat requests': shown(
    'test/faults/permissions.test.ts',
    'ends the streams of a producer that may not publish heartbeats, and tells their readers',
  ),
  'K + 1 announcements in a row are not answered, though heartbeats are': async (time) => {
    const { ask, pair, peer, stopped, end } = await hostileConsumer();
    // It says that it knows the extension, answers heartbeats, and grants nothing.
    const delivery = { windowRecords: 10, windowBytes: 1_000, recordBytesMax: 1_000 };
    const inbox = `${peer.consumerId}two`;
    pair.bystander.subscribe(inbox, { callback: () => undefined });
    peer.vanish();
    const answered: string[] = [];
    pair.bystander.subscribe(peer.heartBeatRequestSub, {
      callback: (_, { reply, data }) => {
        answered.push(textOf(data));
        pair.bystander.publish(reply ?? '', '{"NonActiveStreamIds":{}}');
      },
    });
    await ask({ streamId: 'two', extension: { version: 1, exact: true, delivery } }, inbox);
    await time.pass(50_000);
    expect(stopped).to.deep.equal(['two']);
    expect(answered.some((asked) => asked.includes('"closes"') || asked.includes('1001'))).to.equal(true);
    await end();
  },
  'a write or a close after the close, or after the end of the stream': shown(
    'test/src/writer/writer.test.ts',
    'makes every later write and close fail',
  ),
  'annotations of a body that do not fit it, or are none that are written': async () => {
    const { publish, peer, pair, end } = await hostileConsumer();
    const told: unknown[] = [];
    pair.producer.handle('values', (request) => {
      try {
        request.object();
      } catch (error) {
        told.push((error as { code?: unknown }).code);
      }
      return [];
    });
    await settle();
    for (const [index, bodySuperjson] of [7, { v: 99 }, { v: 1, values: { a: [['Date']] } }].entries()) {
      const streamId = `v${index}`;
      const { consumerId, heartBeatRequestSub } = peer;
      const request = { consumerId, streamId, heartBeatRequestSub, body: 'MQ==' };
      const extension = { version: 1, exact: false, superjson: true, bodySuperjson };
      await publish('values', { ...request, extension }, consumerId + streamId);
    }
    expect(told).to.deep.equal(['notDecodable', 'notDecodable', 'notDecodable']);
    await end();
  },
  'a close text that is too long, or makes the message larger than max_payload': shown(
    'test/faults/max-payload.test.ts',
    'is told how ${kind} ended, with a text that is cut to fit',
  ),
  'the source ends, fails or writes after its stream was stopped': shown(
    'test/src/producer/source.test.ts',
    'drops what a source yields after its await, and runs its finally block then',
  ),
  'a record while the link is down': shown(
    'test/src/delivery/sender.test.ts',
    'publishes nothing while the connection is down, and everything once when it is back',
  ),
  'the link is closed, or the server ends the subscription to heartbeat answers': shown(
    'test/src/producer/producer-client.test.ts',
    'comes with the connection: sources end, and nothing throws',
  ),
  'the server ends the subscription to requests': shown(
    'test/faults/permissions.test.ts',
    'lets a producer that may not subscribe to a request subject serve others, with a warning',
  ),
};

const atConsumer: Readonly<Record<string, HostileCase | Shown>> = {
  'a frame that is not JSON, has no integer type, a data field that is not base64, or a close without a usable closeError':
    async () => {
      const scene = await hostileProducer();
      for (const frame of ['no JSON', '{"type":"1"}', '{"type":1,"data":"***"}', '{"type":2}']) {
        for (const isActive of [false, true]) {
          const attacked = await scene.open();
          if (isActive) scene.peer.data(attacked.request, 'first');
          await scene.publish(attacked.inbox, frame);
          expect(attacked.reading.end).to.include({ reason: 'unsupportedData', code: 1003 });
          expect(attacked.state).to.equal('cancelling');
          await scene.publish(attacked.inbox, frame);
          expect(attacked.state).to.equal('cancelling');
        }
      }
      await scene.end();
    },
  'a frame of an unknown integer type': async (time) => {
    const scene = await hostileProducer();
    const attacked = await scene.open();
    await scene.publish(attacked.inbox, '{"type":9}');
    expect([attacked.state, scene.warned('unknownFrame')]).to.deep.equal(['opening', 1]);
    await time.pass(30_000);
    expect(attacked.reading.end?.reason).to.equal('noAnswer');
    await scene.end();
  },
  'a frame of a stream that is over or unknown': async () => {
    const scene = await hostileProducer();
    const { request, inbox } = await scene.open();
    scene.peer.close(request, 1000);
    await settle();
    scene.peer.data(request, 'late');
    await scene.publish(`${request.consumerId}unknown`, '{"type":1}');
    scene.peer.heartbeat(request.heartBeatRequestSub, { hostile: [request.streamId, 'unknown'] });
    await settle();
    expect(inbox).to.equal(request.consumerId + request.streamId);
    expect(scene.peer.answers).to.have.length(1);
    expect(scene.peer.answers[0]).to.have.keys('hostile');
    expect(scene.peer.answers[0]?.['hostile']).to.have.members([request.streamId, 'unknown']);
    await scene.end();
  },
  'a record that is no JSON, or whose annotations do not fit it or are none that are written': async () => {
    const scene = await hostileProducer();
    for (const frame of [
      encodeDataFrame(Buffer.from('no JSON')),
      encodeDataFrame(Buffer.from('1'), { v: 1, values: { a: [['Date']] } }),
      encodeDataFrame(Buffer.from('1'), { v: 99 }),
    ]) {
      const stream = scene.pair.consumer.openStream('hostile');
      const failure = failureOf(readAll(stream.objects()));
      await settle();
      await scene.publish(scene.pair.consumer.id + stream.id, frame);
      expect(await failure).to.include({ code: 'notDecodable' });
    }
    await scene.end();
  },
  "a record while the reader's queue is full": async () => {
    const scene = await hostileProducer({ consumer: { bufferedRecordsMax: 2 } });
    const stream = scene.pair.consumer.openStream('hostile');
    await settle();
    const request = scene.peer.requests.at(-1)!;
    for (const text of ['a', 'b', 'c', 'd']) scene.peer.data(request, text);
    await settle();
    const reading = readInBackground(stream);
    await settle();
    expect([reading.records, reading.end?.reason]).to.deep.equal([['a', 'b'], 'slowReader']);
    await scene.end();
  },
  'a record, or a heartbeat that lists the stream, while cancelling': async (time) => {
    const scene = await hostileProducer();
    const attacked = await scene.open();
    const { request, stream } = attacked;
    stream.cancel();
    for (const again of [
      () => scene.peer.data(request, 'late'),
      () => scene.peer.heartbeat(request.heartBeatRequestSub, { hostile: [request.streamId] }),
    ]) {
      await time.pass(14_000);
      expect(attacked.state).to.equal('cancelling');
      again();
    }
    await time.pass(14_999);
    expect(attacked.state).to.equal('cancelling');
    await time.pass(1);
    expect([attacked.state, attacked.reading.records]).to.deep.equal(['closed', []]);
    await scene.end();
  },
  'a close while opening': async () => {
    const scene = await hostileProducer();
    const { request, reading } = await scene.open();
    scene.peer.close(request, 4321, 'mine');
    await settle();
    expect(reading.end).to.include({ reason: 'closed', code: 4321, text: 'mine', records: 0 });
    await scene.end();
  },
  'a close while cancelling': async () => {
    const scene = await hostileProducer();
    const attacked = await scene.open();
    attacked.stream.cancel();
    scene.peer.close(attacked.request, 4321);
    await settle();
    expect([attacked.state, attacked.reading.end?.reason]).to.deep.equal(['closed', 'cancelled']);
    await scene.end();
  },
  '503 while opening': async () => {
    const scene = await hostileProducer();
    const attacked = await scene.open();
    await status(scene, attacked.inbox);
    expect([attacked.state, attacked.reading.end?.reason]).to.deep.equal(['closed', 'noResponders']);
    await scene.end();
  },
  '503 while active': async () => {
    const scene = await hostileProducer();
    const attacked = await scene.open();
    scene.peer.data(attacked.request, 'heard');
    await settle();
    await status(scene, attacked.inbox);
    expect([attacked.state, attacked.reading.end]).to.deep.equal(['active', undefined]);
    await scene.end();
  },
  '503 while cancelling': async () => {
    const scene = await hostileProducer();
    const attacked = await scene.open();
    attacked.stream.cancel();
    await status(scene, attacked.inbox);
    expect([attacked.state, attacked.reading.end?.reason]).to.deep.equal(['closed', 'cancelled']);
    await scene.end();
  },
  '503 for a stream that is over': async () => {
    const scene = await hostileProducer();
    const attacked = await scene.open();
    scene.peer.close(attacked.request, 1000);
    await settle();
    await status(scene, attacked.inbox);
    await status(scene, `${attacked.request.consumerId}unknown`);
    expect(attacked.reading.end?.reason).to.equal('completed');
    await scene.end();
  },
  'a heartbeat request that cannot be read': async () => {
    const scene = await hostileProducer();
    const { request } = await scene.open();
    const answers = scene.hear('_INBOX.hostile');
    for (const asked of ['no JSON', [], { ActiveStreamIds: 7 }, { ActiveStreamIds: { hostile: request.streamId } }]) {
      await scene.publish(request.heartBeatRequestSub, asked, '_INBOX.hostile');
    }
    expect([answers.length, scene.warned('malformedFrame')]).to.deep.equal([0, 4]);
    await scene.end();
  },
  'a heartbeat request without a reply subject, or with one that is neither below the prefix of producers nor below _R_':
    async (time) => {
      const scene = await hostileProducer();
      const { request, reading } = await scene.open();
      const victims = ['orders.new', '_SINBOX.other.x', '_INBOX', '_INBOXES.x', '_R_', '_HEARTBEAT.x'];
      const heard = victims.map((subject) => scene.hear(subject));
      for (const reply of [undefined, ...victims]) {
        await scene.publish(request.heartBeatRequestSub, { ActiveStreamIds: { hostile: [request.streamId] } }, reply);
      }
      expect(heard.flat()).to.deep.equal([]);
      expect(scene.warned('malformedFrame')).to.equal(victims.length + 1);
      // None of them was a sign of life.
      await time.pass(30_000);
      expect(reading.end?.reason).to.equal('noAnswer');
      await scene.end();
    },
  'an extended frame with such a reply subject': async () => {
    const scene = await hostileProducer();
    for (const reply of [undefined, 'orders.new', '_SINBOX.other.x', '_R_']) {
      const attacked = await scene.open();
      const heard = reply === undefined ? [] : scene.hear(reply);
      await scene.publish(attacked.inbox, announcement, reply);
      expect(attacked.reading.end).to.include({ reason: 'unsupportedData', code: 1003 });
      attacked.stream.cancel();
      await settle();
      expect(heard).to.deep.equal([]);
    }
    await scene.end();
  },
  'a heartbeat request that lists no stream': async () => {
    const scene = await hostileProducer();
    const { request } = await scene.open();
    scene.peer.heartbeat(request.heartBeatRequestSub, {});
    await settle();
    expect(scene.peer.answers).to.deep.equal([{}]);
    await scene.end();
  },
  'a heartbeat request that lists unknown streams, or streams of any age that are over': async (time) => {
    const scene = await hostileProducer();
    const { request } = await scene.open();
    scene.peer.close(request, 1000);
    await time.pass(3_600_000);
    scene.peer.heartbeat(request.heartBeatRequestSub, { hostile: [request.streamId], made: ['up', '__proto__'] });
    await settle();
    expect(scene.peer.answers).to.deep.equal([{ hostile: [request.streamId], made: ['up', '__proto__'] }]);
    await scene.pair.consumer.close();
    await scene.pair.producer.close();
  },
  'a heartbeat request that lists a live stream under another subject': async () => {
    const scene = await hostileProducer();
    const attacked = await scene.open();
    const { request } = attacked;
    scene.peer.heartbeat(request.heartBeatRequestSub, { 'another subject': [request.streamId] });
    await settle();
    expect(scene.peer.answers).to.deep.equal([{}]);
    expect(attacked.state).to.equal('active');
    await scene.end();
  },
  'a repeated heartbeat request': async () => {
    const scene = await hostileProducer();
    const { request, stream } = await scene.open();
    const answers = scene.hear('_INBOX.same');
    const asked = { ActiveStreamIds: { hostile: [request.streamId] } };
    for (let n = 0; n < 3; n += 1) await scene.publish(request.heartBeatRequestSub, asked, '_INBOX.same');
    stream.cancel();
    await scene.publish(request.heartBeatRequestSub, asked, '_INBOX.same');
    const none = '{"NonActiveStreamIds":{}}';
    expect(answers.map(({ data }) => textOf(data))).to.deep.equal([
      ...[none, none, none],
      `{"NonActiveStreamIds":{"hostile":["${request.streamId}"]}}`,
    ]);
    await scene.end();
  },
  'a heartbeat request of more than 16,384 bytes': shown(
    'test/src/consumer/long-heartbeats.test.ts',
    'is looked at in parts, between which the event loop turns, and has one answer',
  ),
  'heartbeat requests of several producers': async (time) => {
    const scene = await hostileProducer();
    const [one, other] = [await scene.open(), await scene.open()];
    const heard = ['_INBOX.one', '_INBOX.other'].map((subject) => scene.hear(subject));
    for (let n = 0; n < 4; n += 1) {
      for (const [{ request }, reply] of [
        [one, '_INBOX.one'],
        [other, '_INBOX.other'],
      ] as const) {
        await scene.publish(request.heartBeatRequestSub, { ActiveStreamIds: { hostile: [request.streamId] } }, reply);
      }
      await time.pass(20_000);
    }
    expect(heard.map(({ length }) => length)).to.deep.equal([4, 4]);
    expect([one.state, other.state]).to.deep.equal(['active', 'active']);
    await scene.end();
  },
  'a stream that no heartbeat request lists': async (time) => {
    const scene = await hostileProducer();
    const [opening, active] = [await scene.open(), await scene.open()];
    scene.peer.data(active.request, 'once');
    for (let n = 0; n < 3; n += 1) {
      await time.pass(10_000);
      scene.peer.heartbeat(active.request.heartBeatRequestSub, { hostile: ['another'] });
    }
    await settle();
    expect([opening, active].map(({ reading }) => reading.end?.reason)).to.deep.equal(['noAnswer', 'producerSilent']);
    await scene.end();
  },
  'a response larger than one message': async () => {
    const scene = await hostileProducer({ maxPayloadBytes: 1_024 });
    const { request } = await scene.open();
    const empty = JSON.stringify({ ActiveStreamIds: { hostile: [] } });
    const ids: string[] = [];
    for (let bytes = empty.length; bytes + 6 <= 1_024; bytes += 6) ids.push(String(100 + ids.length));
    scene.peer.heartbeat(request.heartBeatRequestSub, { hostile: ids });
    await settle();
    const [reported] = scene.peer.answers.map((answer) => answer['hostile'] ?? []);
    expect(reported).to.deep.equal(ids.slice(0, reported?.length));
    expect(reported?.length).to.be.within(ids.length - 2, ids.length - 1);
    await scene.end();
  },
  'the open request waited for a link that takes less in one message than it has': shown(
    'test/faults/max-payload.test.ts',
    'ends a stream whose request waits for it and does not fit, at once, and asks for those that do',
  ),
  'the open request or a response cannot be published for another reason': shown(
    'test/src/host/warnings.test.ts',
    'comes where it is provoked: ${code}',
  ),
  'cancel of a stream that is cancelling or over': shown(
    'test/src/consumer/consumer-stream.test.ts',
    'takes the text of a cancel, and no second cancel',
  ),
  'a stream is opened while the link is down': shown(
    'test/src/consumer/timed-transitions-consumer.test.ts',
    'a request waits, and the open timeout starts when it is published',
  ),
  'the link was lost before anything was heard of a stream': shown(
    'test/src/consumer/asked-again.test.ts',
    'has a stream id of its own each time',
  ),
  'a frame, or a 503, that answers an earlier request of a stream': async () => {
    const scene = await hostileProducer();
    const { request, inbox, reading } = await scene.open();
    scene.pair.consumerConnection.disconnect();
    await settle();
    scene.pair.consumerConnection.reconnect();
    await settle();
    const again = scene.peer.requests.at(-1)!;
    expect(again.streamId).not.to.equal(request.streamId);
    scene.peer.data(request, 'earlier');
    scene.peer.close(request, 1000);
    await status(scene, inbox);
    expect([reading.records, reading.end]).to.deep.equal([[], undefined]);
    scene.peer.heartbeat(request.heartBeatRequestSub, { hostile: [request.streamId, again.streamId] });
    await settle();
    expect(scene.peer.answers.at(-1)).to.deep.equal({ hostile: [request.streamId] });
    await scene.end();
  },
  '503 as the link has just come back': shown(
    'test/faults/asked-again.test.ts',
    'ends with noResponders after the open timeout where no producer comes back',
  ),
  'the server refuses the request, or what the client answers': shown(
    'test/faults/permissions.test.ts',
    'ends the streams of a consumer that may not publish its request at once',
  ),
  'a heartbeat request closes a stream with 1000, or in a way that cannot be read, or one that it does not list':
    async () => {
      const scene = await hostileProducer();
      const attacked = await scene.open();
      const { heartBeatRequestSub, streamId } = attacked.request;
      const listed = { ActiveStreamIds: { hostile: [streamId] } };
      for (const closes of [
        { [streamId]: { code: 1000, text: '' } },
        { [streamId]: { Code: 1000, Text: '' } },
        { [streamId]: { code: 'x' } },
        { [streamId]: 7 },
        7,
        [streamId],
      ]) {
        await scene.publish(heartBeatRequestSub, { ...listed, closes }, '_INBOX.hostile');
      }
      const unlisted = { ActiveStreamIds: { hostile: ['other'] }, closes: { [streamId]: { code: 4030, text: 'x' } } };
      await scene.publish(heartBeatRequestSub, unlisted, '_INBOX.hostile');
      expect([attacked.state, attacked.reading.end]).to.deep.equal(['active', undefined]);
      await scene.end();
    },
  'a record while the link is believed down': shown(
    'test/src/consumer/asked-again.test.ts',
    'is not asked again once anything was heard of the stream, also while the link was believed down',
  ),
  'a heartbeat while the link is believed down': shown(
    'test/src/consumer/asked-again.test.ts',
    'is not asked again once anything was heard of the stream, also while the link was believed down',
  ),
  'the link is closed, or the server ends the inbox subscription': shown(
    'test/src/consumer/leaving-a-stream.test.ts',
    'by closing the connection ends it with an error that says so, at once',
  ),
};

async function status(scene: Awaited<ReturnType<typeof hostileProducer>>, subject: string): Promise<void> {
  scene.pair.bystander.publish(subject, new Uint8Array(), noResponders);
  await settle();
}

describe('what a peer does that the rules forbid', () => {
  const time = useFakeTime();
  for (const [heading, cases] of [
    ['## At the producer', atProducer],
    ['## At the consumer', atConsumer],
  ] as const) {
    const rows = tableOf(heading, 'situation', 'what happens').map((row) => row['situation'] ?? '');

    describe(heading.slice(3).toLowerCase(), () => {
      it('has a case for each row of the specification, and no other', () => {
        expect(Object.keys(cases)).to.have.members(rows);
      });

      for (const [situation, found] of Object.entries(cases)) {
        if (typeof found === 'function') {
          it(situation, () => found(time));
          continue;
        }
        it(`${situation}: is shown by a test`, () => {
          const file = join(root, found.file);
          expect(existsSync(file), found.file).to.equal(true);
          expect(readFileSync(file, 'utf8')).to.include(found.name);
        });
      }
    });
  }
});
