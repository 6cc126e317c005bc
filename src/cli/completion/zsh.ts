import type { CommandTree, CompletedCommand, CompletedOption, Values } from './command-tree.js';

export function zshScript({ options, commands }: CommandTree): string {
  return `#compdef nats-stream
# zsh completion of nats-stream:  source <(nats-stream completion zsh)

_nats-stream() {
  local curcontext="$curcontext" state line
  local -a commands
  commands=(
${commands.map(({ name, about }) => `    ${quoted(`${name}:${about.replaceAll(':', '\\:')}`)}`).join('\n')}
  )
  _arguments -C ${options.map(optionSpec).join(' ')} '1:command:->command' '*::argument:->argument'
  case $state in
  command) _describe -t commands 'command' commands ;;
  argument)
    curcontext="\${curcontext%:*:*}:nats-stream-$words[1]:"
    case $words[1] in
${commands.map(commandCase).join('\n')}
    esac ;;
  esac
}

# As a file of fpath this is the body of the function; where it is sourced, it tells the shell of it.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _nats-stream "$@"; else compdef _nats-stream nats-stream; fi
`;
}

function commandCase({ name, options, args, runsCommand }: CompletedCommand): string {
  const specs = [
    ...options.map(optionSpec),
    ...args.map((values, place) => quoted(`${place + 1}:argument:${action(values)}`)),
    ...(runsCommand ? ["'*::argument:_normal'"] : []),
  ];
  return `    ${name})\n      _arguments -S ${specs.map((spec) => `\\\n        ${spec}`).join(' ')} ;;`;
}

/** `'(-s --server)'{-s,--server}'[about]:value:_files'`. */
function optionSpec({ names, about, takes }: CompletedOption): string {
  const rest = `[${about.replaceAll(/[[\]:\\]/g, '\\$&')}]${takes.kind === 'nothing' ? '' : `:value:${action(takes)}`}`;
  if (names.length === 1) return quoted(`${names[0] ?? ''}${rest}`);
  return `${quoted(`(${names.join(' ')})`)}{${names.join(',')}}${quoted(rest)}`;
}

function action(values: Values): string {
  switch (values.kind) {
    case 'choices':
      return `(${values.choices.join(' ')})`;
    case 'files':
      return '_files';
    case 'folders':
      return '_files -/';
    case 'commands':
      return '_command_names -e';
    case 'nothing':
    case 'anything':
      // No matches, rather than a message: with one zsh does not fill in an option that is the only one.
      return '()';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
