import { Option, type Command } from './commander.js';
import { addConnectionOptions } from './connection-options.js';
import { durationMs, positiveCount, requestSubject, servedSubject } from './option-parsers.js';
import type { ServeOptions } from './serve.js';

const help = `
Each stream that is opened runs the command once:
  its stdin       the body of the request
  its environment NATS_STREAM_SUBJECT, NATS_STREAM_ID and NATS_STREAM_CONSUMER, and that of serve without what is set
                  for NATS clients: no NATS_CREDS, no NATS_PASSWORD, and NATS_URL without credentials
  its stdout      for nats-stream open the stdout there; for others one record a line, the bytes without their newline
  its stderr      for nats-stream open the stderr there; for others marked: 'stderr: ' before each line
  its end         exit code 0 closes the stream with 1000; any other code, a signal, and a command
                  that cannot be started close it with 5000 and say so
The command, with its children, is stopped when its reader leaves. A reader that is slow slows it down.
A line of more than 64 MiB is cut into several records; for readers of other packages one that does not fit into a
message. Each but the first then has 'cut: ' before it.

With --json a record is {"stream":"stdout","text":"…"} for all, or "base64" where the line is not UTF-8, with
"cut":true where the line goes on in the next record.

An interrupt closes every stream with 1001, stops the commands and exits with 0; a second one exits at once.

Examples:
  $ nats-stream serve logs.syslog -- tail -n 20 -F /var/log/syslog
  $ nats-stream serve logs.search -- sh -c 'read -r word; grep -- "$word" /var/log/syslog'
  $ nats-stream serve build --queue builders --json -- make -j4`;

export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .summary('run a command for each stream that is opened, and stream its lines')
    .description('Runs a command for each stream that is opened on a subject, and streams its lines.')
    .usage('[options] <subject> -- <command …>')
    .argument('<subject>', 'where open requests are taken; may hold wildcards', servedSubject)
    .argument('<command...>', 'the program and its arguments, after --')
    .option('-q, --queue <group>', 'share the requests with the other members of this queue group')
    .option('--inbox-prefix <subject>', 'below what consumers are to answer (default: _INBOX)', requestSubject)
    .option('--json', 'make each record a JSON object that says whether the line is of stdout or stderr')
    .addOption(
      new Option('--max-streams <n>', 'how many streams, and so commands, there may be; more are refused with 4029')
        .argParser(positiveCount)
        .default(64),
    )
    .option('--quiet', 'do not tell on stderr of each stream')
    .addOption(
      new Option('--heartbeat <duration>', 'period between heartbeats, after which a reader that left is known')
        .argParser(durationMs)
        .default(2000, '2s'),
    )
    .addOption(
      new Option('--grace <duration>', 'how long a command that is stopped may take before it is killed')
        .argParser(durationMs)
        .default(2000, '2s'),
    );
  addConnectionOptions(command)
    .addHelpText('after', help)
    .action(async (subject: string, argv: readonly string[], options: ServeOptions) => {
      const { serve } = await import('./serve.js');
      process.exitCode = await serve(subject, argv, options);
    });
}
