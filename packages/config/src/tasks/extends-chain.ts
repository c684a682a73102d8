import { ROOT_PACKAGE, findNearestPackage, type ConfigFailure, type PackageName } from '@tr/model';
import type { PackageConfig } from '../resolve/package-config.js';

/** What the chains of `extends` need to know of a package. */
export interface ConfiguredPackage {
  readonly name: PackageName;
  /** Relative to the workspace root, `''` for the root. */
  readonly directory: string;
  readonly config: PackageConfig | undefined;
  /**
   * Scripts of its package.json. Turborepo adds `global.inputs` only to tasks that have one; while this is not given,
   * every task counts as having one.
   */
  readonly scripts?: Readonly<Record<string, string>>;
}

/** A configuration of a package, or `//` for what the root says about the task. */
export type ChainLink = PackageConfig | '//';

const ROOT_ONLY: readonly ChainLink[] = ['//'];

/** The configurations that apply to each package, and what is wrong with the way they extend each other. */
export interface ExtendsChains {
  /** From the first applied to the last, which is the package's own; only the root for a package that has none. */
  readonly chainOf: (name: PackageName) => readonly ChainLink[];
  readonly failures: readonly ConfigFailure[];
}

/**
 * Follows `extends` of every package that has a configuration. Each package named brings its whole own chain, the root
 * included, so that the root counts again over what packages named earlier say: Turborepo does the same.
 */
export function createExtendsChains(packages: ReadonlyMap<string, ConfiguredPackage>): ExtendsChains {
  const failures: ConfigFailure[] = [];
  const chains = new Map<string, readonly ChainLink[]>();
  const follow = (name: string, config: PackageConfig, path: readonly string[]): readonly ChainLink[] => {
    const known = chains.get(name);
    if (known !== undefined) return known;
    const inherited = config.extends.flatMap((other, index): readonly ChainLink[] => {
      if (other === ROOT_PACKAGE) return ROOT_ONLY;
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
      const nearest = problem === 'no-config' ? undefined : findNearestPackage(other, packages.keys());
      failures.push({ code: 'config/invalid-extends', at: at(), name: other, problem, nearest });
      return [];
    });
    const chain = [...inherited, config];
    chains.set(name, chain);
    return chain;
  };
  for (const { name, config } of packages.values()) if (config !== undefined) follow(name, config, []);
  return { chainOf: (name) => chains.get(name) ?? ROOT_ONLY, failures };
}
