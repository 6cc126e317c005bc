import { expect } from 'chai';
import { Messages } from '../../../src/testing/conformance/messages.js';
import type { TraceMessage } from '../../../src/tracing/index.js';
import { measureMemory } from '../../support/memory.js';

const allowance = { order: 'connection', mayLose: false, mayRepeat: false, skew: 0 } as const;

const message = (op: 'send' | 'deliver', id: string, at: number): TraceMessage => ({
  ...{ type: 'message', op, message: id, from: 'a', to: 'b', subject: 's', kind: 'data', bytes: 1 },
  ...{ at, seq: at },
});

/** Sends and delivers so many messages, each judged after ten others. */
function exchange(messages: Messages, count: number, arrives = (_: number) => true): string | undefined {
  for (let number = 1; number <= count; number += 1) {
    messages.take(message('send', `${number}`, number), number);
    if (arrives(number)) messages.take(message('deliver', `${number}`, number), number);
    const found = messages.judge(number - 10);
    if (found !== undefined) return found.complaint.reason;
  }
  return messages.judge(Infinity)?.complaint.reason;
}

describe('conforms: the messages of a trace', () => {
  it('are judged as they pass, so that what is kept of them does not grow', () => {
    const held = (count: number): number => {
      const messages = new Messages(allowance, 1_000);
      const before = measureMemory().heldBytes;
      expect(exchange(messages, count)).to.equal(undefined);
      const grown = measureMemory().heldBytes - before;
      expect(messages.counts).to.deep.equal({ messages: count, delivered: count, lost: 0, repeated: 0 });
      return grown;
    };
    held(20_000);
    expect(held(100_000) - held(20_000)).to.be.lessThan(200_000);
  });

  it('that were lost, overtaken or repeated are found although much follows', () => {
    const messages = () => new Messages(allowance, 1_000);
    expect(exchange(messages(), 5_000, (number) => number !== 17)).to.match(
      /^expected 17 before, which a has sent first/,
    );
    const repeated = messages();
    exchange(repeated, 20);
    repeated.take(message('deliver', '19', 21), 21);
    expect(repeated.judge(Infinity)?.complaint.reason).to.equal('expected data 19 once, came another one');
  });

  it('of one subject do not wait for those of another where each subject has an order of its own', () => {
    const messages = new Messages({ ...allowance, order: 'subject' });
    const onSubject = (op: 'send' | 'deliver', id: string, subject: string, at: number) => {
      messages.take({ ...message(op, id, at), subject }, at);
    };
    onSubject('send', 'first', 'one', 1);
    onSubject('send', 'second', 'other', 2);
    onSubject('deliver', 'second', 'other', 3);
    onSubject('deliver', 'first', 'one', 4);
    expect(messages.judge(Infinity)).to.equal(undefined);
    onSubject('send', 'third', 'one', 5);
    onSubject('send', 'fourth', 'one', 6);
    onSubject('deliver', 'fourth', 'one', 7);
    expect(messages.judge(Infinity)?.complaint.reason).to.match(/^expected third before/);
  });

  it('that nobody has sent are found, but where those of long ago are forgotten', () => {
    const phantom = (remembered: number) => {
      const messages = new Messages(allowance, remembered);
      exchange(messages, 100);
      messages.take(message('deliver', 'phantom', 101), 101);
      messages.take(message('send', 'last', 102), 102);
      messages.senderOf('a').lastAt = 102;
      return messages.judge(Infinity)?.complaint.reason;
    };
    expect(phantom(1_000)).to.equal('expected a message that a has sent, came data phantom');
    expect(phantom(50)).to.equal(undefined);
  });
});
