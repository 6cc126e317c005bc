import { say, type Scenario } from './scenario.js';

const group = 'limits with plain peers';

/** What Go peers make impossible, whatever this package does. */
export const limits: readonly Scenario[] = [
  {
    id: 'limit-go-consumer-leaves',
    group,
    title: 'A Go consumer leaves a stream that is alone on its subject',
    summary: 'Its answers depend on ages only, so that no producer can know. Here ours does not.',
    cast: { consumer: 'go', producer: 'ours' },
    lengthMs: 16_000,
    script: () => [
      { at: 500, do: 'open', consumer: 'consumer', stream: 'A' },
      { at: 4_500, do: 'cancel', stream: 'A' },
      say(4_600, 'The caller of the Go consumer has left. Its heartbeat answers stay empty.'),
      say(12_000, 'The stream runs on: only the limits of the producer itself can end it.'),
    ],
  },
  {
    id: 'limit-go-producer-misses',
    group,
    title: 'A Go producer loses one heartbeat',
    summary:
      'It ends our stream with 1000, which says that the data are complete. Nothing on the wire tells otherwise.',
    cast: { consumer: 'ours', producer: 'go' },
    lengthMs: 12_000,
    script: () => [
      { at: 500, do: 'open', consumer: 'consumer', stream: 'A' },
      { at: 3_000, do: 'drop', kind: 'heartbeat' },
      say(3_100, 'The network will lose the next heartbeat of the Go producer.'),
      say(8_000, 'The Go producer closed with 1000, and our reader has to believe it.'),
    ],
  },
  {
    id: 'limit-go-consumer-two',
    group,
    title: 'Two streams of a Go consumer, with our producer',
    summary: 'The Go consumer reports a stream that is read. Our producer waits for the report to be withdrawn.',
    cast: { consumer: 'go', producer: 'ours' },
    lengthMs: 20_000,
    script: () => [
      { at: 500, do: 'open', consumer: 'consumer', stream: 'A' },
      { at: 5_000, do: 'open', consumer: 'consumer', stream: 'B' },
      say(
        7_000,
        'The answer reported A, which is read. Our producer goes on publishing it, in "cancelling", for B = 2I + T.',
      ),
      say(
        17_000,
        'The next answers did not report it any more, for 2B: A is active again, and its reader has missed nothing.',
      ),
    ],
  },
];
