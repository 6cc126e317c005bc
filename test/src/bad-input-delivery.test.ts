import { expect } from 'chai';
import { createRandom } from '../../src/testing/doubles/random.js';
import { FramePool } from '../../src/delivery/frame-pool.js';
import {
  encodeAnnouncement,
  encodeControl,
  encodeDeliveryClose,
  encodeFragment,
  RecordsFrameBuilder,
} from '../../src/wire/index.js';
import { besiege, type BesiegedPair } from '../support/besieged-pair.js';
import { mutateMessage } from '../support/mutate-message.js';
import { seed } from '../support/seed.js';
import { settle } from '../support/settle.js';

const mutationsEach = 250;

const terms = { version: 1, heartbeatIntervalMs: 10_000, heartbeatRequestTimeoutMs: 5_000, missedHeartbeatsMax: 2 };
const builder = new RecordsFrameBuilder(1, 64, new FramePool());
builder.append(new TextEncoder().encode('one'), false);
builder.append(new TextEncoder().encode('two'), false);

/** What a producer sends to a stream that has received one record. */
const frames = {
  announcement: encodeAnnouncement({ end: 3, isWanting: true, terms }),
  records: builder.finish(),
  fragment: encodeFragment({
    number: 1,
    isAnnotated: false,
    totalBytes: 8,
    offset: 0,
    part: new TextEncoder().encode('half'),
  }),
  close: encodeDeliveryClose({ number: 1, isFinal: false, code: 1000, text: 'done' }),
  'final close': encodeDeliveryClose({ number: 2, isFinal: true, code: 1001, text: 'gone' }),
};

/** What a consumer says of it. */
const controls = {
  grant: encodeControl({ type: 'grant', next: 1, consumed: 1, consumedBytes: 5 }),
  resume: encodeControl({ type: 'resume', next: 1, consumed: 1, consumedBytes: 5 }),
  cancel: encodeControl({ type: 'cancel', text: 'enough' }),
};

/** How a stream may end for what a frame says, or for a frame that says nothing. */
const lawfulEnds = ['unsupportedData', 'recordsLost', 'closed', 'completed', 'cancelled'];

describe(`Random mutations of extended frames at live clients (SEED=${seed})`, () => {
  let besieged: BesiegedPair;
  beforeEach(async () => {
    besieged = await besiege({ offerDelivery: true });
  });
  afterEach(() => besieged.end());

  /** A stream of its own, and the subject by which both ends know its producer. */
  async function openVictim() {
    const { consumer, bystander } = besieged.pair;
    const stream = consumer.openStream('victim');
    const inbox = consumer.id + stream.id;
    let control = '';
    const tap = bystander.subscribe(inbox, {
      callback: (_, { reply }) => {
        control = reply ?? control;
      },
    });
    await settle();
    tap.unsubscribe();
    return { stream, inbox, control };
  }

  const mutationsOf = (original: Uint8Array, index: number) => {
    const random = createRandom(seed + index);
    return () => {
      let mutated = mutateMessage(original, random);
      while (random.next() < 0.3) mutated = mutateMessage(mutated, random);
      return mutated;
    };
  };

  Object.entries(frames).forEach(([name, frame], index) => {
    it(`${mutationsEach} of ${name}, each at a stream of its own, end it as they say or with 1003`, async () => {
      const mutate = mutationsOf(frame, index);
      const reasons: Record<string, number> = {};
      for (let thrown = 0; thrown < mutationsEach; thrown += 1) {
        const { stream, inbox, control } = await openVictim();
        expect(control).to.match(/^_INBOX\./);
        besieged.pair.bystander.publish(inbox, mutate(), { reply: control });
        await settle();
        stream.cancel('still open');
        const { reason } = await stream.closed;
        reasons[reason] = (reasons[reason] ?? 0) + 1;
        expect(reason).to.be.oneOf(lawfulEnds);
      }
      console.log(`      ${JSON.stringify(reasons)}`);
      expect(Object.keys(reasons)).to.have.length.greaterThan(1);
      await besieged.expectUnharmed();
    });
  });

  Object.entries(controls).forEach(([name, control], index) => {
    it(`${mutationsEach} of ${name} at a producer leave every other stream alone`, async () => {
      const mutate = mutationsOf(control, 100 + index);
      for (let thrown = 0; thrown < mutationsEach; thrown += 1) {
        const victim = await openVictim();
        besieged.pair.bystander.publish(victim.control, mutate());
        await settle();
        victim.stream.cancel();
        await victim.stream.closed;
      }
      await besieged.expectUnharmed();
    });
  });
});
