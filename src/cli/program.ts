import { Command } from './commander.js';
import { registerCheck } from './check/check-command.js';
import { registerBench } from './bench-command.js';
import { registerCompletion } from './completion-command.js';
import { registerDemo } from './demo/demo-command.js';
import { registerOpen } from './open-command.js';
import { registerRecord } from './record-command.js';
import { registerServe } from './serve-command.js';
import { registerTop } from './top/top-command.js';
import { packageVersion } from './version.js';
import { registerView } from './view/view-command.js';

const help = `
Connection options follow the conventions of the nats command: --server or NATS_URL, --creds or NATS_CREDS, and so on.
NATS_STREAM_DEBUG=1 prints stacks and warnings.

Exit codes: 0 all went well; 1 it did not, and stderr says why; 2 the command line cannot be understood; 130 interrupted.

Examples:
  $ nats-stream demo                                             the main job, on a log of this machine
  $ nats-stream serve logs.syslog -- tail -F /var/log/syslog     streams a command to whoever asks
  $ nats-stream open logs.syslog                                 prints a stream as it comes`;

/** The command line, with one line for each command. */
export function createProgram(): Command {
  const program = new Command('nats-stream')
    .description('Streams of records over NATS, where every stream is an XState actor.')
    .version(packageVersion())
    .helpCommand(true)
    .showHelpAfterError('(--help tells more)')
    // Commander would end the process itself, with 1 where the command line cannot be understood.
    .exitOverride();
  registerServe(program);
  registerOpen(program);
  registerDemo(program);
  registerView(program);
  registerRecord(program);
  registerTop(program);
  registerCheck(program);
  registerBench(program);
  registerCompletion(program);
  return program.addHelpText('after', help);
}
