import type { GitLocation } from '@tr/model';

/** What a git command came to. `exitCode` is undefined when git could not be started. */
export interface GitAnswer {
  readonly exitCode: number | undefined;
  readonly stdout: Uint8Array;
  /** For people, when it failed. */
  readonly stderr: string;
}

/**
 * Runs git at the top of the work tree (of `submodule`, where one is given), with `input` on its standard input. Given by the composition root, since this
 * package starts no processes; called only where git's own code is the only right answer (clean filters, split or
 * sparse indexes), never on the way of a clean work tree.
 */
export type GitRunner = (args: readonly string[], input?: Uint8Array, submodule?: GitLocation) => Promise<GitAnswer>;
