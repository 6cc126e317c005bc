import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { localTime } from '../../src/trace-events/local-time.js';
import { createTracer, type TraceEvent } from '../../src/tracing/index.js';
import { toMermaid } from '../../visualizations/src/export/mermaid.js';
import { toPerfetto } from '../../visualizations/src/export/perfetto.js';
import { toSvg } from '../../visualizations/src/export/svg.js';
import { happenedAt } from '../../src/trace-events/happened.js';
import { bothTimes, momentName, wallTime, wholeWallTime } from '../../visualizations/src/model/wall-clock.js';
import { typescriptLoader } from '../support/build.js';

const startedAt = Date.UTC(2026, 2, 29, 0, 59, 59, 900);

describe('the time by the clock on the wall', () => {
  const zones = [
    // The clocks are put forward in Berlin between the two moments.
    ['Europe/Berlin', '2026-03-29T01:59:59.900+01:00', '2026-03-29T03:00:00.100+02:00'],
    ['America/St_Johns', '2026-03-28T22:29:59.900-02:30', '2026-03-28T22:30:00.100-02:30'],
    ['Asia/Kathmandu', '2026-03-29T06:44:59.900+05:45', '2026-03-29T06:45:00.100+05:45'],
    ['UTC', '2026-03-29T00:59:59.900+00:00', '2026-03-29T01:00:00.100+00:00'],
  ] as const;
  for (const [zone, ...expected] of zones) {
    it(`is told with its distance from UTC in ${zone}`, () => {
      const file = new URL('../../src/trace-events/local-time.ts', import.meta.url).href;
      const code = `import(${JSON.stringify(file)}).then(({ localTime }) => console.log(localTime(${startedAt}), localTime(${startedAt + 200})))`;
      const { stdout, stderr } = spawnSync(process.execPath, ['--import', typescriptLoader, '-e', code], {
        encoding: 'utf8',
        env: { ...process.env, TZ: zone },
      });
      expect(stdout.trim().split(' '), stderr).to.deep.equal(expected);
    });
  }

  const header = { type: 'run', version: 1, source: 'live', unit: 'ms', label: 'x', startedAt } as const;

  it('stands beside the time since the start, where a run has one', () => {
    const text = localTime(startedAt + 1_234);
    expect(wholeWallTime(header, 1_234)).to.equal(text);
    expect(wallTime(header, 1_234)).to.equal(`${text.slice(11, 23)} UTC${text.slice(23)}`);
    expect(bothTimes(header, 1_234)).to.equal(`0:01.234 · ${wallTime(header, 1_234) ?? ''}`);
    expect(momentName(header, 1_234)).to.equal(wallTime(header, 1_234));
  });

  it('is nothing where a run does not say when it began, or did not happen in real time', () => {
    const { startedAt: _, ...silent } = header;
    const explored = { ...header, unit: 'tick' } as const;
    for (const given of [silent, explored, { ...header, startedAt: NaN }, { ...header, startedAt: 1e300 }]) {
      expect(wallTime(given, 5)).to.equal(undefined);
    }
    expect(bothTimes(silent, 1_234)).to.equal('0:01.234');
    expect(momentName(explored, 7)).to.equal('tick 7');
  });

  it('is that at which an event happened, and not that at which it was told', () => {
    expect(happenedAt({ type: 'gap', seq: 1, at: 900, dropped: 1 })).to.equal(900);
    expect(happenedAt({ type: 'gap', seq: 1, at: 900, late: 300, dropped: 1 })).to.equal(600);
  });

  it('stands in the header of what a tracer tells, as a number and as text', () => {
    const events: TraceEvent[] = [];
    createTracer({ flushMs: 0 }).listen((batch) => void events.push(...batch))();
    const [run] = events;
    if (run?.type !== 'run' || run.startedAt === undefined) throw new Error('expected a header with a time');
    expect(run.started).to.equal(localTime(run.startedAt));
    const simulated: TraceEvent[] = [];
    createTracer({ flushMs: 0, source: 'simulated' }).listen((batch) => void simulated.push(...batch))();
    expect(simulated[0]).not.to.have.any.keys('started', 'startedAt');
  });

  it('stands in what is saved: in a drawing, in text and in a trace', () => {
    const events: readonly TraceEvent[] = [header, { type: 'mark', seq: 1, at: 1_234, kind: 'note', text: 'here' }];
    const whole = localTime(startedAt);
    const clock = localTime(startedAt + 1_234).slice(11, 23);
    expect(toMermaid(events)).to.include(`times since ${whole}`).and.to.include(`1234 ms (${clock}) here`);
    expect(toSvg(events)).to.include(`times since ${whole}`).and.to.include(`<title>${clock} UTC`);
    expect((JSON.parse(toPerfetto(events)) as { otherData: object }).otherData).to.include({ started: whole });
    const { startedAt: _, ...silent } = header;
    expect(toMermaid([silent, ...events.slice(1)]))
      .to.include('1234 ms here')
      .and.not.to.include('times since');
  });
});
