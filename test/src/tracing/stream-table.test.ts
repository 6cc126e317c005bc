import { expect } from 'chai';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTracer } from '../../../src/tracing/index.js';
import type { TraceEvent } from '../../../src/trace-events/trace-event.js';
import { createStreamTable, rateOf } from '../../../src/tracing/stream-table.js';
import { closePair, createPair } from '../../support/pair.js';

describe('the table of streams', () => {
  it('joins both ends, with their states, counts and ends', async () => {
    const tracer = createTracer({ flushMs: 0, countsIntervalMs: 10 });
    const pair = createPair({ consumer: { tracer }, producer: { tracer } });
    const table = createStreamTable();
    const stop = tracer.listen(table.append);
    pair.producer.handle('some', function* () {
      yield* ['a', 'b', 'c'];
    });
    pair.producer.handle('endless', async function* ({ signal }) {
      while (!signal.aborted) {
        yield 'x';
        await sleep(1);
      }
    });
    for await (const record of pair.consumer.openStream('some')) expect(record.length).to.equal(1);
    const endless = pair.consumer.openStream('endless', undefined, { onRecord: () => undefined });
    const isCounted = (): boolean => {
      const [row] = table.rows();
      return row !== undefined && (row.consumer?.records ?? 0) > 5 && rateOf(row, table.at) > 10;
    };
    while (!isCounted()) await sleep(5);
    const [live, ended] = table.rows();
    expect(live).to.deep.include({ subject: 'endless', endedAt: undefined });
    expect(live?.consumer?.state).to.equal('active.listening');
    expect(live?.producer?.state).to.equal('active.flowing');
    expect(ended).to.deep.include({ subject: 'some' });
    expect(ended?.consumer).to.deep.include({ state: 'closed', records: 3, bytes: 3 });
    expect(ended?.consumer?.end).to.deep.equal({ reason: 'completed', code: 1000, text: '' });
    expect(ended?.endedAt).to.be.a('number');
    expect(rateOf(ended!, table.at)).to.equal(0);
    endless.cancel();
    await endless.closed;
    await closePair(pair);
    stop();
    expect(table.systems.get('consumer')).to.equal('stop');
  });

  it('shows what a crash leaves, and keeps a thousand streams that have ended', () => {
    const table = createStreamTable();
    const id = { system: 'p', actor: 'a' };
    const at = (seq: number) => ({ seq, at: seq });
    table.append([
      { ...at(1), type: 'system', system: 'p', role: 'producer', op: 'start' },
      { ...at(2), type: 'actor', ...id, stream: 's', subject: 'x', value: 'active', context: null },
      { ...at(3), type: 'system', system: 'p', role: 'producer', op: 'crash' },
    ]);
    expect(table.rows()[0]).to.include({ endedAt: 3 });
    expect(table.rows()[0]?.producer?.state).to.equal('crashed');
    table.append([{ ...at(4), type: 'system', system: 'p', role: 'producer', op: 'start' }]);
    const many = Array.from({ length: 3000 }, (_, n): TraceEvent[] => {
      const one = { system: 'p', actor: `${n}`, stream: `${n}` };
      return [
        { ...at(5 + 2 * n), type: 'actor', ...one, value: 'active', context: null },
        { ...at(6 + 2 * n), type: 'end', ...one, reason: 'completed', code: 1000, text: '' },
      ];
    });
    table.append(many.flat());
    const rows = table.rows();
    expect(rows).to.have.length(1000);
    expect(rows.slice(0, 2).map(({ stream }) => stream)).to.deep.equal(['2999', '2998']);
  });

  it('counts the age of a stream from when it was opened, and its rate from the first count that is heard', () => {
    const table = createStreamTable();
    const ends = { stream: 's', subject: 'x', value: 'active', context: null };
    table.append([
      { seq: 1, at: 10, type: 'actor', system: 'c', actor: 'a', since: -4990, ...ends },
      { seq: 2, at: 12, type: 'counts', system: 'c', actor: 'a', stream: 's', records: 1_000_000, bytes: 1 },
    ]);
    const [row] = table.rows();
    expect(row?.openedAt).to.equal(-4990);
    expect(row?.consumer?.records).to.equal(1_000_000);
    expect(rateOf(row!, 12)).to.equal(0);
    table.append([
      { seq: 3, at: 512, type: 'counts', system: 'c', actor: 'a', stream: 's', records: 1_000_100, bytes: 1 },
      { seq: 4, at: 513, type: 'system', system: 'p', role: 'producer', op: 'start' },
      { seq: 5, at: 520, type: 'actor', system: 'p', actor: 'a', since: -5080, ...ends },
    ]);
    expect(rateOf(row!, 520)).to.equal(200);
    expect(row?.openedAt).to.equal(-5080);
  });

  it('goes on with a stream that was thought to be over', () => {
    const table = createStreamTable();
    const own = { system: 'p', actor: 'a' };
    const actor = { type: 'actor', ...own, stream: 's', value: 'active', context: null } as const;
    const stop = { type: 'step', ...own, event: { type: 'xstate.stop' }, taken: [], commands: [] } as const;
    table.append([
      { seq: 1, at: 1, ...actor },
      { seq: 2, at: 2, ...stop, value: null, status: 'stopped' },
    ]);
    expect(table.rows()[0]).to.include({ endedAt: 2 });
    table.append([{ seq: 3, at: 3, ...actor }]);
    expect(table.rows()).to.have.length(1);
    expect(table.rows()[0]).to.include({ endedAt: undefined });
  });
});
