import type { CommandWords, Word } from './words.js';

/** The script that completes in bash, 3.2 (that of macOS) or newer. */
export function bashScript(commands: readonly CommandWords[]): string {
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [quoted(path)]));
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ text, value }) => {
      const place = quoted(`${path} ${text}`);
      if (value === 'none') return [];
      if (value === 'file') return [`    ${place}) return ;;`];
      if (value === 'other') return [`    ${place}) compopt +o default 2>/dev/null; return ;;`];
      return [`    ${place}) words=${quoted(value.join(' '))} ;;`];
    }),
  );
  const words = commands.map(({ path, words: own, options, takesFile }) => {
    // Options are offered where nothing else can follow, and where one was begun.
    const plain = own.length > 0 || takesFile ? own : options;
    return `      ${quoted(path)}) words=${listed(plain)}; dashed=${listed(options)} ;;`;
  });
  return `# bash completion of posthorn. Made by: posthorn completion bash
_posthorn() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local at='' words='' dashed='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${at:+$at }\${COMP_WORDS[i]}" in
      ${paths.join(' | ')})
        at="\${at:+$at }\${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at $prev" in
${values.join('\n')}
  esac
  if [[ -z $words ]]; then
    case "$at" in
${words.join('\n')}
    esac
    [[ $cur == -* ]] && words=$dashed
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _posthorn posthorn`;
}

function listed(words: readonly Word[]): string {
  return quoted(words.map(({ text }) => text).join(' '));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
