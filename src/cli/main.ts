#!/usr/bin/env node
import { CommanderError } from './commander.js';
import { ExitCode } from './exit-code.js';
import { describeFailure } from './failure.js';
import { say, sayAll } from './log.js';
import { createProgram } from './program.js';

// Who stopped reading, as `head` does, has got what was wanted: that is no fault, whatever was being printed. A full disk is.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || isOutputLost) return;
  isOutputLost = true;
  say(`standard output: ${error.message}`);
});
let isOutputLost = false;
// A command that has left in good order because of it sets another code.
process.on('exit', () => {
  if (isOutputLost) process.exitCode = ExitCode.Failure;
});

// The process ends by itself when nothing is left to do: ending it here could cut off what is still being printed.
try {
  await createProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? ExitCode.Ok : ExitCode.Usage;
  } else {
    sayAll(describeFailure(error));
    process.exitCode = ExitCode.Failure;
  }
}
