import { expect } from 'chai';
import { useFakeTime } from '../../support/fake-time.js';
import type { StreamsBySubject } from '../../support/go-peer.js';
import { useSupervision } from '../../support/supervision.js';

const report = (...streamIds: string[]): { NonActiveStreamIds: StreamsBySubject } => ({
  NonActiveStreamIds: { logs: streamIds },
});

/** All durations are the defaults: I 10 s, T 5 s, B 10 s, K 2. The consumer is a plain one, made by hand. */
describe('Timed transitions of a producer stream', () => {
  const time = useFakeTime();
  const scene = useSupervision(time);

  describe('the cancellation buffer B towards a plain consumer', () => {
    it('is 2*I + T = 25 s, runs from the first report, and is not restarted by later ones', async () => {
      await scene.begin();
      await scene.open();
      scene.answer(() => report('streamAA'));
      await time.pass(9_999);
      expect(scene.stateOf()).to.deep.equal({ active: 'flowing' });
      await time.pass(1);
      expect(scene.stateOf()).to.deep.equal({ cancelling: 'reported' });
      await scene.expectLostIn(25_000);
      expect(scene.heartbeatTimes).to.deep.equal([0, 10_000, 20_000, 30_000]);
    });

    it('is what is told where that is longer', async () => {
      await scene.begin({ producer: { cancellationBufferMs: 60_000 } });
      await scene.open();
      scene.answer(() => report('streamAA'));
      await time.pass(10_000);
      await scene.expectLostIn(60_000);
    });

    it('runs on when an answer withdraws the report, and once more: then the report is forgotten', async () => {
      await scene.begin();
      await scene.open();
      scene.answer(() => report('streamAA'));
      await time.pass(10_000);
      scene.answer(() => report());
      await time.pass(9_999);
      expect(scene.stateOf()).to.deep.equal({ cancelling: 'reported' });
      await time.pass(1);
      expect(scene.stateOf()).to.deep.equal({ cancelling: 'withdrawn' });
      await time.pass(15_000);
      expect(scene.stateOf()).to.deep.equal({ cancelling: 'suspected' });
      await time.pass(24_999);
      expect(scene.stateOf()).to.deep.equal({ cancelling: 'suspected' });
      await time.pass(1);
      expect(scene.stateOf()).to.deep.equal({ active: 'flowing' });
      await time.pass(100_000);
      expect(scene.finished).to.deep.equal([]);
      scene.answer(() => report('streamAA'));
      await time.pass(10_000);
      await scene.expectLostIn(25_000);
    });

    it('and the next report after it stops the stream, where an answer before withdrew the first one', async () => {
      await scene.begin();
      await scene.open();
      scene.answer(() => report('streamAA'));
      await time.pass(10_000);
      scene.answer(() => report());
      await time.pass(10_000);
      // Reports within the buffer prove no more than the first one did.
      scene.answer(() => report('streamAA'));
      await time.pass(10_000);
      scene.answer(() => report());
      await time.pass(19_999);
      expect(scene.stateOf()).to.deep.equal({ cancelling: 'suspected' });
      scene.answer(() => report('streamAA'));
      expect(scene.finished).to.deep.equal([]);
      await time.pass(1);
      expect(scene.consumer.closeCode('streamAA')).to.equal(1001);
      expect(scene.finished).to.deep.equal(['streamAA']);
    });

    it('is (ceil(P/I) + 1)*I + T for the buffer P that plain consumers are said to have', async () => {
      await scene.begin({ producer: { peerCancellationBufferMs: 30_001 } });
      await scene.open();
      scene.answer(() => report('streamAA'));
      await time.pass(10_000);
      await scene.expectLostIn(55_000);
    });

    it('lets the source run on, whose records are published', async () => {
      await scene.begin();
      const addresses = { subject: 'logs', consumerId: scene.consumer.consumerId, streamId: 'streamAA' };
      const { writer } = scene.pair.producer.addStream(addresses);
      scene.answer(() => report('streamAA'));
      await time.pass(10_000);
      expect(scene.stateOf()).to.deep.equal({ cancelling: 'reported' });
      await writer.write('still');
      await time.pass(1_000);
      expect(scene.consumer.records('streamAA')).to.deep.equal(['still']);
    });
  });

  describe('while the connection is down', () => {
    it('no heartbeat is sent; all is asked at once on reconnect, and the interval starts afresh', async () => {
      await scene.begin();
      await scene.open();
      await time.pass(8_000);
      scene.pair.broker.stop();
      await time.pass(1_000_000);
      expect(scene.heartbeatTimes).to.deep.equal([0]);
      expect(time.pending).to.equal(0);
      scene.pair.broker.start();
      await time.pass(9_999);
      expect(scene.heartbeatTimes).to.deep.equal([0, 1_008_000]);
      await time.pass(1);
      expect(scene.heartbeatTimes).to.deep.equal([0, 1_008_000, 1_018_000]);
      expect(scene.finished).to.deep.equal([]);
    });

    it('the request under way is forgotten, with the misses before it', async () => {
      await scene.begin();
      await scene.open();
      scene.answer(() => undefined);
      await time.pass(22_000);
      expect(scene.heartbeatTimes).to.deep.equal([0, 10_000, 20_000]);
      scene.pair.broker.stop();
      await time.pass(60_000);
      scene.pair.broker.start();
      await time.pass(14_999);
      expect(scene.finished).to.deep.equal([]);
      await time.pass(1);
      expect(scene.finished).to.deep.equal(['streamAA']);
    });

    it('a report cannot be withdrawn, so it is forgotten', async () => {
      await scene.begin();
      await scene.open();
      scene.answer(() => report('streamAA'));
      await time.pass(10_000);
      expect(scene.stateOf()).to.deep.equal({ cancelling: 'reported' });
      scene.pair.broker.stop();
      await time.pass(1_000_000);
      expect(scene.stateOf()).to.deep.equal({ active: 'flowing' });
      scene.answer(() => report());
      scene.pair.broker.start();
      await time.pass(100_000);
      expect(scene.finished).to.deep.equal([]);
    });
  });
});
