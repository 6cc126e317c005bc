import { Option, type Command } from './commander.js';
import { addConnectionOptions } from './connection-options.js';
import { ExitCode } from './exit-code.js';
import { durationMs, positiveCount, requestSubject } from './option-parsers.js';
import type { OpenOptions } from './open.js';

const help = `
Records are printed as they come, one a line, their bytes as they are. What a command of nats-stream serve says on its
stderr goes to stderr, and --raw is byte for byte what it prints. With --json, one object a line:
  {"time":"…","stream":"<id>","bytes":5,"text":"…"}   a record; "base64" instead of "text" where it is not UTF-8;
                            of nats-stream serve with "source":"stdout" or "stderr", and "cut":true where a line goes on
  {"time":"…","stream":"<id>","end":{"reason":"completed","code":1000,"text":"","records":1,"bytes":5}}

A stream ends with noAnswer where nothing is heard of a producer for --open-timeout, and with producerSilent where
neither a record nor a heartbeat comes for --silence-timeout. Give a Go producer that serves one stream after another
an --open-timeout longer than the streams before this one, and one that writes without heartbeats a --silence-timeout
longer than the gaps between its records.

Exit codes: 0 the stream is complete, or --count records came; 1 it ended otherwise, and stderr says why;
130 interrupted, after the producer was told.

Examples:
  $ nats-stream open logs.syslog
  $ nats-stream open logs.search sshd --timeout-ms 30s
  $ nats-stream open logs.syslog --json --count 10 | jq .text
  $ nats-stream open sort - < words.txt
  $ nats-stream open backup --raw > backup.tar`;

export function registerOpen(program: Command): void {
  const command = program
    .command('open')
    .summary('open a stream and print its records as they come')
    .description('Opens a stream and prints its records as they come.')
    .argument('<subject>', 'where producers take requests', requestSubject)
    .argument('[body]', 'the body of the request; - reads it from stdin')
    .option('--timeout-ms <duration>', 'leave the stream after so long', durationMs)
    .option('-n, --count <n>', 'leave the stream after so many records on stdout', positiveCount)
    .option('--name <name>', 'the name of this consumer, below which a server may have granted it _SINBOX.<name>.>')
    .option('--inbox-prefix <subject>', 'below what producers take answers (default: _INBOX)', requestSubject)
    .addOption(new Option('--raw', 'print the bytes as they come, with nothing between records').conflicts('json'))
    .option('--json', 'print a JSON object a line for each record, and a last one for the end')
    .addOption(
      new Option('--open-timeout <duration>', 'how long a producer may take to be heard of')
        .argParser(durationMs)
        .default(30_000, '30s'),
    )
    .addOption(
      new Option('--silence-timeout <duration>', 'how long a producer that was heard may be silent')
        .argParser(durationMs)
        .default(30_000, '30s'),
    );
  addConnectionOptions(command)
    .addHelpText('after', help)
    .action(async (subject: string, body: string | undefined, options: OpenOptions) => {
      const { open } = await import('./open.js');
      const code = await open(subject, body, options);
      process.exitCode = code;
      // What was printed and is not read, by a pager say, must not keep a process that was interrupted.
      if (code > ExitCode.Usage) process.exit();
    });
}
