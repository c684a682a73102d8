import { printable } from '../text/printable.js';

/**
 * What a person is told about a failure: plain sentences, no position (printed generically), no secrets.
 * `what` says what happened; `next` says what to do about it, when we know.
 */
export interface Words {
  readonly what: string;
  readonly next?: string;
}

/** What to do about EMFILE and ENFILE. */
export const TOO_MANY_FILES = 'Too many files are open: raise the limit (`ulimit -n`), or lower `--concurrency`.';

/** A name or value from a file, marked as such. */
export function quoted(text: string): string {
  return `\`${printable(text)}\``;
}

/** `Did you mean …?`, or `otherwise` when nothing is near. */
export function didYouMean(nearest: string | undefined, otherwise: string): string {
  return nearest === undefined ? otherwise : `Did you mean ${quoted(nearest)}?`;
}
