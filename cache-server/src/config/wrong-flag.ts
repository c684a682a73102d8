import { findNearest } from '@tr/model';
import { UsageError } from './usage-error.js';

/** What to say of flags that `parseArgs` of Node does not accept; `known` are the names that there are. */
export function toFlagError(error: unknown, known: readonly string[]): UsageError {
  const message = error instanceof Error ? error.message : String(error);
  const [, flag] = /^Unknown option '(--?[^']*)'/.exec(message) ?? [];
  if (flag === undefined) return new UsageError(message);
  const nearest = findNearest(flag.replace(/^-+/, ''), known);
  const next =
    nearest === undefined ? '`tr-cache-server --help` lists what there is.' : `Did you mean \`--${nearest}\`?`;
  return new UsageError(`There is no option \`${flag}\` here. ${next}`);
}
