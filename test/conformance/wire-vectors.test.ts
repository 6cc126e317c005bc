import { expect } from 'chai';
import { decodeBase64, encodeBase64 } from '../../src/wire/plain/base64.js';
import {
  decodeHeartbeatRequest,
  decodeHeartbeatResponse,
  encodeHeartbeatRequest,
  encodeHeartbeatResponse,
  type NullableSubjectStreams,
  type SubjectStreams,
} from '../../src/wire/plain/heartbeat.js';
import { decodeOpenRequest, encodeOpenRequest } from '../../src/wire/plain/open-request.js';
import {
  decodeJsonFrame,
  decodeStreamFrame,
  encodeCloseFrame,
  encodeDataFrame,
} from '../../src/wire/plain/streaming-message.js';
import { goVectors, type GoVector } from '../src/wire/go-vectors.js';

const dataOf = (base64: string): Uint8Array => {
  const data = decodeBase64(base64);
  if (data === undefined) throw new Error(`expected base64, came ${base64}`);
  return data;
};

const streamsOf = (value: Readonly<Record<string, readonly string[] | null>> | null): NullableSubjectStreams =>
  value === null ? null : Object.entries(value).map(([subject, streamIds]) => ({ subject, streamIds }));

/** A nil map is read as none and a nil list as empty. */
const asRead = (streams: NullableSubjectStreams): SubjectStreams =>
  (streams ?? []).map(({ subject, streamIds }) => ({ subject, streamIds: streamIds ?? [] }));

/** What is written for the value of a vector. */
function write(vector: GoVector): Uint8Array {
  switch (vector.kind) {
    case 'StreamingMsg':
      return vector.value.type === 1
        ? encodeDataFrame(dataOf(vector.value.dataBase64))
        : encodeCloseFrame(vector.value.code, vector.value.text);
    case 'Request': {
      const { bodyBase64, ...addresses } = vector.value;
      return encodeOpenRequest({ ...addresses, body: bodyBase64 === null ? null : dataOf(bodyBase64) });
    }
    case 'HeartBeatRequest':
      return encodeHeartbeatRequest(streamsOf(vector.value));
    case 'ConsumerHeartBeatResponse':
      return encodeHeartbeatResponse(streamsOf(vector.value));
  }
}

/** What the wire text of a vector is read as. */
function read({ kind, wire }: GoVector): unknown {
  const bytes = new TextEncoder().encode(wire);
  switch (kind) {
    case 'StreamingMsg':
      expect(decodeStreamFrame(bytes)).to.deep.equal(decodeJsonFrame(bytes));
      return decodeStreamFrame(bytes);
    case 'Request':
      return decodeOpenRequest(bytes);
    case 'HeartBeatRequest':
      return decodeHeartbeatRequest(bytes);
    case 'ConsumerHeartBeatResponse':
      return decodeHeartbeatResponse(bytes);
  }
}

/** What it must be read as. */
function valueOf(vector: GoVector): unknown {
  switch (vector.kind) {
    case 'StreamingMsg':
      return vector.value.type === 1
        ? { type: 'data', data: dataOf(vector.value.dataBase64) }
        : { type: 'close', code: vector.value.code, text: vector.value.text };
    case 'Request': {
      const { bodyBase64, ...addresses } = vector.value;
      return { type: 'open', ...addresses, body: bodyBase64 === null ? null : dataOf(bodyBase64) };
    }
    case 'HeartBeatRequest':
      return { type: 'heartbeatRequest', streams: asRead(streamsOf(vector.value)) };
    case 'ConsumerHeartBeatResponse':
      return { type: 'heartbeatResponse', streams: asRead(streamsOf(vector.value)) };
  }
}

describe('wire, the messages of the Go package', () => {
  it('has 28 of them', () => {
    expect(goVectors).to.have.length(28);
    expect(new Set(goVectors.map(({ name }) => name))).to.have.property('size', 28);
  });

  for (const vector of goVectors) {
    it(`writes ${vector.name} byte for byte as Go does`, () => {
      expect(new TextDecoder().decode(write(vector))).to.equal(vector.wire);
    });

    it(`reads the value of ${vector.name}`, () => {
      expect(read(vector)).to.deep.equal(valueOf(vector));
    });
  }

  it('reads every byte value once from data/all-bytes', () => {
    const vector = goVectors.find(({ name }) => name === 'data/all-bytes');
    const frame = decodeStreamFrame(new TextEncoder().encode(vector?.wire));
    expect(frame).to.deep.equal({ type: 'data', data: Uint8Array.from({ length: 256 }, (_, byte) => byte) });
    expect(encodeBase64(Uint8Array.from({ length: 256 }, (_, byte) => byte))).to.have.length(344);
  });
});
