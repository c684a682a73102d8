import { joinPath, type RelativePath, type TaskFingerprint, type TaskNode } from '@tr/model';
import type { OutputMatcher, OutputPlace } from '@tr/artifact';
import { attempt } from '@tr/store';
import { emissionOf, isBuildState } from './build-state.js';
import { isCacheInHidden, isCacheName } from './tool-caches.js';

/** Folders and files of tools that nobody misses after a restore. */
const IGNORED = /^(?:\.git|\.tr|node_modules|__pycache__|\.DS_Store|\.gradle|\.hypothesis)$|\.(?:log|pyc)$/;
/** The same, by path: of Rails, which writes code as it has loaded it there (Bootsnap), and assets. */
const IGNORED_PATH = /(?:^|\/)tmp\/cache$/;
/** Packages with more entries than this are not searched to the end. */
const MAX_ENTRIES = 20_000;
const MAX_FOUND = 20;

/**
 * Files that appeared in the package or were written while its task executed, and that no task declares as outputs: a
 * later hit would not bring them back. Inputs are left out, and packages inside this one. Paths are relative to the
 * package, sorted.
 */
export function findUndeclaredOutputs(options: {
  readonly place: OutputPlace;
  readonly task: TaskNode;
  /** Its outputs: what they exclude is meant to be left behind. */
  readonly outputs: OutputMatcher;
  readonly fingerprint: TaskFingerprint;
  /** Outputs of every task that is known. */
  readonly declared: readonly OutputMatcher[];
  /** Directories of every package that is known. */
  readonly packages: ReadonlySet<string>;
  /** Where the package lies: outputs behind a link are declared there. */
  readonly real: RelativePath;
  /** Absolute; passed over. */
  readonly own: string | undefined;
  /** When the execution began, by the clock of the file system, milliseconds. */
  readonly startedAt: number;
}): readonly string[] {
  const { place, task, outputs, declared, startedAt } = options;
  const { inputs } = options.fingerprint.fingerprint;
  const hasOutputs = task.definition.outputs.include.length > 0;
  const found: string[] = [];
  let left = MAX_ENTRIES;
  const search = (below: string): void => {
    const directory = [place.root, task.directory, below].filter((part) => part !== '').join('/');
    const listed = attempt(directory, () => place.disk.readDirectory(directory));
    for (const entry of listed.ok ? listed.value : []) {
      if (left-- <= 0 || found.length >= MAX_FOUND) return;
      const path = joinPath(below, entry.name);
      const fromRoot = joinPath(task.directory, path);
      const realPath = joinPath(options.real, path);
      if (isIgnored(path, entry.name) || isIdleState(entry.name, fromRoot)) continue;
      if (options.packages.has(fromRoot) || outputs.isExcluded(realPath)) continue;
      if (declared.some((matcher) => matcher.matches(realPath))) continue;
      if (entry.isDirectory() && `${place.root}/${fromRoot}` === options.own) continue;
      if (entry.isDirectory()) search(path);
      else if (entry.isFile() && !Object.hasOwn(inputs, path) && isNewer(`${place.root}/${fromRoot}`)) found.push(path);
    }
  };
  // State of a compiler: nobody misses it where there are no outputs that it describes, or where it has emitted nothing.
  const isIdleState = (name: string, path: string): boolean =>
    isBuildState(name) && (!hasOutputs || emissionOf(place, path, task.directory)?.length === 0);
  const isNewer = (path: string): boolean => {
    const stats = attempt(path, () => place.disk.lstat(path));
    return stats.ok && stats.value !== undefined && stats.value.mtimeMs > startedAt;
  };
  search('');
  return found.sort();
}

function isIgnored(path: string, name: string): boolean {
  return IGNORED.test(name) || IGNORED_PATH.test(path) || isCacheName(name) || isCacheInHidden(name, parentName(path));
}

function parentName(path: string): string {
  return path.split('/').at(-2) ?? '';
}
