import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyRequest } from 'fastify';
import type { SecretBox } from '../domain/secret-box.js';

/** Somebody signed in to the dashboard: the key that was shown, until a time. */
export interface Session {
  readonly key: string;
  readonly expiresAt: Date;
}

/** Keeps who signed in to the dashboard in a cookie, sealed, so that every process reads it and none keeps it. */
export interface Sessions {
  /** The `set-cookie` of a session that begins now. */
  begin(key: string, request: FastifyRequest): { session: Session; cookie: string };
  /** The session of a request; undefined where it carries none, or one that has ended. */
  read(request: FastifyRequest): Session | undefined;
  /** The `set-cookie` that ends a session. */
  end(request: FastifyRequest): string;
}

export const SESSION_COOKIE = 'posthorn_session';

/** What a session is sealed for, so that nothing else that was sealed passes for one. */
const PURPOSE = 'dashboard session';

/** Longest cookie that is looked at, in characters. */
const LONGEST = 1_000;

/** @param lengthMs how long a session lasts */
export function createSessions(options: {
  secretBox: Pick<SecretBox, 'seal' | 'open'>;
  lengthMs: number;
}): Sessions {
  const { secretBox, lengthMs } = options;

  const write = (request: FastifyRequest, value: string, maxAge: number) =>
    stringifySetCookie({
      name: SESSION_COOKIE,
      value,
      maxAge,
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: request.protocol === 'https',
    });

  return {
    begin(key, request) {
      const expiresAt = new Date(Date.now() + lengthMs);
      const sealed = secretBox.seal(JSON.stringify({ key, expiresAt }), PURPOSE);
      const cookie = write(request, sealed, Math.floor(lengthMs / 1_000));
      return { session: { key, expiresAt }, cookie };
    },
    read(request) {
      const sealed = parseCookie(request.headers.cookie ?? '')[SESSION_COOKIE];
      if (sealed === undefined || sealed.length > LONGEST) return undefined;
      const session = openSession(secretBox, sealed);
      return session !== undefined && session.expiresAt > new Date() ? session : undefined;
    },
    end: (request) => write(request, '', 0),
  };
}

function openSession(secretBox: Pick<SecretBox, 'open'>, sealed: string): Session | undefined {
  try {
    const { key, expiresAt } = JSON.parse(secretBox.open(sealed, PURPOSE));
    return { key, expiresAt: new Date(expiresAt) };
  } catch {
    // Made up, changed on the way, or sealed with a key that is no more: no session.
    return undefined;
  }
}
