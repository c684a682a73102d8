import { joinPath, parentOf, sortedUnique, type RelativePath } from '@tr/model';
import { createDirectoryListings, type DirectoryListings } from './directory-listings.js';
import { isLockfile } from './package-manager.js';

/** Files that pin the dependencies of a language whose lockfiles we do not narrow: they count whole. */
const LOCKFILE_NAMES = new Set([
  // Python
  'Pipfile.lock',
  'poetry.lock',
  'uv.lock',
  'pdm.lock',
  'pixi.lock',
  'pylock.toml',
  'conda-lock.yml',
  // Ruby (see also below), Go, Rust, PHP, Elixir, Erlang, Gleam
  'gems.locked',
  'go.sum',
  'go.work.sum',
  'Cargo.lock',
  'composer.lock',
  'mix.lock',
  'rebar.lock',
  'manifest.toml',
  // JVM, .NET (where versions are managed centrally they stand in a file above the projects), Swift, Dart, Deno
  'gradle.lockfile',
  'buildscript-gradle.lockfile',
  'settings-gradle.lockfile',
  'packages.lock.json',
  'Directory.Packages.props',
  'paket.lock',
  'Package.resolved',
  'Podfile.lock',
  'Cartfile.resolved',
  'pubspec.lock',
  'deno.lock',
  // C and C++, Bazel, Haskell, OCaml (see also below), Julia, R, Crystal, D, Nim, PureScript
  'conan.lock',
  'MODULE.bazel.lock',
  'stack.yaml.lock',
  'cabal.project.freeze',
  'Manifest.toml',
  'JuliaManifest.toml',
  'renv.lock',
  'shard.lock',
  'dub.selections.json',
  'nimble.lock',
  'spago.lock',
  // Nix, tools, protocols, infrastructure
  'flake.lock',
  'devenv.lock',
  'devbox.lock',
  'mise.lock',
  'buf.lock',
  'Chart.lock',
  '.terraform.lock.hcl',
]);

/**
 * `requirements.txt`, `requirements-dev.txt`, pip-tools and Rye names; pip's constraints; `pylock.dev.toml`. `Gemfile.lock`,
 * `Gemfile.next.lock` of two Rails versions at once, `rails_7.gemfile.lock`. `app.opam.locked`.
 */
const NAMES =
  /^(?:(?:requirements|constraints)[^/]*\.(?:txt|lock)|pylock\.[^./]+\.toml|Gemfile[^/]*\.lock|[^/]+\.gemfile\.lock|[^/]+\.opam\.locked)$/;

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
  if (isForeign(directory, name)) return directory;
  const isBelow = name.endsWith('.txt') && directory.slice(directory.lastIndexOf('/') + 1) === 'requirements';
  return isBelow ? parentOf(directory) : undefined;
}

/**
 * Below the root a JavaScript lockfile is that of a project of its own, which is not of the workspace: nobody narrows it. The root's is the
 * workspace's.
 */
function isForeign(directory: RelativePath, name: string): boolean {
  return LOCKFILE_NAMES.has(name) || NAMES.test(name) || (directory !== '' && isLockfile(name));
}

/** A directory `requirements/` with a file per environment is the other common layout of Python projects. */
function findIn(listings: DirectoryListings, directory: RelativePath): readonly RelativePath[] {
  const { files, directories } = listings(directory);
  const here = [...files].filter((name) => isForeign(directory, name));
  const found = here.map((name) => joinPath(directory, name));
  if (!directories.includes('requirements')) return found;
  const below = joinPath(directory, 'requirements');
  const texts = [...listings(below).files].filter((name) => name.endsWith('.txt'));
  return [...found, ...texts.map((name) => joinPath(below, name))];
}
