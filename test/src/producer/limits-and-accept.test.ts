import { expect } from 'chai';
import { CloseError, StreamError, type HandleOptions, type StreamAsk } from '../../../src/index.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { readAll } from '../../support/read.js';
import { settle } from '../../support/settle.js';

/** A request of a consumer that nobody has heard of. */
function ask(pair: Pair, subject: string, token: string, streamId: string): string {
  const consumerId = `_SINBOX.${token}.`;
  const request = { consumerId, streamId, heartBeatRequestSub: `_HEARTBEAT._SINBOX.${token}`, body: null };
  pair.bystander.publish(subject, JSON.stringify(request), { reply: consumerId + streamId });
  return consumerId + streamId;
}

/** What comes to inboxes, as close codes and texts. */
function hearCloses(pair: Pair): string[] {
  const heard: string[] = [];
  pair.bystander.subscribe('_SINBOX.>', {
    callback: (_, { data }) => {
      const { closeError } = JSON.parse(new TextDecoder().decode(data)) as {
        closeError?: { Code: number; Text: string };
      };
      if (closeError !== undefined) heard.push(`${closeError.Code} ${closeError.Text}`);
    },
  });
  return heard;
}

/** Serves streams that never end, and counts the handlers that were run. */
function serveEndless(pair: Pair, subject: string, options?: HandleOptions): { ran: number } {
  const counted = { ran: 0 };
  pair.producer.handle(
    subject,
    async function* ({ signal }) {
      counted.ran += 1;
      yield 'begun';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
    options,
  );
  return counted;
}

describe('ProducerClient, how many streams there may be', () => {
  it('3,000 requests of made-up consumers run as many handlers as the limit says, and are told so', async () => {
    const pair = createPair({ producer: { streamsMax: 10 } });
    const heard = hearCloses(pair);
    const served = serveEndless(pair, 'work');
    for (let n = 0; n < 3_000; n += 1) ask(pair, 'work', `stranger${n}`, 's1');
    await settle();
    expect([served.ran, pair.producer.streams.length]).to.deep.equal([10, 10]);
    expect(new Set(heard)).to.deep.equal(new Set(['4029 the producer has 10 streams already (streamsMax)']));
    expect(heard).to.have.length(2_990);
    await closePair(pair);
  });

  it('a consumer has no more of them than its own limit, and others have theirs', async () => {
    const pair = createPair({ producer: { streamsPerConsumerMax: 2 } });
    const heard = hearCloses(pair);
    const served = serveEndless(pair, 'work');
    for (let n = 0; n < 5; n += 1) ask(pair, 'work', 'greedy', `s${n}`);
    for (let n = 0; n < 2; n += 1) ask(pair, 'work', 'modest', `s${n}`);
    await settle();
    expect(served.ran).to.equal(4);
    expect(heard).to.deep.equal(
      Array.from(
        { length: 3 },
        () => '4029 the producer has 2 streams of this consumer already (streamsPerConsumerMax)',
      ),
    );
    await closePair(pair);
  });

  it('a handler has no more of them than its own limit, and others have theirs', async () => {
    const pair = createPair();
    const heard = hearCloses(pair);
    const narrow = serveEndless(pair, 'narrow', { streamsMax: 1 });
    const wide = serveEndless(pair, 'wide');
    for (let n = 0; n < 3; n += 1) ask(pair, 'narrow', `a${n}`, 's');
    for (let n = 0; n < 3; n += 1) ask(pair, 'wide', `b${n}`, 's');
    await settle();
    expect([narrow.ran, wide.ran]).to.deep.equal([1, 3]);
    expect(heard).to.deep.equal(
      Array.from({ length: 2 }, () => '4029 the handler has 1 streams already (streamsMax of handle)'),
    );
    await closePair(pair);
  });

  it('the reader is told with 4029, and there is a place again when a stream is over', async () => {
    const pair = createPair({ producer: { streamsMax: 1 } });
    serveEndless(pair, 'work');
    const first = pair.consumer.openStream('work');
    expect(await first.opened).to.deep.equal({ started: true });
    const second = pair.consumer.openStream('work');
    const end = await second.closed;
    expect(end).to.include({ reason: 'closed', code: 4029 });
    expect(end.error?.message).to.match(/^nats stream: close 4029 \(too many streams\): /);
    first.cancel();
    await settle();
    expect(await pair.consumer.openStream('work').opened).to.deep.equal({ started: true });
    await closePair(pair);
  });

  it('a duplicate of a request takes no place', async () => {
    const pair = createPair({ producer: { streamsMax: 2 } });
    const heard = hearCloses(pair);
    const served = serveEndless(pair, 'work');
    for (let n = 0; n < 5; n += 1) ask(pair, 'work', 'same', 's');
    ask(pair, 'work', 'other', 's');
    await settle();
    expect([served.ran, heard]).to.deep.equal([2, []]);
    await closePair(pair);
  });
});

describe('ConsumerClient, how many streams may wait to be opened', () => {
  it('refuses one beyond, while the connection is down too, and takes another when one was heard', async () => {
    const pair = createPair({ consumer: { openingMax: 2 } });
    serveEndless(pair, 'work');
    pair.consumerConnection.disconnect();
    const waiting = [pair.consumer.openStream('work'), pair.consumer.openStream('work')];
    expect(() => pair.consumer.openStream('work')).to.throw(
      StreamError,
      'expected at most 2 streams that wait to be opened (openingMax), came one more',
    );
    waiting[0]?.cancel();
    waiting.push(pair.consumer.openStream('work'));
    pair.consumerConnection.reconnect();
    await waiting[1]?.opened;
    await waiting[2]?.opened;
    pair.consumer.openStream('work');
    await closePair(pair);
  });
});

describe('ProducerClient, accept', () => {
  it('sees who asks, before there is a stream, and changes nothing where it accepts', async () => {
    const pair = createPair();
    const asks: StreamAsk[] = [];
    let streamsThen = -1;
    pair.producer.handle('jobs.*', (request) => [request.text(), request.headers.get('Who')?.join(',') ?? ''], {
      accept: (given) => {
        asks.push(given);
        streamsThen = pair.producer.streams.length;
      },
    });
    const headers = { Who: ['alice', 'bob'], Tenant: 'red' };
    const stream = pair.consumer.openStream('jobs.print', 'body', { headers, timeoutMs: 5_000 });
    expect(await readAll(stream.text())).to.deep.equal(['body', 'alice,bob']);
    const [given] = asks;
    expect(given).to.include({ subject: 'jobs.print', consumerId: pair.consumer.id, streamId: stream.id });
    expect(given?.timeoutMs).to.equal(5_000);
    expect(new TextDecoder().decode(given?.body)).to.equal('body');
    expect([...(given?.headers ?? [])]).to.deep.equal([
      ['Who', ['alice', 'bob']],
      ['Tenant', ['red']],
    ]);
    expect([asks.length, streamsThen]).to.deep.equal([1, 0]);
    await closePair(pair);
  });

  const refusals: Readonly<Record<string, readonly [HandleOptions['accept'], number, string]>> = {
    'false refuses with 4003': [() => false, 4003, 'the producer does not accept the request'],
    'a promise of false does': [() => Promise.resolve(false), 4003, 'the producer does not accept the request'],
    'a CloseError refuses with its code and text': [
      () => {
        throw new CloseError(4777, 'not you');
      },
      4777,
      'not you',
    ],
    'a promise that rejects with one does': [() => Promise.reject(new CloseError(4777, 'not you')), 4777, 'not you'],
    'a CloseError with 1000 does not make it look complete': [
      () => {
        throw new CloseError(1000, 'fine');
      },
      5000,
      'nats stream: close 1000 (normal): fine',
    ],
    'any other error refuses with 5000': [
      () => {
        throw new Error('broken');
      },
      5000,
      'broken',
    ],
  };
  for (const [name, [accept, code, text]] of Object.entries(refusals)) {
    it(name, async () => {
      const pair = createPair();
      let ran = 0;
      const source = () => {
        ran += 1;
        return ['never'];
      };
      pair.producer.handle('jobs', source, accept === undefined ? {} : { accept });
      const end = await pair.consumer.openStream('jobs').closed;
      expect(end).to.include({ reason: 'closed', code, text });
      expect([ran, pair.producer.streams.length]).to.deep.equal([0, 0]);
      await closePair(pair);
    });
  }

  it('decides later: until then the request counts as a stream, and its duplicates are ignored', async () => {
    const pair = createPair({ producer: { streamsMax: 1 } });
    const heard = hearCloses(pair);
    const decide: ((accepted: boolean) => void)[] = [];
    const accept = () => new Promise<boolean>((resolve) => decide.push(resolve));
    const served = serveEndless(pair, 'jobs', { accept });
    ask(pair, 'jobs', 'one', 's');
    ask(pair, 'jobs', 'one', 's');
    ask(pair, 'jobs', 'two', 's');
    await settle();
    expect([decide.length, pair.producer.streams.length, served.ran]).to.deep.equal([1, 0, 0]);
    expect(heard).to.deep.equal(['4029 the producer has 1 streams already (streamsMax)']);
    decide[0]?.(true);
    await settle();
    expect(served.ran).to.equal(1);
    await closePair(pair);
  });

  it('a request that was refused later gives its place back', async () => {
    const pair = createPair({ producer: { streamsMax: 1 } });
    const decide: ((accepted: boolean) => void)[] = [];
    const served = serveEndless(pair, 'jobs', { accept: () => new Promise((resolve) => decide.push(resolve)) });
    ask(pair, 'jobs', 'one', 's');
    await settle();
    decide[0]?.(false);
    await settle();
    ask(pair, 'jobs', 'two', 's');
    await settle();
    decide[1]?.(true);
    await settle();
    expect(served.ran).to.equal(1);
    await closePair(pair);
  });

  for (const how of ['close', 'drain'] as const) {
    it(`a request that is accepted after ${how}() is told that the producer shuts down`, async () => {
      const pair = createPair();
      const heard = hearCloses(pair);
      const decide: ((accepted: boolean) => void)[] = [];
      const served = serveEndless(pair, 'jobs', { accept: () => new Promise((resolve) => decide.push(resolve)) });
      ask(pair, 'jobs', 'one', 's');
      await settle();
      await pair.producer[how]();
      decide[0]?.(true);
      await settle();
      expect(served.ran).to.equal(0);
      expect(heard).to.deep.equal(['1001 the producer shuts down']);
      await pair.consumer.close();
    });
  }

  it('names and values that would be read as other headers are refused where the stream is opened', async () => {
    const pair = createPair();
    for (const headers of [
      { 'a b': 'x' },
      { 'a:b': 'x' },
      { '': 'x' },
      { a: 'x\r\nb: y' },
      { a: 'x\n' },
      { a: ' x' },
      { a: ['x', 'y\r'] },
      { a: 7 },
      { a: null },
      [],
      'a: b',
      null,
    ]) {
      expect(() => pair.consumer.openStream('jobs', undefined, { headers } as never)).to.throw(StreamError, /^headers/);
    }
    await closePair(pair);
  });

  it('headers count towards the size of the request', async () => {
    const pair = createPair({ maxPayloadBytes: 1024 });
    const big = { headers: { a: 'x'.repeat(1_000) } };
    expect(() => pair.consumer.openStream('jobs', undefined, big)).to.throw(StreamError, 'request: expected a message');
    await closePair(pair);
  });

  it('a request that is asked again has its headers again', async () => {
    const pair = createPair();
    const seen: unknown[] = [];
    pair.consumerConnection.disconnect();
    const stream = pair.consumer.openStream('jobs', undefined, { headers: { Who: 'alice' } });
    pair.producer.handle('jobs', (request) => {
      seen.push(request.headers.get('Who'));
      return [];
    });
    pair.consumerConnection.reconnect();
    await stream.closed;
    expect(seen).to.deep.equal([['alice']]);
    await closePair(pair);
  });

  it('options that are none are refused', async () => {
    const pair = createPair();
    expect(() => pair.producer.handle('a', () => [], { accept: true } as never)).to.throw(StreamError, 'accept');
    for (const streamsMax of [0, -1, 1.5, NaN, '1', null]) {
      expect(() => pair.producer.handle('a', () => [], { streamsMax } as never)).to.throw(StreamError, 'streamsMax');
    }
    await closePair(pair);
  });
});
