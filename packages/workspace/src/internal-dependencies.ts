import { posix } from 'node:path';
import { sortedUnique, type PackageName, type RelativePath } from '@tr/model';
import type { ManagerSettings } from './manager-settings.js';

/** A package that others may depend on. */
export interface LinkTarget {
  readonly name: PackageName;
  readonly version: string | undefined;
}

/** Every package that can be linked to. */
export interface LinkTargets {
  readonly byName: ReadonlyMap<string, LinkTarget>;
  readonly byDirectory: ReadonlyMap<RelativePath, LinkTarget>;
}

/** The dependencies of one package, as written. */
export interface Depending {
  readonly directory: RelativePath;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** How a dependency is decided. */
export interface LinkRules {
  readonly targets: LinkTargets;
  readonly settings: Pick<ManagerSettings, 'linksByRange' | 'findInCatalog'>;
  /** True when `version` satisfies `range`, or when either cannot be parsed (Turborepo links then). */
  readonly accepts: (version: string, range: string) => boolean;
}

/** The two kinds of dependencies of one package. */
export interface SplitDependencies {
  readonly internal: readonly PackageName[];
  readonly external: Readonly<Record<string, string>>;
}

/** Splits dependencies by the rules of Turborepo 2.11, each probed; see the table in the test of this file. */
export function splitDependencies({ directory, dependencies }: Depending, rules: LinkRules): SplitDependencies {
  const internal: PackageName[] = [];
  const external: [string, string][] = [];
  for (const name in dependencies) {
    const specifier = dependencies[name] ?? '';
    const target = findTarget({ name, specifier, directory }, rules);
    if (target) internal.push(target.name);
    else external.push([name, specifier]);
  }
  return { internal: sortedUnique(internal), external: Object.fromEntries(external) };
}

interface Dependency {
  readonly name: string;
  readonly specifier: string;
  readonly directory: RelativePath;
}

const WORKSPACE = 'workspace:';
const CATALOG = 'catalog:';

function findTarget(dependency: Dependency, rules: LinkRules): LinkTarget | undefined {
  const { targets, settings } = rules;
  const specifier = resolveCatalog(dependency, settings.findInCatalog);
  if (specifier === undefined) return undefined;
  // `workspace:` always links: the range behind it is not looked at.
  if (specifier.startsWith(WORKSPACE)) {
    return findWorkspaceTarget({ ...dependency, specifier: specifier.slice(WORKSPACE.length) }, targets);
  }
  const target = settings.linksByRange ? targets.byName.get(dependency.name) : undefined;
  return target && isAccepted({ ...dependency, specifier }, target, rules.accepts) ? target : undefined;
}

function resolveCatalog({ name, specifier }: Dependency, find: ManagerSettings['findInCatalog']): string | undefined {
  return specifier.startsWith(CATALOG) ? find(name, specifier.slice(CATALOG.length)) : specifier;
}

/** After `workspace:` may stand `other@*` (also `^`, `~`), a path to the package, or anything. */
function findWorkspaceTarget({ name, specifier, directory }: Dependency, targets: LinkTargets): LinkTarget | undefined {
  const alias = /^(.+)@[*^~]$/.exec(specifier)?.[1];
  if (alias !== undefined) return targets.byName.get(alias);
  if (!specifier.includes('/')) return targets.byName.get(name);
  const fromPackage = posix.join(directory, specifier);
  return targets.byDirectory.get(trim(fromPackage)) ?? targets.byDirectory.get(trim(posix.normalize(specifier)));
}

function trim(path: string): string {
  return path.replace(/\/$/, '');
}

function isAccepted({ specifier, directory }: Dependency, target: LinkTarget, accepts: LinkRules['accepts']): boolean {
  const colon = specifier.indexOf(':');
  const protocol = colon === -1 ? undefined : specifier.slice(0, colon);
  const rest = specifier.slice(colon + 1);
  if (protocol === 'file' || protocol === 'link') return isInside(directory, rest);
  if (protocol !== undefined && protocol !== 'npm') return false;
  if (rest === '*') return true;
  // `npm:other@1.0.0` (also `npm:@scope/other@1.0.0`) is another package; a name without version is no range at all.
  if (protocol === 'npm' && rest.lastIndexOf('@') > 0) return false;
  if (target.version === undefined || target.version === '') return false;
  return rest.trim() === '' || accepts(target.version, rest);
}

/** A path out of the workspace is external; where inside it leads does not matter: the name decides. */
function isInside(directory: RelativePath, path: string): boolean {
  return !posix.join(directory, path).startsWith('..');
}

/** True when deciding `depending` takes a comparison of versions, that is, the semver library. */
export function needsVersions({ dependencies }: Depending, targets: LinkTargets): boolean {
  for (const name in dependencies) {
    const specifier = dependencies[name] ?? '';
    if (targets.byName.has(name) && specifier !== '*' && !/^(?:workspace|file|link):/.test(specifier)) return true;
  }
  return false;
}
