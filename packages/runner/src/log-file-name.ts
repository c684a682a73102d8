import type { TaskId } from '@tr/model';

/** A name of this length plus `.log` fits every file system (255 bytes) with room for a suffix. */
const LONGEST_NAME = 200;
/** Device names on Windows, whatever their extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])($|\.)/i;
const SPECIAL = /[^A-Za-z0-9_@#.\-=,+]/gu;

/**
 * File name of the log of each task: readable, valid on every OS, and different for every task even where case does
 * not count. `@scope/app#build:prod` becomes `@scope+app#build%3Aprod.log`. The same graph gives the same names.
 */
export function toLogFileNames(tasks: Iterable<TaskId>): ReadonlyMap<TaskId, string> {
  const names = new Map<TaskId, string>();
  const taken = new Set<string>();
  for (const task of tasks) {
    const base = toBaseName(task);
    let name = base;
    for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${base}~${n}`;
    taken.add(name.toLowerCase());
    names.set(task, `${name}.log`);
  }
  return names;
}

function toBaseName(task: TaskId): string {
  const name = task
    .replace(/^\/\/#/, 'root#')
    .replace(SPECIAL, encodeCharacter)
    .slice(0, LONGEST_NAME);
  return RESERVED.test(name) || name.startsWith('.') || name.startsWith('-') ? `_${name}` : name;
}

function encodeCharacter(character: string): string {
  if (character === '/') return '+';
  return [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('');
}
