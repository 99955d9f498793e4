import type { Settings } from '../config.js';
import type { AccountScope } from '../domain/access.js';
import { formatDuration } from '../domain/duration.js';
import { DEFAULT_ACCOUNT } from '../domain/event.js';
import { formatShare, type PolicyOverrides, showWarnTimes } from '../domain/policy.js';
import { listInWords, type PolicyContext, policySentences } from '../domain/policy-text.js';
import { perTier, type Tier } from '../domain/tier.js';
import { type AccountAudience, findAudience } from '../store/audience.js';
import type { Ledger } from '../store/ledger.js';

/** How an account's webhooks are treated, from the settings in force. */
export interface AccountPolicy {
  readonly accountId: string;
  readonly tiers: Readonly<Record<Tier, TierPolicy>>;
  /** Who hears of warnings, deactivations and incidents. */
  readonly told: AccountAudience & { readonly text: string };
  /** Webhooks of the account that have overrides of their own. */
  readonly webhooksWithOverrides: number;
}

/** A tier's policy: its settings as overrides write them, and in sentences. */
export type TierPolicy = {
  readonly [Name in keyof PolicyOverrides]-?: NonNullable<PolicyOverrides[Name]>;
} & { readonly text: readonly string[] };

/** Says in words what happens to webhooks, and when. */
export interface PolicyReader {
  of(scope?: AccountScope): Promise<AccountPolicy>;
}

export function createPolicyReader(options: { ledger: Ledger; settings: Settings }): PolicyReader {
  const { ledger, settings } = options;
  const context: PolicyContext = {
    breakerPauseMs: settings.breakerPause,
    longestBreakerPauseMs: settings.breakerPauseCap,
    zombieSchedule: settings.zombieSchedule,
    testIntervalMs: settings.testInterval,
    longestTestIntervalMs: settings.testIntervalCap,
    testGiveUpMs: settings.testGiveUp,
    archived: Boolean(settings.archive),
  };
  const tiers = perTier((tier): TierPolicy => {
    const policy = settings.policies[tier];
    return {
      zombieAfter: formatDuration(policy.zombieAfterMs),
      warnAt: showWarnTimes(policy.warnAt),
      retryBase: formatDuration(policy.retry.baseMs),
      retryFactor: policy.retry.factor,
      retryCap: formatDuration(policy.retry.capMs),
      retryAttempts: policy.retry.attempts,
      breakerFailures: policy.breakerFailures,
      breakerShare: formatShare(policy.breakerShare),
      retention: formatDuration(policy.retentionMs),
      reactivate: policy.reactivate,
      text: policySentences(tier, policy, context),
    };
  });

  return {
    async of({ accountId = DEFAULT_ACCOUNT } = {}) {
      const { webhooksWithOverrides, ...audience } = await findAudience(ledger, accountId);
      return {
        accountId,
        tiers,
        told: { ...audience, text: audienceInWords(audience) },
        webhooksWithOverrides,
      };
    },
  };
}

function audienceInWords({ email, slack, operational }: AccountAudience): string {
  const all = [
    ...(email > 0 ? [`${email} by e-mail`] : []),
    ...(slack > 0 ? [`${slack} by Slack`] : []),
    ...(operational > 0 ? [`${operational} by operational webhook`] : []),
  ];
  if (all.length === 0) {
    return 'Nobody: the account has no channel and no operational webhook. Add one with POST /v1/channels.';
  }
  return `The account is told in ${listInWords(all)}.`;
}
