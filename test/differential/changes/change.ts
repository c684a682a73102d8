import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Random } from '../../histories/random.js';
import type { Scene } from '../scene.js';

/** Does something to a scene as a person or a tool would; says in a few words what. Undefined: there was nothing to do it to. */
export type Change = (scene: Scene, random: Random) => string | undefined | Promise<string | undefined>;

/** Thrown by a change that compares for itself what `tr` says, and has found it wrong. */
export class FoundDifference extends Error {
  readonly differences: readonly string[];

  constructor(differences: readonly string[]) {
    super(differences[0]);
    this.differences = differences;
  }
}

/** Changes by name. */
export type Changes = Readonly<Record<string, Change>>;

/** A task that reads this fails when it has written its outputs. */
export const FAILING = 'fail\n';

/** Contents that files have: few, so that earlier states come back, and mostly of one size. */
const TEXTS = [
  'aaaa\n',
  'bbbb\n',
  'cccc\n',
  'dddd\n',
  'aaaa\n',
  '',
  'eeeeeeee\n',
  'a\r\nb\r\n',
  '$Id$ a\n',
  '$Id: b$ a\n',
  '@@a@@\n',
  '@@b@@\n',
  FAILING,
];

/** One of the contents. */
export function pickText(random: Random): string {
  return random.pick(TEXTS);
}

/** Does something to a file and gives it its times back, to the nanosecond: Node's numbers are not that fine. */
export function keepingTimes(path: string, make: () => void): void {
  const reference = `${path}.times.tmp`;
  execFileSync('touch', ['-r', path, reference]);
  make();
  execFileSync('touch', ['-r', reference, path]);
  rmSync(reference);
}

/** One of a list that may be empty. */
export function pickSome<T>(random: Random, list: readonly T[]): T | undefined {
  return list.length === 0 ? undefined : random.pick(list);
}

/** A file that people edit and that no tool needs to read as a whole. */
export function pickFile(scene: Scene, random: Random): string | undefined {
  return pickSome(random, scene.listSources().filter(isPlain));
}

/** Whether a path is a source or a file all packages share, not a manifest or a configuration. */
export function isPlain(path: string): boolean {
  return /(?:^|\/)(?:src|shared|more|stash)\//.test(path) || path.endsWith('README.md');
}

/** A directory that sources lie in. */
export function pickDirectory(scene: Scene, random: Random): string | undefined {
  return pickSome(
    random,
    scene.listDirectories().filter((path) => isPlain(`${path}/`)),
  );
}

/** A name that a file may get: some are ignored, skipped by globs, or differ in case only. */
export function pickName(random: Random): string {
  return random.pick([
    'one.txt',
    'two.txt',
    'One.txt',
    'new file.txt',
    'ü.txt',
    'x.tmp',
    'y.log',
    'skip2.txt',
    'z.g',
    '-a',
    'not.g',
    '.hidden',
  ]);
}
