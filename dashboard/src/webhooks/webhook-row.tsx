import type { Ref } from 'react';
import type { HealthJson, WebhookJson } from '../api.js';
import { Ago } from '../parts/ago.js';
import { number } from '../words.js';
import { SuccessRate } from './success-rate.js';
import { TimeLeft } from './time-left.js';
import { WebhookLink } from './webhook-link.js';
import { WebhookState } from './webhook-state.js';

/** One webhook of the table, at its place. What its health says of it is newer than the list. */
export function WebhookRow(props: {
  ref: Ref<HTMLTableRowElement>;
  index: number;
  /** Pixels from the top of the table's body. */
  top: number;
  webhook: WebhookJson;
  health: HealthJson | undefined;
  onFocus: () => void;
}) {
  const { ref, index, top, health, onFocus } = props;
  const webhook = health?.webhook ?? props.webhook;
  return (
    <tr
      ref={ref}
      data-index={index}
      aria-rowindex={index + 2}
      className="row"
      style={{ transform: `translateY(${top}px)` }}
      onFocus={onFocus}
    >
      <td>
        <WebhookLink id={webhook.id} url={webhook.url} />
        <span className="muted second">
          {webhook.accountId} · {webhook.tier}
        </span>
      </td>
      <td>
        <WebhookState webhook={webhook} />
      </td>
      <td>
        <SuccessRate health={health} />
      </td>
      <td>
        <Ago at={webhook.lastSuccess} />
      </td>
      <td className="number">{number(webhook.consecutiveFailures)}</td>
      <td>
        <TimeLeft deactivatesAt={health?.deactivatesAt} />
      </td>
    </tr>
  );
}
