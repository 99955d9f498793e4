// Makes sure that the tests find a redis-server: installs it by the system's package manager where that is
// allowed, and otherwise stops with the command to run. Says nothing where it is there.
import { spawnSync } from 'node:child_process';

const MANAGERS = [
  { name: 'apt-get', commands: ['apt-get update', 'apt-get install -y redis-server'] },
  { name: 'dnf', commands: ['dnf install -y redis'] },
  { name: 'yum', commands: ['yum install -y redis'] },
  { name: 'apk', commands: ['apk add redis'] },
  { name: 'brew', commands: ['brew install redis'], asUser: true },
];

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

if (!has('redis-server')) {
  const manager = MANAGERS.find(({ name }) => has(name));
  const root = process.getuid?.() === 0;
  if (manager === undefined) {
    stop('Install Redis 6.2 or newer, so that `redis-server` is on the PATH.');
  } else if (manager.asUser !== true && !root) {
    stop(manager.commands.map((command) => `sudo ${command}`).join(' && '));
  } else {
    console.error(`redis-server is missing, installing it: ${manager.commands.join(' && ')}`);
    for (const command of manager.commands) {
      const [program, ...args] = command.split(' ');
      // Debian would start a server of its own; the tests start theirs.
      const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
      const { status } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env });
      if (status !== 0) stop(command);
    }
    if (!has('redis-server')) stop(manager.commands.at(-1));
  }
}

function stop(command) {
  console.error(
    `The tests need redis-server, which is not on this machine. To install it:\n\n  ${command}\n`,
  );
  process.exit(1);
}
