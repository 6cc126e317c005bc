import { expect } from 'chai';
import {
  explore,
  streamsOf,
  sweep,
  system,
  viewStream,
  type ExploreResult,
  type Properties,
  type ProtocolView,
  type Step,
  type StreamView,
} from '../../../src/testing/index.js';
import { goDispatcherMachine } from '../../support/go-reference/go-dispatcher.js';
import { mixedSystem, type MixedSystemOptions } from '../../support/go-reference/go-system.js';

const go = { consumer: 'go', producer: 'go' } as const;

function on(options: MixedSystemOptions, index: number, holds: (view: StreamView) => boolean) {
  return (view: ProtocolView): boolean => {
    const stream = streamsOf(options)[index];
    return stream !== undefined && holds(viewStream(view, stream));
  };
}

function found(options: MixedSystemOptions, properties: Properties<ProtocolView>): ExploreResult {
  return explore(mixedSystem(options), properties);
}

function detailOf({ kind, name, actor, message, process }: Step): string {
  const { type, id } = (message ?? {}) as { readonly type?: string; readonly id?: string };
  switch (kind) {
    case 'stimulus':
      return name ?? '';
    case 'timer':
      return `${actor ?? ''} ${/^xstate\.after\.(\w+)/.exec(name ?? '')?.[1] ?? name ?? ''}`;
    case 'crash':
      return process ?? '';
    default:
      return [type, id].filter((part) => part !== undefined).join(' ');
  }
}

/** A trace as its steps in a few words, with a mark where it begins to repeat. Ticks are told by the numbers. */
function outline({ violations }: ExploreResult): readonly string[] {
  const [violation] = violations;
  return (violation?.steps ?? []).flatMap((step, index) => [
    ...(violation?.loopAt === index ? ['for ever:'] : []),
    ...(step.kind === 'tick' ? [] : [`${step.tick} ${step.kind} ${detailOf(step)}`.trim()]),
  ]);
}

