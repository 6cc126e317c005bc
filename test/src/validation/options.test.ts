import { expect } from 'chai';
import { systemClock } from '../../../src/host/clock.js';
import { StreamError } from '../../../src/errors.js';
import type { NatsConnection } from '../../../src/transport/nats-connection.js';
import {
  absorbingMs,
  plainCancellationBufferMs,
  resolveOptions,
  type ConsumerClientOptions,
} from '../../../src/validation/options.js';
import { createTestBroker } from '../../support/pair.js';

const connection = createTestBroker().connect();
const resolve = (options: object) => resolveOptions({ connection, ...options });

const noop = () => undefined;
const closedConnection = createTestBroker().connect();
await closedConnection.close();
const without = (method: keyof NatsConnection) => ({ connection: { ...connection, [method]: undefined } });

function refusalOf(options: object): StreamError {
  try {
    resolve(options);
  } catch (error) {
    if (error instanceof StreamError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

describe('resolveOptions, the defaults', () => {
  it('are those of the specification', () => {
    expect(resolve({})).to.include({
      heartbeatIntervalMs: 10_000,
      heartbeatRequestTimeoutMs: 5_000,
      cancellationBufferMs: 10_000,
      peerCancellationBufferMs: 10_000,
      missedHeartbeatsMax: 2,
      silenceTimeoutMs: 30_000,
      openTimeoutMs: 30_000,
      bufferedRecordsMax: 65_536,
      bufferedBytesMax: 67_108_864,
      offerExtension: true,
      inboxPrefix: '_INBOX',
    });
  });

  it('stand where an option is undefined', () => {
    const silenceTimeoutMs = undefined as unknown as number;
    expect(resolve({ silenceTimeoutMs })).to.include({ silenceTimeoutMs: 30_000 });
  });

  it('give way to what is told', () => {
    expect(resolve({ bufferedRecordsMax: 16, cancellationBufferMs: 0 })).to.include({
      bufferedRecordsMax: 16,
      cancellationBufferMs: 0,
    });
  });
});

describe('resolveOptions, what it refuses', () => {
  const refused: readonly (readonly [title: string, options: object, message: string])[] = [
    ['an unknown option', { heartbeatInterval: 1 }, 'unknown option heartbeatInterval'],
    ['no connection', { connection: undefined }, 'connection: expected a NATS connection, came undefined'],
    ['null for a connection', { connection: null }, 'connection: expected a NATS connection, came null'],
    ['an object that is no connection', { connection: {} }, 'connection: expected an object with the methods publish,'],
    ['a connection that cannot publish', without('publish'), 'came an object without publish'],
    ['a connection that cannot subscribe', without('subscribe'), 'came an object without subscribe'],
    ['a connection that cannot flush', without('flush'), 'came an object without flush'],
    ['a connection that tells no status', without('status'), 'came an object without status'],
    ['a connection that does not tell its end', without('closed'), 'came an object without closed'],
    ['a connection that does not say whether it is closed', without('isClosed'), 'came an object without isClosed'],
    ['a closed connection', { connection: closedConnection }, 'connection: the connection is closed'],
    ['an inherited name', { toString: 1 }, 'unknown option toString: expected one of connection, codec'],
    ['a slip of the pen', { heartbeatIntervalMS: 1 }, 'heartbeatIntervalMS (did you mean heartbeatIntervalMs?)'],
    ['null for a codec', { codec: null }, 'codec: expected an object with the methods encode, decode, came null'],
    ['a codec that cannot encode', { codec: { decode: noop } }, 'came an object without encode'],
    ['a codec that cannot decode', { codec: { encode: noop } }, 'came an object without decode'],
    ['null for a clock', { clock: null }, 'clock: expected an object with the methods now, setTimeout, clearTimeout'],
    ['a clock that does not tell the time', { clock: { ...systemClock, now: 0 } }, 'came an object without now'],
    ['a clock without timers', { clock: { now: noop } }, 'came an object without setTimeout'],
    [
      'timers that cannot be cleared',
      { clock: { now: noop, setTimeout: noop } },
      'came an object without clearTimeout',
    ],
    ['random bytes that are no function', { randomBytes: 'x' }, 'randomBytes: expected a function, came string'],
    ['null for onWarning', { onWarning: null }, 'onWarning: expected a function, came null'],
    ['an onWarning that is no function', { onWarning: {} }, 'onWarning: expected a function, came object'],
    [
      'null for inspect',
      { inspect: null },
      'inspect: expected a function, or an observer with the method next, came null',
    ],
    ['an observer that takes nothing', { inspect: { complete: noop } }, 'inspect: expected a function'],
    ['a flag for inspect', { inspect: true }, 'observer with the method next, came boolean'],
    ['an interval of 0', { heartbeatIntervalMs: 0 }, 'heartbeatIntervalMs: expected a whole number from 1'],
    ['a negative duration', { silenceTimeoutMs: -1 }, 'silenceTimeoutMs: expected a whole number'],
    ['a fraction of a millisecond', { openTimeoutMs: 30_000.5 }, 'came 30000.5'],
    ['a duration that is NaN', { openTimeoutMs: NaN }, 'came NaN'],
    ['a duration without end', { silenceTimeoutMs: Infinity }, 'came Infinity'],
    ['a duration as text', { heartbeatIntervalMs: '10000' }, 'heartbeatIntervalMs: expected a whole number'],
    ['a duration that is null', { cancellationBufferMs: null }, 'came null'],
    ['a duration that has no text', { openTimeoutMs: Object.create(null) as object }, 'came object'],
    [
      'a plain consumer without a buffer',
      { peerCancellationBufferMs: 0 },
      'peerCancellationBufferMs: expected a whole',
    ],
    ['a duration longer than timers keep', { silenceTimeoutMs: 2 ** 31 }, 'to 2147483647, came 2147483648'],
    ['no missed heartbeat allowed', { missedHeartbeatsMax: 0 }, 'missedHeartbeatsMax: expected a whole number from 1'],
    ['a buffer of no records', { bufferedRecordsMax: 0 }, 'bufferedRecordsMax: expected a whole number from 1'],
    ['a buffer of no bytes', { bufferedBytesMax: 0 }, 'bufferedBytesMax: expected a whole number from 1'],
    ['an offer that is no boolean', { offerExtension: 'no' }, 'offerExtension: expected a boolean, came string'],
    ['an inbox prefix with a wildcard', { inboxPrefix: 'a.*' }, 'inboxPrefix: expected a subject without wildcards'],
    ['an inbox prefix that holds protocol', { inboxPrefix: 'a\r\nPING' }, 'came "a\\r\\nPING"'],
    [
      'an inbox prefix that is a bigint',
      { inboxPrefix: 1n },
      'inboxPrefix: expected a subject without wildcards, came bigint',
    ],
    ['an empty inbox prefix', { inboxPrefix: '' }, 'inboxPrefix: expected a subject'],
    ['an inbox prefix that ends with a dot', { inboxPrefix: 'a.' }, 'inboxPrefix: expected a subject'],
    [
      'T > I, with both numbers',
      { heartbeatRequestTimeoutMs: 10_001 },
      'timing rule T <= I: heartbeatRequestTimeoutMs is 10001, more than heartbeatIntervalMs, which is 10000',
    ],
    [
      'S < K*I + T, with both numbers',
      { silenceTimeoutMs: 24_999 },
      'timing rule S >= K*I + T: silenceTimeoutMs is 24999, less than 2 * 10000 + 5000 = 25000',
    ],
    [
      'O < K*I + T, with both numbers',
      { openTimeoutMs: 24_999 },
      'timing rule O >= K*I + T: openTimeoutMs is 24999, less than 2 * 10000 + 5000 = 25000',
    ],
    [
      'a cancellation buffer that timers cannot keep',
      {
        heartbeatIntervalMs: 1_073_741_824,
        silenceTimeoutMs: 2_147_483_647,
        openTimeoutMs: 2_147_483_647,
        missedHeartbeatsMax: 1,
      },
      'timing rule 2*I + T <= 2147483647, with ceil(P/I) + 1 = 2 for peerCancellationBufferMs, which is 10000: ' +
        '2 * 1073741824 + 5000 = 2147488648',
    ],
    [
      'a cancellation buffer of plain consumers that timers cannot outlast',
      { peerCancellationBufferMs: 2_147_483_647 },
      'timing rule 214750*I + T <= 2147483647, with ceil(P/I) + 1 = 214750 for peerCancellationBufferMs, ' +
        'which is 2147483647: 214750 * 10000 + 5000 = 2147505000',
    ],
  ];
  for (const [title, options, message] of refused) {
    it(`refuses ${title}`, () => {
      const error = refusalOf(options);
      expect(error.code).to.equal('badArgument');
      expect(error.message).to.include(message);
    });
  }
});

describe('resolveOptions, an argument that is no object', () => {
  for (const [came, argument] of [
    ['undefined', undefined],
    ['null', null],
    ['string', 'nats://127.0.0.1'],
    ['function', () => undefined],
    ['an array', []],
  ] as const) {
    it(`refuses ${came}`, () => {
      expect(() => resolveOptions(argument as unknown as ConsumerClientOptions))
        .to.throw(StreamError, `options: expected an object, came ${came}`)
        .with.property('code', 'badArgument');
    });
  }

  it('refuses an object that only inherits its connection', () => {
    expect(() => resolveOptions(Object.create({ connection }) as ConsumerClientOptions))
      .to.throw(StreamError, 'connection: expected a NATS connection, came undefined')
      .with.property('code', 'badArgument');
  });
});

describe('resolveOptions, what it takes', () => {
  it('takes a connection whose methods are inherited', () => {
    resolveOptions({ connection: Object.create(connection) as NatsConnection });
  });

  it('takes the parts that an application brings along', () => {
    const codec = { encode: () => new Uint8Array(), decode: noop };
    const randomBytes = (length: number) => new Uint8Array(length);
    const resolved = resolve({ codec, clock: systemClock, randomBytes, inspect: { next: noop }, onWarning: noop });
    expect(resolved).to.include({ codec, clock: systemClock, randomBytes });
  });

  it('takes T = I', () => {
    resolve({ heartbeatRequestTimeoutMs: 10_000 });
  });

  it('takes S and O of exactly K*I + T', () => {
    resolve({ silenceTimeoutMs: 25_000, openTimeoutMs: 25_000 });
  });

  it('takes the options of both roles together', () => {
    const both: ConsumerClientOptions & { inboxPrefix: string } = {
      connection,
      inboxPrefix: '_INBOX_a.b',
      bufferedRecordsMax: 1,
    };
    expect(resolveOptions(both)).to.include({ inboxPrefix: '_INBOX_a.b', bufferedRecordsMax: 1 });
  });
});

describe('resolveOptions, of a producer', () => {
  const rare = { connection, heartbeatIntervalMs: 60_000 };

  it('takes rare heartbeats, whatever a consumer would expect by default', () => {
    expect(resolveOptions(rare, 'producer')).to.include({ heartbeatIntervalMs: 60_000 });
    expect(() => resolveOptions(rare)).to.throw('timing rule S >= K*I + T');
  });

  it('refuses a silence timeout that it is given and that breaks the rule', () => {
    expect(() => resolveOptions({ ...rare, silenceTimeoutMs: 30_000 }, 'producer')).to.throw(
      'timing rule S >= K*I + T',
    );
  });
});

describe('absorbingMs', () => {
  it('is I + T where that is longer, and what is told where that is', () => {
    expect(absorbingMs(resolve({}))).to.equal(15_000);
    expect(absorbingMs(resolve({ cancellationBufferMs: 60_000 }))).to.equal(60_000);
  });
});

describe('plainCancellationBufferMs', () => {
  it('is (ceil(P/I) + 1)*I + T where that is longer', () => {
    expect(plainCancellationBufferMs(resolve({}))).to.equal(25_000);
    const brisk = { heartbeatIntervalMs: 500, heartbeatRequestTimeoutMs: 250, cancellationBufferMs: 1_000 };
    expect(plainCancellationBufferMs(resolve(brisk))).to.equal(10_750);
    for (const [peerCancellationBufferMs, bufferMs] of [
      [1, 1_250],
      [500, 1_250],
      [501, 1_750],
      [3_000, 3_750],
      [3_001, 4_250],
    ] as const) {
      expect(plainCancellationBufferMs(resolve({ ...brisk, peerCancellationBufferMs }))).to.equal(bufferMs);
    }
  });

  it('is what is told where that is longer', () => {
    expect(plainCancellationBufferMs(resolve({ cancellationBufferMs: 60_000 }))).to.equal(60_000);
  });
});
