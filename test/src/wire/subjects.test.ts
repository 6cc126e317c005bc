import { expect } from 'chai';
import {
  consumerIdOf,
  heartbeatSubject,
  inboxSubject,
  inboxWildcard,
  isConsumerId,
  isPublishSubject,
  isStreamId,
  isSubscribeSubject,
  streamIdOfInbox,
  subjectBytesMax,
} from '../../../src/wire/subjects.js';

const token = 'EkhjKo6qXLUVLIKwcaq7J2';
const consumerId = `_SINBOX.${token}.`;

describe('subjects, the names of the reference', () => {
  it('makes a consumer id of a token', () => {
    expect(consumerIdOf(token)).to.equal(consumerId);
  });

  it('makes the inbox of a stream, and finds the stream in it', () => {
    expect(inboxSubject(consumerId, 'hOItDxNV')).to.equal(`_SINBOX.${token}.hOItDxNV`);
    expect(streamIdOfInbox(inboxSubject(consumerId, 'hOItDxNV'))).to.equal('hOItDxNV');
  });

  it('makes a consumer id, and all that follows from it, of a name and a token', () => {
    const named = consumerIdOf(token, 'team.alice');
    expect(named).to.equal(`_SINBOX.team.alice.${token}.`);
    expect(heartbeatSubject(named)).to.equal(`_HEARTBEAT._SINBOX.team.alice.${token}`);
    expect(streamIdOfInbox(inboxSubject(named, 'hOItDxNV'))).to.equal('hOItDxNV');
  });

  it('makes one wildcard for all inboxes of a consumer', () => {
    expect(inboxWildcard(consumerId)).to.equal(`_SINBOX.${token}.*`);
  });

  it('makes the heartbeat subject of a consumer', () => {
    expect(heartbeatSubject(consumerId)).to.equal(`_HEARTBEAT._SINBOX.${token}`);
  });

  it('takes a subject of one token as a stream id', () => {
    expect(streamIdOfInbox('alone')).to.equal('alone');
  });
});

describe('isStreamId', () => {
  for (const id of ['hOItDxNV', 'a', '0', '!', '~', '-_/+=$#"', 'x'.repeat(64)]) {
    it(`takes ${JSON.stringify(id)}`, () => {
      expect(isStreamId(id)).to.equal(true);
    });
  }

  for (const id of ['', 'a.b', '.', '*', '>', 'a*', 'a>', ' ', 'a b', 'a\n', '\ta', '\u007f', 'é', 'x'.repeat(65)]) {
    it(`refuses ${JSON.stringify(id)}`, () => {
      expect(isStreamId(id)).to.equal(false);
    });
  }

  it('takes all characters of printable ASCII but four', () => {
    const taken = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter(isStreamId);
    expect(taken).to.have.length(0x7f - 0x20 - 4);
  });
});

describe('isConsumerId', () => {
  for (const id of [
    consumerId,
    '_SINBOX.a.',
    `_SINBOX.${'x'.repeat(64)}.`,
    `_SINBOX.alice.${token}.`,
    '_SINBOX.a.b.c.d.e.f.g.h.token.',
  ]) {
    it(`takes ${id}`, () => {
      expect(isConsumerId(id)).to.equal(true);
    });
  }

  for (const id of [
    '',
    '_SINBOX.',
    '_SINBOX..',
    `_SINBOX.${token}`,
    `_SINBOX.${token}..`,
    '_SINBOX.a..b.',
    '_SINBOX..b.',
    '_SINBOX.a.*.b.',
    '_SINBOX.a.>.',
    '_SINBOX.a.b c.d.',
    '_SINBOX.a.b.c.d.e.f.g.h.i.token.',
    '_SINBOX.*.',
    '_SINBOX.>.',
    '_SINBOX.a b.',
    '_sinbox.a.',
    'x_SINBOX.a.',
    '_INBOX.a.',
    `_SINBOX.${'x'.repeat(65)}.`,
    '_SINBOX.a.\n',
  ]) {
    it(`refuses ${JSON.stringify(id)}`, () => {
      expect(isConsumerId(id)).to.equal(false);
    });
  }
});

describe('isPublishSubject and isSubscribeSubject', () => {
  const literal = ['a', 'node.n1.ExecutionLogs', '$SYS.x', 'é.☃', 'a-b_c', 'x'.repeat(subjectBytesMax)];
  for (const subject of literal) {
    it(`take ${subject.slice(0, 30)}`, () => {
      expect([isPublishSubject(subject), isSubscribeSubject(subject)]).to.deep.equal([true, true]);
    });
  }

  for (const subject of ['*', '>', 'a.*', '*.a', 'a.*.b', 'a.>', '*.>', '*.*']) {
    it(`take ${subject} to subscribe to, not to publish to`, () => {
      expect([isPublishSubject(subject), isSubscribeSubject(subject)]).to.deep.equal([false, true]);
    });
  }

  const neither = [
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    '>.a',
    'a.>.b',
    'a*',
    '*a',
    'a.b>',
    'a b',
    'a\tb',
    'a\r\nb',
    'a\u0000',
    'a\u007f',
    'a\u00a0b',
    '\ud800',
    'x'.repeat(subjectBytesMax + 1),
    'é'.repeat(subjectBytesMax / 2 + 1),
    undefined,
    null,
    5,
    ['a'],
    {},
  ];
  for (const subject of neither) {
    it(`refuse ${(JSON.stringify(subject) ?? 'undefined').slice(0, 30)}`, () => {
      expect([isPublishSubject(subject), isSubscribeSubject(subject)]).to.deep.equal([false, false]);
    });
  }
});
