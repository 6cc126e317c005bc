import { expect } from 'chai';
import { createMemoryBroker } from '../../../src/memory-broker/index.js';
import { ConsumerClient, ProducerClient } from '../../../src/index.js';
import { useFakeTime } from '../../support/fake-time.js';

describe('A reader whose frames do not arrive, though heartbeats confirm its stream', () => {
  const time = useFakeTime();

  for (const [what, isLost] of [
    ['frames', (subject: string) => subject.startsWith('_SINBOX.')],
    ['what the consumer says of them', (subject: string) => /^_INBOX\..*~/.test(subject)],
  ] as const) {
    for (const K of [1, 2]) {
      it(`is told within K + 2 intervals: ${what}, K = ${K}`, async () => {
        const broker = createMemoryBroker({
          schedule: (turn) => void Promise.resolve().then(turn),
          route: ({ message }, deliver) => {
            if (!isLost(message.subject)) deliver();
          },
        });
        const timing = { missedHeartbeatsMax: K, silenceTimeoutMs: 600_000, openTimeoutMs: 600_000 };
        const consumer = new ConsumerClient({ connection: broker.connect(), ...timing });
        const producer = new ProducerClient({ connection: broker.connect(), ...timing });
        let signal: AbortSignal | undefined;
        producer.handle('logs', async function* (request) {
          ({ signal } = request);
          yield 'one';
          await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
        });
        await time.pass(0);
        const stream = consumer.openStream('logs');
        await time.pass((K + 2) * 10_000 - 1);
        expect(stream.actor.getSnapshot().matches('active')).to.equal(true);
        await time.pass(1);
        const end = await stream.closed;
        expect(end.reason).to.equal('closed');
        expect(end.code).to.equal(1001);
        expect(end.text).to.include(`not ${K + 1} frames in a row`);
        expect(signal?.aborted).to.equal(true);
        expect(producer.streams).to.deep.equal([]);
        await consumer.close();
        await producer.close();
      });
    }
  }
});
