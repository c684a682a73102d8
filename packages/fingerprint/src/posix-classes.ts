/**
 * POSIX character classes, each as what stands inside a set of a regular expression. Of ASCII alone, as git has them (`sane_ctype`,
 * whose white space is without `\v` and `\f`). Our globs have the same ones: those of Turborepo know no classes at all.
 */
const MEMBERS: ReadonlyMap<string, string> = new Map([
  ['alnum', 'a-zA-Z0-9'],
  ['alpha', 'a-zA-Z'],
  ['blank', ' \\t'],
  ['cntrl', '\\x00-\\x1f\\x7f'],
  ['digit', '0-9'],
  ['graph', '\\x21-\\x7e'],
  ['lower', 'a-z'],
  ['print', '\\x20-\\x7e'],
  ['punct', '!-\\/:-@\\[-`{-~'],
  ['space', ' \\t\\n\\r'],
  ['upper', 'A-Z'],
  ['xdigit', '0-9a-fA-F'],
]);

/** What `[:name:]` stands for inside a set of a regular expression, with or without the `u` flag; undefined where there is no such class. */
export function classMembers(name: string): string | undefined {
  return MEMBERS.get(name);
}
