import type { CommandTree, CompletedCommand, CompletedOption, Values } from './command-tree.js';

export function fishScript({ options, commands }: CommandTree): string {
  return [
    '# fish completion of nats-stream:  nats-stream completion fish > ~/.config/fish/completions/nats-stream.fish',
    '',
    'complete -c nats-stream -f',
    ...options.map((option) => `complete -c nats-stream -n __fish_use_subcommand ${optionOf(option)}`),
    ...commands.map(
      ({ name, about }) => `complete -c nats-stream -n __fish_use_subcommand -a ${name} -d ${quoted(about)}`,
    ),
    ...commands.flatMap(ofCommand),
    '',
  ].join('\n');
}

/** What fish would complete if the line began behind the dashes. */
const behindDashes = `-x -a '(complete -C (string replace -r -- "^.*? -- +" "" (commandline -cp)))'`;

function ofCommand({ name, options, args, runsCommand }: CompletedCommand): readonly string[] {
  const seen = `complete -c nats-stream -n '__fish_seen_subcommand_from ${name}'`;
  // What stands behind the first argument of a command is not told apart by fish, nor needs to be.
  const kinds = args.filter(({ kind }) => kind !== 'anything' && kind !== 'commands').map(valuesOf);
  return [
    ...options.map((option) => `${seen} ${optionOf(option)}`),
    ...kinds.map((values) => `${seen} ${values}`),
    ...(runsCommand ? [`${seen.slice(0, -1)}; and contains -- -- (commandline -opc)' ${behindDashes}`] : []),
  ];
}

function optionOf({ names, about, takes }: CompletedOption): string {
  const flags = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
  return [...flags, ...(takes.kind === 'nothing' ? [] : [valuesOf(takes)]), `-d ${quoted(about)}`].join(' ');
}

function valuesOf(values: Values): string {
  switch (values.kind) {
    case 'choices':
      return `-x -a ${quoted(values.choices.join(' '))}`;
    case 'files':
      return '-r -F';
    case 'folders':
      return "-x -a '(__fish_complete_directories)'";
    case 'commands':
    case 'nothing':
    case 'anything':
      return '-x';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
