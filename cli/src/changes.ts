import { join } from 'node:path';
import { createPathMatcher } from '@tr/fingerprint';
import { changedPackages } from '@tr/lockfile';
import type { PackageName, RelativePath } from '@tr/model';
import { readFileText } from '@tr/quick';
import { computeChangedPackages, readFileAtRef } from '@tr/workspace';
import type { Project } from './project.js';
import { readRootResolutions } from './root-resolutions.js';

/** Which packages changed files belong to. */
export interface ChangeDetector {
  /** `before`: the ref the files were compared with (for the lockfile). */
  packagesOf(files: readonly RelativePath[], before: string): readonly PackageName[];
  /** Reads the lockfile at a ref ahead of `packagesOf`, which cannot wait. */
  prepare(before: string): Promise<void>;
}

/** Answers for one project. */
export function createChangeDetector({ workspace, config }: Project): ChangeDetector {
  const lockfileChanges = new Map<string, readonly PackageName[] | 'all' | 'none'>();
  const isGlobalDependency = createPathMatcher(config.globalDependencies.filter(isPlainGlob));
  return {
    packagesOf: (files, before) =>
      computeChangedPackages(workspace, files, {
        isConfiguration: (path) => path === config.source.path,
        isGlobalDependency,
        compareLockfile: () => lockfileChanges.get(before) ?? 'all',
      }),
    prepare: async (before) => {
      const { lockfile, git, root } = workspace;
      if (lockfile === undefined || git === undefined) return;
      const old = readFileAtRef({ root, git }, before, lockfile.path);
      if (!old.ok) return;
      const difference = await changedPackages({
        kind: lockfile.kind,
        file: lockfile.path,
        before: old.value,
        after: readFileText(join(root, lockfile.path)),
        packages: workspace.packages.values(),
        resolutions: readRootResolutions(workspace),
      });
      lockfileChanges.set(before, difference);
    },
  };
}

/** Here Turborepo compares a glob with paths as git writes them, so that one with `./` or `../` in it matches none. */
export function isPlainGlob(glob: string): boolean {
  return !/(?:^!?|\/)\.\.?\//.test(glob);
}
