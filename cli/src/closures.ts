import { statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@tr/hash';
import { computeExternalClosure, parseLockfile, type Lockfile } from '@tr/lockfile';
import {
  ROOT_PACKAGE,
  type ExternalClosure,
  type Failure,
  type Package,
  type PackageName,
  type RelativePath,
  type Sha256,
  type Workspace,
} from '@tr/model';
import { readFileText } from '@tr/quick';
import type { ClosureDigest, ClosureDigests, ClosureMemo } from './closure-memo.js';
import { isOwnDirectory } from './own-directory.js';
import { readRootResolutions } from './root-resolutions.js';

/** External closures of all packages. */
export interface Closures {
  /**
   * What a package gets from outside: its own closure and the root's, whose tools (compilers, test runners) every script may
   * call. Undefined when there is no lockfile, or it cannot be narrowed: then it counts whole.
   */
  of(name: PackageName): ExternalClosure | undefined;
  /**
   * Files and directories of the workspace that the closure points at and the lockfile does not pin, without this program where
   * it is linked: a task runner is no input, and writes its compiled code beside itself.
   */
  linkedPathsOf(name: PackageName): readonly RelativePath[];
  /** The lockfile, when it is no longer what the closures were computed from: somebody installs meanwhile. */
  findChanged(): RelativePath | undefined;
  /** True when the lockfile and the root manifest must count as global files. */
  readonly countsWhole: boolean;
  readonly warnings: readonly Failure[];
}

const NONE: Closures = {
  of: () => undefined,
  linkedPathsOf: () => [],
  findChanged: () => undefined,
  countsWhole: true,
  warnings: [],
};

/**
 * The closures of the workspace's lockfile. Reading it is the slowest part of a run on a large workspace, so the digests are
 * remembered under the hash of everything they follow from; what is in a closure is computed when somebody asks.
 */
export async function loadClosures(workspace: Workspace, memo: ClosureMemo): Promise<Closures> {
  const { lockfile, root } = workspace;
  if (lockfile === undefined) return NONE;
  const path = join(root, lockfile.path);
  const seen = statSync(path);
  const text = readFileText(path);
  const findChanged = (): RelativePath | undefined => (isStill(path, seen, text) ? undefined : lockfile.path);
  const resolutions = readRootResolutions(workspace);
  let parsing: ReturnType<typeof parseLockfile> | undefined;
  const parse = (): ReturnType<typeof parseLockfile> =>
    (parsing ??= parseLockfile(lockfile.kind, text, { file: lockfile.path, resolutions }));
  const question = toQuestion(workspace, sha256(text), [lockfile, resolutions]);
  let digests = memo.read(question);
  if (digests === undefined || !isComplete(digests, workspace)) {
    const parsed = await parse();
    if (!parsed.ok) return { ...NONE, warnings: [parsed.failure] };
    digests = digestAll(parsed.value, workspace);
    memo.write(question, digests);
  }
  return { ...answerFrom(digests, workspace, parse), findChanged };
}

/** Everything that the closures follow from, as one hash. */
function toQuestion({ packages }: Workspace, text: Sha256, settings: readonly unknown[]): Sha256 {
  const dependents = Array.from(packages.values(), (each) => [
    each.name,
    each.directory,
    each.externalDependencies,
    each.internalDependencies,
  ]);
  return sha256(JSON.stringify([text, settings, dependents]));
}

/** A package without a closure would be one whose dependencies do not count. */
function isComplete(digests: ClosureDigests, { packages }: Workspace): boolean {
  return Array.from(packages.keys()).every((name) => digests.has(name));
}

function digestAll(lockfile: Lockfile, { packages }: Workspace): ClosureDigests {
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

function answerFrom(
  digests: ClosureDigests,
  { packages, root }: Workspace,
  parse: () => ReturnType<typeof parseLockfile>,
): Omit<Closures, 'findChanged'> {
  const readPackages = async (name: PackageName): ReturnType<ExternalClosure['readPackages']> => {
    const parsed = await parse();
    const dependent = packages.get(name);
    // It was read before, so this cannot be; an explanation is all that would suffer.
    if (!parsed.ok || dependent === undefined) return {};
    return await computeClosure(parsed.value, dependent, packages.get(ROOT_PACKAGE)).readPackages();
  };
  return {
    of: (name) => {
      const digest = digests.get(name)?.digest;
      return digest && { digest, readPackages: () => readPackages(name) };
    },
    linkedPathsOf: (name) => (digests.get(name)?.linked ?? []).filter((path) => !isOwnDirectory(join(root, path))),
    countsWhole: false,
    warnings: [],
  };
}

/** Whether a file has the text it had, by its stat where that is enough. */
function isStill(path: string, seen: Stats, text: string): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  if (now === undefined) return false;
  if (now.size === seen.size && now.mtimeMs === seen.mtimeMs && now.ctimeMs === seen.ctimeMs && now.ino === seen.ino)
    return true;
  try {
    return readFileText(path) === text;
  } catch {
    return false;
  }
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
