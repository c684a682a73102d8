import { joinPath, type ManifestEntry, type RelativePath } from '@tr/model';
import { parentOf } from '../outputs/output-globs.js';

/** Links in a row that are followed before it is called a cycle; what Linux allows. */
const MAX_HOPS = 40;

/** Two entries that cannot both be put in place, in the words of the second. */
export interface Clash {
  readonly path: string;
  readonly detail: string;
}

/**
 * Looks for entries that get in each other's way: names that fall together where case or Unicode form does not count,
 * an entry below a file or a link, links that lead to each other. The answer is the same on every platform. Paths and
 * link texts are safe by themselves (checked when the manifest was parsed).
 */
export function findClash(entries: readonly ManifestEntry[]): Clash | undefined {
  return findNameClash(entries) ?? findPlaceClash(entries);
}

/** The part of {@link findClash} that looks at more than names. */
export function findPlaceClash(entries: readonly ManifestEntry[]): Clash | undefined {
  return findBelowNoDirectory(entries) ?? findLinkCycle(entries);
}

/** The form in which a name may meet another one on a file system that folds case or Unicode. */
export function fold(path: string): string {
  // Plain ASCII, by far the most names, needs no normalization.
  return /^[\u0020-\u007e]*$/.test(path)
    ? path.toLowerCase()
    : path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** The part of {@link findClash} that looks at names alone. */
export function findNameClash(entries: readonly { readonly path: RelativePath }[]): Clash | undefined {
  /** Folded name -> the one spelling it may have; directories that are only implied count too. */
  const spellings = new Map<string, string>();
  const claim = (path: string): string | undefined => {
    const folded = fold(path);
    const first = spellings.get(folded);
    if (first === undefined) spellings.set(folded, path);
    return first === undefined || first === path ? undefined : first;
  };
  const claimed = new Set<string>();
  for (const { path } of entries) {
    for (let name = path; name !== '' && !claimed.has(name); name = parentOf(name)) {
      claimed.add(name);
      const other = claim(name);
      if (other !== undefined)
        return { path, detail: `a name that differs from \`${other}\` only in case or Unicode form` };
    }
  }
  return undefined;
}

function findBelowNoDirectory(entries: readonly ManifestEntry[]): Clash | undefined {
  const blocking = new Set<string>();
  for (const { type, path } of entries) if (type !== 'directory') blocking.add(path);
  const clear = new Set<string>(['']);
  let last = '';
  for (const { path } of entries) {
    const parent = parentOf(path);
    // Most entries lie beside the one before.
    if (parent === last) continue;
    last = parent;
    for (let above = parent; !clear.has(above); above = parentOf(above)) {
      if (blocking.has(above)) return { path, detail: `an entry below \`${above}\`, which is not a directory` };
      clear.add(above);
    }
  }
  return undefined;
}

function findLinkCycle(entries: readonly ManifestEntry[]): Clash | undefined {
  const goals = new Map<string, string>();
  for (const entry of entries)
    if (entry.type === 'symlink') goals.set(entry.path, resolveLink(entry.path, entry.target));
  for (const start of goals.keys()) {
    let hops = 0;
    for (let at: string | undefined = start; at !== undefined; at = step(goals, at)) {
      if (hops++ > MAX_HOPS) return { path: start, detail: 'a link that leads back to itself' };
    }
  }
  return undefined;
}

/** Where a path leads when its first link is followed; undefined when it has none. */
function step(goals: ReadonlyMap<string, string>, path: string): string | undefined {
  let end = path.indexOf('/');
  for (;;) {
    const head = end === -1 ? path : path.slice(0, end);
    const goal = goals.get(head);
    if (goal !== undefined) return end === -1 ? goal : joinPath(goal, path.slice(end + 1));
    if (end === -1) return undefined;
    end = path.indexOf('/', end + 1);
  }
}

function resolveLink(path: string, target: string): string {
  const segments = parentOf(path) === '' ? [] : parentOf(path).split('/');
  for (const segment of target.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments.join('/');
}