describe('the reference, v1.5.0-alpha9, explored', () => {
  it('defect 1: a younger stream on the subject makes the producer stop the older one, which is read', () => {
    const options = { ...go, streams: 2, leave: false, finish: false, records: 0 };
    const bothLive = (view: ProtocolView) =>
      [0, 1].every((index) => on(options, index, ({ sourceCancelled, isRead }) => !(sourceCancelled && isRead))(view));
    const result = found(options, { always: { 'no source is stopped while its reader reads': bothLive } });
    expect(outline(result)).to.deep.equal([
      '0 stimulus open A',
      '0 deliver request A',
      '1 stimulus open B',
      '1 deliver request B',
      '3 timer A cancellationBuffer',
      '4 timer client heartbeatInterval',
      '4 deliver ask',
      '4 deliver answer',
    ]);
    expect(result.states).to.be.below(500);
  });

  it('defect 2: a reader that leaves never stops the source', () => {
    const options = { ...go, finish: false };
    const running = on(options, 0, ({ hasLeft, sourceRuns }) => hasLeft && sourceRuns);
    const result = found(options, {
      leadsTo: { 'left is stopped': { from: running, to: (view) => !running(view) } },
    });
    const trace = outline(result);
    expect(trace.slice(0, 6)).to.deep.equal([
      '1 stimulus open A',
      '1 deliver request A',
      '1 stimulus leave A',
      '4 timer A cancellationBuffer',
      '4 timer client heartbeatInterval',
      'for ever:',
    ]);
    expect(new Set(trace.slice(6).map((line) => line.replace(/^\d+ /, '')))).to.deep.equal(
      new Set(['deliver ask', 'deliver answer', 'timer client heartbeatInterval']),
    );
    expect(result.states).to.be.below(500);
  });

  it('defect 3: a reader waits for ever when its producer dies', () => {
    const options = { ...go, leave: false, finish: false, records: 0, faults: { crash: { max: 1, of: ['producer'] } } };
    const result = found(options, {
      leadsTo: {
        'a dead producer is told': {
          from: on(options, 0, ({ isRead, producerLives }) => isRead && !producerLives),
          to: on(options, 0, ({ isRead }) => !isRead),
        },
      },
    });
    expect(outline(result)).to.deep.equal([
      '0 stimulus open A',
      '0 crash producer',
      '3 timer A cancellationBuffer',
      'for ever:',
    ]);
    expect(result.states).to.be.below(100);
  });

  it('defect 4: one dead consumer delays the heartbeat of another', () => {
    const worst = (producer: 'go' | 'ours') => {
      const options = {
        consumer: 'ours',
        producer,
        consumers: 2,
        finish: false,
        records: 0,
        faults: { crash: { max: 1, of: ['consumer1'] } },
      } as const;
      const running = on(options, 1, ({ hasLeft, sourceRuns }) => hasLeft && sourceRuns);
      return explore(mixedSystem(options), {
        leadsTo: { 'left is stopped': { from: running, to: (view) => !running(view), within: 40 } },
      }).assert().worst['left is stopped'];
    };
    // I is 4 and T is 3: the round of a Go producer takes so much longer for each consumer that is dead.
    expect(worst('ours')).to.equal(4);
    expect(worst('go')).to.equal(7);
  });

  describe('defect 5: one slow reader', () => {
    const frame = (stream: string) => ({ type: 'frame', stream }) as const;
    const read = (stream: string) => ({ type: 'read', stream }) as const;
    const dispatcher = system({
      processes: { consumer: { dispatcher: goDispatcherMachine } },
      stimuli: {
        'record of A': { process: 'consumer', event: frame('A'), max: 4 },
        'record of B': { process: 'consumer', event: frame('B') },
        'B reads': { process: 'consumer', event: read('B'), max: Infinity },
      },
    });

    it('blocks every other stream of its client', () => {
      const result = explore(dispatcher, {
        always: {
          'a record does not wait while its own reader has room': ({ consumer }) => {
            const { pending = [], channels = {} } = consumer.actors.dispatcher?.context ?? {};
            return !(pending.includes('B') && (channels['B'] ?? 0) === 0);
          },
        },
      });
      expect(outline(result)).to.deep.equal([
        '0 stimulus record of A',
        '0 stimulus record of A',
        '0 stimulus record of B',
      ]);
    });

    it('and then records are dropped without a word', () => {
      const result = explore(dispatcher, {
        always: { 'nothing is dropped': ({ consumer }) => consumer.actors.dispatcher?.context.hasDropped !== true },
      });
      expect(outline(result)).to.deep.equal(Array.from({ length: 4 }, () => '0 stimulus record of A'));
      expect(result.states).to.be.below(100);
    });
  });

  it('defect 6: a duplicated request closes the live stream, whose source runs on with nobody to stop it', () => {
    const options = { ...go, leave: false, finish: false, records: 0, faults: { duplicate: 1 } };
    const result = found(options, {
      always: {
        'a told reader has no source that runs': on(options, 0, ({ end, sourceRuns }) => !(end !== null && sourceRuns)),
      },
    });
    expect(outline(result)).to.deep.equal([
      '0 stimulus open A',
      '0 duplicate request A',
      '0 deliver request A',
      '0 deliver request A',
      '0 deliver close A',
    ]);
    expect(result.states).to.be.below(50);
  });

  it('defect 7: one lost heartbeat ends the stream with 1000, and truncated data look complete', () => {
    const options = { ...go, leave: false, finish: false, records: 0, faults: { drop: 1 } };
    const result = found(options, {
      always: {
        'a normal end means that the source came to its end': on(
          options,
          0,
          ({ end, sourceEnded }) => end !== 'completed' || sourceEnded,
        ),
      },
    });
    expect(outline(result)).to.deep.equal([
      '4 stimulus open A',
      '4 deliver request A',
      '4 timer client heartbeatInterval',
      '4 drop ask',
      '7 timer client heartbeatRequestTimeout',
      '7 deliver close A',
    ]);
    expect(result.states).to.be.below(150);
  });
});

