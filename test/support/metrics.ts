/** What one metric says in the text format of Prometheus. */
export interface Exposed {
  readonly type: string;
  readonly help: string;
  /** Each value with its labels; those of a histogram by the whole name, like `…_bucket`. */
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Reads the text format of Prometheus. */
export function readMetrics(text: string): Map<string, Exposed> {
  const metrics = new Map<string, Exposed & { samples: Sample[] }>();
  let help = '';
  let current: { samples: Sample[] } | undefined;
  for (const line of text.split('\n')) {
    const [, kind, name, rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') help = rest;
    if (kind === 'TYPE' && name !== undefined) {
      if (metrics.has(name)) throw new Error(`${name} has two headings`);
      const exposed = { type: rest, help, samples: [] };
      metrics.set(name, exposed);
      current = exposed;
    }
    if (line !== '' && !line.startsWith('#')) current?.samples.push(readSample(line));
  }
  return metrics;
}

function readSample(line: string): Sample {
  const [, name = '', labels = '', value] =
    /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text])),
    value: Number(value),
  };
}

/** The value of one sample; undefined where there is none. */
export function sampleValue(
  metrics: ReadonlyMap<string, Exposed>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const family = metrics.get(name) ?? metrics.get(name.replace(/_(bucket|sum|count)$/, ''));
  return family?.samples.find(
    (sample) =>
      sample.name === name &&
      Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
  )?.value;
}
