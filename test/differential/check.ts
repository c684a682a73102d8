import { join } from 'node:path';
import { compareScenes, describe, marksOf } from './compare.js';
import { copyScene } from './copy-scene.js';
import { compareWithGit } from './git-inputs.js';
import type { Places } from './history.js';
import type { Answer, Call, Scene } from './scene.js';
import { touchVouchedFiles } from './vouched-files.js';

/** What is compared, and how thoroughly. */
export interface Check extends Call {
  readonly places: Places;
  /** By key, what a task read when it was executed from nothing. */
  readonly seen: Map<string, string>;
  readonly repeats: number;
  /** Look at what was stored, too. */
  readonly shares: boolean;
  /** Arguments of the calls in the work tree alone. */
  readonly extra?: readonly string[];
  /** What else is wrong with what a call has left. */
  readonly inspect?: (scene: Scene, answer: Answer) => readonly string[];
}

/**
 * Runs a call in a work tree and in a copy of it without state and outputs. What differs, and what else is wrong: sources that
 * changed, keys that stand for two contents.
 */
export async function check(
  scene: Scene,
  { args, cwd, places, seen, repeats, shares, extra = [], inspect = () => [] }: Check,
): Promise<{ readonly differences: readonly string[]; readonly failed: boolean }> {
  touchVouchedFiles(scene);
  const cold = copyScene(scene, places.cold);
  scene.lastCall = { args: [...args, ...extra], cwd };
  try {
    const before = describeSources(scene);
    const answer = await scene.tr([...args, ...extra], { cwd });
    const expected = await cold.tr(args, { cwd });
    const compare = (found: Answer): readonly string[] => [
      ...compareScenes({ scene, answer: found }, { scene: cold, answer: expected }),
      ...(found.exitCode === 0 ? inspect(scene, found) : []),
    ];
    const differences = [...compare(answer), ...noteKeys(expected, seen), ...(await compareWithGit(scene))];
    for (let at = 0; at < repeats && differences.length === 0; at++) {
      const again = await scene.tr([...args, ...extra], { cwd });
      differences.push(...compare(again).map((text) => `again: ${text}`));
      if (differences.length > 0) differences.push(again.text);
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
