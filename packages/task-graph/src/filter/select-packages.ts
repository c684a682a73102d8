import type { Failure, GraphFailure, Package, PackageName, RelativePath, Result } from '@tr/model';
import { ROOT_PACKAGE, ok, sorted } from '@tr/model';
import type { SelectorContext } from './apply-selector.js';
import { applySelector, extend, findNamed } from './apply-selector.js';
import { findCurrentPlace, narrowToPlace } from './current-package.js';
import { createDirectoryPattern } from './directory-pattern.js';
import { createPackageReach } from './package-reach.js';
import type { PackageScope } from './package-scope.js';
import type { GitRange, PackageSelector } from './package-selector.js';

/** What a selection is made from. Nothing is read from disk here: the two questions about it are passed in. */
export interface SelectionRequest {
  readonly packages: ReadonlyMap<PackageName, Package>;
  readonly kind: 'monorepo' | 'single';
  /** One per `--filter`; their order does not matter. */
  readonly selectors: readonly PackageSelector[];
  /** Where the command was started, relative to the workspace root; `''` at the root. */
  readonly cwdDirectory: RelativePath;
  /**
   * Set for `--affected`: the packages with changed files, `//` for files of no package, every package where one file
   * counts for all. Dependents are added here.
   */
  readonly affected?: { readonly packages: readonly PackageName[] };
  /** The same for the files changed in `range`. Called once per different range. */
  changedBy(range: GitRange): Result<readonly PackageName[], Failure>;
  /** Packages with this label, or with a task that has it. Left out: none has one. */
  tagged?(label: string): ReadonlySet<PackageName>;
  /** Asked only for directories that hold no package; may lead out of the workspace (`../x`). */
  directoryExists(path: string): boolean;
}

/** The packages of a run, and warnings that do not end it. */
export interface Selection extends PackageScope {
  readonly warnings: readonly GraphFailure[];
}

/** Names nothing: narrowed to a package or folder it stands for that. */
const BARE: PackageSelector = {
  text: '',
  exclude: false,
  name: undefined,
  tag: undefined,
  directory: undefined,
  isBarePath: false,
  range: undefined,
  matchDependencies: false,
  includeDependents: false,
  includeDependencies: false,
  excludeSelf: false,
};

/**
 * Applies filters, `--affected` and the current directory: what the filters select (everything when all of them
 * exclude) minus what any of them excludes, then only what is affected.
 */
export function selectPackages(request: SelectionRequest): Result<Selection, Failure> {
  const context = createContext(request);
  const isImplied = request.selectors.length === 0 && request.affected === undefined && context.place !== undefined;
  const selectors = isImplied ? [BARE] : request.selectors;
  const included = new Set<PackageName>();
  const excluded = new Set<PackageName>();
  const warnings: GraphFailure[] = [];
  let isRootExcluded = false;
  for (const selector of selectors) {
    const applied = applySelector(context, selector);
    if (!applied.ok) return applied;
    for (const name of applied.value.packages) (selector.exclude ? excluded : included).add(name);
    if (selector.exclude && applied.value.meansRoot) isRootExcluded = true;
    if (applied.value.warning !== undefined) warnings.push(applied.value.warning);
  }
  const hasInclusion = selectors.some((selector) => !selector.exclude);
  const affected = request.affected === undefined ? undefined : findAffected(context, request.affected.packages);
  const base = hasInclusion ? included : (affected ?? findAll(request));
  const packages = [...base].filter((name) => !excluded.has(name) && affected?.has(name) !== false);
  if (isImplied && packages.length === 0)
    warnings.push({ code: 'graph/empty-directory', directory: request.cwdDirectory });
  const isChosen = hasInclusion || affected !== undefined || isRootExcluded || context.place !== undefined;
  const kind = isChosen ? 'selection' : selectors.length > 0 ? 'remainder' : 'whole';
  return ok({ packages: sorted(packages), kind, warnings });
}

function createContext(request: SelectionRequest): SelectorContext {
  const { packages } = request;
  const known = new Map<string, Result<ReadonlySet<PackageName>, Failure>>();
  return {
    packages,
    reach: createPackageReach(packages),
    // A repository of one package is that package wherever one stands in it.
    place: request.kind === 'single' ? undefined : findCurrentPlace(packages, request.cwdDirectory),
    changed(range) {
      const dots = range.kind === 'commits' ? '...' : '..';
      const key = range.kind === 'work-tree' ? range.from : `${range.from}${dots}${range.to}`;
      const before = known.get(key);
      if (before !== undefined) return before;
      const changed = request.changedBy(range);
      const result = changed.ok ? ok(new Set(changed.value)) : changed;
      known.set(key, result);
      return result;
    },
    tagged: (label) => request.tagged?.(label) ?? new Set(),
    directoryExists: (path) => request.directoryExists(path),
  };
}

/** Without filters a run is about every package but the root, whose scripts usually start the runner itself. */
function findAll(request: SelectionRequest): readonly PackageName[] {
  const all = [...request.packages.keys()];
  return request.kind === 'single' ? all : all.filter((name) => name !== ROOT_PACKAGE);
}

/** `--affected` is `...[range]`, narrowed to the current place like any filter without a name. */
function findAffected(context: SelectorContext, changedPackages: readonly PackageName[]): ReadonlySet<PackageName> {
  const here = narrowToPlace({ ...BARE, includeDependents: true }, context.place);
  const directory = here.directory === undefined ? undefined : createDirectoryPattern(here.directory);
  const changed = new Set(changedPackages);
  const entries = findNamed(context, here.name, directory).filter((name) => changed.has(name));
  return extend(context.reach, here, entries);
}
