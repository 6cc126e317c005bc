import { expect } from 'chai';
import type { TraceEvent } from '../../src/trace-events/trace-event.js';
import type { PlayerReport, PlayerState } from '../../visualizations/src/simulation/messages.js';
import { createPlayer } from '../../visualizations/src/simulation/player.js';
import { scenarios } from '../../visualizations/src/simulation/scenarios/index.js';
import type { Deed, Plan } from '../../visualizations/src/simulation/script.js';
import { createSimulation } from '../../visualizations/src/simulation/simulation.js';
import { formatStory, parseStory, planOfStory, storyOf } from '../../visualizations/src/simulation/story.js';
import { isOneSeed, seed } from '../support/seed.js';

async function recordsOf(plan: Plan, untilMs: number, stepMs = untilMs): Promise<readonly TraceEvent[]> {
  const simulation = createSimulation(plan);
  for (let at = stepMs; at <= untilMs; at += stepMs) await simulation.runTo(at);
  return simulation.take();
}

/** A network that is bad in every way. */
const storm: Deed = { do: 'network', loss: 0.1, duplicate: 0.1, delayMs: [5, 900], order: 'none' };

describe('the simulation', () => {
  it(`gives the same records for the same seed, here ${seed}, in whatever steps time goes on`, async () => {
    const plan = planOfStory(storyOf('tour', seed));
    const stormy = { ...plan, script: [{ at: 0, ...storm }, ...plan.script] };
    const [one, other] = [await recordsOf(stormy, 30_000), await recordsOf(stormy, 30_000, 50)];
    expect(one.length, `seed ${seed}`).to.be.greaterThan(200);
    expect(JSON.stringify(other), `seed ${seed}`).to.equal(JSON.stringify(one));
  });

  it('gives other records for another seed', async () => {
    const stormy = (number: number): Plan => {
      const plan = planOfStory(storyOf('tour', number));
      return { ...plan, script: [{ at: 0, ...storm }, ...plan.script] };
    };
    expect(JSON.stringify(await recordsOf(stormy(1), 10_000))).not.to.equal(
      JSON.stringify(await recordsOf(stormy(2), 10_000)),
    );
  });

  it('numbers its records without a hole, in the order of time', async () => {
    for (const { id, lengthMs } of scenarios) {
      const [header, ...records] = await recordsOf(planOfStory(storyOf(id)), lengthMs);
      expect(header).to.include({ type: 'run', version: 1, source: 'simulated', unit: 'ms' });
      let at = 0;
      records.forEach((record, index) => {
        if (record.type === 'run') throw new Error('expected one header, came another');
        expect(record.seq).to.equal(index + 1);
        expect(record.at).to.be.at.least(at);
        at = record.at;
      });
    }
  });

  it('tells of every message that it is sent and what became of it', async () => {
    const plan = planOfStory(storyOf('tour'));
    const records = await recordsOf({ ...plan, script: [{ at: 0, ...storm }, ...plan.script] }, 40_000);
    const sent = new Set<string>();
    for (const record of records) {
      if (record.type !== 'message') continue;
      if (record.op === 'send') sent.add(record.message);
      else expect(sent.has(record.message), `${record.op} ${record.kind}`).to.equal(true);
    }
    const ops = new Set(records.flatMap((record) => (record.type === 'message' ? [record.op] : [])));
    expect([...ops]).to.include.members(['send', 'deliver', 'drop', 'duplicate']);
  });

  it('lets no stream wait for ever, whatever the network does', async () => {
    const seeds = isOneSeed ? [seed] : Array.from({ length: 40 }, (_, index) => seed + index);
    for (const number of seeds) {
      const plan: Plan = {
        label: 'storm',
        seed: number,
        peers: [
          { name: 'consumer', role: 'consumer', implementation: 'ours' },
          { name: 'producer', role: 'producer', implementation: 'ours' },
        ],
        script: [
          { at: 0, ...storm },
          ...Array.from({ length: 8 }, (_, index) => ({
            at: 200 * index,
            do: 'open' as const,
            consumer: 'consumer',
            stream: `${index}`,
            everyMs: 300,
            records: 10,
          })),
          { at: 6_000, do: 'partition', peer: 'consumer' },
          { at: 9_000, do: 'heal' },
          { at: 12_000, do: 'crash', peer: 'producer' },
        ],
      };
      const records = await recordsOf(plan, 60_000);
      const ended = records.filter((record) => record.type === 'end' && record.system === 'consumer');
      expect(ended, `seed ${number}`).to.have.lengthOf(8);
    }
  });

  it('a paused process looks at nothing, and at all of it when it goes on', async () => {
    const simulation = createSimulation(planOfStory(storyOf('defect-7', 1, { consumer: 'ours', producer: 'ours' })));
    await simulation.runTo(2_500);
    simulation.take();
    await simulation.act({ do: 'pause', peer: 'consumer' });
    await simulation.runTo(3_900);
    const isOfConsumer = (record: TraceEvent) => record.type === 'step' && record.system === 'consumer';
    expect(simulation.take().filter(isOfConsumer)).to.deep.equal([]);
    expect(simulation.peers).to.deep.include({ name: 'consumer', role: 'consumer', state: 'paused' });
    await simulation.act({ do: 'resume', peer: 'consumer' });
    expect(simulation.take().filter(isOfConsumer).length).to.be.greaterThan(0);
  });

  it('a crashed process never says anything again', async () => {
    for (const id of ['defect-3', 'tour']) {
      const records = await recordsOf(planOfStory(storyOf(id)), 60_000);
      const crash = records.findIndex((record) => record.type === 'system' && record.op === 'crash');
      const after = records.slice(crash + 1).filter((record) => {
        if (record.type === 'step' || record.type === 'end' || record.type === 'counts')
          return record.system === 'producer';
        return record.type === 'message' && record.op === 'send' && record.from === 'producer';
      });
      expect(after).to.deep.equal([]);
    }
  });

  it('a connection that breaks is noticed, and mended again', async () => {
    for (const implementation of ['ours', 'go'] as const) {
      const simulation = createSimulation(
        planOfStory(storyOf('defect-2', 1, { consumer: implementation, producer: implementation })),
      );
      await simulation.runTo(2_000);
      await simulation.act({ do: 'disconnect', peer: 'producer' });
      await simulation.runTo(3_000);
      await simulation.act({ do: 'reconnect', peer: 'producer' });
      await simulation.runTo(4_000);
      const links = simulation.take().flatMap((record) => (record.type === 'link' ? [record.op] : []));
      expect(links, implementation).to.deep.equal(['lost', 'restored']);
    }
  });

  it('refuses a fault that is none, and goes on', async () => {
    const reports: PlayerReport[] = [];
    const player = createPlayer((what) => reports.push(what));
    await player.command({ type: 'start', story: storyOf('tour') });
    await player.command({ type: 'act', deed: { do: 'network', loss: 7 } });
    expect(reports).to.deep.include({ type: 'error', text: 'loss: expected a probability from 0 to 1, came 7' });
    await player.pass(100);
    expect(stateOf(reports).nowMs).to.equal(100);
  });
});

