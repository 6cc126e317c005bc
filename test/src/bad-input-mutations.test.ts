import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { createRandom } from '../../src/testing/doubles/random.js';
import { decodeStreamFrame } from '../../src/wire/index.js';
import { besiege, type BesiegedPair } from '../support/besieged-pair.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGoConsumer } from '../support/go-peer.js';
import { mutateMessage } from '../support/mutate-message.js';
import { closePair, createPair } from '../support/pair.js';
import { settle } from '../support/settle.js';
import { seed } from '../support/seed.js';

interface Vector {
  readonly name: string;
  readonly kind: 'StreamingMsg' | 'Request' | 'HeartBeatRequest' | 'ConsumerHeartBeatResponse';
  readonly wire: string;
}

const { vectors } = JSON.parse(
  readFileSync(new URL('../conformance/data/wire-vectors.json', import.meta.url), 'utf8'),
) as { readonly vectors: readonly Vector[] };

const mutationsEach = 1_000;
/** How many messages are thrown before the pair is looked at. */
const batch = 20;

/** One mutation, and now and then several on top of each other. */
function mutationsOf(wire: string, random: ReturnType<typeof createRandom>) {
  const original = new TextEncoder().encode(wire);
  return (): Uint8Array => {
    let mutated = mutateMessage(original, random);
    while (random.next() < 0.3) mutated = mutateMessage(mutated, random);
    return mutated;
  };
}

describe(`Random mutations at live clients (SEED=${seed})`, () => {
  let besieged: BesiegedPair;
  beforeEach(async () => {
    besieged = await besiege();
    besieged.pair.bystander.subscribe('sink', { callback: () => undefined });
    await settle();
  });
  afterEach(() => besieged.end());

  const expectNoForeignSubject = () => {
    for (const subject of besieged.publishedTo) {
      expect(subject).to.match(/^(_SINBOX\.|_HEARTBEAT\._SINBOX\.|_INBOX\.|victim$|neighbour$|echo$|sink$)/);
    }
  };

  vectors.forEach((vector, index) => {
    it(`${mutationsEach} of ${vector.name} on every subject do no harm`, async () => {
      const mutate = mutationsOf(vector.wire, createRandom(seed + index));
      const request = vector.kind === 'Request' ? (JSON.parse(vector.wire) as Record<string, string>) : {};
      const reply = `${request['consumerId'] ?? '_INBOX.test.'}${request['streamId'] ?? 'reply'}`;
      for (let thrown = 0; thrown < mutationsEach; thrown += batch) {
        const { inbox } = await besieged.victim();
        for (let count = 0; count < batch; count += 1) {
          const mutated = mutate();
          for (const subject of ['victim', besieged.heartbeatSubject, besieged.answerSubject, inbox]) {
            besieged.pair.bystander.publish(subject, mutated, { reply });
          }
        }
        await settle();
      }
      await besieged.expectUnharmed();
      expectNoForeignSubject();
    });
  });

  vectors
    .filter(({ kind }) => kind === 'StreamingMsg')
    .forEach(({ name, wire }, index) => {
      it(`${mutationsEach} of ${name}, each at a stream of its own, end it with 1003 or are read as what they say`, async () => {
        const mutate = mutationsOf(wire, createRandom(seed - 1 - index));
        const { consumer, bystander } = besieged.pair;
        const counts: Record<string, number> = {};
        for (let thrown = 0; thrown < mutationsEach; thrown += batch) {
          const damaged = Array.from({ length: batch }, () => {
            const frame = mutate();
            const records: Uint8Array[] = [];
            const stream = consumer.openStream('sink', undefined, { onRecord: (record) => records.push(record) });
            bystander.publish(consumer.id + stream.id, frame);
            return { frame, stream, records };
          });
          await settle();
          for (const { frame, stream, records } of damaged) {
            const came = decodeStreamFrame(frame);
            counts[came.type] = (counts[came.type] ?? 0) + 1;
            stream.cancel('still open');
            const end = await stream.closed;
            const text = new TextDecoder().decode(frame);
            if (came.type === 'malformed') expect(end, text).to.include({ reason: 'unsupportedData', code: 1003 });
            else if (came.type === 'close') expect(end, text).to.include({ code: came.code, text: came.text });
            else expect(end, text).to.include({ reason: 'cancelled', text: 'still open' });
            expect(records, text).to.deep.equal(came.type === 'data' ? [came.data] : []);
          }
        }
        expect(counts['malformed']).to.be.greaterThan(mutationsEach / 4);
        await besieged.expectUnharmed();
      });
    });
});

describe(`Random mutations of heartbeat answers that are waited for (SEED=${seed})`, () => {
  const time = useFakeTime();

  vectors
    .filter(({ kind }) => kind === 'ConsumerHeartBeatResponse')
    .forEach(({ name, wire }, index) => {
      it(`250 of ${name} leave the streams of other consumers alone`, async () => {
        const mutate = mutationsOf(wire, createRandom(seed - 100 - index));
        const pair = createPair({ consumer: { offerDelivery: false } });
        pair.producer.handle('a.b', async function* (request) {
          yield 'alive';
          await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
        });
        const damaged = createGoConsumer(pair.bystander, 'damaged');
        damaged.answerWith = ({ reply }) => {
          pair.bystander.publish(reply, mutate());
          return undefined;
        };
        await settle();
        const neighbour = pair.consumer.openStream('a.b');
        for (let round = 0; round < 250; round += 1) {
          if (pair.producer.streams.length < 3) {
            damaged.open('a.b', `stream${round}a`);
            damaged.open('a.b', 'id000001');
          }
          await time.pass(10_000);
        }
        expect(damaged.heartbeats.length).to.be.at.least(250);
        expect(neighbour.actor.getSnapshot().value).to.deep.equal({ active: 'listening' });
        await closePair(pair);
      });
    });
});
