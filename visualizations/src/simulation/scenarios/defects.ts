import { allGo, say, type Cast, type Scenario } from './scenario.js';

const isGo = (cast: Cast): boolean => cast.consumer === 'go' && cast.producer === 'go';

/** What is said at the end, which depends on whether both peers are the Go package's. */
function verdict(at: number, inGo: string, inOurs: string): Scenario['script'] {
  return (cast) => [say(at, isGo(cast) ? inGo : inOurs)];
}

const group = 'defects of the reference';

const youngerKillsOlder: Scenario = {
  id: 'defect-1',
  group,
  title: '1: a younger stream kills an older one',
  summary: 'Two streams on one subject, both read. A Go consumer reports the older one as dead, since it is old.',
  cast: allGo,
  lengthMs: 14_000,
  script: (cast) => [
    say(0, 'Stream A is opened and read.'),
    { at: 500, do: 'open', consumer: 'consumer', stream: 'A' },
    say(4_500, 'A is older than the cancellation buffer now. Stream B is opened on the same subject.'),
    { at: 5_000, do: 'open', consumer: 'consumer', stream: 'B' },
    ...verdict(
      8_500,
      'The answer to the heartbeat reported A, which is read, since a younger stream is on its subject. Its reader gets silence, and no error.',
      'The answer reports exactly what is not live, whatever its age: A and B are both read.',
    )(cast),
  ],
};

const cancelIsNeverReported: Scenario = {
  id: 'defect-2',
  group,
  title: '2: a cancelled stream runs for ever',
  summary:
    'The reader leaves. A Go consumer never reports a stream that is alone on its subject, so its source runs on.',
  cast: allGo,
  lengthMs: 16_000,
  script: (cast) => [
    { at: 500, do: 'open', consumer: 'consumer', stream: 'A' },
    say(4_000, 'The reader of A leaves.'),
    { at: 4_500, do: 'cancel', stream: 'A' },
    ...verdict(
      10_000,
      'Heartbeats list A, the answers are empty, and the producer streams to nobody, for ever.',
      'The producer was told, by a message of its own or by the answer to the next heartbeat, and the source was stopped.',
    )(cast),
  ],
};

const deadProducer: Scenario = {
  id: 'defect-3',
  group,
  title: '3: a dead producer is never noticed',
  summary: 'The producer dies. The reader of a Go consumer waits for ever, for nothing there has a timer.',
  cast: allGo,
  lengthMs: 18_000,
  script: (cast) => [
    { at: 500, do: 'open', consumer: 'consumer', stream: 'A' },
    { at: 4_000, do: 'crash', peer: 'producer' },
    say(4_100, 'The producer dies.'),
    ...verdict(
      14_000,
      'Ten seconds of silence, and the reader still waits. It will wait for ever.',
      'After six seconds of silence the reader was told: 1006, producer silent.',
    )(cast),
  ],
};

const deadConsumerDelaysOthers: Scenario = {
  id: 'defect-4',
  group,
  title: '4: a dead consumer delays all others',
  summary:
    'Two consumers, one of which is cut off. A Go producer asks one after the other, and holds a lock meanwhile.',
  cast: allGo,
  lengthMs: 16_000,
  consumers: ['dead', 'consumer'],
  script: (cast) => [
    { at: 300, do: 'open', consumer: 'dead', stream: 'A' },
    { at: 500, do: 'open', consumer: 'consumer', stream: 'B', everyMs: 1_000 },
    { at: 3_500, do: 'partition', peer: 'dead', from: 'producer' },
    say(
      3_700,
      'The machine of the first consumer is cut off. Watch when the other one is asked, and when stream C starts.',
    ),
    { at: 4_100, do: 'open', consumer: 'consumer', stream: 'C', everyMs: 1_000 },
    ...verdict(
      8_000,
      'The heartbeat of the other came a request timeout late, and so did stream C: the round held the lock.',
      'Each consumer has a heartbeat of its own: the other was asked in time, and C started at once.',
    )(cast),
  ],
};

const slowReaderBlocksAll: Scenario = {
  id: 'defect-5',
  group,
  title: '5: one slow reader blocks every stream',
  summary:
    'A reader that takes a second for a record. In a Go consumer it blocks the dispatcher, then records are dropped.',
  cast: allGo,
  lengthMs: 16_000,
  script: (cast) => [
    { at: 500, do: 'open', consumer: 'consumer', stream: 'slow', everyMs: 50, readEveryMs: 1_000 },
    { at: 600, do: 'open', consumer: 'consumer', stream: 'quick', everyMs: 50 },
    say(1_000, 'Both streams make 20 records a second. The reader of the first one takes one a second.'),
    ...verdict(
      9_000,
      'The slow one blocks the dispatcher, the quick one starves with it, and NATS drops what it cannot hold, without a word.',
      'The slow reader grants credit as it reads, and its source waits for it. The quick one has lost nothing.',
    )(cast),
  ],
};

const duplicatedRequest: Scenario = {
  id: 'defect-6',
  group,
  title: '6: a doubled request closes the live stream',
  summary: 'The open request comes twice. A Go producer closes the stream that runs, and forgets its source.',
  cast: allGo,
  lengthMs: 12_000,
  script: (cast) => [
    say(0, 'The network will double the next open request.'),
    { at: 400, do: 'duplicate', kind: 'open' },
    { at: 500, do: 'open', consumer: 'consumer', stream: 'A' },
    ...verdict(
      5_000,
      'The second request closed the stream that the first one had opened. Its source runs on, and no heartbeat asks about it.',
      'The second request was ignored: its stream is registered.',
    )(cast),
  ],
};

const oneLostHeartbeat: Scenario = {
  id: 'defect-7',
  group,
  title: '7: one lost heartbeat, and truncated data look complete',
  summary:
    'The network loses one heartbeat. A Go producer ends the stream with 1000, as if the source had come to its end.',
  cast: allGo,
  lengthMs: 12_000,
  script: (cast) => [
    { at: 500, do: 'open', consumer: 'consumer', stream: 'A' },
    say(3_000, 'The network will lose the next heartbeat.'),
    { at: 3_000, do: 'drop', kind: 'heartbeat' },
    ...verdict(
      7_000,
      'One miss, and the stream was closed with 1000: the reader believes that it has read all there was.',
      'One miss is no death. The next heartbeat was answered, and the stream goes on.',
    )(cast),
  ],
};

export const defects: readonly Scenario[] = [
  youngerKillsOlder,
  cancelIsNeverReported,
  deadProducer,
  deadConsumerDelaysOthers,
  slowReaderBlocksAll,
  duplicatedRequest,
  oneLostHeartbeat,
];
