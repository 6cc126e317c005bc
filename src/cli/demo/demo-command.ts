import { Option, type Command } from '../commander.js';
import { addConnectionOptions } from '../connection-options.js';
import type { DemoOptions } from './demo.js';

const help = `
Runs on the server of --server or NATS_URL, else on a nats-server that it finds (NATS_SERVER, the PATH, /usr/sbin,
/usr/local/sbin, /usr/local/bin) and starts for itself, else on a broker in memory, and says which.
Exits with 0 when every stream ended as it should, else with 1.
It serves the page of nats-stream view too, and prints its address. In a terminal it then plays on there until it is
interrupted, as with --again, which is a good end then; elsewhere it ends after one play, as with --once.

Examples:
  $ nats-stream demo
  $ nats-stream demo --file server.log --json
  $ nats-stream demo --server nats://demo.nats.io`;

export function registerDemo(program: Command): void {
  const command = program
    .command('demo')
    .summary('stream a log of this machine, and see streams live, fail and die')
    .description(
      'Serves a log of this machine, opens several streams of it, cancels one, kills the producer of another, and ' +
        'prints the life of each as it happens.',
    )
    .option('-f, --file <path>', 'the log to serve (default: the largest readable one in /var/log)')
    .option('--embedded', 'run on the broker in memory')
    .addOption(new Option('--again', 'play on until it is interrupted').conflicts(['once', 'json']))
    .option('--once', 'end after one play')
    .option('--page <folder>', 'serve the page from this folder (default: the one that is built in)')
    .option('--no-page', 'serve no page')
    .option('--json', 'print one JSON object a line, and serve no page');
  addConnectionOptions(command)
    .addHelpText('after', help)
    .action(async (options: DemoOptions) => {
      const { demo } = await import('./demo.js');
      process.exitCode = await demo(options);
    });
  // The process of the producer that dies.
  program.command('demo-producer', { hidden: true }).action(async () => {
    const { doomedProducer } = await import('./doomed-producer.js');
    doomedProducer();
  });
}
