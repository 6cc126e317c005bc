import { expect } from 'chai';
import { createCursor } from '../../visualizations/src/model/cursor.js';
import { parseQuery } from '../../visualizations/src/model/query.js';
import { eventFields } from '../../visualizations/src/model/event-fields.js';
import { Run } from '../../visualizations/src/model/run.js';
import type { SequencedEvent } from '../../visualizations/src/model/types.js';
import { createRandom } from '../../src/testing/doubles/random.js';
import { seed } from '../support/seed.js';
import { sampleHeader, sampleRecords } from './sample-run.js';

const immediately = (callback: () => void): void => callback();

/** A cursor over a recording of 20 streams, with a clock set by hand. */
function scene(options: { readonly growing?: boolean; readonly records?: readonly SequencedEvent[] } = {}) {
  const records = options.records ?? sampleRecords({ streams: 20, seed });
  const run = new Run(sampleHeader, { onFrame: immediately });
  run.append(records);
  run.growing.value = options.growing ?? false;
  const clock = { now: 0 };
  return { records, run, clock, cursor: createCursor(run, { clock: () => clock.now }) };
}
/** A view without what belongs to it as a copy. */
const plain = (view: object): object => ({ ...view });

describe('cursor', () => {
  it('shows the newest moment until it is moved', () => {
    const { run, cursor, records } = scene({ growing: true });
    expect(cursor.seq.value).to.equal(records.length);
    run.append([{ type: 'gap', seq: records.length + 1, at: 60_000, dropped: 1 }]);
    expect(cursor.seq.value).to.equal(records.length + 1);
    expect(cursor.view.value.totals.recordsLost).to.equal(1);
  });

  it('stays where it was put while records come', () => {
    const { run, cursor, records } = scene({ growing: true });
    cursor.seek(50);
    run.append([{ type: 'gap', seq: records.length + 1, at: 60_000, dropped: 1 }]);
    expect(cursor.seq.value).to.equal(50);
    expect(cursor.live.value).to.equal(false);
    expect(plain(cursor.view.value)).to.deep.equal(plain(run.viewAt(50)));
  });

  it('pauses at the moment shown, and follows again', () => {
    const { run, cursor, records } = scene({ growing: true });
    cursor.pause();
    run.append([{ type: 'gap', seq: records.length + 1, at: 60_000, dropped: 1 }]);
    expect(cursor.seq.value).to.equal(records.length);
    cursor.follow();
    expect(cursor.seq.value).to.equal(records.length + 1);
  });

  it(`shows after any moves what a replay shows (seed ${seed})`, () => {
    const { run, cursor, records } = scene({ records: sampleRecords({ streams: 90, seed }) });
    const random = createRandom(seed);
    for (let move = 0; move < 60; move += 1) {
      const chosen = random.integer(0, 3);
      if (chosen === 0) cursor.seek(random.integer(-5, records.length + 5));
      else if (chosen === 1) cursor.step(random.integer(-30, 30));
      else if (chosen === 2) cursor.seekTime(random.integer(-100, 61_000));
      else {
        cursor.play();
        cursor.frame(random.integer(1, 3_000));
        cursor.pause();
      }
      expect(plain(cursor.view.value), `move ${move}`).to.deep.equal(plain(run.viewAt(cursor.seq.value)));
    }
  });

  it('steps over holes, and no further than the ends', () => {
    const records = sampleRecords({ streams: 3, seed }).filter(({ seq }) => seq % 3 !== 0);
    const { cursor } = scene({ records });
    cursor.seek(4);
    cursor.step(2);
    expect(cursor.seq.value).to.equal(7);
    cursor.step(-3);
    expect(cursor.seq.value).to.equal(2);
    cursor.step(-100);
    expect(cursor.seq.value).to.equal(1);
    cursor.step(100_000);
    expect(cursor.seq.value).to.equal(records.at(-1)?.seq);
  });

  it('plays a recording as fast as it happened, times the speed', () => {
    const { cursor, run } = scene();
    cursor.seek(1);
    const begun = cursor.now();
    cursor.play();
    cursor.frame(2_000);
    expect(cursor.now() - begun).to.be.closeTo(2_000, 1);
    expect(cursor.seq.value).to.equal(run.seqAtTime(begun + 2_000));
    cursor.speed.value = 10;
    cursor.frame(500);
    expect(cursor.now() - begun).to.be.closeTo(7_000, 1);
  });

  it('stops at the end, and plays again from the start', () => {
    const { cursor, records } = scene();
    cursor.seek(records.length - 3);
    cursor.play();
    cursor.frame(600_000);
    expect(cursor.playing.value).to.equal(false);
    expect(cursor.seq.value).to.equal(records.length);
    cursor.play();
    expect(cursor.seq.value).to.equal(1);
    expect(cursor.playing.value).to.equal(true);
  });

  it('goes on live where playing has caught up with a run that grows', () => {
    const { cursor } = scene({ growing: true });
    cursor.seek(10);
    cursor.play();
    cursor.frame(600_000);
    expect(cursor.live.value).to.equal(true);
  });

  it('breaks at the first record that answers the predicate', () => {
    const { cursor, records } = scene();
    const reason = records.findLast((record) => record.type === 'end')?.reason;
    const expected = records.find((record) => record.type === 'end' && record.reason === reason);
    expect(expected).not.to.equal(undefined);
    cursor.breakTest.value = parseQuery(`type:end reason:${reason}`, eventFields);
    cursor.seek(1);
    cursor.play();
    cursor.frame(600_000);
    expect(cursor.seq.value).to.equal(expected?.seq);
    expect(cursor.playing.value).to.equal(false);
  });

  it('breaks live at a record that comes, not at one of before', () => {
    const { cursor, run, records } = scene({ growing: true });
    cursor.breakTest.value = parseQuery('type:gap', eventFields);
    cursor.frame(16);
    expect(cursor.live.value).to.equal(true);
    const next = records.length + 1;
    run.append([
      { type: 'gap', seq: next, at: 60_000, dropped: 1 },
      { type: 'gap', seq: next + 1, at: 60_001, dropped: 1 },
    ]);
    cursor.frame(16);
    expect(cursor.live.value).to.equal(false);
    expect(cursor.seq.value).to.equal(next);
  });

  it('lets time go on between the records of a live run, and of no other', () => {
    const live = scene({ growing: true });
    const { lastAt } = live.run;
    expect(live.cursor.now()).to.equal(lastAt);
    live.clock.now = 700;
    expect(live.cursor.now()).to.equal(lastAt + 700);
    const complete = scene();
    complete.clock.now = 700;
    expect(complete.cursor.now()).to.equal(lastAt);
  });

  it('jumps to the oldest record where that has overtaken it', () => {
    const records = sampleRecords({ streams: 200, seed });
    const run = new Run(sampleHeader, { onFrame: immediately, bytesMax: 400_000 });
    run.append(records.slice(0, 3_000));
    const cursor = createCursor(run, { clock: () => 0 });
    cursor.seek(100);
    run.append(records.slice(3_000));
    expect(run.firstSeq).to.be.greaterThan(100);
    cursor.play();
    cursor.frame(1);
    expect(plain(cursor.view.value)).to.deep.equal(plain(run.viewAt(cursor.seq.value)));
    expect(cursor.seq.value).to.be.at.least(run.firstSeq);
  });
});
