import { loseOnly } from './lose-only.js';
import type { MutationConfiguration } from './mutation-configurations.js';

const one = { records: 1, leave: false } as const;
const two = { records: 2, windowRecords: 2, leave: false } as const;

/** Where each mutant of the delivery extension is noticed, each in a system as small as shows its mistake. */
export const deliveryMutationConfigurations: readonly MutationConfiguration[] = [
  {
    name: 'frames are refused, and do not arrive',
    options: { incidents: ['framesForbidden', 'inboxDeaf'] },
    of: /^producerStream\.(opening|active) → on\.peer\.unreachable\[0\]/,
    stimuli: /^open|refused|deafen|produce/,
  },
  {
    name: 'frames to a plain consumer are refused',
    options: { exact: false, incidents: ['framesForbidden'] },
    of: /^producerStream\.(opening|active) → on\.peer\.unreachable/,
    stimuli: /^open|refused|produce/,
  },
  {
    name: 'a plain consumer misreports a stream, and frames are refused',
    options: { exact: false, incidents: ['heartbeatMisreports', 'framesForbidden'] },
    of: /^producerStream\.cancelling → on\.peer\.unreachable/,
    stimuli: /^open|refused|misreported|produce/,
  },
  {
    name: 'an extended stream to which heartbeat requests are refused, while a record waits',
    delivery: { leave: false, incidents: ['heartbeatForbidden'] },
    of: /^producerStream\.finishing → on\.heartbeat\.refused/,
    stimuli: /^open|refused|produce|^finish/,
  },
  {
    name: 'frames of an extended stream are refused while a record waits, and what tells it besides is lost',
    delivery: { leave: false, incidents: ['framesForbidden'], faults: loseOnly(1, 'ask') },
    of: /^producerStream\.finishing → on\.peer\.unreachable\.actions\[0\]/,
    stimuli: /^open|refused|produce|^finish/,
  },
  {
    name: 'an extended stream whose inbox is deaf',
    delivery: { ...one, incidents: ['inboxDeaf'] },
    of: /^producerStream\.finishing → on\.peer\.unreachable/,
    stimuli: /^open|^finish A$|deafen/,
  },
  {
    name: 'an extended stream, and the connection of the consumer is lost before anything is heard',
    delivery: { ...one, incidents: ['consumerLinkLost'] },
    of: /returning → on\.frame\.announced/,
    stimuli: /^open|link/,
  },
  {
    name: 'an extended stream',
    delivery: { records: 1 },
    of: /on\.stream\.added\[0\]\.actions|^consumerStream\.(cancelling → entry\[1\]|opening\.waiting → on\.frame\.announced)|^producerStream\.opening → entry\[0\]|^producerStream\.(opening|active) → on\.(source\.ended\[0\]\.actions|peer\.cancelled)|^producerStream\.finishing → on\.peer\.(acknowledged|cancelled:)/,
  },
  {
    name: 'an extended stream whose reader leaves before its last record',
    delivery: {},
    of: /^producerStream\.finishing → on\.peer\.cancelled\.actions/,
  },
  {
    name: 'an extended stream that ends with a record which waits for more than half of the window',
    delivery: { records: 3, leave: false, windowRecords: 4, windowBytes: 4, recordBytes: [2, 1, 4] },
    of: /^producerStream\.finishing → on\.flow\.starved/,
  },
  {
    name: 'an extended stream, and a loss',
    delivery: { ...one, faults: { drop: 1 } },
    of: /^consumerStream\.active\.(listening → on\.frame\.gap|recovering → on\.frame\.recovered)|^producerStream\.(opening|active) → on\.source\.ended\[0\](:|\.guard: flips)|^producerStream\.(opening|active|finishing) → on\.(peer\.resumed|heartbeat\.confirmed: drops the transition on heartbeat\.confirmed$)|^producerStream\.finishing → on\.heartbeat\.reported/,
  },
  {
    name: 'an extended stream whose source fails, and a loss',
    delivery: { ...one, incidents: ['sourceFails'], faults: { drop: 1 } },
    of: /^producerStream\.(opening|active) → on\.source\.failed\[0\](:|\.actions|\.guard: flips)/,
  },
  {
    name: 'an extended stream, and the connection of the consumer is lost',
    delivery: { ...one, incidents: ['consumerLinkLost'] },
    of: /^consumerStream\.opening\.suspended → on\.frame\.announced/,
  },
  {
    name: 'an extended stream whose consumer is cut off',
    delivery: { ...one, faults: { cut: { max: 1, of: ['consumer'] } } },
    of: /^consumerStream\.active\.suspended → on\.link\.restored\.actions/,
  },
  {
    name: 'an extended stream of which a record is lost, and the connection of the consumer',
    delivery: { ...two, incidents: ['consumerLinkLost'], faults: loseOnly(1, 'records') },
    of: /^consumerStream\.active\.recovering → on\.link\.lost/,
  },
  {
    name: 'an extended stream of which a record is lost, and what asks for it',
    delivery: { ...one, faults: loseOnly(2, 'records', 'resume') },
    of: /^consumerStream\.active\.recovering → on\.frame\.gap/,
  },
  {
    name: 'an extended stream of which a record is lost, and what asks for it again and again',
    delivery: { ...one, ticks: { silence: 5 }, faults: loseOnly(3, 'records', 'resume') },
    of: /^consumerStream\.active\.recovering → on\.heartbeat\.alive/,
  },
  {
    name: 'an extended stream of which a record is lost, and its producer dies',
    delivery: { ...two, faults: { ...loseOnly(1, 'records'), crash: { max: 1, of: ['producer'] } } },
    of: /^consumerStream\.active\.recovering → after/,
  },
  {
    name: 'an extended stream whose consumer is closed',
    delivery: { ...one, incidents: ['consumerCloses'] },
    of: /^consumerStream\.active → on\.app\.close\.actions\[1\]|^producerStream\.finishing → on\.heartbeat\.lost:/,
  },
  {
    name: 'an extended stream of which a record is lost, and its producer is closed',
    delivery: { records: 2, leave: false, incidents: ['producerCloses'], faults: loseOnly(1, 'records') },
    of: /^consumerStream\.active → on\.frame\.lost|^producerStream\.finishing → on\.app\.close/,
  },
  {
    name: 'an extended stream, and the connection of its producer is closed',
    delivery: { ...one, incidents: ['producerConnectionCloses'] },
    of: /^producerStream\.finishing → on\.link\.closed/,
  },
  {
    name: 'an extended stream whose producer gives its consumer up',
    delivery: { records: 2, leave: false, missedHeartbeatsMax: 1, incidents: ['heartbeatUnanswerable'] },
    of: /^producerStream\.finishing → on\.heartbeat\.lost\.actions/,
  },
  {
    name: 'a plain stream whose source fails',
    options: { incidents: ['sourceFails'] },
    of: /^producerStream\.(opening|active) → on\.source\.(ended|failed)\[0\]\.guard: drops/,
  },
  {
    name: 'an extended stream of records that need most of the window',
    delivery: { records: 3, leave: false, windowRecords: 3, windowBytes: 3, recordBytes: [1, 3] },
    of: /on\.flow\.|active\.blocked → entry/,
  },
];
