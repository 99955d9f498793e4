/** How far the demo is. */
export interface DemoProgress {
  readonly enqueued: number;
  /** Events that the receivers accepted, summed over them. */
  readonly delivered: number;
  /** How many that will be. */
  readonly owed: number;
  /** Requests that the receivers refused, each of which is tried again. */
  readonly retries: number;
  readonly elapsedMs: number;
}

/** Shows how far the demo is. */
export interface ProgressDisplay {
  /** Shows a phase that has no numbers. */
  say(text: string): void;
  /** Shows numbers; more often than they can be read does no harm. */
  show(progress: DemoProgress): void;
  /** Shows the last numbers, and ends the line that is being rewritten. May be called twice. */
  end(): void;
}
