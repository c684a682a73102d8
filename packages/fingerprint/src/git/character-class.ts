/** POSIX character classes as git has them: of ASCII alone. */
const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /[a-zA-Z0-9]/],
  ['alpha', /[a-zA-Z]/],
  ['blank', /[ \t]/],
  // eslint-disable-next-line no-control-regex
  ['cntrl', /[\x00-\x1f\x7f]/],
  ['digit', /[0-9]/],
  ['graph', /[\x21-\x7e]/],
  ['lower', /[a-z]/],
  ['print', /[\x20-\x7e]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['space', /[ \t\n\v\f\r]/],
  ['upper', /[A-Z]/],
  ['xdigit', /[0-9a-fA-F]/],
]);

/** Whether a character is of the class; undefined for a class that there is not. Without case, `upper` has the small letters too. */
export function namedClass(name: string): ((char: string, ignoreCase: boolean) => boolean) | undefined {
  const members = CLASSES.get(name);
  if (members === undefined) return undefined;
  return (char, ignoreCase) => members.test(char) || (ignoreCase && name === 'upper' && /[a-z]/.test(char));
}
