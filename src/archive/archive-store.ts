import type { Readable } from 'node:stream';

/** Where an archive's files are. Names have slashes between, like `2026/03/01/events.manifest.json`. */
export interface ArchiveStore {
  /** Where it is, for people. */
  readonly location: string;
  /** Writes a file whole: until this resolves there is no file of that name, or the one before. */
  put(name: string, content: Readable): Promise<void>;
  /** Reads a file. The stream fails where there is none. */
  get(name: string): Promise<Readable>;
  /** The names of all files, in order. */
  list(): Promise<string[]>;
  /** Deletes a file, if it is there. */
  delete(name: string): Promise<void>;
}
