import type { OverviewJson, ProcessJson } from '../api.js';
import type { Tone } from '../parts/layout.js';
import { duration, number, plural } from '../words.js';

/** How late the oldest due delivery may be, in seconds. */
const LATE_SECONDS = 60;

interface Finding {
  readonly tone: Tone;
  readonly text: string;
}

/** Whether webhooks are well, in words: the worst that is wrong first. */
export function Verdict(props: {
  overview: OverviewJson;
  /** Undefined for who may not see processes. */
  alive: readonly ProcessJson[] | undefined;
}) {
  const [first, ...others] = findings(props.overview, props.alive);
  if (first === undefined) {
    const { active } = props.overview.webhooks;
    return (
      <p className="standing good">
        <strong>All is well.</strong>{' '}
        {active === 0 ? 'There is no active webhook yet.' : `${all(active)}, and nothing waits.`}
      </p>
    );
  }
  return (
    <p className={`standing ${first.tone}`}>
      <strong>{first.text}.</strong> {others.map(({ text }) => `${text}.`).join(' ')}
    </p>
  );
}

const all = (active: number) =>
  active === 1
    ? 'The one active webhook is well'
    : `All ${number(active)} active webhooks are well`;

function findings(
  { webhooks, backlog, openIncidents }: OverviewJson,
  alive: readonly ProcessJson[] | undefined,
): readonly Finding[] {
  const { failing, active, breakersOpen } = webhooks;
  const lateSeconds = backlog.oldestDueSeconds ?? 0;
  const missing = ['worker', 'scheduler'].filter(
    (role) => alive !== undefined && !alive.some(({ roles }) => roles.includes(role)),
  );
  return [
    ...missing.map((role) => ({ tone: 'bad' as const, text: `No ${role} is alive` })),
    ...(openIncidents > 0
      ? [
          {
            tone: 'bad' as const,
            text: `${plural(openIncidents, 'incident')} ${is(openIncidents)} open`,
          },
        ]
      : []),
    ...(lateSeconds > LATE_SECONDS
      ? [
          {
            tone: 'warn' as const,
            text: `Deliveries wait: the oldest has been due for ${duration(lateSeconds * 1_000)}`,
          },
        ]
      : []),
    ...(failing > 0
      ? [
          {
            tone: 'warn' as const,
            text: `${number(failing)} of ${plural(active, 'active webhook')} ${failing === 1 ? 'fails' : 'fail'}${breakersOpen === 0 ? '' : `, and ${plural(breakersOpen, 'breaker')} ${is(breakersOpen)} open`}`,
          },
        ]
      : []),
  ];
}

const is = (count: number) => (count === 1 ? 'is' : 'are');
