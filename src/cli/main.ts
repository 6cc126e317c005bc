#!/usr/bin/env node
import { CommanderError } from 'commander';
import { ExitCode } from './exit-code.js';
import { describeFailure } from './failure.js';
import { say } from './log.js';
import { createProgram } from './program.js';

// The process ends by itself when nothing is left to do: ending it here could cut off what is still being printed.
try {
  await createProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? ExitCode.Ok : ExitCode.Usage;
  } else {
    say(describeFailure(error));
    process.exitCode = ExitCode.Failure;
  }
}
