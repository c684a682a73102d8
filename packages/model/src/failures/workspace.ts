import type { SourcePosition } from '../position.js';

/** Trouble with packages, package managers or git. */
export type WorkspaceFailure =
  /** No root configuration in `cwd` or above it; `likelyRoot` is where one would belong, absolute. */
  | { readonly code: 'workspace/no-config'; readonly cwd: string; readonly likelyRoot: string | undefined }
  | { readonly code: 'workspace/invalid-manifest'; readonly at: SourcePosition; readonly detail: string }
  | {
      readonly code: 'workspace/duplicate-package';
      readonly name: string;
      readonly directories: readonly string[];
    }
  /** A `packages` or `workspaces` glob that leads out of the workspace. */
  | { readonly code: 'workspace/glob-outside-root'; readonly at: SourcePosition | undefined; readonly glob: string }
  /** A glob of the package manager with so many stars, groups or braces that comparing a name with it could take minutes. */
  | { readonly code: 'workspace/costly-glob'; readonly at: SourcePosition | undefined; readonly glob: string }
  /** Warning: a glob of our own `packages` that no directory matches. */
  | { readonly code: 'workspace/empty-glob'; readonly glob: string }
  /** Warning: package globs are there (as written), and no package. */
  | { readonly code: 'workspace/no-packages'; readonly globs: readonly string[] }
  /** A package directory that is, or lies behind, a link to somewhere outside of the workspace. */
  | { readonly code: 'workspace/package-outside-root'; readonly directory: string }
  /** A YAML file of a package manager that cannot be read. */
  | { readonly code: 'workspace/invalid-yaml'; readonly at: SourcePosition; readonly detail: string }
  /** `workspaces` of package.json is neither a list nor `{ packages }`; it is not used. */
  | { readonly code: 'workspace/invalid-workspaces'; readonly file: string }
  /** `packageManager` names a manager we know, but not in the form `name@1.2.3`. */
  | { readonly code: 'workspace/invalid-package-manager'; readonly at: SourcePosition; readonly value: string }
  /** `packageManager` names a manager we do not know; `used` is taken instead. */
  | { readonly code: 'workspace/unknown-package-manager'; readonly value: string; readonly used: string }
  /** Nothing names the package manager; `lockfile` (if there is one) gave `used` away. */
  | {
      readonly code: 'workspace/guessed-package-manager';
      readonly used: string;
      readonly lockfile: string | undefined;
    }
  /** Packages that depend on each other, sorted; allowed as long as their tasks do not. */
  | { readonly code: 'workspace/package-cycle'; readonly packages: readonly string[] }
  /** Something was asked that only a git repository can answer. */
  | { readonly code: 'workspace/no-git'; readonly root: string }
  | { readonly code: 'workspace/git-unavailable'; readonly detail: string }
  | { readonly code: 'workspace/git-failed'; readonly command: string; readonly detail: string }
  | { readonly code: 'workspace/unknown-ref'; readonly ref: string }
  | { readonly code: 'workspace/no-merge-base'; readonly from: string; readonly to: string }
  /** None of the places a base branch is looked for has one: everything counts as affected. */
  | { readonly code: 'workspace/no-base'; readonly tried: readonly string[] };

/** Every code of {@link WorkspaceFailure}, for tests and the reference page. */
export const WORKSPACE_FAILURE_CODES = [
  'workspace/costly-glob',
  'workspace/duplicate-package',
  'workspace/empty-glob',
  'workspace/git-failed',
  'workspace/git-unavailable',
  'workspace/glob-outside-root',
  'workspace/guessed-package-manager',
  'workspace/invalid-manifest',
  'workspace/invalid-package-manager',
  'workspace/invalid-workspaces',
  'workspace/invalid-yaml',
  'workspace/no-base',
  'workspace/no-config',
  'workspace/no-git',
  'workspace/no-merge-base',
  'workspace/no-packages',
  'workspace/package-cycle',
  'workspace/package-outside-root',
  'workspace/unknown-package-manager',
  'workspace/unknown-ref',
] as const satisfies readonly WorkspaceFailure['code'][];

/** Fails to compile when a code is missing from the list above. */
type Missing = Exclude<WorkspaceFailure['code'], (typeof WORKSPACE_FAILURE_CODES)[number]>;
true satisfies [Missing] extends [never] ? true : Missing;
