/** What a receiver imports, as `posthorn/verify`: needs no package, and loads nothing else of Posthorn. */

export {
  type VerifyOptions,
  verify,
  type WebhookEvent,
  type WebhookHeaders,
} from './domain/verify-webhook.js';
export {
  type WebhookVerificationCode,
  WebhookVerificationError,
} from './domain/webhook-verification-error.js';
