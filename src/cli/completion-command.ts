import { Argument, type Command } from './commander.js';

const help = `
Prints a script for a shell, with which Tab completes commands, options and what they take.

  bash    in ~/.bashrc:  source <(nats-stream completion bash)
  zsh     in ~/.zshrc, behind compinit:  source <(nats-stream completion zsh)
  fish    nats-stream completion fish > ~/.config/fish/completions/nats-stream.fish`;

/** @param program Whose commands are completed: those that are registered when the script is printed. */
export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .summary('print the completion script of a shell')
    .description('Prints the script with which a shell completes this command.')
    .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', help)
    .action(async (shell: 'bash' | 'zsh' | 'fish') => {
      const { completionScript } = await import('./completion/completion-script.js');
      process.stdout.write(completionScript(shell, program));
    });
}
