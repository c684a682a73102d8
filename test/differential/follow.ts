import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../histories/random.js';
import { FAILING, type Changes } from './changes/change.js';
import { FILE_CHANGES } from './changes/files.js';
import { GIT_CHANGES } from './changes/git.js';
import { OUTPUT_CHANGES } from './changes/outputs.js';
import { RUN_CHANGES } from './changes/runs.js';
import { SETTING_CHANGES } from './changes/settings.js';
import { STATE_CHANGES } from './changes/state.js';
import { compareScenes, describe, marksOf } from './compare.js';
import { copyScene } from './copy-scene.js';
import { KINDS, makeScene, type Kind } from './kinds.js';
import type { Answer, Scene } from './scene.js';

/** How often changes of each kind are made. */
const WEIGHTS: readonly (readonly [Changes, number])[] = [
  [FILE_CHANGES, 40],
  [GIT_CHANGES, 28],
  [SETTING_CHANGES, 10],
  [OUTPUT_CHANGES, 9],
  [STATE_CHANGES, 4],
  [RUN_CHANGES, 9],
];

/** One step of a history: what is done, with which numbers. */
export interface Step {
  readonly changes: Changes;
  readonly name: string;
  readonly seed: number;
}

/** A history that a seed decides. */
export interface History {
  readonly seed: number;
  readonly kind: Kind;
  readonly steps: readonly Step[];
}

/** Where scenes are made: the one that is followed, and the copies that are run from nothing. */
export interface Places {
  readonly warm: string;
  readonly cold: string;
}

/** What went wrong, or how many steps were made. */
export interface Outcome {
  readonly steps: number;
  readonly story: readonly string[];
  readonly differences: readonly string[];
}

/** The history of a seed. */
export function makeHistory(
  seed: number,
  { length, kind }: { readonly length: number; readonly kind?: Kind | undefined },
): History {
  const random = new Random(seed);
  const chosen = kind ?? random.pick(KINDS);
  const all = WEIGHTS.reduce((sum, [, weight]) => sum + weight, 0);
  const steps = Array.from({ length }, (): Step => {
    let at = random.below(all);
    const [changes] = WEIGHTS.find(([, weight]) => (at -= weight) < 0) ?? WEIGHTS[0] ?? [{}];
    return { changes, name: random.pick(Object.keys(changes)), seed: random.below(2 ** 31) };
  });
  return { seed, kind: chosen, steps };
}

/**
 * Makes the steps of a history; after each of them what `tr` comes to in the work tree has to be what it comes to in a copy of it without state and
 * outputs. Ends at the first difference.
 */
export async function followHistory({ seed, kind, steps }: History, places: Places): Promise<Outcome> {
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
      const done = (await step.changes[step.name]?.(scene, random)) ?? `${step.name} (nothing to do)`;
      const call = chooseCall(scene, random);
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

interface Call {
  readonly args: readonly string[];
  readonly cwd: string;
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
  switch (random.below(9)) {
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
    default:
      return { args: [...tasks, logs], cwd: '' };
  }
}

interface Check extends Call {
  readonly places: Places;
  /** By key, what a task read when it was executed from nothing. */
  readonly seen: Map<string, string>;
  readonly repeats: number;
  /** Look at what was stored, too. */
  readonly shares: boolean;
}

/** Takes away what makes tasks fail. */
function mend(scene: Scene): void {
  for (const path of scene.listSources()) {
    const target = join(scene.root, path);
    if (lstatSync(target).isFile() && readFileSync(target, 'utf8').startsWith(FAILING)) writeFileSync(target, 'aaaa\n');
  }
}

async function check(
  scene: Scene,
  { args, cwd, places, seen, repeats, shares }: Check,
): Promise<{ readonly differences: readonly string[]; readonly failed: boolean }> {
  const cold = copyScene(scene, places.cold);
  try {
    const before = describeSources(scene);
    const answer = await scene.tr(args, { cwd });
    const expected = await cold.tr(args, { cwd });
    const differences = [
      ...compareScenes({ scene, answer }, { scene: cold, answer: expected }),
      ...noteKeys(expected, seen),
    ];
    for (let at = 0; at < repeats && differences.length === 0; at++) {
      const again = await scene.tr(args, { cwd });
      differences.push(
        ...compareScenes({ scene, answer: again }, { scene: cold, answer: expected }).map((text) => `again: ${text}`),
      );
    }
    if (shares && differences.length === 0)
      differences.push(...(await checkShared(scene, { args, cwd }, { cold, expected, places })));
    const after = describeSources(scene);
    for (const [path, text] of before)
      if (after.get(path) !== text) differences.push(`the source ${path} was ${text}, is ${after.get(path)}`);
    for (const path of after.keys())
      if (!before.has(path) && !path.startsWith('extra/')) differences.push(`${path} appeared`);
    if (differences.length > 0) differences.push(answer.text, '--- from nothing', expected.text);
    return { differences, failed: expected.exitCode !== 0 };
  } finally {
    cold.dispose();
  }
}

/** Another copy, with the cache of the scene: what was stored there has to be what the keys stand for. */
async function checkShared(
  scene: Scene,
  { args, cwd }: Call,
  { cold, expected, places }: { readonly cold: Scene; readonly expected: Answer; readonly places: Places },
): Promise<readonly string[]> {
  const other = copyScene(scene, places.cold);
  try {
    const cache = join(scene.shape.kind === 'linked' ? join(scene.base, 'main') : scene.root, '.tr/cache');
    const answer = await other.tr([...args, `--cache-dir=${cache}`], { cwd });
    const differences = compareScenes({ scene: other, answer }, { scene: cold, answer: expected });
    return differences.length === 0 ? [] : [...differences.map((text) => `from the cache: ${text}`), answer.text];
  } finally {
    other.dispose();
  }
}

function describeSources(scene: Scene): ReadonlyMap<string, string> {
  return new Map(scene.listSources().map((path) => [path, describe(join(scene.root, path))]));
}

/** One key stands for one content. */
function noteKeys(answer: Answer, seen: Map<string, string>): readonly string[] {
  const differences: string[] = [];
  for (const [task, mark] of marksOf(answer)) {
    const [key = '', ...content] = mark.split(' ');
    const known = seen.get(`${task} ${key}`);
    if (known !== undefined && known !== content.join(' '))
      differences.push(`the key ${key} of ${task} stands for two contents`);
    seen.set(`${task} ${key}`, content.join(' '));
  }
  return differences;
}
