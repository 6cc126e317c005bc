import type { CommandTree, CompletedCommand, CompletedOption, Values } from './command-tree.js';

/** Runs in bash 3.2 too, which is what macOS has: no `mapfile`, no associative arrays. */
export function bashScript({ options, commands }: CommandTree): string {
  return `# bash completion of nats-stream:  source <(nats-stream completion bash)

_nats_stream_words() { COMPREPLY=($(compgen -W "$1" -- "$2")); }
_nats_stream_files() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$2"))
}

_nats_stream() {
  local IFS=$' \\t\\n' current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' dashes='' args=0 word at=1 skips=''
  COMPREPLY=()
  # --option=value comes as three words.
  if [[ $current == '=' ]]; then current=''; elif [[ $previous == '=' ]]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  while ((at < COMP_CWORD)); do
    word=\${COMP_WORDS[at]}
    # bash parts words at colons, too.
    if [[ $word == ':' ]]; then ((at++))
    elif [[ -n $dashes ]]; then ((args++))
    elif [[ -n $skips ]]; then
      [[ $word == '=' ]] || skips=''
    elif [[ $word == '--' ]]; then dashes=$at
    elif [[ $word == -* ]]; then
      case "$command $word" in
${indent(8, takingPatterns(commands))}
      esac
    elif [[ -z $command ]]; then command=$word
    else ((args++)); fi
    ((at++))
  done
  case $command in
  '')
    case $current in
    -*) _nats_stream_words '${options.flatMap(({ names }) => names).join(' ')}' "$current" ;;
    *) _nats_stream_words '${commands.map(({ name }) => name).join(' ')}' "$current" ;;
    esac ;;
${commands.map(commandCase).join('\n')}
  esac
}
complete -F _nats_stream nats-stream
`;
}

function indent(columns: number, lines: readonly string[]): string {
  return lines.map((line) => `${' '.repeat(columns)}${line}`).join('\n');
}

/** The options behind which a word stands that is no argument. */
function takingPatterns(commands: readonly CompletedCommand[]): readonly string[] {
  return commands.flatMap(({ name, options }) => {
    const taking = options.filter(({ takes }) => takes.kind !== 'nothing').flatMap(({ names }) => names);
    return taking.length === 0 ? [] : [`${taking.map((option) => `"${name} ${option}"`).join(' | ')}) skips=1 ;;`];
  });
}

function commandCase({ name, options, args, runsCommand }: CompletedCommand): string {
  const optionNames = options.flatMap(({ names }) => names).join(' ');
  const argCases = args.map((values, place) => `${place}) ${generate(values)} ;;`);
  return `  ${name})
    if [[ -z $dashes ]]; then
      case $previous in
${indent(6, optionCases(options))}
      esac
      if [[ $current == -* ]]; then _nats_stream_words '${optionNames}' "$current"; return; fi
    fi
${runsCommand ? `    if [[ -n $dashes ]] && ((COMP_CWORD > dashes + 1)); then ${generate({ kind: 'files' })}; return; fi\n` : ''}    case $args in
${indent(4, [...argCases, '*) ;;'])}
    esac ;;`;
}

/** One line for all options that take the same. */
function optionCases(options: readonly CompletedOption[]): readonly string[] {
  const byAction = new Map<string, string[]>();
  for (const { names, takes } of options) {
    if (takes.kind === 'nothing') continue;
    const action = generate(takes);
    byAction.set(action, [...(byAction.get(action) ?? []), ...names]);
  }
  return [...Array.from(byAction, ([action, names]) => `${names.join(' | ')}) ${action}; return ;;`), '*) ;;'];
}

/** The command that fills in what may stand here. */
function generate(values: Values): string {
  switch (values.kind) {
    case 'choices':
      return `_nats_stream_words '${values.choices.join(' ')}' "$current"`;
    case 'files':
      return `IFS=$'\\n'; _nats_stream_files -f "$current"`;
    case 'folders':
      return `IFS=$'\\n'; _nats_stream_files -d "$current"`;
    case 'commands':
      return `_nats_stream_files -c "$current"`;
    case 'nothing':
    case 'anything':
      return ':';
  }
}
