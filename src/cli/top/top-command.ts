import { Option, type Command } from '../commander.js';
import { addConnectionOptions } from '../connection-options.js';
import { durationMs, requestSubject } from '../option-parsers.js';
import type { TopOptions } from './top.js';

const help = `
Shows processes that publish their trace events (see traceOverNats) where --server, NATS_URL or --subject is given, else the
demo. Where its output is no terminal, it prints the table once, after one interval.

A stream is wrong where it ended otherwise than its reader wanted, or one end of it crashed; waiting where it lives and no
record can come now: nobody answered yet, the reader is slow, the connection is down, it is being cancelled. What is wrong
comes first, then what waits, then what lives, the busiest before all, then what has ended.

Keys: q quits; arrows, PgUp, PgDn, Home and End scroll; s sorts by something else, r the other way round; / filters by words
that are all in the subject, the stream, its processes, states, end, or one of wrong, waiting, live, ended; Esc filters no
more. At the bottom the selected stream is described whole.

With --json it prints an object a line at each interval, with --once one:
  {"time":"…","watched":"…","processes":2,"streams":[{"subject":"…","stream":"…","condition":"live","ageMs":4200,
   "lastSignMs":12,"recordsPerSecond":100,"consumer":{"system":"…","state":"active.listening","records":420,"bytes":1680,
   "waiting":0},"producer":{…}}]}
An end of a stream that is over has "end":{"reason":"completed","code":1000,"text":""}, one that is not watched is null.

Examples:
  $ nats-stream top --server nats://127.0.0.1:4222
  $ nats-stream top --once --interval 5s
  $ nats-stream top --json --once | jq '.streams[] | select(.condition == "wrong")'`;

export function registerTop(program: Command): void {
  const command = program
    .command('top')
    .summary('show live streams as a table in the terminal')
    .description(
      'Shows every stream with the states of both ends, its age, how much has gone through it, its rate, its last sign ' +
        'of life and how it ended. What is wrong comes first.',
    )
    .option('--subject <subject>', 'where processes publish their trace events', requestSubject)
    .option('--demo', 'show the demo, also where a server is named')
    .option('--once', 'print the table once, after one interval')
    .option('--json', 'print a JSON object a line at each interval')
    .addOption(
      new Option('-i, --interval <duration>', 'how often the table is drawn').argParser(durationMs).default(2000, '2s'),
    );
  addConnectionOptions(command)
    .addHelpText('after', help)
    .action(async (options: TopOptions) => {
      const { top } = await import('./top.js');
      process.exitCode = await top(options);
    });
}
