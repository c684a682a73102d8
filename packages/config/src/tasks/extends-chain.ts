import { ROOT_PACKAGE, findNearest, type ConfigFailure, type PackageName } from '@tr/model';
import type { PackageConfig } from '../resolve/package-config.js';

/** What the chains of `extends` need to know of a package. */
export interface ConfiguredPackage {
  readonly name: PackageName;
  /** Relative to the workspace root, `''` for the root. */
  readonly directory: string;
  readonly config: PackageConfig | undefined;
}

/** The configurations that apply to each package, and what is wrong with the way they extend each other. */
export interface ExtendsChains {
  /** From the first applied to the last, which is the package's own; empty when it has none. The root is not in it. */
  readonly chainOf: (name: PackageName) => readonly PackageConfig[];
  readonly failures: readonly ConfigFailure[];
}

/** Follows `extends` of every package that has a configuration. */
export function createExtendsChains(packages: ReadonlyMap<string, ConfiguredPackage>): ExtendsChains {
  const failures: ConfigFailure[] = [];
  const chains = new Map<string, readonly PackageConfig[]>();
  const follow = (name: string, config: PackageConfig, path: readonly string[]): readonly PackageConfig[] => {
    const known = chains.get(name);
    if (known !== undefined) return known;
    const inherited = config.extends.flatMap((other, index) => {
      if (other === ROOT_PACKAGE) return [];
      const at = () => config.extendsPosition(index);
      const cycle = [...path, name];
      if (cycle.includes(other)) {
        const names = [...cycle.slice(cycle.indexOf(other)), other];
        failures.push({ code: 'config/extends-cycle', at: at(), packages: names });
        return [];
      }
      const otherConfig = packages.get(other)?.config;
      if (otherConfig !== undefined) return follow(other, otherConfig, cycle);
      const problem = packages.has(other) ? 'no-config' : 'unknown-package';
      const nearest = problem === 'no-config' ? undefined : findNearest(other, packages.keys());
      failures.push({ code: 'config/invalid-extends', at: at(), name: other, problem, nearest });
      return [];
    });
    const chain = [...inherited, config];
    chains.set(name, chain);
    return chain;
  };
  for (const { name, config } of packages.values()) if (config !== undefined) follow(name, config, []);
  return { chainOf: (name) => chains.get(name) ?? [], failures };
}
