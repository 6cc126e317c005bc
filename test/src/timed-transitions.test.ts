import { expect } from 'chai';
import { useFakeTime } from '../support/fake-time.js';
import { closePair } from '../support/pair.js';
import { useSupervision } from '../support/supervision.js';

/** All durations are the defaults: I 10 s, T 5 s, K 2. The consumer is a plain one, made by hand. */
describe('Timed transitions of a heartbeat', () => {
  const time = useFakeTime();
  const scene = useSupervision(time);

  describe('the heartbeat interval I', () => {
    it('lists a new stream at once, and every stream each 10 s', async () => {
      await scene.begin();
      await scene.open();
      expect(scene.heartbeatTimes).to.deep.equal([0]);
      await time.pass(9_999);
      expect(scene.heartbeatTimes).to.deep.equal([0]);
      await time.pass(1);
      expect(scene.heartbeatTimes).to.deep.equal([0, 10_000]);
      await time.pass(40_000);
      expect(scene.heartbeatTimes).to.deep.equal([0, 10_000, 20_000, 30_000, 40_000, 50_000]);
      expect(scene.consumer.heartbeats.map(({ streams }) => streams)).to.deep.equal(
        scene.heartbeatTimes.map(() => ({ logs: ['streamAA'] })),
      );
    });

    it('runs from send to send, however long the answers take', async () => {
      await scene.begin();
      scene.consumer.answerWith = ({ reply }) => {
        scene.heartbeatTimes.push(time.now);
        setTimeout(() => scene.pair.bystander.publish(reply, '{"NonActiveStreamIds":{}}'), 4_900);
        return undefined;
      };
      await scene.open();
      await time.pass(40_000);
      expect(scene.heartbeatTimes).to.deep.equal([0, 10_000, 20_000, 30_000, 40_000]);
    });

    it('lists a stream at once that is opened between, alone, and both with the next round', async () => {
      await scene.begin();
      await scene.open();
      await time.pass(3_000);
      await scene.open('streamBB');
      expect(scene.heartbeatTimes).to.deep.equal([0, 3_000]);
      await time.pass(7_000);
      expect(scene.consumer.heartbeats.map(({ streams }) => streams['logs'])).to.deep.equal([
        ['streamAA'],
        ['streamBB'],
        ['streamAA', 'streamBB'],
      ]);
    });

    it('asks for a stream that is opened while a request is under way as soon as that one is answered, or with the round', async () => {
      await scene.begin();
      scene.answer(() => undefined);
      await scene.open();
      await time.pass(2_000);
      await scene.open('streamBB');
      expect(scene.heartbeatTimes).to.deep.equal([0]);
      await time.pass(7_999);
      expect(scene.heartbeatTimes).to.deep.equal([0]);
      await time.pass(1);
      expect(scene.heartbeatTimes).to.deep.equal([0, 10_000]);
    });

    it('stops with the last stream', async () => {
      await scene.begin();
      await scene.open();
      scene.pair.producer.removeStream(scene.consumer.consumerId, 'streamAA');
      await time.pass(60_000);
      expect(scene.heartbeatTimes).to.deep.equal([0]);
      expect(time.pending).to.equal(0);
    });
  });

  describe('the heartbeat request timeout T and K misses', () => {
    it('loses a consumer that never answers 25 s after its request: its first heartbeat belongs to no round', async () => {
      await scene.begin();
      scene.answer(() => undefined);
      await scene.open();
      await scene.expectLostIn(25_000);
      expect(scene.heartbeatTimes).to.deep.equal([0, 10_000, 20_000]);
    });

    it('loses a consumer that falls silent within K*I + T = 25 s', async () => {
      await scene.begin();
      await scene.open();
      scene.answer(() => undefined);
      await scene.expectLostIn(25_000);
    });

    it('loses a consumer whose subscriptions are gone at the second heartbeat', async () => {
      await scene.begin();
      await scene.open();
      scene.consumer.vanish();
      await time.pass(19_999);
      expect(scene.finished).to.deep.equal([]);
      await time.pass(1);
      expect(scene.finished).to.deep.equal(['streamAA']);
      expect(time.pending).to.equal(0);
    });

    it('does not lose a consumer that misses every other heartbeat', async () => {
      await scene.begin();
      await scene.open();
      let round = 0;
      scene.answer(() => {
        round += 1;
        return round % 2 === 1 ? undefined : { NonActiveStreamIds: {} };
      });
      await time.pass(200_000);
      expect(scene.heartbeatTimes).to.have.lengthOf(21);
      expect(scene.finished).to.deep.equal([]);
    });

    it('takes an answer one millisecond before the timeout, and no answer at the timeout', async () => {
      for (const [delayMs, lost] of [
        [4_999, false],
        [5_001, true],
      ] as const) {
        await scene.begin();
        scene.consumer.answerWith = ({ reply }) => {
          setTimeout(() => scene.pair.bystander.publish(reply, '{"NonActiveStreamIds":{}}'), delayMs);
          return undefined;
        };
        await scene.open();
        await time.pass(100_000);
        expect(scene.finished).to.deep.equal(lost ? ['streamAA'] : []);
        await closePair(scene.pair);
      }
    });

    it('takes no answer to an earlier request', async () => {
      await scene.begin();
      scene.consumer.answerWith = ({ reply }) => {
        setTimeout(() => scene.pair.bystander.publish(reply, '{"NonActiveStreamIds":{}}'), 12_000);
        return undefined;
      };
      await scene.open();
      await time.pass(24_999);
      expect(scene.finished).to.deep.equal([]);
      await time.pass(1);
      expect(scene.finished).to.deep.equal(['streamAA']);
    });

    it('counts afresh from a new request, which proves life', async () => {
      await scene.begin();
      scene.answer(() => undefined);
      await scene.open();
      await time.pass(14_000);
      // The second request is under way; its miss, at 15 s, is the first one since this stream was added.
      await scene.open('streamBB');
      await time.pass(10_999);
      expect(scene.finished).to.deep.equal([]);
      await time.pass(1);
      expect(scene.finished).to.deep.equal(['streamAA', 'streamBB']);
    });

    it('takes as many misses as it is told', async () => {
      const both = { missedHeartbeatsMax: 4, silenceTimeoutMs: 60_000, openTimeoutMs: 60_000 };
      await scene.begin({ consumer: both, producer: both });
      scene.answer(() => undefined);
      await scene.open();
      await scene.expectLostIn(45_000);
    });
  });
});
