/** What the rule looks at. */
export interface WebhookHealth {
  readonly active: boolean;
  /** The latest of creation, reactivation and change of URL. */
  readonly activeSince: Date;
  /** Null where it never succeeded. */
  readonly lastSuccess: Date | null;
  /** The first failed attempt since the last success; null while it is well or was sent nothing. */
  readonly failingSince: Date | null;
}

/** Since when a webhook has had no success that counts: its last one, or its last fresh start. */
function quietSince(webhook: WebhookHealth): Date {
  const { lastSuccess, activeSince } = webhook;
  return lastSuccess !== null && lastSuccess > activeSince ? lastSuccess : activeSince;
}

/**
 * From when on a webhook is a zombie, if it does not succeed before; null for one that is inactive, or does
 * not fail. One that was sent nothing since its last success is no zombie, however long ago that was.
 *
 * @param thresholdMs milliseconds of quiet that its policy allows; exactly that long is still allowed
 */
export function zombieAfter(webhook: WebhookHealth, thresholdMs: number): Date | null {
  if (!webhook.active || webhook.failingSince === null) return null;
  return new Date(quietSince(webhook).getTime() + thresholdMs);
}

/** True for an active webhook that fails and has been quiet for longer than its policy allows. */
export function isZombie(webhook: WebhookHealth, thresholdMs: number, now: Date): boolean {
  const after = zombieAfter(webhook, thresholdMs);
  return after !== null && now > after;
}
