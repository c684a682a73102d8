import { sortedUnique } from '@tr/model';

/** Short names, and what every shell keeps for itself, are mentioned by chance. */
const SHORTEST = 3;
const SHELLS_OWN: ReadonlySet<string> = new Set(['PWD', 'OLDPWD', 'SHLVL']);
const WORD = /[A-Za-z_][A-Za-z0-9_]*/g;

/** Which of `names` stand as a whole word in one of the texts, sorted. */
export function findMentionedNames(names: readonly string[], texts: readonly string[]): readonly string[] {
  const candidates = new Set(names.filter((name) => name.length >= SHORTEST && !SHELLS_OWN.has(name)));
  if (candidates.size === 0) return [];
  return sortedUnique(texts.flatMap((text) => text.match(WORD) ?? []).filter((word) => candidates.has(word)));
}
