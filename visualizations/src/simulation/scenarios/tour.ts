import { allOurs, say, type Scenario } from './scenario.js';

/** What the simulation opens on: the life of streams in a minute. */
export const tour: Scenario = {
  id: 'tour',
  group: 'tour',
  title: 'The life of a stream, in a minute',
  summary:
    'Two streams are opened. One comes to its end, one is left, a message is lost, and at last the producer dies.',
  cast: allOurs,
  lengthMs: 60_000,
  script: () => [
    say(0, 'Two clients on one NATS server: a consumer, which opens streams and reads them, and a producer.'),
    say(
      3_000,
      'The consumer opens stream A with a request. It waits in "opening", and a timer runs: somebody must answer.',
    ),
    { at: 3_500, do: 'open', consumer: 'consumer', stream: 'A', records: 24, everyMs: 500 },
    say(
      4_500,
      'The first record came, or the first heartbeat: the stream is active. Each sign of life starts its silence timer afresh.',
    ),
    say(
      9_000,
      'Every two seconds the producer asks in one message: are these streams still read? The answer names those that are not.',
    ),
    say(
      13_000,
      'Stream B makes a record every three seconds. Between them only the heartbeats say that the producer lives.',
    ),
    { at: 13_500, do: 'open', consumer: 'consumer', stream: 'B', everyMs: 3_000 },
    say(
      16_300,
      'The source of A has come to its end: close 1000, and both ends are over. Every other stop has another code.',
    ),
    say(21_000, 'Now the network loses a heartbeat. One miss is no death: two in a row are, and nothing happens.'),
    { at: 21_500, do: 'drop', kind: 'heartbeat' },
    say(28_000, 'The reader of B leaves. It is told at once. The stream is "cancelling" until the producer knows.'),
    { at: 28_500, do: 'cancel', stream: 'B' },
    say(
      32_500,
      'One message told the producer, which stopped the source of B. Had it been lost, the next heartbeat would have told.',
    ),
    say(36_000, 'Stream C. What if the producer dies without a word?'),
    { at: 36_500, do: 'open', consumer: 'consumer', stream: 'C', everyMs: 700 },
    { at: 41_000, do: 'crash', peer: 'producer' },
    say(
      41_500,
      'It is gone. Nothing tells the consumer: look at the silence timer of C, which nobody starts afresh any more.',
    ),
    say(
      48_000,
      'Six seconds of silence, and the reader of C was told: 1006, producer silent. No reader waits for ever.',
    ),
    say(53_000, 'Now it is yours: open streams, lose messages, pause and crash clients, or choose another story.'),
  ],
};
