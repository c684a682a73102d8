import type { Stats } from 'node:fs';
import { isatty } from 'node:tty';
import { mayBeTerminal } from '../standard-output.js';
import { BUILD_ID } from '../version.js';
import { digestText } from './digest-text.js';
import { digestOneWay } from './one-way.js';

/**
 * Version of the format of a recorded run and of what counts as the same call. History: 1 (0.1): first. 2 (0.1): a record is bound
 * to its file, and the digest of values cannot be undone. 3 (0.1): what a byte that has gone bad would change is there twice.
 */
export const RECORD_FORMAT = 3;

/** What stays with a file wherever it is moved on its file system, and no other file has. */
export type FileIdentity = Pick<Stats, 'ino' | 'birthtimeMs'>;

/**
 * Names a call by what it gets from its process: arguments, directory, names of variables, user, program, Node, and what standard
 * output is. Calls of one name differ by nothing but values of variables, the files they look at, and the time.
 */
export function nameCall(args: readonly string[]): string {
  const { argv, execArgv, execPath, version } = process;
  const names = Object.keys(process.env).sort();
  return digestText(
    JSON.stringify([
      RECORD_FORMAT,
      BUILD_ID,
      version,
      execPath,
      execArgv,
      argv[1],
      args,
      process.cwd(),
      process.getuid?.(),
      names,
      describeOutput(),
    ]),
  );
}

/** Variables that Node reads itself, unseen. */
const READ_BY_NODE = /^(?:NODE_|LC_|LANG|TZ|HOME|TMPDIR)/;

/** Those of the variables whose values count: the ones that were `read`, and what Node may have read. */
export function listCounting(read: ReadonlySet<string>): readonly string[] {
  return [...new Set([...read, ...Object.keys(process.env).filter((name) => READ_BY_NODE.test(name))])].sort();
}

/**
 * Tells values apart, and gives none of them away. With them goes which file the digest is written into: what somebody has made
 * elsewhere, and was unpacked or checked out here, fits to no values.
 */
export function digestValues(names: readonly string[], { ino, birthtimeMs }: FileIdentity): string {
  const values = names.map((name) => process.env[name] ?? null);
  return digestOneWay(digestText(JSON.stringify([ino, birthtimeMs, values])));
}

/** The width, which decides how a status line is drawn, where standard output is a terminal. */
function describeOutput(): unknown {
  return mayBeTerminal() && isatty(1) ? [process.stdout.columns, process.stdout.rows] : undefined;
}