describe('mixed peers', () => {
  const every = (options: MixedSystemOptions, holds: (view: StreamView) => boolean) => (view: ProtocolView) =>
    streamsOf(options).every((_, index) => on(options, index, holds)(view));

  it('our consumer with a Go producer has none of the defects 1, 2 and 3', () => {
    for (const faults of [{}, { crash: 1 }]) {
      const options = { consumer: 'ours', producer: 'go', streams: 2, records: 0, faults } as const;
      const running = (index: number) => on(options, index, ({ hasLeft, sourceRuns }) => hasLeft && sourceRuns);
      const orphaned = on(options, 0, ({ isRead, producerLives }) => isRead && !producerLives);
      explore(mixedSystem(options), {
        always: {
          'no source is stopped while its reader reads': every(
            options,
            ({ sourceCancelled, isRead, consumerLives }) => !(sourceCancelled && isRead && consumerLives),
          ),
        },
        leadsTo: {
          'A: left is stopped': { from: running(0), to: (view) => !running(0)(view) },
          'B: left is stopped': { from: running(1), to: (view) => !running(1)(view) },
          // Without a crash there is none.
          'a dead producer is told': {
            from: orphaned,
            to: (view) => !orphaned(view),
            mayBeUnused: !('crash' in faults),
          },
        },
      }).assert();
    }
  });

  it('cannot be had: a Go producer that loses one heartbeat ends our stream with 1000', () => {
    const options = {
      consumer: 'ours',
      producer: 'go',
      leave: false,
      finish: false,
      records: 0,
      faults: { drop: 1 },
    } as const;
    const result = explore(mixedSystem(options), {
      always: { honest: on(options, 0, ({ end, sourceEnded }) => end !== 'completed' || sourceEnded) },
    });
    expect(outline(result).at(-1)).to.equal('7 deliver close A');
  });

  /** Our producer and `streams` of a Go consumer on one subject, which never leave and never end. */
  const liveStreams = (options: Pick<MixedSystemOptions, 'streams' | 'gap' | 'goBuffer' | 'producerBuffer'>) =>
    ({ consumer: 'go', producer: 'ours', records: 0, leave: false, finish: false, ...options }) as const;

  // I is 4. A round that falls due as a stream ages finds it of either age, so that what is a multiple of I counts one more.
  for (const [streams, gap, goBuffer] of [
    [2, undefined, 3],
    [2, undefined, 4],
    [2, undefined, 5],
    [2, undefined, 9],
    [3, 2, 3],
  ] as const) {
    const row = gap === undefined ? '' : `, ${gap} ticks apart`;
    it(`our producer stops no live stream of a Go consumer, where Bp > (⌊((n - 2)·g + Bgo) / I⌋ + 1)·I: ${streams} streams${row}, Bgo = ${goBuffer}`, function () {
      this.timeout(120_000);
      const smallest = (Math.floor(((streams - 2) * (gap ?? 0) + goBuffer) / 4) + 1) * 4 + 1;
      const optionsOf = (producerBuffer: number) =>
        liveStreams({ streams, goBuffer, producerBuffer, ...(gap === undefined ? {} : { gap }) });
      const swept = sweep(
        ({ producerBuffer }: { readonly producerBuffer: number }) => mixedSystem(optionsOf(producerBuffer)),
        { producerBuffer: [smallest - 1, smallest] },
        {
          always: {
            'no source is stopped while its reader reads': every(
              optionsOf(smallest),
              ({ sourceCancelled, isRead }) => !(sourceCancelled && isRead),
            ),
          },
        },
      );
      expect(swept.bound, swept.toString()).to.equal(smallest);
      expect(swept.isTight, swept.toString()).to.equal(true);
    });
  }

  it('a report that a Go consumer withdraws is forgotten after 2·Bp, and the stream is active again', () => {
    const options = liveStreams({ streams: 2 });
    const cancelling = (view: ProtocolView) => view['producer']?.actors['consumer.A']?.matches('cancelling') === true;
    const { coverage, worst } = explore(mixedSystem(options), {
      leadsTo: { judged: { from: cancelling, to: (view) => !cancelling(view), within: 2 * 9 } },
    }).assert();
    expect(worst['judged']).to.equal(2 * 9);
    const unused = coverage['producerStream']?.unusedTransitions ?? [];
    expect(unused).not.to.include(
      'producerStream.cancelling.suspected: after cancellationBuffer -> producerStream.active',
    );
  });

  describe('a stream that a Go consumer has cancelled, and reports while it opens further ones on the subject', () => {
    const outlasting = (goBuffer: number, furtherGap: number, producerBuffer: number, within?: number) => {
      const options = { consumer: 'go', producer: 'ours', records: 0, finish: false } as const;
      const runsUnread = on(options, 0, ({ hasLeft, sourceRuns }) => hasLeft && sourceRuns);
      return explore(mixedSystem({ ...options, goBuffer, furtherGap, producerBuffer }), {
        leadsTo: {
          stopped: {
            from: (view) => runsUnread(view) && view['producer']?.actors['consumer.A']?.matches('cancelling') === true,
            to: (view) => !runsUnread(view),
            ...(within === undefined ? {} : { within }),
          },
        },
        stopAt: 'end',
      });
    };

    // I is 4. One of them is always recent where g < Bgo, so that every answer reports the stream.
    for (const [goBuffer, gap, producerBuffer] of [
      [3, 2, 9],
      [5, 4, 9],
      [5, 4, 11],
    ] as const) {
      it(`is stopped within exactly Bp where g < Bgo: Bgo = ${goBuffer}, g = ${gap}, Bp = ${producerBuffer}`, () => {
        const { worst } = outlasting(goBuffer, gap, producerBuffer, producerBuffer).assert();
        expect(worst['stopped']).to.equal(producerBuffer);
        expect(outlasting(goBuffer, gap, producerBuffer, producerBuffer - 1).ok).to.equal(false);
      });
    }

    for (const [goBuffer, gap, producerBuffer] of [
      [5, 5, 9],
      [5, 8, 9],
      [5, 8, 10],
      [5, 12, 11],
      [6, 9, 11],
    ] as const) {
      it(`is stopped within exactly (⌈Bp / I⌉ + ⌊(g - Bgo) / I⌋ + 1)·I < 2·Bp where I < Bgo: Bgo = ${goBuffer}, g = ${gap}, Bp = ${producerBuffer}`, () => {
        const within = (Math.ceil(producerBuffer / 4) + Math.floor((gap - goBuffer) / 4) + 1) * 4;
        expect(within).to.be.below(2 * producerBuffer);
        const { worst, coverage } = outlasting(goBuffer, gap, producerBuffer, within).assert();
        expect(worst['stopped']).to.equal(within);
        expect(outlasting(goBuffer, gap, producerBuffer, within - 1).ok).to.equal(false);
        expect(coverage['producerStream']?.unusedTransitions ?? []).not.to.include(
          'producerStream.cancelling.suspected: heartbeat.reported -> producerStream.closed',
        );
      });
    }

    for (const [goBuffer, gap, producerBuffer, why] of [
      [5, 9, 9, 'the rule gives more than 2·Bp'],
      [5, 9, 10, 'the rule gives 2·Bp'],
      [5, 13, 11, 'the rule gives more than 2·Bp'],
      [3, 3, 9, 'g is Bgo, and no round need find a recent one'],
      [4, 4, 9, 'g is Bgo and I, and no round need find a recent one'],
    ] as const) {
      it(`cannot be had: it may run on for ever where ${why}: Bgo = ${goBuffer}, g = ${gap}, Bp = ${producerBuffer}`, () => {
        const { worst, violations } = outlasting(goBuffer, gap, producerBuffer);
        expect(worst['stopped']).to.equal(Infinity);
        expect(violations[0]?.loopAt).to.be.a('number');
      });
    }
  });

  it('cannot be had: a stream that a Go consumer cancels, alone on its subject, is never known to be left', () => {
    const options = { consumer: 'go', producer: 'ours', finish: false, records: 1 } as const;
    const running = on(options, 0, ({ hasLeft, sourceRuns }) => hasLeft && sourceRuns);
    const result = explore(mixedSystem(options), {
      leadsTo: { 'left is stopped': { from: running, to: (view) => !running(view) } },
    });
    expect(result.violations[0]?.loopAt).to.be.a('number');
  });
});
