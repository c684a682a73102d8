import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import picomatch from 'picomatch';
import {
  compareStrings,
  createStarsTest,
  fail,
  isCostlyGroupGlob,
  joinPath,
  ok,
  STATE_DIRECTORY,
  type RelativePath,
  type Result,
  type WorkspaceFailure,
} from '@tr/model';
import type { DirectoryListings } from './directory-listings.js';
import { selfAndParents, toAbsolute } from './paths.js';

/** Says whether a name (or path) matches; made from one glob. */
type Matcher = (text: string) => boolean;
type Segment =
  | { readonly kind: 'literal'; readonly name: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'glob'; readonly matches: Matcher }
  | { readonly kind: 'globstar' };

/** Where to look, and by which rules. */
export interface PackageGlobSearch {
  readonly root: string;
  readonly listings: DirectoryListings;
  /** As written, `!` entries included, in order. */
  readonly globs: readonly string[];
  /** `*`, `?` and `**` match names that begin with a dot. */
  readonly dot: boolean;
  /** Names that `*` and `**` never enter, besides node_modules, `.git` and our own `.tr`. */
  readonly neverEnter?: readonly string[];
  /** Under `**`, only directories for which this holds are results (elsewhere every directory is). */
  readonly isPackage: (directory: RelativePath) => boolean;
}

const NEVER_ENTERED = ['node_modules', '.git', STATE_DIRECTORY];
const MAGIC = /[*?[\]{}()!+@\\]/;

/**
 * Directories that package globs select, sorted, relative to the root. As in Turborepo 2.11 (probed): an exclusion
 * also takes out everything below, and wins over globs wherever it stands, but a plain path after it brings that one
 * directory back; links to directories are followed; node_modules is never entered, not even by name.
 */
export function findPackageDirectories(search: PackageGlobSearch): Result<readonly RelativePath[], WorkspaceFailure> {
  const entries = search.globs.flatMap((written) => expandBraces(written).map((glob) => toEntry(glob, written)));
  const outside = entries.find((entry) => !entry.negated && entry.path.split('/').includes('..'));
  if (outside) return fail({ code: 'workspace/glob-outside-root', at: undefined, glob: outside.written });
  const costly = entries.find((entry) => isCostlyGroupGlob(entry.path));
  if (costly) return fail({ code: 'workspace/costly-glob', at: undefined, glob: costly.written });
  const compile: Compile = (glob) =>
    MAGIC.test(glob)
      ? (createStarsTest(glob, search.dot) ?? picomatch(glob, { dot: search.dot }))
      : (text) => text === glob;
  const found = new Set<RelativePath>();
  for (const entry of entries) {
    if (!entry.negated) walk(search, toSegments(entry.path, compile), (directory) => found.add(directory));
  }
  const isExcluded = createExclusion(entries, compile);
  return ok([...found].filter((directory) => !isExcluded(directory)).sort(compareStrings));
}

/** More alternatives than this are a mistake, or an attack; the glob is then taken as it is. */
const MOST_ALTERNATIVES = 1000;

/** `{a,b/c}` becomes one glob per alternative, so that every other group lies within one name. */
function expandBraces(glob: string): readonly string[] {
  const expanded: string[] = [];
  const waiting = [glob];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const group = /\{([^{}]*,[^{}]*)\}/.exec(next);
    if (!group?.[1]) expanded.push(next);
    else {
      const [before, after] = [next.slice(0, group.index), next.slice(group.index + group[0].length)];
      const choices = group[1].split(',').map((choice) => before + choice + after);
      waiting.push(...choices.reverse());
    }
    if (expanded.length + waiting.length > MOST_ALTERNATIVES) return [glob];
  }
  return expanded;
}

interface Entry {
  /** The glob that it is an alternative of. */
  readonly written: string;
  readonly negated: boolean;
  /** Without `!`, leading `/` or `./`, trailing `/`; `''` is the root. */
  readonly path: string;
}

function toEntry(glob: string, written: string): Entry {
  const negated = glob.startsWith('!');
  const parts = (negated ? glob.slice(1) : glob).split('/').filter((part) => part !== '' && part !== '.');
  return { written, negated, path: parts.join('/') };
}

type Compile = (glob: string) => Matcher;

function toSegments(path: string, compile: Compile): readonly Segment[] {
  if (path === '') return [];
  return path.split('/').map((part): Segment => {
    if (part === '**') return { kind: 'globstar' };
    if (part === '*') return { kind: 'any' };
    return MAGIC.test(part) ? { kind: 'glob', matches: compile(part) } : { kind: 'literal', name: part };
  });
}

function walk(search: PackageGlobSearch, segments: readonly Segment[], add: (directory: RelativePath) => void): void {
  const neverEnter = new Set([...NEVER_ENTERED, ...(search.neverEnter ?? [])]);
  // Several `**` lead to one place in many ways.
  const known = new Set<string>();
  const visit = (directory: RelativePath, at: number, trail: readonly string[], underGlobstar: boolean): void => {
    const segment = segments[at];
    if (!segment) {
      if (!underGlobstar || search.isPackage(directory)) add(directory);
      return;
    }
    if (segment.kind === 'literal') {
      if (!neverEnter.has(segment.name)) visit(joinPath(directory, segment.name), at + 1, trail, underGlobstar);
      return;
    }
    if (segment.kind === 'globstar') {
      const place = [at, directory, ...trail].join('\0');
      if (known.has(place)) return;
      known.add(place);
      visit(directory, at + 1, trail, true);
    }
    const listing = search.listings(directory);
    for (const name of listing.directories) {
      if (neverEnter.has(name) || !enters(segment, name, search.dot)) continue;
      const child = joinPath(directory, name);
      if (segment.kind !== 'globstar') {
        visit(child, at + 1, trail, underGlobstar);
        continue;
      }
      // A link below `**` may lead back up: each real directory is entered at most once on the way down.
      const real = listing.linked.has(name) ? realpathSync(toAbsolute(search.root, child)) : undefined;
      if (real !== undefined && (trail.includes(real) || toAbsolute(search.root, child).startsWith(real + sep)))
        continue;
      visit(child, at, real === undefined ? trail : [...trail, real], true);
    }
  };
  visit('', 0, [], false);
}

function enters(segment: Segment, name: string, dot: boolean): boolean {
  if (segment.kind === 'glob') return segment.matches(name);
  return dot || !name.startsWith('.');
}

function createExclusion(entries: readonly Entry[], compile: Compile): (directory: RelativePath) => boolean {
  const rules = entries.map((entry) => ({ ...entry, matches: entry.negated ? compile(entry.path) : undefined }));
  if (!rules.some((rule) => rule.matches)) return () => false;
  return (directory) => {
    let excluded = false;
    for (const rule of rules) {
      const { matches } = rule;
      if (matches) excluded ||= selfAndParents(directory).some((path) => matches(path));
      else if (rule.path === directory) excluded = false;
    }
    return excluded;
  };
}