function stateOf(reports: readonly PlayerReport[]): PlayerState {
  const last = reports.findLast((what) => what.type === 'state');
  if (last === undefined) throw new Error('expected a state, came none');
  return last.state;
}

/** The records of the last run. */
function lastRun(reports: readonly PlayerReport[]): readonly TraceEvent[] {
  const run = reports.findLast((what) => what.type === 'run')?.run;
  return reports.flatMap((what) => (what.type === 'records' && what.run === run ? what.records : []));
}

describe('the player of the simulation', () => {
  it('goes by the wall clock and its speed, and stops once at the end of the story', async () => {
    const reports: PlayerReport[] = [];
    const player = createPlayer((what) => reports.push(what));
    await player.command({ type: 'start', story: storyOf('defect-6') });
    await player.pass(100);
    expect(stateOf(reports)).to.include({ nowMs: 100, isPlaying: true });
    await player.command({ type: 'speed', speed: 10 });
    await player.pass(100);
    expect(stateOf(reports).nowMs).to.equal(1_100);
    await player.command({ type: 'pause' });
    await player.pass(100);
    expect(stateOf(reports).nowMs).to.equal(1_100);
    await player.command({ type: 'play' });
    for (let turn = 0; turn < 20; turn += 1) await player.pass(100);
    expect(stateOf(reports)).to.include({ nowMs: 12_000, isPlaying: false, isOver: true });
    await player.command({ type: 'play' });
    await player.pass(100);
    expect(stateOf(reports)).to.include({ nowMs: 13_000, isPlaying: true });
  });

  it('forks: the same up to the moment, and then what is done by hand', async () => {
    const reports: PlayerReport[] = [];
    const player = createPlayer((what) => reports.push(what));
    await player.command({ type: 'start', story: storyOf('defect-1', seed) });
    await player.command({ type: 'speed', speed: 50 });
    for (let turn = 0; turn < 10; turn += 1) await player.pass(100);
    const whole = lastRun(reports);
    await player.command({ type: 'fork', at: 4_600 });
    const forked = lastRun(reports);
    expect(stateOf(reports)).to.include({ nowMs: 4_600, isPlaying: false });
    expect(JSON.stringify(forked)).to.equal(JSON.stringify(whole.slice(0, forked.length)));
    expect(forked.length).to.be.within(20, whole.length - 1);

    await player.command({ type: 'act', deed: { do: 'crash', peer: 'producer' } });
    await player.command({ type: 'play' });
    for (let turn = 0; turn < 10; turn += 1) await player.pass(100);
    const diverged = lastRun(reports);
    expect(diverged.some((record) => record.type === 'system' && record.op === 'crash')).to.equal(true);
    // Stream B belongs to what the scenario would have done later.
    expect(stateOf(reports).streams.map(({ name }) => name)).to.deep.equal(['A']);
  });

  it('tells the story, with all that was done, as the text of an address that gives the same run', async () => {
    const reports: PlayerReport[] = [];
    const player = createPlayer((what) => reports.push(what));
    await player.command({ type: 'start', story: storyOf('tour', seed) });
    await player.command({ type: 'speed', speed: 20 });
    await player.pass(200);
    await player.command({ type: 'act', deed: storm });
    await player.pass(200);
    await player.command({ type: 'act', deed: { do: 'cancel', stream: 'A' } });
    for (let turn = 0; turn < 5; turn += 1) await player.pass(200);
    const { story, nowMs } = stateOf(reports);
    const again = parseStory(formatStory(story));
    expect(again).to.deep.equal(story);
    expect(JSON.stringify(await recordsOf(planOfStory(again!), nowMs))).to.equal(JSON.stringify(lastRun(reports)));
  });

  it('reads what an address may hold, and leaves out what it cannot read', () => {
    expect(parseStory('')).to.equal(undefined);
    expect(parseStory('sim=no-such-story')).to.equal(undefined);
    expect(parseStory('sim=defect-2&seed=x&cast=rust-ours&until=-1&deeds={')).to.deep.equal(storyOf('defect-2'));
    const deeds = '[{"at":2,"do":"heal"},{"at":1,"do":"explode"},7,null,{"do":"heal"}]';
    expect(parseStory(`sim=tour&deeds=${encodeURIComponent(deeds)}`)?.deeds).to.deep.equal([{ at: 2, do: 'heal' }]);
  });
});
