import { spawnSync } from 'node:child_process';
import { EmbeddedPostgresError } from '../domain/errors.js';

/** The system user that runs the embedded PostgreSQL. */
export interface EmbeddedAccount {
  readonly uid: number;
  readonly gid: number;
}

const USER = 'postgres';

/**
 * PostgreSQL refuses to run as root, so as root it runs as the system user `postgres`, which is made where
 * it is missing. Undefined for any other user, who runs it as itself. Throws `EmbeddedPostgresError`.
 */
export function embeddedAccount(): EmbeddedAccount | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const account = findUser() ?? (makeUser() ? findUser() : undefined);
  if (account === undefined) {
    throw new EmbeddedPostgresError(
      `the embedded PostgreSQL can't run as root, and there is no system user ${USER} to run it as`,
      {
        hint: `make one with \`useradd --system ${USER}\`, run as another user, or set DATABASE_URL`,
      },
    );
  }
  return account;
}

function findUser(): EmbeddedAccount | undefined {
  const ids = ['-u', '-g'].map((flag) => {
    const { status, stdout } = spawnSync('id', [flag, USER], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : undefined;
  });
  const [uid, gid] = ids;
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function makeUser(): boolean {
  const commands: [string, string[]][] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', USER]],
    ['adduser', ['-S', '-D', '-H', USER]], // BusyBox
  ];
  return commands.some(([command, args]) => spawnSync(command, args).status === 0);
}
