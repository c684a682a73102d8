/** A lockfile that cannot be narrowed; the whole file counts instead. `file` is relative to the workspace root. */
export type LockfileFailure =
  /** Not the syntax or not the shape of a lockfile; `detail` is the parser's own word on it. */
  | { readonly code: 'lockfile/unreadable'; readonly file: string; readonly detail: string }
  /** A format version this code does not know. */
  | { readonly code: 'lockfile/unknown-version'; readonly file: string; readonly found: string }
  /** `bun.lockb`: Bun's former binary format. */
  | { readonly code: 'lockfile/binary'; readonly file: string };

/** Every code of {@link LockfileFailure}. */
export const LOCKFILE_FAILURE_CODES = [
  'lockfile/unreadable',
  'lockfile/unknown-version',
  'lockfile/binary',
] as const satisfies readonly LockfileFailure['code'][];

/** Fails to compile when a code is missing from the list above. */
type Missing = Exclude<LockfileFailure['code'], (typeof LOCKFILE_FAILURE_CODES)[number]>;
true satisfies [Missing] extends [never] ? true : Missing;
