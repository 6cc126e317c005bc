import { expect } from 'chai';
import { conforms, protocolSystem } from '../../../src/testing/index.js';
import type { TraceEvent, TraceRun } from '../../../src/tracing/index.js';
import { mergeRecordings } from '../../support/merged-recordings.js';
import { seed } from '../../support/seed.js';
import { pairDelays, tracePair } from '../../support/traced-pair.js';

const protocol = protocolSystem({ faults: { drop: 1, duplicate: 1, cut: 1, crash: 1 } });
const check = (trace: readonly TraceEvent[]) => conforms(trace, protocol, { delays: pairDelays });

/** What each of two clients would have recorded in a process of its own, by its own clock. */
function recordingsOf(trace: readonly TraceEvent[], aheadMs: number): readonly (readonly TraceEvent[])[] {
  const [head] = trace;
  const isOf = (event: TraceEvent, system: string): boolean => {
    if (event.type === 'machine') return true;
    if (event.type === 'message') return (event.op === 'send' ? event.from : event.to) === system;
    if (event.type === 'link') return event.systems.includes(system);
    return 'system' in event && event.system === system;
  };
  return [
    { system: 'consumer', ahead: 0 },
    { system: 'producer', ahead: aheadMs },
  ].map(({ system, ahead }) => {
    const run: TraceRun = { ...(head as TraceRun), source: 'live', startedAt: 1_000_000 - ahead };
    const own = trace.filter((event) => event.type !== 'run' && isOf(event, system));
    const shifted = own.map((event) => ('at' in event ? { ...event, at: event.at + ahead } : event));
    return [run, ...shifted.map((event, index): TraceEvent => ({ ...event, seq: index + 1 }) as TraceEvent)];
  });
}

describe(`conforms: recordings of several processes, merged as a collector does (seed ${seed})`, () => {
  const kinds = [
    { offerDelivery: true },
    { offerDelivery: true, faults: { loss: 0.05, duplicate: 0.05 } },
    { offerDelivery: true, losesLink: true },
    { isCut: true },
  ];

  it('conform, whatever their clocks say and however long a batch was on its way', async () => {
    for (const options of kinds) {
      const trace = await tracePair({ seed, ...options });
      for (const ahead of [0, 3_600_000]) {
        const { counts } = check(mergeRecordings(recordingsOf(trace, ahead), seed + ahead)).assert();
        expect(counts.judged / counts.steps).to.be.greaterThan(0.9);
      }
    }
  });

  it('do not where one process has taken what the other has not sent', async () => {
    const recordings = recordingsOf(await tracePair({ seed, offerDelivery: true }), 700);
    const [ofConsumer = [], ofProducer = []] = recordings;
    const isAnswer = (event: TraceEvent) =>
      event.type === 'message' && event.op === 'deliver' && event.kind === 'answer';
    const forged = ofProducer.map((event) => (isAnswer(event) ? { ...event, message: 'forged' } : event));
    const { violation } = check(mergeRecordings([ofConsumer, forged], seed));
    expect(violation?.reason).to.match(/expected a message that consumer has sent, came answer forged/);
  });
});
