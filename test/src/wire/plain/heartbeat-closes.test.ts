import { expect } from 'chai';
import { decodeHeartbeatRequest, encodeHeartbeatRequest } from '../../../../src/wire/index.js';

const encoder = new TextEncoder();
const streams = [{ subject: 'logs', streamIds: ['A', 'B'] }];

describe('heartbeat request, closes', () => {
  it('are read as they are written, and nothing is written where there are none', () => {
    const closes = new Map([['A', { code: 4030, text: 'may not "publish"' }]]);
    const bytes = encodeHeartbeatRequest(streams, closes);
    expect(decodeHeartbeatRequest(bytes)).to.deep.equal({ type: 'heartbeatRequest', streams, closes });
    expect(encodeHeartbeatRequest(streams, new Map())).to.deep.equal(encodeHeartbeatRequest(streams));
  });

  for (const [what, closes] of [
    ['a normal end', { A: { Code: 1000, Text: '' } }],
    ['a code that is no integer', { A: { Code: 1.5, Text: '' } }],
    ['no text', { A: { Code: 1001 } }],
    ['a stream that is not listed', { C: { Code: 1001, Text: '' } }],
    ['no object', { A: null }],
    ['no map', ['A']],
  ] as const) {
    it(`are passed over where there is ${what}`, () => {
      const request = { ActiveStreamIds: { logs: ['A', 'B'] }, closes };
      expect(decodeHeartbeatRequest(encoder.encode(JSON.stringify(request)))).to.deep.equal({
        type: 'heartbeatRequest',
        streams,
      });
    });
  }
});
