import { statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@tr/hash';
import {
  type ExternalClosure,
  type Failure,
  type PackageName,
  type RelativePath,
  type Sha256,
  type Workspace,
} from '@tr/model';
import { readFileText } from '@tr/quick';
import type { ClosureDigests, ClosureMemo } from './closure-memo.js';
import type { readLockedClosures } from './locked-closures.js';
import { isOwnDirectory } from '../own-directory.js';
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

type Reading = ReturnType<typeof readLockedClosures>;

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
  let reading: Reading | undefined;
  // What a run does not load whose closures are remembered.
  const read = (): Reading =>
    (reading ??= import('./locked-closures.js').then(({ readLockedClosures }) =>
      readLockedClosures({ ...workspace, lockfile }, { text, resolutions }),
    ));
  const question = toQuestion(workspace, sha256(text), [lockfile, resolutions]);
  let digests = memo.read(question);
  if (digests === undefined || !isComplete(digests, workspace)) {
    const closures = await read();
    if (!closures.ok) return { ...NONE, warnings: [closures.failure] };
    digests = closures.value.digestAll();
    memo.write(question, digests);
  }
  return { ...answerFrom(digests, root, read), findChanged };
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

function answerFrom(digests: ClosureDigests, root: string, read: () => Reading): Omit<Closures, 'findChanged'> {
  const readPackages = async (name: PackageName): ReturnType<ExternalClosure['readPackages']> => {
    const closures = await read();
    // It was read before, so this cannot be; an explanation is all that would suffer.
    return closures.ok ? await closures.value.readPackages(name) : {};
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
