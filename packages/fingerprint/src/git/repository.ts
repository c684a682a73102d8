import { realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { GitAlgorithm } from '@tr/hash';
import { isMissing, fail, ok, type FingerprintFailure, type Result } from '@tr/model';
import { readTextIfThere } from '../files/read-text.js';
import { readGitConfig, type GitConfig, type GitConfigSources } from './git-config.js';
import { readGitIndex, type GitIndex } from './git-index.js';
import type { GitRunner } from './git-runner.js';
import { parseConfig } from './parse-config.js';
import { parseTrackedListing, TRACKED_LISTING_ARGUMENTS } from './tracked-listing.js';

/** The repository a workspace lies in. */
export interface Repository {
  readonly indexPath: string;
  readonly commonDir: string;
  readonly algorithm: GitAlgorithm;
  /** Path of the workspace root in the repository: `''` or ending in `/`. */
  readonly prefix: string;
  /** Directories above the workspace root up to the top of the work tree, top first. */
  readonly above: readonly string[];
  readonly config: () => GitConfig;
}

/** A directory without links on its way; as it is when it is not there. Absolute native paths. */
export function realRoot(root: string): string {
  try {
    return realpathSync.native(root);
  } catch (error) {
    if (isMissing(error)) return root;
    throw error;
  }
}

/** `root` is real. Undefined when the workspace does not lie in the work tree git was found for. */
export function openRepository(sources: GitConfigSources, root: string): Repository | undefined {
  const { git } = sources;
  const path = relative(realRoot(git.workTree), root);
  if (path === '..' || path.startsWith(`..${sep}`)) return undefined;
  const names = path === '' ? [] : path.split(sep);
  let config: GitConfig | undefined;
  return {
    indexPath: join(git.gitDir, 'index'),
    commonDir: git.commonDir,
    algorithm: readAlgorithm(git.commonDir),
    prefix: names.map((name) => `${name}/`).join(''),
    above: names.map((_, depth) => ancestor(root, names.length - depth)),
    config: () => (config ??= readGitConfig(sources)),
  };
}

function ancestor(path: string, levels: number): string {
  return levels === 0 ? path : ancestor(dirname(path), levels - 1);
}

export function readAlgorithm(commonDir: string): GitAlgorithm {
  const settings = parseConfig(readTextIfThere(join(commonDir, 'config')) ?? '');
  return settings.some(([name, value]) => name === 'extensions.objectformat' && value === 'sha256') ? 'sha256' : 'sha1';
}

/** Undefined: nothing is tracked yet. Fails when git has to be asked and does not answer: inputs would be a guess. */
export async function readIndex(
  { indexPath, algorithm, prefix }: Pick<Repository, 'indexPath' | 'algorithm' | 'prefix'>,
  runGit: GitRunner | undefined,
): Promise<Result<GitIndex | undefined, FingerprintFailure>> {
  const index = readGitIndex({ path: indexPath, algorithm, prefix });
  if (typeof index === 'object') return ok(index);
  if (index === 'missing') return ok(undefined);
  // Before git is asked: an index that changes meanwhile only makes more files count as racy.
  const indexTime = statSync(indexPath, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const answer = await runGit?.(TRACKED_LISTING_ARGUMENTS);
  if (answer?.exitCode === 0) {
    const listing = parseTrackedListing({ output: answer.stdout, indexTime, prefix });
    if (listing !== undefined) return ok(listing);
  }
  const detail = answer === undefined ? 'git is not available' : answer.stderr.trim() || 'its answer is not understood';
  return fail({ code: 'fingerprint/git-failed', detail: `the index cannot be read here (${index}): ${detail}` });
}
