import type { Command } from '../commander.js';
import { bashScript } from './bash.js';
import { commandTree, type CommandTree } from './command-tree.js';
import { fishScript } from './fish.js';
import { zshScript } from './zsh.js';

const scripts: Readonly<Record<'bash' | 'zsh' | 'fish', (tree: CommandTree) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** The script with which a shell completes the commands of a program. */
export function completionScript(shell: keyof typeof scripts, program: Command): string {
  return scripts[shell](commandTree(program));
}
