import {
  chmodSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Random } from '../../histories/random.js';
import type { Scene } from '../scene.js';

/** A file or a link, as it was. */
interface KeptFile {
  readonly mode: number;
  readonly mtimeMs: number;
  /** Of a link: where it leads. */
  readonly content: Buffer | string;
}

/** Files and links, by path relative to the workspace. */
export type KeptFiles = ReadonlyMap<string, KeptFile>;

/** What is at some paths of the workspace. */
export function keepFiles(scene: Scene, paths: readonly string[]): KeptFiles {
  return new Map(paths.map((path) => [path, keepFile(join(scene.root, path))]));
}

function keepFile(path: string): KeptFile {
  const stat = lstatSync(path);
  const content = stat.isSymbolicLink() ? readlinkSync(path) : readFileSync(path);
  return { mode: stat.mode & 0o777, mtimeMs: stat.mtimeMs, content };
}

/** Which times files get that come back, which of them are written, and how. */
const TIMES = ['of now', 'of then', 'of one day'] as const;
const WHICH = ['what differs', 'all', 'all, through other files,'] as const;

/** Makes files what they were; says how. */
export function putFilesBack(scene: Scene, kept: KeptFiles, random: Random): string {
  const [times, which] = [random.pick(TIMES), random.pick(WHICH)];
  for (const [path, file] of kept) {
    const target = join(scene.root, path);
    if (which === 'what differs' && isSame(target, file)) continue;
    writeFile(target, file, which === 'all');
    if (times !== 'of now') setTime(target, times === 'of then' ? file.mtimeMs : 1e12);
  }
  return `${which} with the time ${times}`;
}

/** Sets the time of a file, or of a link itself. */
export function setTime(path: string, mtimeMs: number): void {
  lutimesSync(path, mtimeMs / 1000, mtimeMs / 1000);
}

function isSame(path: string, { mode, content }: KeptFile): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !hasKind(stat, content)) return false;
  return typeof content === 'string'
    ? readlinkSync(path) === content
    : (stat.mode & 0o777) === mode && readFileSync(path).equals(content);
}

function hasKind(stat: Stats, content: Buffer | string): boolean {
  return typeof content === 'string' ? stat.isSymbolicLink() : stat.isFile();
}

/** `inPlace`: into the file that is there, if one is. */
function writeFile(path: string, { mode, content }: KeptFile, inPlace: boolean): void {
  makeDirectory(dirname(path));
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) rmSync(path, { recursive: true });
  // A file with more than one name may be one of the store.
  const target = inPlace && stat !== undefined && hasKind(stat, content) && stat.nlink === 1 ? path : `${path}.back`;
  if (typeof content === 'string') {
    rmSync(`${path}.back`, { force: true });
    symlinkSync(content, `${path}.back`);
    renameSync(`${path}.back`, path);
    return;
  }
  writeFileSync(target, content);
  chmodSync(target, mode);
  if (target !== path) renameSync(target, path);
}

/** A directory, whatever was there, and no link on the way from the workspace. */
function makeDirectory(path: string): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return;
  makeDirectory(dirname(path));
  rmSync(path, { force: true });
  mkdirSync(path, { recursive: true });
}
