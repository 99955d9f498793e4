import type { CommandWords, Word } from './words.js';

/** The script that completes in zsh. */
export function zshScript(commands: readonly CommandWords[]): string {
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [quoted(path)]));
  const values = commands.flatMap(({ path, options }) =>
    options.flatMap(({ text, value }) => {
      const place = quoted(`${path} ${text}`);
      if (value === 'none') return [];
      if (value === 'file') return [`    (${place}) _files; return ;;`];
      if (value === 'other') return [`    (${place}) _message value; return ;;`];
      return [`    (${place}) compadd -- ${value.map(quoted).join(' ')}; return ;;`];
    }),
  );
  const words = commands.map(({ path, words: own, options, takesFile }) => {
    const files = takesFile ? '; _files' : '';
    return `    (${quoted(path)}) commands=(${items(own)}); options=(${items(options)})${files} ;;`;
  });
  return `#compdef posthorn
# zsh completion of posthorn. Made by: posthorn completion zsh
_posthorn() {
  local at='' i
  local -a commands options
  for ((i = 2; i < CURRENT; i++)); do
    case "\${at:+$at }\${words[i]}" in
      (${paths.join('|')}) at="\${at:+$at }\${words[i]}" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case "$at" in
${words.join('\n')}
  esac
  (( \${#commands} )) && _describe -t commands command commands
  _describe -t options -o option options
}
if [[ $funcstack[1] == _posthorn ]]; then
  _posthorn "$@"
else
  compdef _posthorn posthorn
fi`;
}

/** Names with what they mean, as `_describe` reads them. */
function items(words: readonly Word[]): string {
  const escaped = (text: string) => text.replaceAll(':', '\\:');
  return words.map(({ text, meaning }) => quoted(`${escaped(text)}:${meaning}`)).join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
