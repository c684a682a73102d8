import type { PackageName, RelativePath } from './ids.js';

/** The five JavaScript package managers whose lockfiles and link rules we know. */
export type PackageManagerName = 'npm' | 'pnpm' | 'yarn' | 'berry' | 'bun';

/** Which package manager the workspace uses and how it runs scripts. */
export interface PackageManager {
  readonly name: PackageManagerName;
  /** From `packageManager` / `devEngines.packageManager`; undefined when only detected by its lockfile. */
  readonly version: string | undefined;
  /** True when `pre<script>` and `post<script>` run around a script started by name. */
  readonly runsPrePost: boolean;
  /** `script-shell` of `.npmrc` (or the manager's own setting); undefined = the platform's `sh` / `cmd`. */
  readonly scriptShell: string | undefined;
}

/** One package of the workspace: an npm package, or a directory that only our configuration declares. */
export interface Package {
  /** `//` for the root. */
  readonly name: PackageName;
  /** Directory relative to the workspace root, `''` for the root (and for the root listed as a package by `"."`). */
  readonly directory: RelativePath;
  /** False for a package without package.json. */
  readonly hasManifest: boolean;
  readonly scripts: Readonly<Record<string, string>>;
  /**
   * Names of workspace packages it depends on, sorted. Which of its dependencies, devDependencies and
   * optionalDependencies those are follows Turborepo's rules; peers never count.
   */
  readonly internalDependencies: readonly PackageName[];
  /** The rest of them: name -> specifier. */
  readonly externalDependencies: Readonly<Record<string, string>>;
  /** `engines` of package.json, as written. */
  readonly engines: Readonly<Record<string, string>> | undefined;
}

/** Where git keeps the repository the workspace lies in. Absolute native paths. */
export interface GitLocation {
  /** Top of the work tree. */
  readonly workTree: string;
  /** The work tree's own git directory (holds `index` and `HEAD`). */
  readonly gitDir: string;
  /** The directory shared by all worktrees (holds `objects`, `info/exclude`). */
  readonly commonDir: string;
  /** Top of the main work tree; the same as `workTree` outside linked worktrees. Undefined for a bare main repository. */
  readonly mainWorkTree: string | undefined;
}

/** A lockfile and where it lies. */
export interface LockfileLocation {
  readonly kind: PackageManagerName;
  readonly path: RelativePath;
}

/** Everything known about the packages of one checkout before any task is considered. */
export interface Workspace {
  /** Absolute native path of the directory that holds the root configuration. */
  readonly root: string;
  /** `single`: no workspaces and no config-only packages; its tasks print without a package name. */
  readonly kind: 'monorepo' | 'single';
  /** Sorted by name; always contains `//`. */
  readonly packages: ReadonlyMap<PackageName, Package>;
  /** Undefined when there is no package.json at all. */
  readonly packageManager: PackageManager | undefined;
  readonly lockfile: LockfileLocation | undefined;
  readonly git: GitLocation | undefined;
}
