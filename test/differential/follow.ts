import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../histories/random.js';
import { FAILING, type Change } from './changes/change.js';
import { FILE_CHANGES } from './changes/files.js';
import { GIT_CHANGES } from './changes/git.js';
import { OUTPUT_CHANGES } from './changes/outputs.js';
import { RETURN_CHANGES } from './changes/returns.js';
import { RUN_CHANGES } from './changes/runs.js';
import { SETTING_CHANGES } from './changes/settings.js';
import { STATE_CHANGES } from './changes/state.js';
import { TREE_CHANGES } from './changes/trees.js';
import { check } from './check.js';
import { changeOf, makeSteps, type History, type Outcome, type Places, type Weights } from './history.js';
import { KINDS, makeScene, type Kind } from './kinds.js';
import type { Call, Scene } from './scene.js';

/** How often changes of each kind are made. */
const WEIGHTS: Weights<Change> = [
  [FILE_CHANGES, 40],
  [GIT_CHANGES, 28],
  [SETTING_CHANGES, 16],
  [OUTPUT_CHANGES, 9],
  [STATE_CHANGES, 4],
  [RUN_CHANGES, 9],
  [RETURN_CHANGES, 24],
  [TREE_CHANGES, 12],
];

/** The history of a seed. */
export function makeHistory(
  seed: number,
  { length, kind }: { readonly length: number; readonly kind?: Kind | undefined },
): History<Kind> {
  const random = new Random(seed);
  const chosen = kind ?? random.pick(KINDS);
  return { seed, kind: chosen, steps: makeSteps(random, length, WEIGHTS) };
}

/**
 * Makes the steps of a history; after each of them what `tr` comes to in the work tree has to be what it comes to in a copy of it without state and
 * outputs. Ends at the first difference.
 */
export async function followHistory({ seed, kind, steps }: History<Kind>, places: Places): Promise<Outcome> {
  const scene = makeScene(kind, new Random(seed), places.warm);
  const seen = new Map<string, string>();
  const story: string[] = [];
  let failures = 0;
  try {
    for (const step of steps) {
      const random = new Random(step.seed);
      if (failures > 0 && random.below(3) > 0) mend(scene);
      // Nothing but errors comes of a work tree that people would have to repair.
      if (failures > 3) break;
      const done = (await changeOf(step, WEIGHTS)?.(scene, random)) ?? `${step.name} (nothing to do)`;
      const call = chooseAgain(scene, random) ?? chooseCall(scene, random);
      story.push(`${done} -> tr ${call.args.join(' ')}`);
      const { differences, failed } = await check(scene, {
        ...call,
        places,
        seen,
        repeats: random.below(3),
        shares: random.below(4) === 0,
      });
      failures = failed ? failures + 1 : 0;
      if (differences.length > 0) return { steps: story.length, story, differences };
    }
    return { steps: story.length, story, differences: [] };
  } finally {
    scene.dispose();
  }
}

/** Often the call that was made last, which may have been recorded. */
function chooseAgain({ lastCall, root }: Scene, random: Random): Call | undefined {
  const isAgain = random.below(2) === 0 && lastCall !== undefined && existsSync(join(root, lastCall.cwd));
  return isAgain ? lastCall : undefined;
}

/** Mostly the same one, so that runs are recorded and repeated. */
function chooseCall({ shape, root }: Scene, random: Random): Call {
  const tasks = [
    'run',
    'build',
    'gen',
    'types',
    'use',
    'test',
    'lint',
    'late',
    ...(shape.kind === 'single' ? [] : ['//#all']),
  ];
  const logs = '--output-logs=full';
  switch (random.below(11)) {
    case 0:
      return { args: [...tasks, logs, '--concurrency=1'], cwd: '' };
    case 1:
      return { args: ['run', 'use', 'test', logs], cwd: '' };
    case 2:
      return { args: ['run', 'build', 'gen', logs, '--filter=./packages/a...'], cwd: '' };
    case 3: {
      const inner = shape.packages.find((each) => existsSync(join(root, each))) ?? '';
      return { args: ['run', 'build', 'test', logs], cwd: inner };
    }
    case 4:
      return { args: ['run', 'build', 'lint', logs, '--filter=[HEAD]'], cwd: '' };
    case 5:
      return { args: ['run', 'loose', logs], cwd: '' };
    default:
      return { args: [...tasks, logs], cwd: '' };
  }
}

/** Takes away what makes tasks fail. */
export function mend(scene: Scene): void {
  for (const path of scene.listSources()) {
    const target = join(scene.root, path);
    if (lstatSync(target).isFile() && readFileSync(target, 'utf8').startsWith(FAILING)) writeFileSync(target, 'aaaa\n');
  }
}
