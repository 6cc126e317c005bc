import { allOurs, say, type Scenario } from './scenario.js';

const group = 'traps of the protocol';

/** D of the two stories about T = 2D, in milliseconds. */
const oneWayMs = 500;

const tieWithTheTimer: Scenario = {
  id: 'trap-t-2d',
  group,
  title: 'T = 2D: the answer loses the race with the timer',
  summary: 'The request timeout is exactly a round trip. The answer comes in the very moment in which the timer fires.',
  cast: allOurs,
  lengthMs: 12_000,
  network: { delayMs: oneWayMs },
  timing: { heartbeatRequestTimeoutMs: 2 * oneWayMs, missedHeartbeatsMax: 1 },
  script: () => [
    say(0, 'A message takes 500 ms each way, the request timeout is 1,000 ms, and one miss is death.'),
    { at: 500, do: 'open', consumer: 'consumer', stream: 'A' },
    say(
      4_000,
      'The answer was there in time by its clock, but the timer fired first, and a stream that is read was stopped.',
    ),
    say(
      8_000,
      'Hence the rule 2D < T. Random schedules hardly ever meet this; the exploration finds it in a few hundred states.',
    ),
  ],
};

const oneLonger: Scenario = {
  ...tieWithTheTimer,
  id: 'trap-t-2d-kept',
  title: 'T > 2D: the same, a millisecond longer',
  summary: 'The request timeout is a round trip and one millisecond. Every answer wins.',
  timing: { heartbeatRequestTimeoutMs: 2 * oneWayMs + 1, missedHeartbeatsMax: 1 },
  script: () => [
    say(0, 'A message takes 500 ms each way, the request timeout is 1,001 ms, and one miss is death.'),
    { at: 500, do: 'open', consumer: 'consumer', stream: 'A' },
    say(8_000, 'Every answer came in time, and the stream lives.'),
  ],
};

const openedAmidAnExchange: Scenario = {
  id: 'trap-second-stream',
  group,
  title: 'A stream that is opened while a heartbeat is under way',
  summary:
    'The heartbeat under way does not list it. Only asking once more tells both sides early that the other lives.',
  // A stream of the extension is announced to its reader, and waits for the next round.
  cast: { consumer: 'go', producer: 'ours' },
  lengthMs: 9_000,
  network: { delayMs: 200 },
  script: () => [
    { at: 500, do: 'open', consumer: 'consumer', stream: 'A', everyMs: 60_000 },
    { at: 750, do: 'open', consumer: 'consumer', stream: 'B', everyMs: 60_000 },
    say(
      600,
      'Both streams have no records for a long time, and a Go reader knows no announcement: nothing but a heartbeat can tell either side of the other.',
    ),
    say(
      2_000,
      'B came while the heartbeat for A was under way. When its answer was there the producer asked once more.',
    ),
    say(
      6_000,
      'Whoever forgets that leaves B unheard of until the next round. Readers of this package are sent an announcement, and are asked in rounds alone.',
    ),
  ],
};

const cancelWhileOpening: Scenario = {
  id: 'trap-cancel-while-opening',
  group,
  title: 'A reader that leaves while its stream is opening',
  summary: 'The reader leaves before anything has come. The producer must still learn of it.',
  cast: allOurs,
  lengthMs: 12_000,
  network: { delayMs: 300 },
  script: () => [
    { at: 500, do: 'open', consumer: 'consumer', stream: 'A' },
    { at: 700, do: 'cancel', stream: 'A' },
    say(900, 'The reader left while the request was on its way.'),
    say(
      5_000,
      'The first heartbeat listed A, the answer reported it, and the source was stopped. A consumer that ignores the wish while opening reads on.',
    ),
  ],
};

const stalledProcess: Scenario = {
  id: 'trap-stall',
  group,
  title: 'A consumer that stalls for longer than T',
  summary: 'A blocked event loop answers no heartbeat. One miss is forgiven, as many as K are not.',
  cast: allOurs,
  lengthMs: 24_000,
  script: () => [
    { at: 500, do: 'open', consumer: 'consumer', stream: 'A' },
    { at: 4_000, do: 'pause', peer: 'consumer' },
    { at: 5_500, do: 'resume', peer: 'consumer' },
    say(6_000, 'A stall of 1.5 seconds: one heartbeat was missed at most, and the stream lives.'),
    { at: 12_000, do: 'pause', peer: 'consumer' },
    { at: 18_000, do: 'resume', peer: 'consumer' },
    say(
      19_000,
      'Six seconds: two misses in a row, and the producer ended the stream with 1001. That is loud, and not 1000.',
    ),
  ],
};

export const traps: readonly Scenario[] = [
  tieWithTheTimer,
  oneLonger,
  openedAmidAnExchange,
  cancelWhileOpening,
  stalledProcess,
];
