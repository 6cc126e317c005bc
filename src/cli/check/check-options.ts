import { InvalidArgumentError, Option, type Command } from '../commander.js';
import type { Faults, Order, ProtocolSystemOptions } from '../../testing/index.js';
import { protocolTicks } from '../../testing/protocol/protocol-options.js';
import { positiveCount } from '../option-parsers.js';

/** The options of the command as they come from the command line; what was not given is absent. */
export interface CheckOptions {
  readonly streams?: number;
  readonly consumers?: number;
  readonly delay?: number;
  readonly order?: Order;
  readonly records?: number;
  readonly missed?: number;
  readonly plain?: true;
  readonly symmetric?: true;
  readonly interval?: number;
  readonly requestTimeout?: number;
  readonly silence?: number;
  readonly open?: number;
  readonly producerBuffer?: number;
  readonly consumerBuffer?: number;
  readonly drop?: number;
  readonly duplicate?: number;
  readonly crash?: number;
  readonly cut?: number;
  readonly late?: number;
  readonly lateTicks?: number;
  readonly system?: string;
  readonly all?: true;
  readonly states?: number;
  readonly checkpoint?: string;
  readonly seconds?: number;
  readonly simulate?: number;
  readonly walks?: number;
  readonly seed?: number;
  readonly trace?: string;
  readonly overwrite?: true;
  readonly coverage?: true;
  readonly progress?: boolean;
  readonly json?: true;
  readonly recording?: readonly string[];
  readonly lateMs?: number;
}

/** Streams are named by the letters from A to Z. */
export const streamsMax = 26;

function wholeNumber(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : -1;
  if (!Number.isSafeInteger(count) || count < 0) throw new InvalidArgumentError('Expected a whole number.');
  return count;
}

/** What describes the shipped protocol, and means nothing to a system of the user's own. */
const protocolOptions: readonly Option[] = [
  new Option('--streams <n>', 'streams that each consumer opens (default: 1)').argParser(positiveCount),
  new Option('--consumers <n>', 'consumers of the one producer (default: 1)').argParser(positiveCount),
  new Option('--delay <ticks>', 'the longest one-way delay of a message (default: 0)').argParser(wholeNumber),
  new Option('--order <order>', 'what keeps its order on a link (default: connection)').choices([
    'connection',
    'subject',
    'none',
  ]),
  new Option('--records <n>', 'records that each source may give (default: 1)').argParser(wholeNumber),
  new Option('--missed <n>', 'heartbeats in a row that may be missed, K (default: 2)').argParser(positiveCount),
  new Option('--plain', 'consumers whose reports are not exact, as those of the Go package'),
  new Option('--symmetric', 'explore streams that differ by name alone only once'),
  ticksOption('--interval', 'I, the heartbeat interval', protocolTicks.interval).argParser(positiveCount),
  ticksOption('--request-timeout', 'T, the heartbeat request timeout', protocolTicks.requestTimeout).argParser(
    positiveCount,
  ),
  ticksOption('--silence', 'S, the silence timeout', protocolTicks.silence).argParser(positiveCount),
  ticksOption('--open', 'O, the open timeout', protocolTicks.open).argParser(positiveCount),
  ticksOption(
    '--producer-buffer',
    "the producer's cancellation buffer towards a plain consumer",
    protocolTicks.producerBuffer,
  ).argParser(wholeNumber),
  ticksOption('--consumer-buffer', "the consumer's cancellation buffer", protocolTicks.consumerBuffer).argParser(
    wholeNumber,
  ),
];

function ticksOption(flag: string, about: string, otherwise: number): Option {
  return new Option(`${flag} <ticks>`, `${about} (default: ${otherwise})`);
}

/** What bounds an exploration, and means nothing to a recording. */
const withoutRecordings: readonly (keyof CheckOptions)[] = [
  'all',
  'states',
  'seconds',
  'checkpoint',
  'simulate',
  'walks',
  'seed',
  'progress',
];

/** What makes a model of the protocol, where a recording has the protocol itself. */
const ofTheModel: readonly string[] = protocolOptions
  .map((option) => option.attributeName())
  .filter((name) => name !== 'order');

