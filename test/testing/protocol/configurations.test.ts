import { expect } from 'chai';
import {
  explore,
  protocolBounds,
  protocolProperties,
  protocolSystem,
  protocolTicks,
  type ExploreResult,
  type ProtocolModelOptions,
  type ProtocolSystemOptions,
} from '../../../src/testing/index.js';

function check(options: ProtocolModelOptions): ExploreResult {
  return explore(protocolSystem(options), { ...protocolProperties(options), stopAt: 'end' }).assert();
}

/** Everything that the machines of one kind are never seen to do, over all the configurations below. */
const unused = new Map<string, Set<string>>();

function noteCoverage({ coverage }: ExploreResult): void {
  for (const [machine, { unusedTransitions }] of Object.entries(coverage)) {
    const before = unused.get(machine);
    const now = new Set(unusedTransitions);
    unused.set(machine, before === undefined ? now : new Set([...before].filter((transition) => now.has(transition))));
  }
}

const threeMisses = { missedHeartbeatsMax: 3, ticks: { silence: 13, open: 13 } };

/** What each is and, where a change of semantics would show there first, how many states and edges it has. */
const configurations: readonly (readonly [string, ProtocolSystemOptions, (readonly [number, number])?])[] = [
  ['one stream, messages without delay', { streams: 1 }],
  ['one stream, delay 1', { streams: 1, delay: 1 }, [1_657, 3_991]],
  ['one stream, delay 1, reordered between subjects', { streams: 1, delay: 1, order: 'subject' }],
  ['one stream, delay 1, reordered at will', { streams: 1, delay: 1, order: 'none' }],
  ['one stream, delay 1, one duplicate', { streams: 1, delay: 1, faults: { duplicate: 1 } }],
  [
    'one stream, delay 1, one loss, crash and partition',
    { streams: 1, delay: 1, faults: { drop: 1, crash: 1, cut: 1 } },
  ],
  [
    'one stream, two losses, a crash and a duplicate, three misses allowed',
    { streams: 1, faults: { drop: 2, crash: 1, duplicate: 1 }, ...threeMisses },
  ],
  [
    'one stream of a plain consumer with honest reports, delay 1, one loss',
    { exact: false, delay: 1, faults: { drop: 1 } },
  ],
  ['one stream of two records', { records: 2 }],
  ['one stream of a plain consumer, delay 1, one crash', { exact: false, delay: 1, faults: { crash: 1 } }],
  ['one stream of a plain consumer, one partition', { exact: false, faults: { cut: 1 } }],
  ['one stream, no miss allowed, delay 1, one crash', { missedHeartbeatsMax: 1, delay: 1, faults: { crash: 1 } }],
  ['two streams on one subject, messages without delay', { streams: 2, records: 0 }, [14_155, 39_508]],
  ['two streams, one loss and crash', { streams: 2, records: 0, faults: { drop: 1, crash: 1 } }],
];

describe('the shipped protocol', () => {
  for (const [name, options, counts] of configurations) {
    it(`keeps every property: ${name}`, () => {
      const result = check(options);
      noteCoverage(result);
      console.log(`      ${result.states} states, ${result.edges} edges, ${(result.ms / 1000).toFixed(1)} s`);
      if (counts !== undefined) expect([result.states, result.edges]).to.deep.equal(counts);
    });
  }

  it('has no transition that no configuration takes, but for those whose causes are not modelled', () => {
    const notModelled = [
      // The application closes nothing here, no frame is damaged, no queue is full, and no source fails.
      /app\.close|app\.drain|draining|link\.closed|frame\.malformed|reader\.overflow|source\.failed/,
      // Silence is the worse case of a server that says that nobody subscribes.
      /frame\.noResponders|heartbeat\.unanswerable/,
      // A partition loses what is on its way, so nothing comes while it lasts.
      /suspended: (frame\.data|heartbeat\.alive)/,
      // Plain peers know nothing of the delivery extension: delivery.test.ts.
      /frame\.(announced|gap|lost|recovered)|recovering|isExtended|isAnnounced|finishing|flow\.|blocked|peer\./,
      // Streams are registered by requests here, which do not come through a partition either.
      /link\.down: request\.received/,
      // Only a Go consumer withdraws a report: reference-defects.test.ts.
      /producerStream\.cancelling\.(reported: heartbeat\.confirmed|withdrawn|suspected)/,
      // The server refuses nothing here, and takes what it is asked again.
      /refused|unreachable|isNotPermitted|returning|requestRetry|unsent/,
      // Only a source that fails closes a stream loudly of which nothing was heard before: mutation-configurations.ts. What
      // a consumer that was cut off did not hear in time is asked for again, and its close is nobody's.
      /consumerStream\.opening: frame\.close -> consumerStream\.closed$/,
      // What a property forbids.
      /reader\.wronged/,
    ];
    const others = [...unused].flatMap(([machine, transitions]) =>
      [...transitions]
        .filter((name) => !notModelled.some((cause) => cause.test(name)))
        .map((name) => `${machine}: ${name}`),
    );
    expect(others).to.deep.equal([]);
  });
});

describe('the worst cases of PROTOCOL.md, Timing', () => {
  const reader = 'A: a reader that left stops the source';
  const waiting = 'A: a reader does not wait for a source that does not run';
  const orphan = 'A: a source stops whose consumer has died';

  it('cancel to stopped takes exactly I + 2D', () => {
    for (const delay of [0, 1]) {
      const options = { delay };
      expect(check(options).worst[reader], `delay ${delay}`).to.equal(protocolBounds(options).leftToStopped);
    }
  });

  it('cancel to stopped takes exactly an interval more for a lost heartbeat', () => {
    const options = { delay: 1, faults: { drop: 1 } };
    expect(check(options).worst[reader]).to.equal(protocolBounds(options).leftToStopped);
  });

  it('cancel to stopped takes exactly Bp more towards a plain consumer', () => {
    const options = { delay: 1, exact: false };
    expect(check(options).worst[reader]).to.equal(protocolBounds(options).leftToStopped);
  });

  it('a dead producer is told within exactly S + D, and a dead consumer after exactly K·I + T', () => {
    const options = { delay: 1, faults: { crash: 1 } };
    const { worst } = check(options);
    const bounds = protocolBounds(options);
    expect(worst[waiting]).to.equal(bounds.producerDeadToTold);
    expect(worst[orphan]).to.equal(bounds.consumerDeadToStopped);
  });

  it('a deaf consumer that does not know of closes in heartbeats is told of refused frames within exactly I + S', () => {
    const result = check({ knowsCloses: false, records: 0, incidents: ['framesForbidden', 'inboxDeaf'] });
    const { interval, silence } = protocolTicks;
    expect(result.worst['A: a reader does not wait for a source that does not run']).to.equal(interval + silence);
  });
});
