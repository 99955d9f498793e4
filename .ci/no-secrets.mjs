// Looks for secrets in what a run printed, whose file is the first argument: signing secrets, API keys and
// passwords in URLs. Exits with 1 where there is one, and shows where, not what.
import { readFileSync } from 'node:fs';

const SECRETS = {
  'a signing secret': /wh(?:sec|sk)_[A-Za-z0-9+/]{32,}/g,
  'an API key': /phk_[A-Za-z0-9_-]{43}/g,
  'a password in a URL': /(?:postgres(?:ql)?|rediss?):\/\/[^\s:/@]*:[^\s@/]{8,}@/g,
};

const lines = readFileSync(process.argv[2], 'utf8').split('\n');
let found = 0;
for (const [index, line] of lines.entries()) {
  for (const [what, pattern] of Object.entries(SECRETS)) {
    if (!pattern.test(line)) continue;
    pattern.lastIndex = 0;
    found += 1;
    console.error(
      `line ${index + 1} of the output holds ${what}: ${line.replaceAll(pattern, '…')}`,
    );
  }
}
console.log(`${lines.length} lines of output, ${found} secrets`);
process.exit(found === 0 ? 0 : 1);