/** Gives a command the options of the check, in the order in which a reader needs them. */
export function addCheckOptions(command: Command): Command {
  command.optionsGroup('The shipped protocol:');
  for (const option of protocolOptions) command.addOption(option);
  return command
    .optionsGroup('A system of your own:')
    .addOption(
      new Option('--system <file>', 'a module that exports { system, properties }').conflicts(
        protocolOptions.map((option) => option.attributeName()),
      ),
    )
    .optionsGroup('Faults, each as the number of times that it may happen (default: 0):')
    .option('--drop <n>', 'a message is lost', wholeNumber)
    .option('--duplicate <n>', 'a message comes twice', wholeNumber)
    .option('--crash <n>', 'a process dies in silence', wholeNumber)
    .option('--cut <n>', 'a process is cut off, and comes back or not', wholeNumber)
    .option('--late <n>', 'the event loop of a process stalls', wholeNumber)
    .option('--late-ticks <ticks>', 'for how long it stalls (default: 1)', positiveCount)
    .optionsGroup('How far to go:')
    .option('--all', 'look for a violation of each property, not only for the first one')
    .option('--states <n>', 'stop after so many states (default: 20 million)', positiveCount)
    .option('--seconds <n>', 'stop after so many seconds', positiveCount)
    .option('--checkpoint <file>', 'keep in a file where a limit or an interrupt ended it, and go on from there')
    .addOption(
      new Option('--simulate <steps>', 'take so many random steps, instead of all')
        .argParser(positiveCount)
        .conflicts(['all', 'states', 'coverage', 'checkpoint']),
    )
    .option('--walks <n>', 'with --simulate: walks, each with the seed after the last (default: 1)', positiveCount)
    .option('--seed <n>', 'with --simulate: the seed of the first walk (default: a random one)', wholeNumber)
    .optionsGroup('What really happened, instead of what may:')
    .addOption(
      new Option(
        '--recording <files...>',
        'check recordings against the machines: is each a behaviour of the protocol, or of the system?',
      ).conflicts([...withoutRecordings, ...ofTheModel]),
    )
    .option('--late-ms <ms>', 'with --recording: how late a timer may be (default: 1000, simulated: 0)', wholeNumber)
    .optionsGroup('What is printed:')
    .option('--trace <file>', 'write the first violation as JSON')
    .option('--overwrite', 'replace the file of --trace where there is one that is not empty')
    .option('--coverage', 'name the states, transitions and guards that were never used')
    .option('--progress', 'show how it stands also where stderr is no terminal')
    .option('--no-progress', 'do not show how it stands')
    .option('--json', 'print one JSON object')
    .optionsGroup('Options:');
}

/** What contradicts itself in the options, or undefined. */
export function contradiction(options: CheckOptions): string | undefined {
  const { streams = 1, consumers = 1, symmetric, simulate, walks, seed, late, lateTicks } = options;
  if (streams * consumers > streamsMax) {
    return `expected at most ${streamsMax} streams in all, but ${streams} for each of ${consumers} consumers were asked for`;
  }
  if (symmetric === true && consumers > 1) return "'--symmetric' goes with one consumer only";
  if (simulate === undefined && walks !== undefined) return "'--walks' goes with '--simulate' only";
  if (simulate === undefined && seed !== undefined) return "'--seed' goes with '--simulate' only";
  if (options.recording === undefined && options.lateMs !== undefined)
    return "'--late-ms' goes with '--recording' only";
  if (lateTicks !== undefined && (late ?? 0) === 0) return "'--late-ticks' goes with '--late' only";
  return undefined;
}

/** The faults that were asked for. */
export function faultsOf({ drop, duplicate, crash, cut, late, lateTicks = 1 }: CheckOptions): Faults {
  return {
    ...(drop === undefined ? {} : { drop }),
    ...(duplicate === undefined ? {} : { duplicate }),
    ...(crash === undefined ? {} : { crash }),
    ...(cut === undefined ? {} : { cut }),
    ...(late === undefined ? {} : { late: { max: late, ticks: lateTicks } }),
  };
}

/** The shipped protocol as it was asked for, with every default filled in. */
export function protocolOptionsOf(options: CheckOptions): Required<ProtocolSystemOptions> {
  return {
    streams: options.streams ?? 1,
    consumers: options.consumers ?? 1,
    delay: options.delay ?? 0,
    order: options.order ?? 'connection',
    missedHeartbeatsMax: options.missed ?? 2,
    records: options.records ?? 1,
    exact: options.plain !== true,
    ticks: {
      interval: options.interval ?? protocolTicks.interval,
      requestTimeout: options.requestTimeout ?? protocolTicks.requestTimeout,
      silence: options.silence ?? protocolTicks.silence,
      open: options.open ?? protocolTicks.open,
      producerBuffer: options.producerBuffer ?? protocolTicks.producerBuffer,
      consumerBuffer: options.consumerBuffer ?? protocolTicks.consumerBuffer,
    },
    faults: faultsOf(options),
  };
}
