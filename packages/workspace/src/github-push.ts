import { isRecord } from '@tr/model';
import { readTextIfAllowed } from './read-text.js';

/** GitHub names no more commits of a push than these: with as many, the first one may be missing. */
const MOST_COMMITS = 2048;

/**
 * The commit before a push, of which the file of GITHUB_EVENT_PATH tells: where the branch was, or, when it was made or forced by the push,
 * the parent of the first commit that is new. Undefined for other events, and for a push of nothing new.
 */
export function readPushBase(eventPath: string): string | undefined {
  const { before, forced, commits, head_commit: head } = readEvent(eventPath);
  if (typeof before !== 'string' || before === '') return undefined;
  const isMoved = /^0+$/.test(before) || forced === true;
  if (!isMoved || !Array.isArray(commits) || commits.length >= MOST_COMMITS) return before;
  const first = idOf(commits[0]);
  // What speaks GitHub's language (Gitea) may begin with the last commit, and end before the first one.
  if (commits.length > 1 && first === idOf(head)) return before;
  return first === undefined ? undefined : `${first}^`;
}

function idOf(commit: unknown): string | undefined {
  return isRecord(commit) && typeof commit['id'] === 'string' ? commit['id'] : undefined;
}

/** What cannot be read says nothing, as for other events. */
function readEvent(path: string): Readonly<Record<string, unknown>> {
  try {
    const event: unknown = JSON.parse(readTextIfAllowed(path) ?? '');
    return isRecord(event) ? event : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
