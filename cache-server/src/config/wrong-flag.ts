import { findNearest } from '@tr/model';
import { UsageError } from './usage-error.js';

/** What to do about a name that is none of `known`: the nearest one, else all of them. */
export function hintAt(name: string, known: readonly string[]): string {
  const nearest = findNearest(name, known);
  return nearest === undefined
    ? `There are ${known.map((each) => `\`${each}\``).join(', ')}.`
    : `Did you mean \`${nearest}\`?`;
}

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
