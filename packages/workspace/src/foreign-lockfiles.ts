import { joinPath, parentOf, sortedUnique, type RelativePath } from '@tr/model';
import { createDirectoryListings, type DirectoryListings } from './directory-listings.js';

/** Files that pin the dependencies of a language we do not narrow: they count whole. */
const LOCKFILE_NAMES = new Set([
  // Python
  'Pipfile.lock',
  'poetry.lock',
  'uv.lock',
  'pdm.lock',
  'pixi.lock',
  'pylock.toml',
  'conda-lock.yml',
  // Ruby, Go, Rust, PHP, Elixir, Erlang
  'Gemfile.lock',
  'gems.locked',
  'go.sum',
  'go.work.sum',
  'Cargo.lock',
  'composer.lock',
  'mix.lock',
  'rebar.lock',
  // JVM, .NET, Swift, Dart, Deno, Haskell, Nix, infrastructure
  'gradle.lockfile',
  'packages.lock.json',
  'paket.lock',
  'Package.resolved',
  'Podfile.lock',
  'pubspec.lock',
  'deno.lock',
  'stack.yaml.lock',
  'cabal.project.freeze',
  'flake.lock',
  '.terraform.lock.hcl',
]);

/** `requirements.txt`, `requirements-dev.txt`, pip-tools and Rye names; pip's constraints; `pylock.dev.toml`. */
const REQUIREMENTS = /^(?:(?:requirements|constraints)[^/]*\.(?:txt|lock)|pylock\.[^./]+\.toml)$/;

/** Finds the lockfiles that apply to a directory. */
export type ForeignLockfileFinder = (directory: RelativePath) => readonly RelativePath[];

/**
 * Lockfiles of other languages in a directory of the workspace and in every one above it, up to the root:
 * workspace-relative, sorted. Each directory is listed once for all packages.
 */
export function createForeignLockfileFinder(root: string): ForeignLockfileFinder {
  const listings = createDirectoryListings(root);
  const known = new Map<RelativePath, readonly RelativePath[]>();
  const find: ForeignLockfileFinder = (directory) => {
    const before = known.get(directory);
    if (before) return before;
    const above = directory === '' ? [] : find(parentOf(directory));
    const found = sortedUnique([...above, ...findIn(listings, directory)]);
    known.set(directory, found);
    return found;
  };
  return find;
}

/**
 * The directory whose packages, and those below it, a path counts for as such a lockfile; undefined when it is none. From the path
 * alone, so that a file which is gone counts too.
 */
export function findForeignLockfileScope(path: RelativePath): RelativePath | undefined {
  const directory = parentOf(path);
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (LOCKFILE_NAMES.has(name) || REQUIREMENTS.test(name)) return directory;
  const isBelow = name.endsWith('.txt') && directory.slice(directory.lastIndexOf('/') + 1) === 'requirements';
  return isBelow ? parentOf(directory) : undefined;
}

/** A directory `requirements/` with a file per environment is the other common layout of Python projects. */
function findIn(listings: DirectoryListings, directory: RelativePath): readonly RelativePath[] {
  const { files, directories } = listings(directory);
  const here = [...files].filter((name) => LOCKFILE_NAMES.has(name) || REQUIREMENTS.test(name));
  const found = here.map((name) => joinPath(directory, name));
  if (!directories.includes('requirements')) return found;
  const below = joinPath(directory, 'requirements');
  const texts = [...listings(below).files].filter((name) => name.endsWith('.txt'));
  return [...found, ...texts.map((name) => joinPath(below, name))];
}
