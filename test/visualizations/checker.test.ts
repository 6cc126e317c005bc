import { expect } from 'chai';
import type { TraceEvent } from '../../src/trace-events/trace-event.js';
import { explorationOf, explorations, subjectOf } from '../../visualizations/src/checker/explorations.js';
import { createCheckerSession, type ExplorationReport } from '../../visualizations/src/checker/session.js';
import { createWalker } from '../../visualizations/src/checker/walker.js';

const noSignal = new AbortController().signal;

async function explored(id: string): Promise<ExplorationReport> {
  return createCheckerSession(id).explore(noSignal, () => undefined);
}

function violated({ properties }: ExplorationReport): readonly string[] {
  return properties.filter(({ status }) => status === 'violated').map(({ name }) => name);
}

function subject(id: string) {
  const exploration = explorationOf(id);
  if (exploration === undefined) throw new Error(`expected an exploration, came ${id}`);
  return subjectOf(exploration);
}

describe('the explorations of the page', () => {
  it('of the protocol as it is violate nothing, and say how long each wait takes', async () => {
    for (const id of ['protocol', 'protocol-drop', 'protocol-crash', 'protocol-duplicate']) {
      const report = await explored(id);
      expect(violated(report), id).to.deep.equal([]);
      expect(report.isComplete).to.equal(true);
      expect(report.properties.every(({ status }) => status === 'holds')).to.equal(true);
    }
    const { properties } = await explored('protocol');
    expect(properties.find(({ name }) => name === 'A: a reader that left stops the source')?.worstTicks).to.be.a(
      'number',
    );
  });

  it('of a rule that is broken, and of each trap, find what is wrong', async () => {
    const expected: Readonly<Record<string, string>> = {
      'silence-too-short': 'A: without a fault nobody is told of one',
      'trap-t-2d': 'A: no source is stopped while its reader reads',
      'trap-shadowed': 'producer: a heartbeat lists the streams that there are',
      'trap-exit': 'A: a reader that left stops the source',
      'trap-second-stream': 'B: a stream is heard of',
      'trap-cancel-while-opening': 'A: who left is reported',
    };
    expect(Object.keys(expected)).to.have.members(
      explorations.flatMap(({ id }) => (id.startsWith('protocol') ? [] : [id])),
    );
    for (const [id, name] of Object.entries(expected)) expect(violated(await explored(id)), id).to.include(name);
  });
});

describe('the walker', () => {
  it('lists all that can happen, and goes where it is told', () => {
    const { system, properties } = subject('trap-t-2d');
    const walker = createWalker(system, properties);
    expect(walker.next().map(({ kind, text }) => [kind, text])).to.deep.equal([
      ['stimulus', 'consumer ● open A'],
      ['tick', 'time goes on by a tick'],
    ]);
    walker.take(0);
    expect(walker.next().map(({ kind }) => kind)).to.deep.equal(['deliver', 'stimulus', 'tick']);
    expect(walker.next()[0]?.changes).to.include('consumer.A: opening');
    expect(walker.path).to.deep.equal([0]);
    walker.goTo([]);
    expect(walker.path).to.deep.equal([]);
  });

  it('takes the same path to the same place', () => {
    const { system, properties } = subject('protocol-drop');
    const [one, other] = [createWalker(system, properties), createWalker(system, properties)];
    for (let step = 0; step < 30; step += 1) {
      const next = one.next();
      one.take(next[step % next.length]?.index ?? 0);
    }
    other.goTo(one.path);
    expect(other.next()).to.deep.equal(one.next());
    expect(other.trace()).to.deep.equal(one.trace());
  });

  it('refuses a step that there is not, and stays where it was', () => {
    const { system } = subject('protocol');
    const walker = createWalker(system);
    walker.take(0);
    expect(() => walker.take(99)).to.throw(RangeError, 'expected the number of a step');
    expect(() => walker.goTo([0, 0, -1])).to.throw(RangeError);
    expect(walker.path).to.deep.equal([0]);
  });

  it('says which step violates what', async () => {
    const session = createCheckerSession('trap-t-2d');
    const { properties } = await session.explore(noSignal, () => undefined);
    const found = properties.find(({ name }) => name === 'A: no source is stopped while its reader reads');
    const path = found?.path ?? [];
    const before = session.walk(path.slice(0, -1));
    const last = before.next.find(({ index }) => index === path.at(-1));
    expect(last?.violates).to.deep.equal([found?.name]);
    expect(before.next.filter(({ violates }) => violates.length > 0)).to.have.lengthOf(1);
  });
});

describe('the records of a walk', () => {
  it('tell every discovery as a run in ticks that ends with its violation', async () => {
    for (const { id } of explorations) {
      const session = createCheckerSession(id);
      const { properties } = await session.explore(noSignal, () => undefined);
      for (const { path, reason } of properties) {
        if (path === undefined) continue;
        const { records } = session.walk(path);
        expect(records[0]).to.include({ type: 'run', source: 'explored', unit: 'tick' });
        expect(records.at(-1)).to.include({ type: 'mark', kind: 'violation' });
        const marks = records.flatMap((record) => (record.type === 'mark' ? [record.text] : []));
        expect(marks.at(-1)).to.include(reason);
        records.slice(1).forEach((record, index) => expect(record).to.have.property('seq', index + 1));
      }
    }
  });

  it('tell messages with both ends, transitions, timers and the end of actors', () => {
    const session = createCheckerSession('protocol');
    // Opens, is served, and leaves; the producer hears of it. Messages come before timers, and timers before time.
    const path: number[] = [];
    const wishes = [/open A/, /leave A/];
    const kinds = ['deliver', 'timer', 'tick'];
    for (let step = 0; step < 30; step += 1) {
      const { next } = session.walk(path);
      const wished = next.find(({ text }) => wishes[0]?.test(text));
      const isServed = path.length === 0 || !next.some(({ kind }) => kind === 'deliver');
      if (wished !== undefined && isServed) wishes.shift();
      const usual = kinds.flatMap((kind) => next.find((candidate) => candidate.kind === kind) ?? [])[0];
      path.push((wished !== undefined && isServed ? wished : usual)?.index ?? 0);
    }
    const { records } = session.walk(path);
    const of = <Type extends TraceEvent['type']>(type: Type) =>
      records.filter((record): record is Extract<TraceEvent, { type: Type }> => record.type === type);
    expect(of('machine').map(({ machine }) => machine)).to.include.members([
      'consumerStream',
      'producerStream',
      'heartbeat',
    ]);
    const open = of('message').filter(({ kind }) => kind === 'request');
    expect(open.map(({ op, from, to }) => [op, from, to])).to.deep.equal([
      ['send', 'consumer', 'producer'],
      ['deliver', 'consumer', 'producer'],
    ]);
    expect(open[0]?.message).to.equal(open[1]?.message);
    expect(of('actor').filter(({ stream }) => stream === 'A')).to.have.lengthOf(2);
    expect(
      of('timer')
        .filter(({ op }) => op === 'fire')
        .map(({ delay }) => delay),
    ).to.include.members(['heartbeatInterval']);
    expect(of('timer').filter(({ op }) => op === 'cancel').length).to.be.greaterThan(0);
    const left = of('step').find(({ event }) => event.type === 'app.cancel');
    expect(left).to.include({ system: 'consumer', actor: 'A' });
    expect(left?.taken).to.have.lengthOf(1);
    const over = of('step').filter(({ status }) => status === 'done');
    expect(over.map(({ actor }) => actor)).to.include.members(['A', 'consumer.A']);
  });
});
