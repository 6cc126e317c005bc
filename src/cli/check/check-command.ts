import type { Command } from '../commander.js';
import { addCheckOptions, contradiction, type CheckOptions } from './check-options.js';

const help = `
Explores every order of messages, timers and faults that the protocol of this package can meet, with the machines that
run in production. Times are ticks. Ends with the properties, the exact worst-case times and their bounds, and what was
never used of the machines; with --json as one object, whose "worst" is null where something may wait for ever.

--system takes a module with a default export { system, properties }, or exports of these names, as made with
nats-stream-actors/testing; where it comes to rest is a deadlock, unless its properties have a mayRest. Faults given
here take the place of the system's own. TypeScript is loaded by Node 22.18 and later; before that, a loader is needed:
NODE_OPTIONS='--import tsx'.

--recording takes files of nats-stream record, of a tracer, or of --trace, and says of each whether all that its actors
did is what their machines do, whether every event came from somewhere, and every command was carried out. With --coverage
it names what none of them has visited. A fault allows any number of what it is; without faults and --system all may be.

Exit codes: 0 complete, and nothing is violated, or --simulate met nothing, or each recording conforms; 1 a property is violated, and its shortest
trace is printed, or the check could not be made; 2 the command line cannot be understood; 3 nothing is violated, but a
limit ended it before everything was explored; 130 interrupted, after what is known was printed.

Examples:
  $ nats-stream check
  $ nats-stream check --streams 2 --records 0 --drop 1 --crash 1
  $ nats-stream check --delay 1 --silence 5 --trace out.json     one tick too short, and why
  $ nats-stream check --streams 5 --delay 1 --drop 2 --simulate 10000 --walks 100 --seed 1
  $ nats-stream check --streams 2 --delay 1 --drop 1 --checkpoint far.bin     stop it, and go on another day
  $ nats-stream check --system market.ts --drop 1
  $ nats-stream check --recording incident.jsonl --trace until.jsonl     is it what the protocol does?`;

export function registerCheck(program: Command): void {
  const command = program
    .command('check')
    .summary('explore every order of events of the protocol, or of your own machines')
    .description(
      'Explores the protocol, or a system of your own machines, in every order of messages, timers and faults.',
    );
  addCheckOptions(command)
    .addHelpText('after', help)
    .action(async (options: CheckOptions) => {
      const wrong = contradiction(options);
      if (wrong !== undefined) command.error(`error: ${wrong}`);
      const { check } = await import('./check.js');
      process.exitCode = await check(options);
    });
}
