import { parser } from '@prometheus-io/lezer-promql';

/** What an expression of PromQL names. */
export interface PromqlNames {
  readonly metrics: readonly string[];
  /** Labels that it selects or groups by. */
  readonly labels: readonly string[];
  /** Labels that it selects by equality, each with its value. */
  readonly values: readonly (readonly [label: string, value: string])[];
}

/** Reads an expression; throws where it is no PromQL. Variables of Grafana stand for durations and patterns. */
export function readPromql(expression: string): PromqlNames {
  const text = expression.replaceAll('$__rate_interval', '5m');
  const metrics: string[] = [];
  const labels: string[] = [];
  const values: [string, string][] = [];
  parser.parse(text).iterate({
    enter(node) {
      const own = text.slice(node.from, node.to);
      if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${expression}`);
      if (node.name === 'Identifier') metrics.push(own);
      if (node.name === 'LabelName') labels.push(own);
      const [, label, value] = /^(\w+)\s*!?=\s*"(.*)"$/.exec(own) ?? [];
      if (node.name === 'UnquotedLabelMatcher' && label !== undefined && value !== undefined) {
        values.push([label, value]);
      }
    },
  });
  return { metrics, labels, values };
}
