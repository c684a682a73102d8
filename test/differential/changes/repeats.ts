import { existsSync, lstatSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../histories/random.js';
import { disturb, UNTRACKED } from '../disturb.js';
import { readRecords, recordsOf } from '../recorded-paths.js';
import type { Answer, Call, Scene } from '../scene.js';
import { FoundDifference, type Changes } from './change.js';
import { setTime } from './kept-files.js';

/** Rounds of one change. */
const ROUNDS = 6;
/** What was written before this long counts as settled, milliseconds: see `summarize-looks.ts`. */
const SETTLED_MS = 60;
/** Values that the variables of tasks have at first: only what is there can get another value. */
const VARIABLES = ['FUZZ_A', 'FUZZ_G', 'FUZZ_W_1', 'FUZZ_W_2', 'FUZZ_P', 'FUZZ_DOT'];

const ALL = ['run', 'build', 'gen', 'types', 'use', 'test', 'lint', 'late', '--output-logs=full'];

/**
 * One thing that a recorded run looked at becomes another: a path, a link, a variable, or the call itself. What is said then has to be what
 * the long way says, which is taken when the record is gone. That costs two short runs, and no copy of the work tree. Undefined where no run
 * is recorded.
 */
async function disturbOnce(scene: Scene, random: Random): Promise<string | undefined> {
  const directory = recordsOf(scene);
  const inner = scene.shape.packages.find((path) => existsSync(join(scene.root, path))) ?? '';
  const call = random.pick<Call>([
    { args: ALL, cwd: '' },
    { args: ALL, cwd: inner },
    { args: ['run', 'build', 'gen', '--output-logs=full'], cwd: '' },
  ]);
  const say = (of: Call): Promise<Answer> => scene.tr(of.args, { cwd: of.cwd });
  rmSync(directory, { recursive: true, force: true });
  for (let tries = 0; tries < 3 && readRecords(directory).length === 0; tries++) {
    await sleep(SETTLED_MS);
    await say(call);
  }
  const [record] = readRecords(directory);
  if (record === undefined) return undefined;
  const disturbed = disturb(scene, { record, call }, random);
  if (disturbed === undefined) return 'nothing to disturb';
  try {
    const again = disturbed.call ?? call;
    const said = await say(again);
    // It has looked for itself.
    if (said.exitCode !== 0 || /, executing |\(restored /.test(said.text)) return disturbed.what;
    rmSync(directory, { recursive: true, force: true });
    const right = await say(again);
    if (right.exitCode !== said.exitCode || linesOf(right) !== linesOf(said))
      throw new FoundDifference([
        `${disturbed.what}: tr ${again.args.join(' ')} in ${again.cwd} says something else the long way`,
        said.text,
        '--- the long way',
        right.text,
      ]);
    return `${disturbed.what} (no difference)`;
  } finally {
    disturbed.undo();
  }
}

/** Tasks end in any order. */
function linesOf({ text }: Answer): string {
  const lines = text.split('\n').filter((line) => !/^\s*Time:/.test(line));
  return lines.sort().join('\n');
}

/** Those that have sources. */
function packages({ root, shape }: Scene): readonly string[] {
  return shape.packages.map((path) => join(root, path)).filter((path) => existsSync(join(path, 'src')));
}

/** A file that git does not know, and a link to one that nothing else leads to. */
function addSources(scene: Scene, directory: string): void {
  const [untracked, link] = [join(directory, UNTRACKED.path), join(directory, 'src/led.txt')];
  if (!existsSync(untracked)) writeFileSync(untracked, UNTRACKED.text);
  const led = join(scene.root, 'stash/led.txt');
  if (!existsSync(led)) scene.write('stash/led.txt', 'aaaa\n');
  if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(relative(dirname(link), led), link);
}

/** What a recorded run has to notice. */
export const REPEAT_CHANGES: Changes = {
  disturb: async (scene, random) => {
    for (const path of packages(scene)) addSources(scene, path);
    for (const name of VARIABLES) if (!scene.variables.has(name)) scene.variables.set(name, '1');
    const done: string[] = [];
    for (const path of scene.listSources().map((each) => join(scene.root, each)))
      // Younger than any run: none would be recorded.
      if (lstatSync(path).mtimeMs > Date.now()) setTime(path, Date.now());
    for (let round = 0; round < ROUNDS; round++) {
      const what = await disturbOnce(scene, random);
      if (what === undefined) break;
      done.push(what);
    }
    return done.join('; ') || 'no run that was recorded';
  },
};
