import type { Clock } from '../domain/clock.js';
import { type UrlRules, urlRuleFault } from '../domain/url-rules.js';
import type { Sender } from './sender.js';

/**
 * A sender that makes no attempt at a URL whose scheme or port the rules refuse: its outcome is `blocked`.
 * That is for webhooks registered while other rules held, or written by something else.
 */
export function guardUrls(sender: Sender, options: { urlRules: UrlRules; clock: Clock }): Sender {
  const { urlRules, clock } = options;
  return {
    ...sender,
    async send(request) {
      const fault = URL.canParse(request.url) ? urlRuleFault(new URL(request.url), urlRules) : null;
      if (fault === null) return sender.send(request);
      return {
        startedAt: clock(),
        durationMs: 0,
        outcome: {
          kind: 'failed',
          errorClass: 'blocked',
          statusCode: null,
          message: `the URL ${fault}, so no connection was made`,
          retryAfterMs: null,
          responseExcerpt: null,
        },
      };
    },
  };
}
