/** A request for what Bull Board shows or does. */
export interface BoardRequest {
  readonly method: string;
  /** Below the board, like `/api/queues`; decoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** What it answered. */
export interface BoardAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Bull Board on the queues of an installation: the jobs as BullMQ has them. */
export interface QueueBoard {
  /** The files of its pages, which their document asks for under `static/`. */
  readonly staticFolder: string;
  /** What a Content-Security-Policy must allow besides its files: some styles by their hashes. */
  readonly styleSources: string;
  /** The document of its pages, for a board below a path like `/queues/board/`. */
  document(path: string, access: BoardAccess): string;
  /** Undefined where it has no such route. */
  answer(request: BoardRequest, access: BoardAccess): Promise<BoardAnswer | undefined>;
  /** What the queues hold now, and what runs by the clock. */
  overview(): Promise<QueuesOverview>;
  close(): Promise<void>;
}

/** What BullMQ holds. */
export interface QueuesOverview {
  readonly kind: 'redis' | 'postgres';
  readonly queues: readonly QueueOverview[];
  readonly repeatableJobs: readonly {
    readonly name: string;
    /** A cron expression (UTC), or `every` and a duration. */
    readonly schedule: string;
    /** Null where it is not known. */
    readonly nextAt: Date | null;
  }[];
}

/** The jobs of one queue by their state. */
export interface QueueOverview {
  /** As the board names it; a shard has its number before. */
  readonly name: string;
  readonly paused: boolean;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
}

/** `look` shows no button that changes anything, and refuses what would. */
export type BoardAccess = 'look' | 'change';
