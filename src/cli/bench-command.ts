import { Option, type Command } from './commander.js';
import { addConnectionOptions } from './connection-options.js';
import { positiveCount, requestSubject } from './option-parsers.js';
import type { BenchOptions } from './bench/bench.js';

const help = `
Measures streams of this package and the same work by raw NATS, on a server of yours: how many streams are opened and
ended in a second, how long it takes from opening one to its first record, and how many records one stream moves.
Both ends run in one process with a connection each; each figure is of a process of its own, the two take turns, and the
ratio is that of one round, so that what else the machines do falls on both. A stream is read with for await, and has
flow control, sequence and supervision; raw NATS is a request with an inbox of its own and a callback, and has none.

With --json it prints one object: {"server":"…","rounds":3,"bytes":128,"figures":[{"name":"opens","unit":"streams a
second","ours":9000,"raw":15000,"ratio":0.6},…]}, medians of the rounds.

Examples:
  $ nats-stream bench
  $ nats-stream bench --server nats://broker:4222 --bytes 1024 --rounds 5
  $ nats-stream bench --context staging --json > staging.json`;

export function registerBench(program: Command): void {
  const count = (flag: string, about: string, otherwise: number) =>
    new Option(`${flag} <n>`, about).argParser(positiveCount).default(otherwise);
  const command = program
    .command('bench')
    .summary('measure streams against raw NATS on a server of yours')
    .description('Measures opening, latency and throughput of streams against raw NATS, on a server of yours.')
    .addOption(count('--rounds', 'how often each is measured, in turn', 3))
    .addOption(count('--opens', 'streams of one record that are opened, 100 at a time', 2000))
    .addOption(count('--latencies', 'streams that are opened one after the other', 500))
    .addOption(count('--records', 'records of the stream whose throughput is measured', 100_000))
    .addOption(count('--bytes', 'the size of a record', 128))
    .option('--subject <subject>', 'below which subjects it goes (default: a random one)', requestSubject)
    .option('--json', 'print one JSON object');
  addConnectionOptions(command)
    .addHelpText('after', help)
    .action(async (options: BenchOptions) => {
      const { bench } = await import('./bench/bench.js');
      process.exitCode = await bench(options);
    });
  // A contender, in a process of its own.
  program.command('bench-contender', { hidden: true }).action(async () => {
    const { contenderProcess } = await import('./bench/contender-process.js');
    contenderProcess();
  });
}
