import { expect } from 'chai';
import {
  explore,
  protocolProperties,
  protocolSystem,
  replayOnClients,
  simulate,
  streamsOf,
  viewStream,
  type ProtocolModelOptions,
  type ProtocolSystemOptions,
  type ProtocolView,
} from '../../../src/testing/index.js';
import { isOneSeed, seed as firstSeed } from '../../support/seed.js';

describe('replayOnClients()', () => {
  const configurations: readonly ProtocolSystemOptions[] = [
    { delay: 1 },
    { delay: 1, records: 2, faults: { drop: 2, duplicate: 1 } },
    { streams: 2, delay: 1 },
    { streams: 2, delay: 1, order: 'subject', faults: { drop: 1, duplicate: 1 } },
    { streams: 2, delay: 1, order: 'none', faults: { drop: 1 } },
    { streams: 2, delay: 1, faults: { crash: 1, drop: 1 } },
    { streams: 2, delay: 1, faults: { cut: 2 } },
    { streams: 2, delay: 1, faults: { cut: { max: 2, of: ['consumer->producer', 'producer->consumer'] } } },
    { streams: 2, delay: 1, faults: { late: { max: 3, ticks: 2 } } },
    { consumers: 2, streams: 2, delay: 1, faults: { drop: 1, crash: 1, cut: 1, late: { max: 1, ticks: 2 } } },
    { streams: 2, delay: 1, exact: false, faults: { drop: 1 } },
  ];
  const first = firstSeed;
  const count = isOneSeed ? 1 : 8;

  /** Every other walk leaves the first stream alone, or all of them would be over before a timer is due. */
  const walkOf = (options: ProtocolSystemOptions, seed: number) => {
    const system = protocolSystem(options);
    const isLasting = (name: string): boolean => seed % 2 === 0 && ['leave A', 'finish A'].includes(name);
    const some = Object.entries(system.config.stimuli ?? {}).filter(([name]) => !isLasting(name));
    return simulate(system, { seed, steps: 120, stimuli: Object.fromEntries(some) });
  };

  for (const options of configurations) {
    it(`finds the real clients in the states of the model on random walks: ${JSON.stringify(options)}`, async () => {
      let comparisons = 0;
      const kinds = new Set<string>();
      for (let seed = first; seed < first + count; seed += 1) {
        const trace = walkOf(options, seed).trace();
        const report = await replayOnClients(trace, options);
        for (const { kind } of trace.steps) kinds.add(kind);
        expect(report.differences, `SEED=${seed} replays this`).to.deep.equal([]);
        comparisons += report.comparisons;
      }
      if (!isOneSeed) expect([...kinds]).to.include.members(['timer', ...Object.keys(options.faults ?? {})]);
      console.log(`      seeds ${first} to ${first + count - 1}: ${comparisons} comparisons`);
    });
  }

  it('takes no old answer for the one that is awaited, where many exchanges are under way', async () => {
    const options: ProtocolSystemOptions = {
      streams: 3,
      delay: 1,
      order: 'none',
      exact: false,
      faults: { duplicate: 2, late: { max: 1, ticks: 2 } },
    };
    // On this walk a copy of an answer comes when three more exchanges have begun.
    const report = await replayOnClients(simulate(protocolSystem(options), { seed: 152, steps: 200 }).trace(), options);
    expect(report.differences).to.deep.equal([]);
    expect(report.comparisons).to.be.above(100);
  });

  for (const faults of [{ drop: 1 }, { crash: 1 }, { cut: 1 }]) {
    it(`leads the real clients to where a reader is told of a fault, by the shortest way: ${JSON.stringify(faults)}`, async () => {
      // One stream: the shortest way to what is told of a fault opens no other.
      const options: ProtocolSystemOptions = { records: 0, faults };
      const isToldOfAFault = (view: ProtocolView) =>
        streamsOf(options).some((stream) => {
          const { end } = viewStream(view, stream);
          return end === 'producerSilent' || end === 'noAnswer';
        });
      const { violations } = explore(protocolSystem(options), {
        always: { 'no fault': (view) => !isToldOfAFault(view) },
      });
      const [violation] = violations;
      expect(violation?.steps.map(({ kind }) => kind)).to.include(Object.keys(faults)[0]);
      const report = await replayOnClients(violation!.trace, options);
      expect(report.differences).to.deep.equal([]);
      expect(report.comparisons).to.be.above(10);
    });
  }

  it('refuses durations that the clients refuse', async () => {
    // One tick less than S > (L + 1)·I + D: two heartbeats that are far enough apart are taken for a dead producer.
    const options = { delay: 1, ticks: { silence: 5 } };
    const result = explore(protocolSystem(options), protocolProperties(options));
    const [violation] = result.violations;
    expect(violation).not.to.equal(undefined);
    if (violation === undefined) return;
    const refused = await replayOnClients(violation.trace, options).catch((error: unknown) => String(error));
    expect(refused, 'the clients refuse such durations').to.include('timing rule S >= K*I + T');
  });

  it('says where a client is not where the model has it', async () => {
    const walk = simulate(protocolSystem({ delay: 1 }), { seed: 3, steps: 60 });
    const trace = walk.trace();
    const steps = trace.steps.filter(({ kind }) => kind !== 'deliver');
    const report = await replayOnClients({ ...trace, steps }, { delay: 1 });
    expect(report.differences[0]).to.match(/^step \d+: /);
  });

  const refusalOf = async (options: ProtocolModelOptions, seed: number): Promise<string> => {
    const walk = simulate(protocolSystem(options), { seed, steps: 200 });
    return replayOnClients(walk.trace(), options).then(
      () => 'it refused nothing',
      (error: unknown) => String(error),
    );
  };

  it('refuses a process that starts again', async () => {
    const refusal = await refusalOf({ faults: { crash: { max: 1, restart: true } } }, 1);
    expect(refusal).to.match(/step \d+: expected a process that crashes for good, came one that starts again/);
  });

  it('refuses what happens to the application besides its streams', async () => {
    const refusal = await refusalOf({ incidents: ['consumerCloses'] }, 1);
    expect(refusal).to.match(/step \d+: expected a stimulus like 'open A', .* came 'close consumer'/);
  });

  it('refuses sources that no trace drives', async () => {
    const refusal = await refusalOf({ sourcePeriod: 2 }, 1);
    expect(refusal).to.include('expected sources that the trace drives, came a source period');
  });
});
