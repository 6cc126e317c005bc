import { expect } from 'chai';
import { allGo, allOurs, scenarios, type Cast } from '../../visualizations/src/simulation/scenarios/index.js';
import { play } from './simulation-run.js';

const ourConsumer: Cast = { consumer: 'ours', producer: 'go' };
const ourProducer: Cast = { consumer: 'go', producer: 'ours' };

describe('the scenarios of the simulation', () => {
  it('are played by any cast without a complaint of the clients', async () => {
    for (const { id } of scenarios) {
      for (const cast of [allOurs, allGo, ourConsumer, ourProducer]) {
        const { records, warnings } = await play(id, { cast });
        expect(records[0]).to.include({ type: 'run', source: 'simulated', seed: 1 });
        const complaints = warnings().filter((text) => !text.includes('without a word'));
        expect(complaints, id).to.deep.equal([]);
      }
    }
  });

  it('tour: one stream comes to its end, one is left, and the death of the producer is told within S', async () => {
    const { end, records, messages } = await play('tour');
    expect(end('consumer', 'A')).to.equal('completed 1000');
    expect(end('producer', 'A')).to.equal('completed 1000');
    expect(end('consumer', 'B')).to.equal('cancelled 1006');
    expect(end('producer', 'B')).to.equal('closed 1001');
    expect(end('consumer', 'C')).to.equal('producerSilent 1006');
    expect(messages('drop', 'heartbeat')).to.have.lengthOf(1);
    const crash = records.find((record) => record.type === 'system' && record.op === 'crash');
    const told = records.findLast((record) => record.type === 'end');
    expect(crash).to.include({ system: 'producer', at: 41_000 });
    expect(told).to.have.property('at').that.is.within(46_000, 47_500);
  });

  it('tour: explains itself, a caption at least every eight seconds', async () => {
    const { records } = await play('tour');
    const notes = records.filter((record) => record.type === 'mark' && record.kind === 'note');
    const times = [...notes.map((note) => ('at' in note ? note.at : 0)), 60_000];
    expect(times[0]).to.equal(0);
    times.slice(1).forEach((at, index) => expect(at - (times[index] ?? 0)).to.be.at.most(8_000));
  });

  describe('defect 1', () => {
    it('in Go the older stream falls silent, without an end', async () => {
      const { end, handled, state } = await play('defect-1');
      expect(state('producer', 'A')).to.equal('closed');
      expect(end('consumer', 'A')).to.equal(undefined);
      expect(handled('consumer', 'A')).to.equal(handled('consumer', 'A', 6_200));
      expect(handled('consumer', 'B')).to.be.greaterThan(15);
    });

    it('with one of ours on either side both streams go on', async () => {
      for (const cast of [allOurs, ourConsumer, ourProducer]) {
        const { handled } = await play('defect-1', { cast });
        expect(handled('consumer', 'A')).to.equal(26);
        expect(handled('consumer', 'B')).to.equal(17);
      }
    });
  });

  describe('defect 2', () => {
    it('in Go the source runs on for a reader that left', async () => {
      const { handled, end } = await play('defect-2');
      expect(handled('producer', 'A')).to.be.greaterThan(handled('producer', 'A', 8_000) + 10);
      expect(end('producer', 'A')).to.equal(undefined);
    });

    it('our consumer has the source stopped, also by a Go producer', async () => {
      const ours = await play('defect-2', { cast: allOurs });
      expect(ours.end('producer', 'A')).to.equal('closed 1001');
      expect(ours.state('producer', 'A')).to.equal('closed');
      const mixed = await play('defect-2', { cast: ourConsumer });
      expect(mixed.state('producer', 'A')).to.equal('closed');
      expect(mixed.handled('producer', 'A')).to.equal(mixed.handled('producer', 'A', 6_500));
    });
  });

  describe('defect 3', () => {
    it('in Go the reader waits for a dead producer for ever', async () => {
      const { end, state } = await play('defect-3');
      expect(end('consumer', 'A')).to.equal(undefined);
      expect(state('consumer', 'A')).to.equal('live');
    });

    it('our reader is told', async () => {
      for (const cast of [allOurs, ourConsumer]) {
        expect((await play('defect-3', { cast })).end('consumer', 'A')).to.equal('producerSilent 1006');
      }
    });
  });

  describe('defect 4', () => {
    it('in Go a dead consumer delays the heartbeat of another, and its new stream', async () => {
      const go = await play('defect-4', { cast: allGo });
      const ours = await play('defect-4', { cast: allOurs });
      const askedAt = ({ messages }: typeof go) =>
        messages('send', 'heartbeat').find(({ to, at }) => to === 'consumer' && at > 3_600)?.at ?? 0;
      expect(askedAt(go)).to.be.greaterThan(5_000);
      expect(askedAt(ours)).to.be.below(4_600);
      const startedAt = ({ records }: typeof go) =>
        records.findLast((record) => record.type === 'actor' && record.system === 'producer');
      expect(startedAt(go)).to.have.property('at').that.is.greaterThan(5_000);
      expect(startedAt(ours)).to.have.property('at', 4_120);
    });
  });

  describe('defect 5', () => {
    it('in Go a slow reader starves the other stream, and records are dropped in silence', async () => {
      const { handled, warnings, end } = await play('defect-5');
      expect(handled('producer', 'quick')).to.be.greaterThan(290);
      expect(handled('consumer', 'quick')).to.be.below(60);
      expect(warnings()[0]).to.include('NATS has dropped 1 record without a word');
      expect(end('consumer', 'quick')).to.equal(undefined);
    });

    it('in ours its own source waits, and the other stream loses nothing', async () => {
      const { handled, warnings, messages } = await play('defect-5', { cast: allOurs });
      expect(handled('consumer', 'quick')).to.be.greaterThan(290);
      expect(handled('consumer', 'slow')).to.be.below(60).and.greaterThan(32);
      expect(messages('send', 'grant').length).to.be.greaterThan(0);
      expect(warnings()).to.deep.equal([]);
    });

    it('our consumer tells the slow reader of a Go producer loudly', async () => {
      const { end, handled } = await play('defect-5', { cast: ourConsumer });
      expect(end('consumer', 'slow')).to.equal('slowReader 1006');
      expect(handled('consumer', 'quick')).to.be.greaterThan(290);
    });
  });

  describe('defect 6', () => {
    it('in Go a doubled request closes the live stream, whose source runs on', async () => {
      const { end, handled, messages } = await play('defect-6');
      expect(messages('duplicate', 'open')).to.have.lengthOf(1);
      expect(end('consumer', 'A')).to.equal('closed 5000');
      expect(handled('producer', 'A')).to.be.greaterThan(15);
    });

    it('our producer ignores it, also from a Go consumer', async () => {
      for (const cast of [allOurs, ourProducer]) {
        const { end, handled } = await play('defect-6', { cast });
        expect(end('consumer', 'A')).to.equal(undefined);
        expect(handled('consumer', 'A')).to.be.greaterThan(15);
      }
    });
  });

  describe('defect 7', () => {
    it('in Go one lost heartbeat ends the stream with 1000', async () => {
      const { end, messages } = await play('defect-7');
      expect(messages('drop', 'heartbeat')).to.have.lengthOf(1);
      expect(end('consumer', 'A')).to.equal('completed 1000');
    });

    it('our producer goes on, also towards a Go consumer', async () => {
      for (const cast of [allOurs, ourProducer]) {
        const { end, handled } = await play('defect-7', { cast });
        expect(end('consumer', 'A')).to.equal(undefined);
        expect(handled('consumer', 'A')).to.be.greaterThan(20);
      }
    });
  });

  describe('the traps', () => {
    it('T = 2D: a stream that is read is stopped, and a millisecond more saves it', async () => {
      const tie = await play('trap-t-2d');
      expect(tie.end('producer', 'A')).to.equal('closed 1001');
      expect(tie.end('consumer', 'A')).to.equal('closed 1001');
      const longer = await play('trap-t-2d-kept');
      expect(longer.end('consumer', 'A')).to.equal(undefined);
      expect(longer.handled('consumer', 'A')).to.be.greaterThan(20);
    });

    it('a stream that is opened amid an exchange is asked for right after it', async () => {
      const { records, state } = await play('trap-second-stream');
      expect(state('consumer', 'B')).to.equal('live');
      const asked = records.filter(
        (record) =>
          record.type === 'message' && record.op === 'send' && record.kind === 'heartbeat' && record.at < 1_800,
      );
      expect(asked.map((record) => ('at' in record ? record.at : 0))).to.deep.equal([700, 1_100]);
    });

    it('a reader that leaves while opening has its source stopped', async () => {
      const { end, states } = await play('trap-cancel-while-opening');
      expect(states('consumer', 'A').slice(0, 2)).to.deep.equal(['opening', 'cancelling']);
      expect(end('consumer', 'A')).to.equal('cancelled 1006');
      expect(end('producer', 'A')).to.equal('closed 1001');
    });

    it('a stall that misses one heartbeat is forgiven, one that misses K ends the stream loudly', async () => {
      const { records, end } = await play('trap-stall');
      expect(end('producer', 'A')).to.equal('closed 1001');
      expect(end('consumer', 'A')).to.equal('closed 1001');
      const ended = records.find((record) => record.type === 'end');
      expect(ended).to.have.property('at').that.is.greaterThan(12_000);
    });
  });

  describe('the limits with plain peers', () => {
    it('our producer cannot know that a Go consumer left a stream that is alone on its subject', async () => {
      const { state, handled } = await play('limit-go-consumer-leaves');
      expect(state('producer', 'A')).to.equal('active');
      expect(handled('producer', 'A')).to.be.greaterThan(25);
    });

    it('our reader has to believe the 1000 of a Go producer that lost a heartbeat', async () => {
      expect((await play('limit-go-producer-misses')).end('consumer', 'A')).to.equal('completed 1000');
    });

    it('our producer waits until a Go consumer withdraws its report of a live stream', async () => {
      const { states, handled } = await play('limit-go-consumer-two');
      expect(states('producer', 'A')).to.deep.equal(['opening', 'active', 'cancelling', 'active']);
      expect(handled('consumer', 'A')).to.equal(38);
    });
  });
});
