import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSha256, sha256 } from '@tr/hash';
import { computeExternalClosure, parseLockfile, type Lockfile } from '@tr/lockfile';
import {
  ROOT_PACKAGE,
  type Diagnostic,
  type ExternalClosure,
  type Package,
  type PackageName,
  type RelativePath,
  type Sha256,
  type Workspace,
} from '@tr/model';
import { readRootResolutions } from './root-resolutions.js';

/** External closures of all packages. */
export interface Closures {
  /**
   * What a package gets from outside: its own closure and the root's, whose tools (compilers, test runners) every script may
   * call. Undefined when there is no lockfile, or it cannot be narrowed: then it counts whole.
   */
  of(name: PackageName): ExternalClosure | undefined;
  /** Files and directories of the workspace that the closure points at and the lockfile does not pin. */
  linkedPathsOf(name: PackageName): readonly RelativePath[];
  /** The lockfile, when it is no longer what the closures were computed from: somebody installs meanwhile. */
  findChanged(): RelativePath | undefined;
  /** True when the lockfile and the root manifest must count as global files. */
  readonly countsWhole: boolean;
  readonly warnings: readonly Diagnostic[];
}

/** Change it when the closures of the same lockfile come out differently. */
const MEMO_VERSION = 1;

/** Digests of the closures of one lockfile text. */
interface Memo {
  readonly version: number;
  readonly question: string;
  readonly packages: Readonly<Record<PackageName, MemoEntry>>;
}

interface MemoEntry {
  readonly digest: Sha256;
  /** Left out when empty, as it nearly always is. */
  readonly linked?: readonly RelativePath[];
}

const NONE: Closures = {
  of: () => undefined,
  linkedPathsOf: () => [],
  findChanged: () => undefined,
  countsWhole: true,
  warnings: [],
};

/**
 * The closures of the workspace's lockfile. Parsing it is the slowest part of a run on a large workspace, so the digests are
 * kept below `memoDirectory` under the hash of everything they follow from; the closures themselves lie beside them and
 * are read only when they are stored or compared.
 */
export async function loadClosures(workspace: Workspace, memoDirectory: string): Promise<Closures> {
  const { lockfile, root } = workspace;
  if (lockfile === undefined) return NONE;
  const path = join(root, lockfile.path);
  const seen = statSync(path);
  const text = readFileSync(path, 'utf8');
  const findChanged = (): RelativePath | undefined => (isStill(path, seen, text) ? undefined : lockfile.path);
  const resolutions = readRootResolutions(workspace);
  const dependents = [...workspace.packages.values()];
  const questions = dependents.map((each) => [
    each.name,
    each.directory,
    each.externalDependencies,
    each.internalDependencies,
  ]);
  const question = `${sha256(text)}-${sha256(JSON.stringify([lockfile, resolutions, questions]))}`;
  const known = readMemo(join(memoDirectory, 'digests.json'), question);
  if (known !== undefined) return { ...fromMemo(known, (digest) => readClosure(memoDirectory, digest)), findChanged };

  const parsed = await parseLockfile(lockfile.kind, text, { file: lockfile.path, resolutions });
  if (!parsed.ok) return { ...NONE, warnings: [{ severity: 'warning', failure: parsed.failure }] };
  const closures = new Map<Sha256, ExternalClosure>();
  const packages: Record<PackageName, MemoEntry> = {};
  const rootPackage = workspace.packages.get(ROOT_PACKAGE);
  for (const dependent of dependents) {
    const closure = computeClosure(parsed.value, dependent, rootPackage);
    closures.set(closure.digest, closure);
    const linked = new Set([dependent, rootPackage ?? dependent].flatMap((each) => parsed.value.localPathsOf(each)));
    packages[dependent.name] = { digest: closure.digest, ...(linked.size === 0 ? {} : { linked: [...linked] }) };
  }
  writeMemo(memoDirectory, { version: MEMO_VERSION, question, packages }, closures);
  return { ...fromMemo(packages, (digest) => closures.get(digest)?.packages ?? {}), findChanged };
}

/** Whether a file has the text it had, by its stat where that is enough. */
function isStill(path: string, seen: Stats, text: string): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  if (now === undefined) return false;
  if (now.size === seen.size && now.mtimeMs === seen.mtimeMs && now.ctimeMs === seen.ctimeMs && now.ino === seen.ino)
    return true;
  try {
    return readFileSync(path, 'utf8') === text;
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
    get packages() {
      const owned = own.packages;
      const merged: Record<string, string> = { ...owned };
      for (const [name, value] of Object.entries(shared.packages)) {
        if (owned[name] !== value) merged[`${name} (of the root)`] = value;
      }
      return merged;
    },
  };
}

function fromMemo(
  packages: Memo['packages'],
  read: (digest: Sha256) => ExternalClosure['packages'],
): Omit<Closures, 'findChanged'> {
  return {
    of: (name) => {
      const digest = packages[name]?.digest;
      if (digest === undefined) return undefined;
      return {
        digest,
        get packages() {
          return read(digest);
        },
      };
    },
    linkedPathsOf: (name) => packages[name]?.linked ?? [],
    countsWhole: false,
    warnings: [],
  };
}

function readMemo(path: string, question: string): Memo['packages'] | undefined {
  try {
    const memo = JSON.parse(readFileSync(path, 'utf8')) as Partial<Memo>;
    const isForUs = memo.version === MEMO_VERSION && memo.question === question;
    return isForUs && Object.values(memo.packages ?? {}).every(({ digest }) => isSha256(digest))
      ? memo.packages
      : undefined;
  } catch {
    // Not there, or not whole: it is computed again.
    return undefined;
  }
}

/** Empty when the memo lost it: only an explanation suffers, the digest stands. */
function readClosure(directory: string, digest: Sha256): ExternalClosure['packages'] {
  try {
    return JSON.parse(readFileSync(join(directory, `${digest}.json`), 'utf8')) as ExternalClosure['packages'];
  } catch {
    return {};
  }
}

function writeMemo(directory: string, memo: Memo, closures: ReadonlyMap<Sha256, ExternalClosure>): void {
  try {
    mkdirSync(directory, { recursive: true });
    for (const name of readdirSync(directory)) {
      if (!closures.has(name.replace(/\.json$/, '') as Sha256)) rmSync(join(directory, name), { force: true });
    }
    for (const [digest, { packages }] of closures)
      writeWhole(join(directory, `${digest}.json`), JSON.stringify(packages));
    writeWhole(join(directory, 'digests.json'), JSON.stringify(memo));
  } catch {
    // A disk that takes nothing costs time, not the run.
  }
}

function writeWhole(path: string, text: string): void {
  const temporary = join(dirname(path), `.${process.pid}.tmp`);
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
