import { Counter, Gauge, type Registry } from 'prom-client';

/** What is told of webhooks that Posthorn or their owners turn off, of messages, and of incidents. */
export interface HealthMetrics {
  /** So many webhooks were deactivated. */
  webhooksDeactivated(reason: 'gone' | 'owner' | 'zombie', count: number): void;
  /** Counts a message to a channel that was tried. */
  messageSent(kind: 'email' | 'slack', ok: boolean): void;
  /** Takes up an evaluation of alert rules: incidents that it opened and resolved, and how long it took. */
  alertsEvaluated(evaluation: {
    readonly opened: number;
    readonly resolved: number;
    readonly seconds: number;
  }): void;
}

export function createHealthMetrics(registers: Registry[]): HealthMetrics {
  const deactivations = new Counter({
    name: 'posthorn_webhook_deactivations_total',
    help: 'Webhooks that this process deactivated: for a 410, by their owner, or as zombies.',
    labelNames: ['reason'],
    registers,
  });
  const messages = new Counter({
    name: 'posthorn_messages_total',
    help: 'Messages to channels that this process tried to send.',
    labelNames: ['kind', 'result'],
    registers,
  });
  const incidents = new Counter({
    name: 'posthorn_incidents_total',
    help: 'Incidents that this process opened, and that it resolved.',
    labelNames: ['change'],
    registers,
  });
  const alertSeconds = new Gauge({
    name: 'posthorn_alert_evaluation_seconds',
    help: 'How long the last evaluation of alert rules by this process took.',
    registers,
  });
  for (const reason of ['gone', 'owner', 'zombie']) deactivations.inc({ reason }, 0);
  for (const kind of ['email', 'slack']) {
    for (const result of ['sent', 'failed']) messages.inc({ kind, result }, 0);
  }
  for (const change of ['opened', 'resolved']) incidents.inc({ change }, 0);

  return {
    webhooksDeactivated: (reason, count) => deactivations.inc({ reason }, count),
    messageSent: (kind, ok) => messages.inc({ kind, result: ok ? 'sent' : 'failed' }),
    alertsEvaluated({ opened, resolved, seconds }) {
      incidents.inc({ change: 'opened' }, opened);
      incidents.inc({ change: 'resolved' }, resolved);
      alertSeconds.set(seconds);
    },
  };
}
