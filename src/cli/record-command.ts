import type { Command } from './commander.js';
import { addConnectionOptions } from './connection-options.js';
import { durationMs, requestSubject } from './option-parsers.js';
import type { RecordOptions } from './record.js';

const help = `
Records processes that publish their trace events (see traceOverNats) where --server, NATS_URL or --subject is given, until
it is interrupted or the time of --for is over; else one play of the demo. An interrupt is a good end: exit code 0.

Examples:
  $ nats-stream record --out demo.jsonl
  $ nats-stream record --server nats://127.0.0.1:4222 --out incident.jsonl --for 10m
  $ nats-stream view --file incident.jsonl`;

export function registerRecord(program: Command): void {
  const command = program
    .command('record')
    .summary('record live streams to a file')
    .description('Writes what happens to live streams to a file of JSON lines, for nats-stream view --file.')
    .requiredOption('-o, --out <path>', 'the file to write; - for standard output')
    .option('--overwrite', 'replace the file where there is one that is not empty')
    .option('--for <duration>', 'stop after so long', durationMs)
    .option('--subject <subject>', 'where processes publish their trace events', requestSubject)
    .option('--demo', 'record the demo, also where a server is named');
  addConnectionOptions(command)
    .addHelpText('after', help)
    .action(async (options: RecordOptions) => {
      const { record } = await import('./record.js');
      process.exitCode = await record(options);
    });
}
