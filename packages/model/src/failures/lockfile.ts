/** A lockfile that cannot be narrowed; the whole file counts instead. */
export type LockfileFailure = {
  readonly code: 'lockfile/unreadable';
  readonly file: string;
  readonly detail: string;
};
