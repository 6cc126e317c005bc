import { expect } from 'chai';
import {
  decodeHeartbeatRequest,
  decodeHeartbeatResponse,
  type SubjectStreams,
} from '../../src/wire/plain/heartbeat.js';
import { cameLengthMax, type Malformed } from '../../src/wire/malformed.js';
import { decodeOpenRequest, encodeOpenRequest, type OpenRequest } from '../../src/wire/plain/open-request.js';
import {
  decodeJsonFrame,
  decodeStreamFrame,
  encodeCloseFrame,
  encodeDataFrame,
  type DataFrame,
} from '../../src/wire/plain/streaming-message.js';
import { goVectors } from '../src/wire/go-vectors.js';
import { createMutator } from '../src/wire/mutator.js';
import { seed } from '../support/seed.js';

const mutationsOfEach = 10_000;

/** Whatever is no letter, mark, number, punctuation, symbol or plain space. */
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;

const fail = (what: string): never => {
  throw new Error(what);
};

function checkMalformed({ expected, came }: Malformed): void {
  if (came.length > cameLengthMax) fail(`came is ${came.length} long`);
  if (came.length === 0 || unprintable.test(came)) fail(`came is not printable: ${JSON.stringify(came)}`);
  if (expected.length === 0 || expected.length > 100) fail(`expected is ${expected.length} long`);
}

function checkData(data: unknown): void {
  if (Object.getPrototypeOf(data) !== Uint8Array.prototype) fail('data are no Uint8Array');
}

function checkSame(a: DataFrame, b: DataFrame): void {
  if (Buffer.compare(a.data, b.data) !== 0) fail('the data differ');
}

function checkStreams(streams: SubjectStreams): void {
  for (const { subject, streamIds } of streams) {
    if (typeof subject !== 'string' || !streamIds.every((id) => typeof id === 'string')) fail('no strings');
  }
}

function checkRequest(request: OpenRequest): void {
  if (request.body !== null) checkData(request.body);
  const again = decodeOpenRequest(encodeOpenRequest(request));
  if (again.type === 'malformed') return fail(`expected ${again.expected}, came ${again.came}`);
  if (again.consumerId !== request.consumerId || again.streamId !== request.streamId) fail('the ids differ');
  if (again.extension?.version !== request.extension?.version) fail('the offers differ');
}

function checkStreamFrame(bytes: Uint8Array): void {
  const frame = decodeStreamFrame(bytes);
  const slow = decodeJsonFrame(bytes);
  if (frame.type !== slow.type) fail(`read as ${frame.type} the short way and as ${slow.type} the long way`);
  switch (frame.type) {
    case 'data':
      checkData(frame.data);
      checkSame(frame, slow as DataFrame);
      checkSame(frame, decodeStreamFrame(encodeDataFrame(frame.data)) as DataFrame);
      return;
    case 'close': {
      const again = decodeStreamFrame(encodeCloseFrame(frame.code, frame.text));
      // A code of -0 is written as 0, as any reader takes it.
      if (again.type !== 'close' || again.code + 0 !== frame.code + 0) fail('the codes differ');
      return;
    }
    case 'unknown':
      if (!Number.isSafeInteger(frame.wireType)) fail(`the type is ${frame.wireType}`);
      return;
    case 'malformed':
      checkMalformed(frame);
  }
}

/** Gives the bytes to every reader, not only to the one that they were meant for. */
function checkAllReaders(bytes: Uint8Array): void {
  checkStreamFrame(bytes);
  const request = decodeOpenRequest(bytes);
  if (request.type === 'malformed') checkMalformed(request);
  else checkRequest(request);
  for (const heartbeat of [decodeHeartbeatRequest(bytes), decodeHeartbeatResponse(bytes)]) {
    if (heartbeat.type === 'malformed') checkMalformed(heartbeat);
    else checkStreams(heartbeat.streams);
  }
}

describe(`wire, ${mutationsOfEach} mutations of each message of the Go package`, () => {
  // Most mutations are no JSON, and the stacks of the errors that say so would take most of the time.
  const { stackTraceLimit } = Error;
  before(() => (Error.stackTraceLimit = 0));
  after(() => (Error.stackTraceLimit = stackTraceLimit));

  goVectors.forEach(({ name, wire }, index) => {
    const seedOfVector = seed + index;

    it(`throws nothing and says what came, for ${name} (SEED=${seed})`, () => {
      const mutator = createMutator(wire, seedOfVector);
      for (let count = 0; count < mutationsOfEach; count += 1) {
        const bytes = mutator.next();
        try {
          checkAllReaders(bytes);
        } catch (error) {
          const base64 = Buffer.from(bytes).toString('base64').slice(0, 2_000);
          throw new Error(`mutation ${count} of ${name}, SEED=${seed}, ${bytes.length} bytes: ${base64}`, {
            cause: error,
          });
        }
      }
    });
  });

  it('is the same for the same seed, and another for another', () => {
    const wire = goVectors[0]?.wire ?? '';
    const some = (from: number) => {
      const mutator = createMutator(wire, from);
      return Array.from({ length: 50 }, () => Buffer.from(mutator.next()).toString('base64'));
    };
    expect(some(seed)).to.deep.equal(some(seed));
    expect(some(seed)).to.not.deep.equal(some(seed + 1));
  });

  it('reaches every outcome of every reader', () => {
    const outcomes = new Set<string>();
    for (const { wire } of goVectors) {
      const mutator = createMutator(wire, 1);
      for (let count = 0; count < 300; count += 1) {
        const bytes = mutator.next();
        const results = [decodeStreamFrame, decodeOpenRequest, decodeHeartbeatRequest, decodeHeartbeatResponse];
        results.forEach((decode, reader) => outcomes.add(`${reader} ${decode(bytes).type}`));
      }
    }
    expect(Array.from(outcomes).sort()).to.deep.equal([
      '0 close',
      '0 data',
      '0 malformed',
      '0 unknown',
      '1 malformed',
      '1 open',
      '2 heartbeatRequest',
      '2 malformed',
      '3 heartbeatResponse',
      '3 malformed',
    ]);
  });
});
