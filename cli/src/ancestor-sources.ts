import { listStoredFingerprints, type LocalCache } from '@tr/cache';
import { computeActionKey, createPathMatcher, parseFingerprint } from '@tr/fingerprint';
import type { Fingerprint, TaskId, TaskNode } from '@tr/model';
import type { AncestorSources, Steps } from '@tr/snapshot';
import { listPastFiles } from '@tr/workspace';
import type { Project } from './project.js';

/** How many states of the steps are taken from history, and from the store of this machine. */
const PAST_STATES = 40;
const STORED_STATES = 40;

/** Where stored states are looked for that a task could start from: in the cache, by the steps that it has now or had once. */
export function createAncestorSources(options: {
  readonly project: Project;
  readonly cache: LocalCache;
  /** False = nothing is taken from the cache. */
  readonly readsCache: boolean;
}): AncestorSources {
  const { project, cache, readsCache } = options;
  return {
    readsCache,
    store: { ...cache.entries, listStored: (task) => listStored(cache, task) },
    matches,
    listPastSteps: (task, isStep) => listPastSteps(project, task, isStep),
    computeKey: computeActionKey,
  };
}

function matches(globs: readonly string[], path: string): boolean {
  const include = globs.filter((glob) => !glob.startsWith('!'));
  const exclude = globs.flatMap((glob) => (glob.startsWith('!') ? [glob.slice(1)] : []));
  return matcherOf(include)(path) && !matcherOf(exclude)(path);
}

const matchers = new Map<string, (path: string) => boolean>();

function matcherOf(globs: readonly string[]): (path: string) => boolean {
  const name = globs.join('\0');
  let matcher = matchers.get(name);
  if (matcher === undefined) matchers.set(name, (matcher = createPathMatcher(globs)));
  return matcher;
}

async function listStored({ local }: LocalCache, task: TaskId): Promise<readonly Fingerprint[]> {
  const stored = await listStoredFingerprints(local, task, { limit: STORED_STATES });
  return stored.flatMap(({ fingerprint }) => {
    const parsed = parseFingerprint(fingerprint);
    return parsed?.kind === 'fingerprint' ? [parsed.fingerprint] : [];
  });
}

/** Steps that lie outside the package are looked for in the whole workspace. */
function listPastSteps({ workspace }: Project, task: TaskNode, isStep: (path: string) => boolean): readonly Steps[] {
  const { root, git } = workspace;
  if (git === undefined) return [];
  const reachesOut = task.definition.snapshot?.steps.some((glob) => /^!?\.\.\//.test(glob)) === true;
  const states = listPastFiles({ root, git }, reachesOut ? '' : task.directory, PAST_STATES);
  return states.map((state) => {
    const steps = [...state].map(([path, id]) => [toPackagePath(task.directory, path), id] as const);
    return Object.fromEntries(steps.filter(([path]) => isStep(path))) as Steps;
  });
}

function toPackagePath(directory: string, path: string): string {
  if (directory === '') return path;
  if (path.startsWith(`${directory}/`)) return path.slice(directory.length + 1);
  return '../'.repeat(directory.split('/').length) + path;
}
