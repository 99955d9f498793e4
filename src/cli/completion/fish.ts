import type { CommandWords, OptionWord } from './words.js';

/** The script that completes in fish. */
export function fishScript(commands: readonly CommandWords[]): string {
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [quoted(path)]));
  const lines = commands.flatMap(({ path, words, options, takesFile }) => {
    const where = `complete -c posthorn -n ${quoted(`__posthorn_at ${path}`.trim())}`;
    return [
      ...(takesFile ? [`${where} -F`] : []),
      ...words.map(({ text, meaning }) => `${where} -a ${text} -d ${quoted(meaning)}`),
      ...options.map((option) => `${where} ${optionWords(option)}`),
    ];
  });
  return `# fish completion of posthorn. Made by: posthorn completion fish
function __posthorn_at --description 'whether the command so far is this one'
  set -l at ''
  for word in (commandline -opc)[2..-1]
    set -l next (string trim -- "$at $word")
    switch $next
      case ${paths.join(' ')}
        set at $next
    end
  end
  test "$at" = "$argv"
end
complete -c posthorn -f
${lines.join('\n')}`;
}

function optionWords({ text, meaning, value }: OptionWord): string {
  const name = `-l ${text.slice(2)} -d ${quoted(meaning)}`;
  if (value === 'none') return name;
  if (value === 'file') return `${name} -r -F`;
  return value === 'other' ? `${name} -x` : `${name} -x -a ${quoted(value.join(' '))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
