import { compareStrings, type Package, type PackageName, type RelativePath } from '@tr/model';
import { needsVersions, splitDependencies, type LinkRules, type LinkTarget } from './internal-dependencies.js';
import type { ManagerSettings } from './manager-settings.js';
import type { Manifest } from './manifest.js';
import { loadVersionRange } from './version-range.js';

/** A package before it is known what it depends on. */
export interface FoundPackage {
  readonly directory: RelativePath;
  readonly name: string;
  readonly manifest: Manifest | undefined;
}

/** A workspace without package.json has nothing to link. */
const NO_LINKS = { linksByRange: true, findInCatalog: () => undefined };

/** Decides which dependencies are packages of the workspace. Sorted by name. */
export async function linkPackages(
  found: readonly FoundPackage[],
  settings: ManagerSettings | undefined,
): Promise<ReadonlyMap<PackageName, Package>> {
  const depending = found.map((entry) => ({
    directory: entry.directory,
    dependencies: entry.manifest?.dependencies ?? {},
  }));
  // The root can be listed as a package too (`packages: ["."]`): it has dependencies then, but is nobody's.
  const targets = found
    .filter((entry) => entry.directory !== '')
    .map((entry): readonly [RelativePath, LinkTarget] => [
      entry.directory,
      { name: entry.name as PackageName, version: entry.manifest?.version },
    ]);
  const index = {
    byName: new Map(targets.map(([, target]): [string, LinkTarget] => [target.name, target])),
    byDirectory: new Map(targets),
  };
  const comparesVersions = depending.some((entry) => needsVersions(entry, index));
  const accepts = comparesVersions ? await loadVersionRange() : () => true;
  const rules: LinkRules = { targets: index, settings: settings ?? NO_LINKS, accepts };
  const packages = found.map((entry) => toPackage(entry, rules));
  return new Map(packages.sort((a, b) => compareStrings(a.name, b.name)).map((entry) => [entry.name, entry]));
}

function toPackage(found: FoundPackage, rules: LinkRules): Package {
  const { manifest, directory } = found;
  const dependencies = manifest?.dependencies ?? {};
  const { internal, external } = splitDependencies({ directory, dependencies }, rules);
  return {
    name: found.name as PackageName,
    directory,
    hasManifest: manifest !== undefined,
    scripts: manifest?.scripts ?? {},
    internalDependencies: internal,
    externalDependencies: external,
    engines: manifest?.engines,
  };
}
