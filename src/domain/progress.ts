/** How far long work has come. */
export interface Progress {
  /** Of `total`: partitions, files or rows. */
  readonly done: number;
  readonly total: number;
  /** What was worked on last. */
  readonly at: string;
}

/** Told of each step; the work waits for it. */
export type OnProgress = (progress: Progress) => void | Promise<void>;

export const UNHEARD: OnProgress = () => undefined;
