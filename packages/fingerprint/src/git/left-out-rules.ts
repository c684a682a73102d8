import { errorCode, type RelativePath } from '@tr/model';
import { directoryOf, type PathKind, type WorkTree } from '../files/work-tree.js';
import type { GitIndex } from './git-index.js';
import type { GitRunner } from './git-runner.js';

/** What {@link readLeftOutRules} is given. */
export interface LeftOutReading {
  readonly index: GitIndex;
  readonly workTree: WorkTree;
  /** Path of the workspace root in the repository: `''` or ending in `/`. */
  readonly prefix: string;
  readonly runGit: GitRunner;
}

/**
 * Texts of the `.gitignore` files that a sparse checkout leaves out, by directory: git takes them from its index. Only where there is a
 * directory for them; one that git does not tell ignores nothing, so that more counts.
 */
export async function readLeftOutRules(reading: LeftOutReading): Promise<ReadonlyMap<RelativePath, string>> {
  const { index, workTree, prefix, runGit } = reading;
  const paths = index.leftOutRules.filter(
    (path) =>
      !path.includes('\n') &&
      kindAt(workTree, directoryOf(path)) === 'directory' &&
      kindAt(workTree, path) === undefined,
  );
  if (paths.length === 0) return new Map();
  // With its stage: a name that begins with a digit and a colon would be taken for one that has its own.
  const names = paths.map((path) => `:0:${prefix}${path}\n`).join('');
  const answer = await runGit(['cat-file', '--batch'], Buffer.from(names));
  const texts = answer.exitCode === 0 ? splitBatch(Buffer.from(answer.stdout)) : [];
  return new Map(paths.flatMap((path, at) => (texts[at] === undefined ? [] : [[directoryOf(path), texts[at]]])));
}

/** Of each object `<id> blob <size>`, its bytes and a line break; undefined for one that is not there (`<name> missing`). */
function splitBatch(output: Buffer): readonly (string | undefined)[] {
  const texts: (string | undefined)[] = [];
  for (let at = 0; at < output.length;) {
    const end = output.indexOf('\n', at);
    if (end === -1) break;
    const size = / blob (\d+)$/.exec(output.toString('utf8', at, end))?.[1];
    texts.push(size === undefined ? undefined : output.toString('utf8', end + 1, end + 1 + Number(size)));
    at = size === undefined ? end + 1 : end + Number(size) + 2;
  }
  return texts;
}

function kindAt(workTree: WorkTree, path: RelativePath): PathKind | undefined {
  try {
    return workTree.kindAt(path);
  } catch (error) {
    // Whoever walks there says what is wrong.
    if (errorCode(error) !== undefined) return undefined;
    throw error;
  }
}
