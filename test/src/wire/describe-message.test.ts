import { expect } from 'chai';
import { describeMessage, type DescribedMessage } from '../../../src/wire/describe-message.js';
import { FramePool } from '../../../src/delivery/frame-pool.js';
import {
  encodeAnnouncement,
  encodeControl,
  encodeDeliveryClose,
  encodeFragment,
  RecordsFrameBuilder,
} from '../../../src/wire/index.js';

const stream = '_SINBOX.consumer.streamAA';
const control = '_PINBOX.producer.c1';
const terms = { version: 1, heartbeatIntervalMs: 10, heartbeatRequestTimeoutMs: 5, missedHeartbeatsMax: 2 };
const counts = { next: 3, consumed: 2, consumedBytes: 20 };

function records(first: number): Uint8Array {
  const builder = new RecordsFrameBuilder(first, 64, new FramePool());
  builder.append(new Uint8Array(3), false);
  return builder.finish();
}

const fromProducer = (data: Uint8Array): DescribedMessage => ({ subject: stream, data, reply: control });
const fromConsumer = (data: Uint8Array): DescribedMessage => ({ subject: control, data });

describe('describeMessage(), extended frames', () => {
  const messages: readonly (readonly [kind: string, message: DescribedMessage, text: string | undefined])[] = [
    ['announcement', fromProducer(encodeAnnouncement({ end: 0, isWanting: false, terms })), 'to 0'],
    ['announcement', fromProducer(encodeAnnouncement({ end: 3, isWanting: false, terms })), 'to 3'],
    ['announcement', fromProducer(encodeAnnouncement({ end: 3, isWanting: true, terms })), 'to 3, waits for credit'],
    ['data', fromProducer(records(0)), undefined],
    ['data', fromProducer(records(3)), undefined],
    [
      'data',
      fromProducer(
        encodeFragment({ number: 4, isAnnotated: false, totalBytes: 9, offset: 0, part: new Uint8Array(5) }),
      ),
      undefined,
    ],
    [
      'data',
      fromProducer(
        encodeFragment({ number: 4, isAnnotated: false, totalBytes: 9, offset: 5, part: new Uint8Array(4) }),
      ),
      undefined,
    ],
    [
      'close',
      fromProducer(encodeDeliveryClose({ number: 5, isFinal: false, code: 1000, text: 'that was all' })),
      '1000 that was all',
    ],
    ['grant', fromConsumer(encodeControl({ type: 'grant', ...counts })), '2 read, from 3'],
    ['resume', fromConsumer(encodeControl({ type: 'resume', ...counts })), '2 read, from 3'],
    ['cancel', fromConsumer(encodeControl({ type: 'cancel', text: 'enough' })), 'enough'],
  ];

  for (const [kind, message, text] of messages) {
    it(`says that it is of the kind ${kind}${text === undefined ? '' : `: ${text}`}`, () => {
      expect(describeMessage(message)).to.include({ kind });
      expect(describeMessage(message).text).to.equal(text);
    });
  }

  it('names each of them by what both ends see of it, so that the two sightings are known for one message', () => {
    const ids = messages.map(([, message]) => describeMessage(message).id);
    expect(ids).not.to.include(undefined);
    expect(new Set(ids).size).to.equal(messages.length);
  });
});
