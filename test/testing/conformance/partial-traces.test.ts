import { expect } from 'chai';
import { conforms, protocolSystem } from '../../../src/testing/index.js';
import type { TraceEvent, TraceStep } from '../../../src/tracing/index.js';
import { pairDelays, tracePair } from '../../support/traced-pair.js';

const protocol = protocolSystem({ faults: { drop: 1, duplicate: 1, cut: 1, crash: 1 } });
const check = (trace: readonly TraceEvent[]) => conforms(trace, protocol, { delays: pairDelays });

function numbered(trace: readonly TraceEvent[]): readonly TraceEvent[] {
  return trace.map((event, index) => (event.type === 'run' ? event : { ...event, seq: index }));
}

/** As the collector has it: what each process has told, with times of its own clock, and later batches of one first. */
function collected(trace: readonly TraceEvent[], offset: number): readonly TraceEvent[] {
  const ofProducer = (event: TraceEvent): boolean => {
    if (event.type === 'message') return (event.op === 'send' ? event.from : event.to) === 'producer';
    return 'system' in event && event.system === 'producer';
  };
  const shared = trace.filter(({ type }) => type === 'run' || type === 'machine');
  const rest = trace.filter((event) => !shared.includes(event));
  const [ahead, behind] = [rest.filter(ofProducer), rest.filter((event) => !ofProducer(event))];
  const shifted = behind.map((event) => ('at' in event ? { ...event, at: event.at + offset } : event));
  return numbered([...shared, ...ahead, ...shifted]);
}

