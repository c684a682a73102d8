import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../histories/random.js';
import { FAILING, FoundDifference, type Change } from './changes/change.js';
import { FILE_CHANGES } from './changes/files.js';
import { GIT_CHANGES } from './changes/git.js';
import { OUTPUT_CHANGES } from './changes/outputs.js';
import { REPEAT_CHANGES } from './changes/repeats.js';
import { RETURN_CHANGES } from './changes/returns.js';
import { RUN_CHANGES } from './changes/runs.js';
import { SETTING_CHANGES } from './changes/settings.js';
import { DAMAGE, STATE_CHANGES } from './changes/state.js';
import { TREE_CHANGES } from './changes/trees.js';
import { check } from './check.js';
import { changeOf, makeSteps, type History, type Outcome, type Places, type Weights } from './history.js';
import { KINDS, makeScene, type Kind } from './kinds.js';
import type { Call, Scene } from './scene.js';
import { Turns } from './turns.js';

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
  [REPEAT_CHANGES, 0],
];

/** The same of histories that are about recorded runs. */
const REPEAT_WEIGHTS: Weights<Change> = WEIGHTS.map(([changes], at) => [changes, [20, 8, 8][at] ?? 0] as const).with(
  -1,
  [REPEAT_CHANGES, 144],
);

/** One of so many steps is compared with a run from nothing in those; in others one has to do with recorded runs, two with damage. */
const SELDOM = 8;

/** The history of a seed. */
export function makeHistory(
  seed: number,
  {
    length,
    kind,
    repeats = false,
  }: { readonly length: number; readonly kind?: Kind | undefined; readonly repeats?: boolean },
): History<Kind> {
  const random = new Random(seed);
  const chosen = kind ?? random.pick(repeats ? [...KINDS, 'links', 'links', 'links'] : KINDS);
  return { seed, kind: chosen, steps: makeSteps(random, length, repeats ? REPEAT_WEIGHTS : WEIGHTS), repeats };
}

/**
 * Makes the steps of a history; after each of them what `tr` comes to in the work tree has to be what it comes to in a copy of it without state and
 * outputs, or, for one that repeats what it has recorded, what it comes to the long way. Ends at the first difference.
 */
export async function followHistory(
  { seed, kind, steps, repeats = false }: History<Kind>,
  places: Places,
): Promise<Outcome> {
  const scene = makeScene(kind, new Random(seed), places.warm);
  const seen = new Map<string, string>();
  const story: string[] = [];
  let failures = 0;
  let made = 0;
  try {
    for (const step of steps) {
      const random = new Random(step.seed);
      if (failures > 0 && random.below(3) > 0) mend(scene);
      // Nothing but errors comes of a work tree that people would have to repair.
      if (failures > 3) break;
      made += 1;
      const isSeldom = step.seed % SELDOM === 0;
      // What is recorded is read here in our own format.
      scene.turns = new Turns(repeats ? undefined : places.programs, step.seed);
      const change = (await changeOf(step, WEIGHTS)?.(scene, random)) ?? `${step.name} (nothing to do)`;
      const damage = step.seed % SELDOM < 2 ? await DAMAGE(scene, random) : undefined;
      const done = `${damage === undefined ? change : `${change}, ${damage}`}${scene.turns.tell()}`;
      if (repeats && !isSeldom) {
        story.push(done);
        continue;
      }
      const call = chooseAgain(scene, random) ?? chooseCall(scene, random);
      scene.turns = scene.turns.stay();
      story.push(`${done} -> tr ${call.args.join(' ')}${scene.turns.tell()}`);
      const { differences, failed } = await check(scene, {
        ...call,
        places,
        seen,
        repeats: random.below(3),
        shares: random.below(4) === 0,
      });
      failures = failed ? failures + 1 : 0;
      scene.turns = new Turns();
      if (differences.length > 0) return { steps: made, story, differences };
      if (isSeldom) story.push((await REPEAT_CHANGES['disturb']?.(scene, random)) ?? '');
    }
    return { steps: made, story, differences: [] };
  } catch (error) {
    if (!(error instanceof FoundDifference)) throw error;
    return { steps: made, story, differences: error.differences };
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
