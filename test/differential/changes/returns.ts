import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../histories/random.js';
import type { Scene } from '../scene.js';
import { pickFile, type Changes } from './change.js';
import { FILE_CHANGES } from './files.js';
import { GIT_CHANGES } from './git.js';
import { keepFiles, putFilesBack, type KeptFiles } from './kept-files.js';
import { OUTPUT_CHANGES } from './outputs.js';
import { editQuietly } from './runs.js';
import { SETTING_CHANGES } from './settings.js';

/** What a run reads, as it was once. */
interface KeptState {
  readonly sources: KeptFiles;
  readonly variables: readonly (readonly [name: string, value: string])[];
  readonly tool: string;
}

const toolOf = (scene: Scene): string => join(scene.base, 'tools/version');

function keepState(scene: Scene): KeptState {
  return {
    sources: keepFiles(scene, scene.listSources()),
    variables: [...scene.variables],
    tool: readFileSync(toolOf(scene), 'utf8'),
  };
}

/** Makes all that a run reads what it was, whatever git thinks of it; says how. */
function putStateBack(scene: Scene, { sources, variables, tool }: KeptState, random: Random): string {
  for (const path of scene.listSources()) if (!sources.has(path)) rmSync(join(scene.root, path));
  const how = putFilesBack(scene, sources, random);
  scene.variables.clear();
  for (const [name, value] of variables) scene.variables.set(name, value);
  writeFileSync(toolOf(scene), tool);
  return how;
}

/** The call that was made last, as often as `random` says: a second one finds all in place, and is recorded. */
async function repeatCall(scene: Scene, times: number): Promise<string> {
  const { args = ['run', 'build'], cwd = '' } = scene.lastCall ?? {};
  const where = existsSync(join(scene.root, cwd)) ? cwd : '';
  for (let time = 0; time < times; time++) await scene.tr(args, { cwd: where });
  return `the call again ${times} times`;
}

const EDITS: readonly Changes[] = [
  FILE_CHANGES,
  FILE_CHANGES,
  FILE_CHANGES,
  FILE_CHANGES,
  GIT_CHANGES,
  GIT_CHANGES,
  SETTING_CHANGES,
  OUTPUT_CHANGES,
];

/** Some changes in a row. */
async function makeSome(scene: Scene, random: Random, count = 1 + random.below(4)): Promise<string> {
  const done: string[] = [];
  for (let at = 0; at < count; at++) {
    const changes = random.pick(EDITS);
    const name = random.pick(Object.keys(changes));
    done.push((await changes[name]?.(scene, random)) ?? `${name} (nothing to do)`);
  }
  return done.join(', ');
}

const keptStates = new WeakMap<Scene, KeptState>();
const keptOutputs = new WeakMap<Scene, KeptFiles>();
const keptIndexes = new WeakMap<Scene, Buffer>();

function indexOf(scene: Scene): string | undefined {
  const path = scene.git('rev-parse', '--git-path', 'index')?.trim();
  if (path === undefined || scene.top === undefined) return undefined;
  const index = path.startsWith('/') ? path : join(scene.top, path);
  return existsSync(index) ? index : undefined;
}

/** What was comes back: in one step or later, at once after a run that found all in place, with other times, other records of git. */
export const RETURN_CHANGES: Changes = {
  several: (scene, random) => makeSome(scene, random, 2 + random.below(5)),
  atOnce: async (scene, random) =>
    `${await repeatCall(scene, 1 + random.below(2))}, and at once ${await makeSome(scene, random)}`,
  thereAndBack: async (scene, random) => {
    const first = await repeatCall(scene, random.below(3));
    const kept = keepState(scene);
    const done = await makeSome(scene, random);
    const second = await repeatCall(scene, random.below(3));
    return `${first}, ${done}, ${second}, and back (${putStateBack(scene, kept, random)})`;
  },
  thereAndBackAndThere: async (scene, random) => {
    const here = keepState(scene);
    const done = await makeSome(scene, random);
    const there = keepState(scene);
    const first = await repeatCall(scene, 1 + random.below(2));
    const back = putStateBack(scene, here, random);
    const second = await repeatCall(scene, random.below(3));
    return `${done}, ${first}, back (${back}), ${second}, there again (${putStateBack(scene, there, random)})`;
  },
  keepState: (scene) => {
    keptStates.set(scene, keepState(scene));
    return 'keep all sources';
  },
  stateBack: (scene, random) => {
    const kept = keptStates.get(scene);
    return kept && `put all sources back that were kept (${putStateBack(scene, kept, random)})`;
  },
  keepOutputs: (scene) => {
    keptOutputs.set(scene, keepFiles(scene, scene.listOutputs()));
    return 'keep all outputs';
  },
  outputsBack: (scene, random) => {
    const kept = keptOutputs.get(scene);
    if (kept === undefined) return undefined;
    for (const path of kept.keys()) scene.strangers.add(path);
    return `put all outputs back that were kept (${putFilesBack(scene, kept, random)})`;
  },
  checkoutThereAndBack: async (scene, random) => {
    if (scene.git('checkout', '-q', '-f', '--detach', 'HEAD~1') === undefined) return undefined;
    const done = await repeatCall(scene, random.below(3));
    scene.git('checkout', '-q', '-f', '-');
    return `check an earlier commit out, ${done}, and back`;
  },
  stashThereAndBack: async (scene, random) => {
    if (scene.git('stash', '-q', ...random.pick([[], ['-u']])) === undefined) return undefined;
    const done = await repeatCall(scene, random.below(3));
    return `stash, ${done}, pop ${scene.git('stash', 'pop', '-q') === undefined ? '(failed)' : ''}`;
  },
  keepIndex: (scene) => {
    const index = indexOf(scene);
    if (index === undefined) return undefined;
    keptIndexes.set(scene, readFileSync(index));
    return 'keep the index';
  },
  indexBack: (scene) => {
    const [index, kept] = [indexOf(scene), keptIndexes.get(scene)];
    if (index === undefined || kept === undefined) return undefined;
    writeFileSync(index, kept);
    return 'put the index back that was kept';
  },
  indexAnew: (scene, random) => {
    const index = indexOf(scene);
    if (index === undefined) return undefined;
    if (random.below(2) === 0) return scene.git('read-tree', 'HEAD') === undefined ? undefined : 'read the index anew';
    copyFileSync(index, `${index}.tmp`);
    renameSync(`${index}.tmp`, index);
    return 'put a copy in place of the index';
  },
  editDuringCall: async (scene, random) => {
    const path = pickFile(scene, random);
    const [edits, wait] = [1 + random.below(3), random.below(150)];
    const running = repeatCall(scene, 1 + random.below(2));
    for (let edit = 0; edit < edits; edit++) {
      await sleep(wait);
      if (path !== undefined) editQuietly(join(scene.root, path));
    }
    return `edit ${path} ${edits} times while ${await running}`;
  },
};
