import type { TerminalOutput } from './terminal.js';

/** What every command gets from outside: nothing below the commands reads the process. */
export interface CliContext {
  /** Absolute native path the command was started in (or `--cwd`). */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly out: TerminalOutput;
  readonly err: TerminalOutput;
  /** What follows the first `--`. */
  readonly passThrough: readonly string[];
}
