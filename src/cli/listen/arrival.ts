import type { IncomingHttpHeaders } from 'node:http';
import { LRUCache } from 'lru-cache';
import { verify } from '../../domain/verify-webhook.js';
import { WebhookVerificationError } from '../../domain/webhook-verification-error.js';

/** A request that arrived, as a receiver judges it. */
export interface Arrival {
  readonly at: Date;
  readonly verified: boolean;
  /** Why it can't be taken for the sender's; null where it can. */
  readonly fault: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | undefined;
  } | null;
  /** The headers `webhook-id` and `webhook-timestamp`; null where they are missing or malformed. */
  readonly id: string | null;
  readonly sentAt: Date | null;
  readonly type: string | null;
  /** Which verified request with this id it is, 1 for the first; 0 where it is not verified. */
  readonly attempt: number;
  /** The verified request with this id before it. */
  readonly previous: Answered | null;
  /** The body: parsed where it is JSON, or else its text. */
  readonly body: unknown;
}

/** A request that was answered. */
export interface Answered {
  readonly at: Date;
  readonly status: number;
}

/** Judges requests as they arrive. */
export interface Judge {
  judge(headers: IncomingHttpHeaders, body: Buffer, at: Date): Arrival;
  /** Remembers how a verified request was answered. */
  answered(arrival: Arrival, status: number): void;
}

/** Ids that are remembered, so that another request for the same event shows. */
const MOST_IDS = 10_000;

/** @param secrets what the webhook may be signed with */
export function createJudge(secrets: readonly string[]): Judge {
  const seen = new LRUCache<string, Answered & { readonly attempt: number }>({ max: MOST_IDS });

  return {
    judge(headers, body, at) {
      const id = single(headers['webhook-id']);
      const base = { at, id, sentAt: readTime(headers), body: readBody(body) };
      try {
        const event = verify(secrets, headers, body, { now: at });
        const before = seen.get(event.id);
        return {
          ...base,
          verified: true,
          fault: null,
          type: event.type,
          attempt: (before?.attempt ?? 0) + 1,
          previous: before === undefined ? null : { at: before.at, status: before.status },
        };
      } catch (error) {
        if (!(error instanceof WebhookVerificationError)) throw error;
        const { code, message, hint } = error;
        const fault = { code, message, hint };
        return { ...base, verified: false, fault, type: null, attempt: 0, previous: null };
      }
    },
    answered({ id, at, attempt }, status) {
      if (id !== null && attempt > 0) seen.set(id, { at, status, attempt });
    },
  };
}

function readTime(headers: IncomingHttpHeaders): Date | null {
  const seconds = single(headers['webhook-timestamp']) ?? '';
  return /^\d{1,11}$/.test(seconds) ? new Date(Number(seconds) * 1_000) : null;
}

function readBody(body: Buffer): unknown {
  const text = body.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text; // shown as it came
  }
}

function single(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && header !== '' ? header : null;
}
