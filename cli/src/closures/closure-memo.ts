import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TierPolicy } from '@tr/cache';
import { isSha256, sha256 } from '@tr/hash';
import type { PackageName, RelativePath, Sha256 } from '@tr/model';
import { findOwnFiles } from '../find-own-files.js';
import { writeMemoFile } from '../memo-file.js';

/**
 * Version of a memo, part of its directory's name: raise it when the closures of the same lockfile come out differently. History:
 * 2 (0.1). 3 (0.1): the first line is the SHA-256 of what follows, as a wrong closure would be believed as long as the lockfile stays.
 */
const MEMO_VERSION = 3;
/** Hexadecimal digits of the first line. */
const DIGEST_DIGITS = 64;
/** Lockfiles that are remembered: branches that somebody goes back and forth between. */
const MAX_MEMOS = 16;

/** The closure of one package. */
export interface ClosureDigest {
  readonly digest: Sha256;
  /** Files and directories of the workspace that it points at; left out when there are none. */
  readonly linked?: readonly RelativePath[];
}

/** The closures of all packages of a workspace. */
export type ClosureDigests = ReadonlyMap<PackageName, ClosureDigest>;

/** What is remembered of lockfiles, each under the hash of everything its closures follow from. */
export interface ClosureMemo {
  read(question: Sha256): ClosureDigests | undefined;
  /** A disk that takes nothing costs time, not the run. */
  write(question: Sha256, digests: ClosureDigests): void;
}

/**
 * The memos in a cache directory: they outlive a checkout as results do, and are trusted as far. `policy`: what may be done
 * there.
 */
export function openClosureMemo(cacheDirectory: string, policy: TierPolicy): ClosureMemo {
  const directory = join(cacheDirectory, `closures-v${MEMO_VERSION}`);
  return {
    read: (question) => (policy.read ? readMemo(join(directory, `${question}.json`), question) : undefined),
    write: (question, digests) => {
      if (!policy.write) return;
      try {
        const text = JSON.stringify({ question, digests: [...digests] });
        writeMemoFile(directory, `${question}.json`, `${sha256(text)}\n${text}`);
        removeOld(directory);
      } catch {
        // Computed again next time.
      }
    },
  };
}

function readMemo(path: string, question: Sha256): ClosureDigests | undefined {
  try {
    const file = readFileSync(path, 'utf8');
    const text = file.slice(DIGEST_DIGITS + 1);
    if (file.slice(0, DIGEST_DIGITS) !== sha256(text)) return undefined;
    const memo = JSON.parse(text) as {
      readonly question?: unknown;
      readonly digests?: readonly (readonly [PackageName, ClosureDigest])[];
    };
    const digests = new Map(memo.digests);
    return memo.question === question && Array.from(digests.values()).every(isWhole) ? digests : undefined;
  } catch {
    // Not there, or not whole: it is computed again.
    return undefined;
  }
}

function isWhole({ digest, linked = [] }: ClosureDigest): boolean {
  return isSha256(digest) && linked.every((path) => typeof path === 'string');
}

function removeOld(directory: string): void {
  const files = findOwnFiles(directory).toSorted((a, b) => b.stats.mtimeMs - a.stats.mtimeMs);
  const old = files.filter(({ name }) => name.endsWith('.json')).slice(MAX_MEMOS);
  for (const { path } of old) rmSync(path, { force: true });
}
