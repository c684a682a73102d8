import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isSha256, loadQuickHash, sha256 } from '@tr/hash';
import { computeExternalClosure, parseLockfile } from '@tr/lockfile';
import type { Diagnostic, ExternalClosure, PackageName, Sha256, Workspace } from '@tr/model';
import { readRootResolutions } from './root-resolutions.js';

/** External closures of all packages. */
export interface Closures {
  /** Undefined when there is no lockfile, or it cannot be narrowed: then it counts whole. */
  of(name: PackageName): ExternalClosure | undefined;
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
  readonly digests: Readonly<Record<PackageName, Sha256>>;
}

const NONE: Closures = { of: () => undefined, countsWhole: true, warnings: [] };

/**
 * The closures of the workspace's lockfile. Parsing it is the slowest part of a run on a large workspace, so the digests are
 * kept below `memoDirectory` under a quick hash of everything they follow from; the closures themselves lie beside them and
 * are read only when they are stored or compared.
 */
export async function loadClosures(workspace: Workspace, memoDirectory: string): Promise<Closures> {
  const { lockfile, root } = workspace;
  if (lockfile === undefined) return NONE;
  const text = readFileSync(join(root, lockfile.path), 'utf8');
  const resolutions = readRootResolutions(workspace);
  const dependents = [...workspace.packages.values()];
  const quickHash = await loadQuickHash();
  const questions = dependents.map((each) => [
    each.name,
    each.directory,
    each.externalDependencies,
    each.internalDependencies,
  ]);
  const question = `${quickHash(text)}-${quickHash(JSON.stringify([lockfile, resolutions, questions]))}`;
  const known = readMemo(join(memoDirectory, 'digests.json'), question);
  if (known !== undefined) return fromDigests(known, (digest) => readClosure(memoDirectory, digest));

  const parsed = await parseLockfile(lockfile.kind, text, { file: lockfile.path, resolutions });
  if (!parsed.ok) return { ...NONE, warnings: [{ severity: 'warning', failure: parsed.failure }] };
  const closures = new Map<Sha256, ExternalClosure>();
  const digests: Record<PackageName, Sha256> = {};
  for (const dependent of dependents) {
    const closure = computeExternalClosure(parsed.value, dependent, sha256);
    closures.set(closure.digest, closure);
    digests[dependent.name] = closure.digest;
  }
  writeMemo(memoDirectory, { version: MEMO_VERSION, question, digests }, closures);
  return fromDigests(digests, (digest) => closures.get(digest)?.packages ?? {});
}

function fromDigests(digests: Memo['digests'], read: (digest: Sha256) => ExternalClosure['packages']): Closures {
  return {
    of: (name) => {
      const digest = digests[name];
      if (digest === undefined) return undefined;
      return {
        digest,
        get packages() {
          return read(digest);
        },
      };
    },
    countsWhole: false,
    warnings: [],
  };
}

function readMemo(path: string, question: string): Memo['digests'] | undefined {
  try {
    const memo = JSON.parse(readFileSync(path, 'utf8')) as Partial<Memo>;
    const isForUs = memo.version === MEMO_VERSION && memo.question === question;
    return isForUs && Object.values(memo.digests ?? {}).every(isSha256) ? memo.digests : undefined;
  } catch {
    // Not there, or not whole: it is computed again.
    return undefined;
  }
}

/** Empty when the memo lost it: only an explanation suffers, the digest stands. */
function readClosure(directory: string, digest: Sha256): ExternalClosure['packages'] {
  try {
    const text = readFileSync(join(directory, `${digest}.json`), 'utf8');
    return sha256(text) === digest ? (JSON.parse(text) as ExternalClosure['packages']) : {};
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
