// Makes sure that the tests find a redis-server and a Chromium: installs what is missing by the system's
// package manager where that is allowed, and otherwise stops with the command to run. Says nothing where
// both are there.
import { spawnSync } from 'node:child_process';
import { CHROMIUM_NAMES } from './chromium.mjs';

const NEEDS = [
  {
    what: 'redis-server',
    programs: ['redis-server'],
    packages: {
      'apt-get': 'redis-server',
      dnf: 'redis',
      yum: 'redis',
      apk: 'redis',
      brew: 'redis',
    },
    otherwise: 'Install Redis 6.2 or newer, so that `redis-server` is on the PATH.',
  },
  {
    what: 'Chromium',
    programs: CHROMIUM_NAMES,
    packages: { 'apt-get': 'chromium', dnf: 'chromium', yum: 'chromium', apk: 'chromium' },
    otherwise: 'Install Chromium or Chrome, so that `chromium` or `google-chrome` is on the PATH.',
  },
];

const MANAGERS = [
  { name: 'apt-get', first: 'apt-get update', install: 'apt-get install -y' },
  { name: 'dnf', install: 'dnf install -y' },
  { name: 'yum', install: 'yum install -y' },
  { name: 'apk', install: 'apk add' },
  { name: 'brew', install: 'brew install', asUser: true },
];

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;
const missing = NEEDS.filter(({ programs }) => !programs.some(has));

if (missing.length > 0) {
  const manager = MANAGERS.find(({ name }) => has(name));
  const packages = missing.map((need) => need.packages[manager?.name]);
  if (manager === undefined || packages.includes(undefined)) {
    stop(missing.map(({ otherwise }) => otherwise).join('\n  '));
  }
  const commands = [manager.first, `${manager.install} ${packages.join(' ')}`].filter(Boolean);
  if (manager.asUser !== true && process.getuid?.() !== 0) {
    stop(commands.map((command) => `sudo ${command}`).join(' && '));
  }
  console.error(`${names()} is missing, installing it: ${commands.join(' && ')}`);
  for (const command of commands) {
    const [program, ...args] = command.split(' ');
    // Debian would start a server of its own; the tests start theirs.
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    const { status } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
    if (status !== 0) stop(command);
  }
  if (missing.some(({ programs }) => !programs.some(has))) stop(commands.at(-1));
}

function names() {
  return missing.map(({ what }) => what).join(' and ');
}

function stop(command) {
  console.error(
    `The tests need ${names()}, which is not on this machine. To install it:\n\n  ${command}\n`,
  );
  process.exit(1);
}
