import type { DeliverySystemOptions, Faults, ProtocolModelOptions } from '../../../src/testing/index.js';

/** A system in which mutants are looked for. */
export type MutationConfiguration = {
  readonly name: string;
  /** Which mutants, by `place: description`: those whose mistake this system can show. */
  readonly of: RegExp;
  /** The only stimuli that happen, where all of them would make too many states. */
  readonly stimuli?: RegExp;
} & (
  | { readonly options: ProtocolModelOptions }
  /** A system on the delivery extension. */
  | { readonly delivery: DeliverySystemOptions }
);

const crashOfTheConsumer: Faults = { crash: { max: 1, of: ['consumer'] } };
const plain = { exact: false } as const;

/**
 * Where each kind of mutant is noticed, but for those of the delivery extension. The special ones come first and are small; what is left for the last needs
 * nothing but a stream that is opened, read, left and completed.
 */
export const mutationConfigurations: readonly MutationConfiguration[] = [
  { name: 'the request is refused', options: { incidents: ['requestForbidden'] }, of: /opening → on\.link\.refused/ },
  {
    name: 'what the consumer answers is refused',
    options: { incidents: ['answersForbidden'] },
    of: /active → on\.link\.refused/,
  },
  {
    name: 'heartbeat requests are refused',
    options: { incidents: ['heartbeatForbidden'] },
    of: /^producerStream\.(opening|active) → on\.heartbeat\.refused|^consumerStream\.active → on\.frame\.close\[1\]/,
  },
  {
    name: 'heartbeat requests are refused, and frames overtake heartbeats',
    options: { delay: 1, order: 'subject', incidents: ['heartbeatForbidden'] },
    of: /^consumerStream\.opening → on\.frame\.close\[1\]/,
  },
  {
    name: 'a plain consumer misreports a stream, and heartbeat requests are refused',
    options: { ...plain, incidents: ['heartbeatMisreports', 'heartbeatForbidden'] },
    of: /^producerStream\.cancelling → on\.heartbeat\.refused/,
  },
  {
    name: 'frames are refused, and do not arrive',
    options: { incidents: ['framesForbidden', 'inboxDeaf'] },
    of: /stream\.unreachable|actions\.close|drops the action close|unreachable → on\.heartbeat\.reported/,
    stimuli: /^open|refused|deafen/,
  },
  {
    name: 'frames are refused, do not arrive, and the consumer knows of no closes in heartbeats',
    options: { knowsCloses: false, incidents: ['framesForbidden', 'inboxDeaf'] },
    of: /unreachable → on\.heartbeat\.confirmed/,
    stimuli: /^open|refused|deafen/,
  },
  {
    name: 'frames are refused, do not arrive, and the consumer dies',
    options: { incidents: ['framesForbidden', 'inboxDeaf'], faults: crashOfTheConsumer },
    of: /unreachable → on\.heartbeat\.lost/,
    stimuli: /^open|refused|deafen/,
  },
  {
    name: 'frames are refused, and heartbeat requests as well',
    options: { incidents: ['framesForbidden', 'heartbeatForbidden'] },
    of: /unreachable → on\.heartbeat\.refused/,
    stimuli: /^open|refused/,
  },
  {
    name: 'frames are refused, and the producer is closed',
    options: { incidents: ['framesForbidden', 'producerCloses'] },
    of: /unreachable → on\.app\.close/,
  },
  {
    name: 'frames are refused, and the connection of the producer is closed',
    options: { incidents: ['framesForbidden', 'producerConnectionCloses'] },
    of: /unreachable → on\.link\.closed/,
  },
  {
    name: 'the connection of the consumer is lost, and the producer comes back after it',
    options: { incidents: ['consumerLinkLost', 'producerAway'], records: 0 },
    of: /returning → (on\.frame\.noResponders|after\.openTimeout\[0\])|isUnheard|noteUnheard|requestRetry/,
    stimuli: /^open|link|take requests/,
  },
  {
    name: 'the connection of the consumer is lost, and its producer dies',
    options: { incidents: ['consumerLinkLost'], records: 0, faults: { crash: { max: 1, of: ['producer'] } } },
    of: /returning → after\.openTimeout(:|\[0\]\.guard|\[1\])/,
    stimuli: /^open|link/,
  },
  {
    name: 'the connection of the consumer is lost twice',
    options: { incidents: ['consumerLinkLost'], records: 0, faults: { cut: { max: 1, of: ['consumer'] } } },
    of: /returning → on\.link\.lost/,
    stimuli: /^open|link/,
  },
  {
    name: 'the connection of the consumer is lost before anything is heard',
    options: { incidents: ['consumerLinkLost'], records: 0 },
    of: /returning → on\.heartbeat|opening\.suspended → on\.(link|heartbeat)|renew/,
    stimuli: /^open|link/,
  },
  {
    name: 'the connection of the consumer is lost, and frames are first',
    options: { delay: 1, order: 'subject', incidents: ['consumerLinkLost'] },
    of: /returning → on\.frame\.data/,
  },
  {
    name: 'the consumer is closed',
    options: { incidents: ['consumerCloses'] },
    of: /^consumer.* on\.app\.close|^consumerClient\.closed/,
  },
  {
    name: 'the consumer drains',
    options: { incidents: ['consumerDrains'] },
    of: /^consumerClient.*(drain)/,
  },
  {
    name: 'the connection of the consumer is closed',
    options: { incidents: ['consumerConnectionCloses'] },
    of: /^consumer.* on\.link\.closed/,
  },
  {
    name: 'the producer is closed',
    options: { incidents: ['producerCloses'] },
    of: /^(producerStream\.(opening|active)|producerClient\.open|heartbeat\.open) → on\.app\.close|^producerClient\.closed/,
  },
  {
    name: 'the connection of the producer is closed',
    options: { incidents: ['producerConnectionCloses'] },
    of: /^(producerStream\.(opening|active)|producerClient\.open|heartbeat\.open) → on\.link\.closed/,
  },
  { name: 'a frame is malformed', options: { incidents: ['malformedFrame'] }, of: /frame\.malformed/ },
  { name: 'a reader is slow', options: { incidents: ['slowReader'] }, of: /reader\.overflow/ },
  {
    name: 'nobody subscribes to the request subject',
    options: { incidents: ['noResponders'] },
    of: /on\.frame\.noResponders/,
  },
  {
    name: 'the source fails',
    options: { incidents: ['sourceFails'] },
    of: /^producerStream\.(opening|active).*source\.failed|^consumerStream\.active → on\.frame\.close\[[12]\]/,
  },
  {
    name: 'the source fails, and frames overtake heartbeats',
    options: { delay: 1, order: 'subject', incidents: ['sourceFails'] },
    of: /^consumerStream\.opening → on\.frame\.close|^consumerStream\.active → on\.frame\.close\[0\]\.guard|^consumerStream\.opening\.waiting → on\.frame\.data/,
  },
  {
    name: 'the connection of the consumer is lost, and frames overtake heartbeats',
    options: { delay: 1, order: 'subject', incidents: ['consumerLinkLost'] },
    of: /^consumerStream\.opening\.suspended → on\.frame\.data/,
  },
  {
    name: 'the connection of the consumer is lost',
    options: { incidents: ['consumerLinkLost'] },
    of: /^consumerStream\.opening\.(starting|unsent)|^consumerStream\.active\.suspended → on\.frame\.data|^consumerClient\.open\.link/,
  },
  {
    name: 'the consumer is cut off',
    options: { ghosts: true, faults: { cut: 1 } },
    of: /^consumerStream\.(opening|active)\.(waiting|listening|suspended) → on\.link|^consumerClient\.open\.link\.up → on\.link\.lost\.actions\[1\]/,
  },
  {
    name: 'the connection of the producer is lost',
    options: { incidents: ['producerLinkLost'] },
    of: /^(heartbeat|producerClient).* on\.link\.(lost:|restored)|^producerClient\.open\.link/,
  },
  {
    name: 'the connection of the producer is lost, and heartbeats are missed',
    options: { incidents: ['producerLinkLost', 'heartbeatUnanswerable'] },
    of: /^heartbeat\.open\.exchange → on\.link\.lost\.actions\[0\]/,
  },
  {
    name: 'two streams, and the connection of the producer is lost',
    options: { streams: 2, records: 0, incidents: ['producerLinkLost'] },
    of: /idle → always: swaps/,
    stimuli: /^open|link/,
  },
  {
    name: 'a source hands over records all the time, and heartbeats are rare',
    options: { sourcePeriod: 2, ghosts: true, ticks: { interval: 12, silence: 5, open: 5 } },
    of: /active\.listening → on\.frame\.data\.reenter|^consumerStream\.cancelling → on\.frame\.data/,
  },
  {
    name: 'heartbeats are missed, never two in a row',
    options: { incidents: ['heartbeatUnanswerable'] },
    of: /on\.heartbeat\.unanswerable(\[0\]\.guard|\[1\])|asking → on\.heartbeat\.answered\.actions\[2\]/,
  },
  {
    name: 'heartbeats to a dead consumer have no responders',
    options: { incidents: ['heartbeatUnanswerable'], faults: crashOfTheConsumer },
    of: /asking → on\.heartbeat\.unanswerable(\[0\]|\[0\]\.actions\[0\]|\[1\]\.actions\[0\]):/,
  },
  {
    name: 'two streams, and heartbeats are missed',
    options: { streams: 2, records: 0, incidents: ['heartbeatUnanswerable'] },
    of: /introducing → on\.heartbeat\.answered\.actions\[1\]/,
    stimuli: /^open|unanswerable$/,
  },
  {
    name: 'two streams, one after the other, with a delay',
    options: { streams: 2, records: 0, delay: 1 },
    of: /introducing → on\.(round\.due|heartbeat\.answered(:|\.actions\[0\]))|drops the action askAll/,
    stimuli: /^open|^leave A/,
  },
  {
    name: 'two streams',
    options: { streams: 2, records: 0, ghosts: true },
    of: /on\.stream\.removed|actions\.remove|request\.received(\[2\]|\[1\]\.guard: drops)|stream\.closed(\[1\](?!\.guard: drops)|\[0\]\.guard: drops)/,
    stimuli: /^open|^finish/,
  },
  {
    name: 'a plain consumer',
    options: { ...plain, ghosts: true },
    of: /heartbeat\.listed|heartbeat\.requested\.actions\[2\]|heartbeat\.reported\[1\]|^producerStream\.cancelling → (after|on\.source\.ended)|^producerStream\.cancelling\.reported → on\.buffer/,
  },
  {
    name: 'a plain consumer misreports a stream, and its source fails',
    options: { ...plain, incidents: ['heartbeatMisreports', 'sourceFails'] },
    of: /heartbeat\.reported\[0\]\.guard: drops|^producerStream\.active → on\.source\.record|^producerStream\.cancelling → on\.source|^producerStream\.cancelling\.reported → on\.heartbeat\.confirmed|asking → on\.heartbeat\.answered\.actions\[1\]/,
  },
  {
    name: 'a plain consumer misreports a stream',
    options: { ...plain, records: 0, incidents: ['heartbeatMisreports'] },
    of: /^producerStream\.cancelling\.(withdrawn|suspected)/,
  },
  {
    name: 'a plain consumer misreports a stream, and the producer is closed',
    options: { ...plain, incidents: ['heartbeatMisreports', 'producerCloses'] },
    of: /^producerStream\.cancelling → on\.app\.close/,
  },
  {
    name: 'a plain consumer misreports a stream, and the connection of the producer is closed',
    options: { ...plain, incidents: ['heartbeatMisreports', 'producerConnectionCloses'] },
    of: /^producerStream\.cancelling → on\.link\.closed/,
  },
  {
    name: 'a plain consumer misreports a stream, and the connection of the producer is lost',
    options: { ...plain, incidents: ['heartbeatMisreports', 'producerLinkLost'] },
    of: /^producerStream\.cancelling → on\.link\.lost/,
  },
  {
    name: 'a plain consumer misreports a stream and dies',
    options: {
      ...plain,
      incidents: ['heartbeatMisreports'],
      ticks: { producerBuffer: 20 },
      faults: crashOfTheConsumer,
    },
    of: /^producerStream\.cancelling → on\.heartbeat\.lost/,
  },
  {
    name: 'a crash',
    options: { ghosts: true, faults: { crash: 1 } },
    of: /openTimeout|silenceTimeout|^consumerStream\.cancelling → after|heartbeat\.lost|asking → after/,
  },
  {
    name: 'a loss',
    options: { ghosts: true, faults: { drop: 1 } },
    of: /^consumerStream\.opening → on\.frame\.close\[0\]|RequestTimeout\[0\]\.guard/,
  },
  {
    name: 'a duplicate',
    options: { ghosts: true, faults: { duplicate: 1 } },
    of: /request\.received\[0\]: drops the transition/,
  },
  {
    name: 'a delay',
    options: { delay: 1, ghosts: true },
    of: /exchange\.idle → always/,
  },
  { name: 'one stream', options: { ghosts: true }, of: /./ },
];
