import { sha256 } from '@tr/hash';
import { computeExternalClosure, parseLockfile, type Lockfile } from '@tr/lockfile';
import {
  ok,
  ROOT_PACKAGE,
  type ExternalClosure,
  type LockfileFailure,
  type Package,
  type PackageName,
  type Result,
  type Workspace,
} from '@tr/model';
import type { ClosureDigest, ClosureDigests } from './closure-memo.js';

/** The closures as the lockfile has them, which is what takes long about them. */
export interface LockedClosures {
  digestAll(): ClosureDigests;
  readPackages(name: PackageName): ReturnType<ExternalClosure['readPackages']>;
}

/** Parses the text of the workspace's lockfile. */
export async function readLockedClosures(
  { packages, lockfile }: Pick<Workspace, 'packages'> & { readonly lockfile: NonNullable<Workspace['lockfile']> },
  { text, resolutions }: { readonly text: string; readonly resolutions: Readonly<Record<string, string>> },
): Promise<Result<LockedClosures, LockfileFailure>> {
  const parsed = await parseLockfile(lockfile.kind, text, { file: lockfile.path, resolutions });
  if (!parsed.ok) return parsed;
  return ok({
    digestAll: () => digestAll(parsed.value, packages),
    readPackages: async (name) => {
      const dependent = packages.get(name);
      // It was read before, so this cannot be; an explanation is all that would suffer.
      if (dependent === undefined) return {};
      return await computeClosure(parsed.value, dependent, packages.get(ROOT_PACKAGE)).readPackages();
    },
  });
}

function digestAll(lockfile: Lockfile, packages: Workspace['packages']): ClosureDigests {
  const root = packages.get(ROOT_PACKAGE);
  const linkedByRoot = root === undefined ? [] : lockfile.localPathsOf(root);
  const digests = new Map<PackageName, ClosureDigest>();
  for (const dependent of packages.values()) {
    const { digest } = computeClosure(lockfile, dependent, root);
    const linked = new Set([...lockfile.localPathsOf(dependent), ...linkedByRoot]);
    digests.set(dependent.name, { digest, ...(linked.size === 0 ? {} : { linked: [...linked] }) });
  }
  return digests;
}

/** The package's closure and the root's as one; entries of the root's that the package does not share are marked. */
function computeClosure(lockfile: Lockfile, dependent: Package, root: Package | undefined): ExternalClosure {
  const own = computeExternalClosure(lockfile, dependent, sha256);
  if (root === undefined || dependent.name === ROOT_PACKAGE) return own;
  const shared = computeExternalClosure(lockfile, root, sha256);
  return {
    digest: sha256(`${own.digest} ${shared.digest}`),
    readPackages: async () => {
      const owned = await own.readPackages();
      const merged: Record<string, string> = { ...owned };
      for (const [name, value] of Object.entries(await shared.readPackages())) {
        if (owned[name] !== value) merged[`${name} (of the root)`] = value;
      }
      return merged;
    },
  };
}
