// A process that runs commands of the command line as it was built, one after another, so that not each of
// the documents' commands waits for Node to start. Listens on the socket that it is given; a request names
// a folder with what a process would have been given: its arguments and environment, each ended by NUL,
// working directory and stdin. It leaves stdout and stderr there, and answers with the exit code.
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

const MAIN = new URL('../../dist/cli/main.js', import.meta.url).href;

const { exit } = process;
/** What ends a command in the middle, in place of the process. */
class Exit extends Error {
  constructor(code) {
    super();
    this.code = code;
  }
}
process.exit = (code) => {
  throw new Exit(code ?? process.exitCode);
};
process.stdout.setMaxListeners(0);

let count = 0;

async function runCommand(folder) {
  const list = (name) => readFileSync(join(folder, name), 'utf8').split('\0').slice(0, -1);
  const stdin = Readable.from([readFileSync(join(folder, 'stdin'))]);
  const printed = { stdout: '', stderr: '' };
  for (const name of Object.keys(printed)) {
    process[name].write = (chunk, ...rest) => {
      printed[name] += chunk;
      rest.find((each) => typeof each === 'function')?.();
      return true;
    };
  }
  Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
  process.env = Object.fromEntries(list('environment').map((pair) => pair.split(/=(.*)/s, 2)));
  process.argv = [process.execPath, MAIN, ...list('arguments')];
  process.chdir(readFileSync(join(folder, 'directory'), 'utf8').trim());
  process.exitCode = undefined;
  // Read anew each time, as a process would, because it runs what its arguments say.
  count += 1;
  await import(`${MAIN}?${count}`).catch((error) => {
    if (!(error instanceof Exit)) throw error;
    process.exitCode = error.code;
  });
  for (const [name, all] of Object.entries(printed)) writeFileSync(join(folder, name), all);
  return String(process.exitCode ?? 0);
}

let last = Promise.resolve();
const server = http.createServer(async (request, response) => {
  const folder = await text(request);
  last = last.then(() => runCommand(folder)).catch((error) => `1 ${error.stack}`);
  response.end(await last);
});
server.listen(process.argv[2], () => process.send('ready'));
process.on('disconnect', () => exit());
