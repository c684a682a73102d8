import { classMembers } from '../posix-classes.js';

/** Those that were asked for: a set is read again for each character it is compared with. */
const compiled = new Map<string, RegExp>();

/** Whether a character is of the class; undefined for a class that there is not. Without case, `upper` has the small letters too. */
export function namedClass(name: string): ((char: string, ignoreCase: boolean) => boolean) | undefined {
  let members = compiled.get(name);
  if (members === undefined) {
    const source = classMembers(name);
    if (source === undefined) return undefined;
    compiled.set(name, (members = new RegExp(`[${source}]`)));
  }
  const set = members;
  return (char, ignoreCase) => set.test(char) || (ignoreCase && name === 'upper' && /[a-z]/.test(char));
}
