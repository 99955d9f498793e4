// Starts the processes of a scenario and talks to them.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Starts one in a process of its own; resolves when it is ready. */
export async function startActor(name, setting) {
  const file = fileURLToPath(new URL(`./actors/${name}.mjs`, import.meta.url));
  const child = fork(file, {
    // BENCH_PROFILE names an actor whose CPU profile is left in the working directory.
    execArgv: process.env.BENCH_PROFILE === name ? ['--cpu-prof'] : [],
    env: { ...process.env, BENCH_SETTING: JSON.stringify(setting) },
    serialization: 'json',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const heard = [];
  const waiting = [];
  child.on('message', (message) => {
    const index = waiting.findIndex(({ kind }) => kind === message.kind);
    if (index === -1) heard.push(message);
    else waiting.splice(index, 1)[0].resolve(message);
  });
  const exited = once(child, 'exit');
  exited.then(([code]) => {
    for (const { reject } of waiting.splice(0)) reject(new Error(`${name} ended with ${code}`));
  });
  const hear = (kind) => {
    const index = heard.findIndex((message) => message.kind === kind);
    if (index !== -1) return Promise.resolve(heard.splice(index, 1)[0]);
    return new Promise((resolve, reject) => waiting.push({ kind, resolve, reject }));
  };
  await hear('ready');
  return {
    hear,
    go: () => {
      child.send('go');
      return hear('going');
    },
    usage: () => {
      child.send('usage');
      return hear('usage');
    },
    /** Ends it in order; answers with its use of the machine and its result. */
    async stop() {
      child.send('stop');
      const stopped = await hear('stopped');
      await exited;
      return stopped;
    },
    kill: () => child.kill('SIGKILL'),
  };
}
