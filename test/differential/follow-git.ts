import { Random } from '../histories/random.js';
import type { Change, Changes } from './changes/change.js';
import { FILE_CHANGES } from './changes/files.js';
import { GIT_CHANGES } from './changes/git.js';
import { compareWithGit } from './git-inputs.js';
import { changeOf, makeSteps, type History, type Outcome, type Places, type Weights } from './history.js';
import { makeScene, type Kind } from './kinds.js';
import { touchVouchedFiles } from './vouched-files.js';

/** What happens in histories that are about git alone. */
const WEIGHTS: Weights<Change> = [
  [FILE_CHANGES, 40],
  [GIT_CHANGES, 60],
];

/** Repositories in all the ways that the input files can lie in one. */
const KINDS = ['python', 'below', 'linked', 'submodule', 'links', 'npm-lock3'] as const satisfies readonly Kind[];

/** The history of a seed. */
export function makeGitHistory(
  seed: number,
  { length, kind }: { readonly length: number; readonly kind?: Kind | undefined },
): History<Kind> {
  const random = new Random(seed);
  const weights = WEIGHTS.map(([changes, weight]) => [pickChanges(random, changes), weight] as const);
  return { seed, kind: kind ?? random.pick(KINDS), steps: makeSteps(random, length, weights) };
}

/** Few of them come together more often than all. */
function pickChanges(random: Random, changes: Changes): Changes {
  const some = Object.entries(changes).filter(() => random.below(5) === 0);
  return some.length === 0 ? changes : Object.fromEntries(some);
}

/**
 * Makes the steps of a history; after each of them the input files and their ids have to be those that git would say. No task is run, so
 * that many more steps are made than where they are. Ends at the first difference.
 */
export async function followGitHistory({ seed, kind, steps }: History<Kind>, places: Places): Promise<Outcome> {
  const scene = makeScene(kind, new Random(seed), places.warm);
  const story: string[] = [];
  try {
    for (const step of steps) {
      story.push((await changeOf(step, WEIGHTS)?.(scene, new Random(step.seed))) ?? `${step.name} (nothing to do)`);
      touchVouchedFiles(scene);
      const differences = await compareWithGit(scene);
      if (differences.length > 0) return { steps: story.length, story, differences };
    }
    return { steps: story.length, story, differences: [] };
  } finally {
    scene.dispose();
  }
}
