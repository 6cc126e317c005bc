import { expect } from 'chai';
import fc from 'fast-check';
import {
  encodeHeartbeatRequest,
  encodeHeartbeatResponse,
  type SubjectStreams,
} from '../../../../src/wire/plain/heartbeat.js';
import { splitHeartbeat } from '../../../../src/wire/plain/split-heartbeat.js';
import { seed } from '../../../support/seed.js';

const ids = (count: number, prefix = 'id') =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(6, '0')}`);

const pairsOf = (streams: SubjectStreams) =>
  streams.flatMap(({ subject, streamIds }) => streamIds.map((id) => [subject, id] as const));

const sizeOf = (part: SubjectStreams) =>
  Math.max(encodeHeartbeatRequest(part).length, encodeHeartbeatResponse(part).length);

describe('splitHeartbeat', () => {
  it('leaves what fits in one part', () => {
    const streams = [
      { subject: 'a.b', streamIds: ids(2) },
      { subject: 'c.d', streamIds: ids(1) },
    ];
    expect(splitHeartbeat(streams, 1_000)).to.deep.equal([streams]);
  });

  it('makes one empty part of nothing', () => {
    expect(splitHeartbeat([], 1_000)).to.deep.equal([[]]);
    expect(splitHeartbeat([], 0)).to.deep.equal([[]]);
  });

  it('keeps a subject without ids', () => {
    const streams = [{ subject: 'a', streamIds: [] }];
    expect(splitHeartbeat(streams, 1_000)).to.deep.equal([streams]);
  });

  it('splits the ids of one subject, each part as full as it can be', () => {
    const parts = splitHeartbeat([{ subject: 'node.n1.ExecutionLogs', streamIds: ids(5_000) }], 4_096);
    expect(parts.flatMap(pairsOf)).to.deep.equal(ids(5_000).map((id) => ['node.n1.ExecutionLogs', id]));
    for (const part of parts) expect(sizeOf(part)).to.be.at.most(4_096);
    // One more id takes eleven bytes.
    for (const part of parts.slice(0, -1)) expect(sizeOf(part)).to.be.at.least(4_096 - 12);
  });

  it('counts the response, whose field has the longer name', () => {
    const streams = [{ subject: 'a', streamIds: ids(2) }];
    const bytesMax = encodeHeartbeatRequest(streams).length + 1;
    expect(encodeHeartbeatResponse(streams).length).to.be.greaterThan(bytesMax);
    expect(splitHeartbeat(streams, bytesMax)).to.have.length(2);
  });

  it('counts bytes after escaping, not characters', () => {
    const streams = [{ subject: '<<<<', streamIds: ['☃☃☃☃', '&&&&'] }];
    const parts = splitHeartbeat(streams, 85);
    expect(parts).to.have.length(2);
    for (const part of parts) expect(sizeOf(part)).to.be.at.most(85);
  });

  it('gives an id that does not fit a part of its own', () => {
    const streams = [{ subject: 'a', streamIds: ['x', 'y'.repeat(500), 'z'] }];
    expect(splitHeartbeat(streams, 100).map(pairsOf)).to.deep.equal([
      [['a', 'x']],
      [['a', 'y'.repeat(500)]],
      [['a', 'z']],
    ]);
  });

  it(`loses no stream and makes no part too large that could be smaller (SEED=${seed})`, () => {
    const text = fc.string({ unit: fc.constantFrom('a', '.', '<', 'é', '𝄞', '"'), minLength: 1, maxLength: 8 });
    const entry = fc.record({ subject: text, streamIds: fc.array(text, { maxLength: 12 }) });
    const property = fc.property(fc.array(entry, { maxLength: 8 }), fc.nat({ max: 300 }), (streams, bytesMax) => {
      const parts = splitHeartbeat(streams, bytesMax);
      expect(parts.length).to.be.at.least(1);
      expect(parts.flatMap(pairsOf)).to.deep.equal(pairsOf(streams));
      for (const part of parts) {
        const streamsOfPart = part.reduce((sum, { streamIds }) => sum + Math.max(1, streamIds.length), 0);
        if (sizeOf(part) > bytesMax) expect(streamsOfPart).to.be.at.most(1);
        if (parts.length > 1) expect(streamsOfPart).to.be.at.least(1);
      }
    });
    fc.assert(property, { seed, numRuns: 500 });
  });
});
