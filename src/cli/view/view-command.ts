import { Option, type Command } from '../commander.js';
import { addConnectionOptions } from '../connection-options.js';
import { portNumber, requestSubject } from '../option-parsers.js';
import type { ViewOptions } from './view.js';

const help = `
Shows processes that publish their trace events (see traceOverNats) where --server, NATS_URL or --subject is given, else the
demo, played again and again. The address holds a token: whoever has it, on this machine, can see the trace events.

Examples:
  $ nats-stream view --open                                  the demo
  $ nats-stream view --server nats://127.0.0.1:4222          all processes on a server that publish their trace events
  $ nats-stream view --file incident.jsonl                   a recording of nats-stream record, or of check --trace`;

export function registerView(program: Command): void {
  const command = program
    .command('view')
    .summary('show live streams, a recording or the demo in the browser')
    .description(
      'Serves a page on 127.0.0.1 that shows every stream with its states, timers and messages as they happen.',
    )
    .option('-f, --file <path>', 'show a recording')
    .option('--subject <subject>', 'where processes publish their trace events', requestSubject)
    .option('--demo', 'show the demo, also where a server is named')
    .option('--open', 'open the browser')
    .addOption(new Option('-p, --port <n>', 'serve on this port').argParser(portNumber).default(0, 'one that is free'))
    .option('--page <folder>', 'serve the page from this folder (default: the one that is built in)');
  addConnectionOptions(command)
    .addHelpText('after', help)
    .action(async (options: ViewOptions) => {
      const { view } = await import('./view.js');
      process.exitCode = await view(options);
      // Pages that are open keep their connections, and must not keep the process.
      process.exit();
    });
}
