import type { Argument, Command, Option } from '../commander.js';

/** What stands in the place of an argument, or behind an option. */
export type Values =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'choices'; readonly choices: readonly string[] }
  | { readonly kind: 'files' | 'folders' | 'commands' }
  /** Something that nobody can guess, such as a duration. */
  | { readonly kind: 'anything' };

export interface CompletedOption {
  /** `-s` and `--server`, or the long one alone. */
  readonly names: readonly string[];
  readonly about: string;
  readonly takes: Values;
}

export interface CompletedCommand {
  readonly name: string;
  readonly about: string;
  readonly options: readonly CompletedOption[];
  /** What stands behind its options, in order. */
  readonly args: readonly Values[];
  /** Whether another command with its own arguments follows `--`. */
  readonly runsCommand: boolean;
}

/** What can be typed, as a script completes it: all that the help shows. */
export interface CommandTree {
  readonly options: readonly CompletedOption[];
  readonly commands: readonly CompletedCommand[];
}

export function commandTree(program: Command): CommandTree {
  const commands = program.createHelp().visibleCommands(program);
  const names = commands.map((command) => command.name());
  return {
    options: optionsOf(program),
    commands: commands.map((command) => {
      // The built-in command `help` has no choices: what it takes are the others.
      const isHelp = command.name() === 'help';
      return {
        name: command.name(),
        about: command.summary() || command.description(),
        options: optionsOf(command),
        args: command.registeredArguments.map((argument) =>
          isHelp ? { kind: 'choices', choices: names } : valuesOf(argument, argument.name()),
        ),
        runsCommand: command.registeredArguments.some((argument) => argument.name() === 'command' && argument.variadic),
      };
    }),
  };
}

function optionsOf(command: Command): readonly CompletedOption[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .map((option) => ({
      names: [option.short, option.long].filter((name) => name !== undefined),
      about: option.description,
      takes:
        option.required || option.optional
          ? valuesOf(option, /[<[](\w+)/.exec(option.flags)?.[1] ?? '')
          : { kind: 'nothing' },
    }));
}

/** By what the help calls it. */
function valuesOf({ argChoices }: Argument | Option, placeholder: string): Values {
  if (argChoices !== undefined) return { kind: 'choices', choices: argChoices };
  if (/^(file|files|path)$/.test(placeholder)) return { kind: 'files' };
  if (placeholder === 'folder') return { kind: 'folders' };
  if (placeholder === 'command') return { kind: 'commands' };
  return { kind: 'anything' };
}