describe('conforms: traces that do not show everything', () => {
  let trace: readonly TraceEvent[] = [];
  before(async () => {
    trace = await tracePair({ seed: 2, offerDelivery: true });
  });

  it('of several processes, whose clocks differ and whose batches come in any order', () => {
    for (const offset of [0, 300, 5_000]) check(collected(trace, offset)).assert();
    const forged = collected(trace, 300).flatMap((event) =>
      event.type === 'message' && event.op === 'deliver' && event.kind === 'open' && event.seq < 200
        ? [event, { ...event, message: 'forged' }]
        : [event],
    );
    expect(check(numbered(forged)).violation?.reason).to.match(/expected a message that consumer has sent/);
  });

  it('with a hole anywhere, of any size: what was left out is no violation, and is told', () => {
    for (let from = 20; from < trace.length - 10; from += 37) {
      for (const size of [1, 5, 60]) {
        const { ok, notVisible, violation } = check(trace.filter((_, index) => index < from || index >= from + size));
        expect(violation?.reason, `${size} from ${from}`).to.equal(undefined);
        expect(ok).to.equal(true);
        const leftOut = Math.min(size, trace.length - from);
        if (from + size < trace.length)
          expect(notVisible[0]).to.equal(`${leftOut} trace events that were left out, and what came of them`);
      }
    }
  });

  it('of a listener that was too slow: less was told before it is told that something was left out', async () => {
    for (const eventsMax of [5, 20, 60]) {
      const slow = await tracePair({ seed: 2, offerDelivery: true, eventsMax });
      expect(slow.some(({ type }) => type === 'gap')).to.equal(true);
      check(slow).assert();
    }
  });

  it('that was held back for a while, as where the broker was away, and told with how late it is', () => {
    for (let from = 100; from < 2_000; from += 150) {
      const until = from + 400;
      const held = trace.map((event) =>
        'at' in event && event.at > from && event.at < until ? { ...event, at: until, late: until - event.at } : event,
      );
      expect(held.some((event) => 'late' in event)).to.equal(true);
      check(held).assert();
    }
  });

  it('of processes that were not heard for a while: what lives is told anew, and what does not has ended unheard', async () => {
    const [lostAt, backAt] = [300, 700];
    const systems = ['consumer', 'producer'];
    const before = trace.filter((event) => !('at' in event) || event.at < lostAt);
    const after = (await tracePair({ seed: 2, offerDelivery: true, listenAtMs: backAt })).filter(
      ({ type }) => type !== 'run' && type !== 'machine',
    );
    const told = new Set(after.flatMap((event) => (event.type === 'actor' ? [event.actor] : [])));
    const live = new Map<string, TraceEvent>();
    for (const event of before) {
      if (event.type === 'actor') live.set(event.actor, event);
      if (event.type === 'step' && event.status !== 'active') live.delete(event.actor);
    }
    const unheard = [...live.values()].flatMap((event): TraceEvent[] =>
      event.type === 'actor' && !told.has(event.actor)
        ? [
            {
              ...{
                type: 'step',
                seq: 0,
                at: backAt,
                system: event.system,
                actor: event.actor,
                taken: [],
                commands: [],
              },
              ...{ event: { type: 'ended.unheard' }, value: null, status: 'stopped' },
            },
          ]
        : [],
    );
    expect(unheard).to.not.be.empty;
    const lost: TraceEvent = {
      type: 'contact',
      op: 'lost',
      systems,
      reason: 'stalled',
      since: lostAt,
      seq: 0,
      at: lostAt,
    };
    const restored: TraceEvent = { type: 'contact', op: 'restored', systems, seq: 0, at: backAt };
    const { notVisible, counts } = check(numbered([...before, lost, restored, ...unheard, ...after])).assert();
    expect(notVisible).to.include('what consumer, producer did while not heard');
    expect(counts.judged / counts.steps).to.be.greaterThan(0.9);
  });

  it('that ends anywhere, as where the process was killed', () => {
    for (let end = 10; end < trace.length; end += 29) check(trace.slice(0, end)).assert();
  });

  it('of a process that crashed, and of one that came after it under the same name', () => {
    const crash: TraceEvent = { type: 'system', system: 'producer', role: 'producer', op: 'crash', seq: 0, at: 300 };
    const before = trace.filter((event) => !('at' in event) || event.at < 300);
    const isConsumers = (event: TraceEvent) =>
      event.type !== 'message' && 'at' in event && event.at >= 300 && 'system' in event && event.system === 'consumer';
    const { notVisible } = check(numbered([...before, crash, ...trace.filter(isConsumers)]));
    expect(notVisible).to.include('what producer did last, as it crashed');
  });

  it('in which what very many streams hear is handed out in slices, and is told in part', async () => {
    const partly = await tracePair({ seed: 2, streams: 40, entriesMax: 3 });
    const isToldInPart = (event: TraceEvent) => event.type === 'step' && JSON.stringify(event.event).includes(' more"');
    const asked = partly.findIndex((event) => isToldInPart(event) && 'system' in event && event.system === 'consumer');
    const first = partly.findIndex((event, index) => index > asked && event.type === 'step' && event.from === 'client');
    const { actor } = partly[first] as TraceStep;
    const isOwn = (event: TraceEvent | undefined) => event !== undefined && 'actor' in event && event.actor === actor;
    const end = partly.findIndex((event, index) => index > first && !isOwn(event));
    const arrival = partly.findIndex(
      (event, index) => index > end && event.type === 'message' && event.op === 'deliver' && event.to === 'consumer',
    );
    expect(partly.slice(end, arrival).some(isOwn)).to.equal(false);
    const slice = partly.slice(first, end);
    const later = [
      ...partly.slice(0, first),
      ...partly.slice(end, arrival + 1),
      ...slice,
      ...partly.slice(arrival + 1),
    ];
    const { at } = partly[arrival] as TraceStep;
    check(numbered(later.map((event) => (slice.includes(event) ? { ...event, at } : event)))).assert();
  });

  it('that begins in the middle, with actors in the states that they had then', async () => {
    for (const listenAtMs of [200, 400, 1_400]) {
      const late = await tracePair({ seed: 2, offerDelivery: true, listenAtMs });
      const { counts } = check(late).assert();
      expect(counts.judged / counts.steps).to.be.greaterThan(0.9);
    }
  });

  it('in which a step is wrong behind the hole all the same', () => {
    const from = 60;
    const holed = trace.filter((_, index) => index < from || index >= from + 3);
    const behind = holed.findLastIndex(
      (event) => event.type === 'step' && event.event.type === 'stream.closed' && event.system === 'producer',
    );
    const step = holed[behind] as TraceStep;
    const wrong = holed.map((event) =>
      event === step ? { ...step, commands: [...step.commands, 'wire.cancel'] } : event,
    );
    const { violation } = check(wrong);
    expect(violation?.rule).to.equal('step');
    expect(violation?.index).to.equal(behind);
  });

  it('of a former version, which does not say what it left out, give a weaker answer', () => {
    const former = trace.map((event): TraceEvent => {
      if (event.type !== 'system') return event;
      const { countsLeftOut: _, ...rest } = event;
      return rest;
    });
    check(former).assert();
    const isSent = (event: TraceEvent) => event.type === 'message' && event.op === 'send' && event.kind === 'joined';
    const index = trace.findIndex(isSent);
    const lacking = (events: readonly TraceEvent[]) => numbered(events.filter((_, place) => place !== index));
    expect(check(lacking(former)).ok).to.equal(true);
    expect(check(lacking(trace)).ok).to.equal(false);
  });

  it('computes each step once, however long the trace', async () => {
    const long = await tracePair({ seed: 2, streams: 100 });
    for (const part of [long.slice(0, long.length / 4), long]) {
      const { counts } = check(part).assert();
      expect(counts.events).to.equal(part.length);
      expect(counts.transitions).to.be.at.most(counts.steps);
    }
  });

  it('shows the smallest trace that is wrong for the same reason', () => {
    const index = trace.findIndex(
      (event, place) => place > trace.length / 2 && event.type === 'step' && event.taken.length > 0,
    );
    const step = trace[index] as TraceStep;
    const wrong = trace.map((event) =>
      event === step ? { ...step, commands: ['wire.cancel', 'wire.cancel'] } : event,
    );
    const found = check(wrong);
    const smallest = found.smallest();
    expect(smallest.violation?.reason).to.equal(found.violation?.reason);
    expect(smallest.trace.length).to.be.at.most(12);
    expect(() => found.assert()).to.throw(
      /does not conform at trace event \d+ .*\n[^]*violation|expected the commands/,
    );
  });
});
