import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Random } from '../histories/random.js';
import { keepingTimes, pickSome } from './changes/change.js';
import { setTime } from './changes/kept-files.js';
import type { RecordedPaths } from './recorded-paths.js';
import { isOutput, type Call, type Scene } from './scene.js';

/** One thing that is another one now, until it is undone. */
export interface Disturbance {
  readonly what: string;
  readonly undo: () => void;
  /** The call that is to be made now, where it is another one. */
  readonly call?: Call;
}

/** What was recorded, and which call it was. */
export interface Recorded {
  readonly record: RecordedPaths;
  readonly call: Call;
}

/** Makes one thing that a recorded run looked at another one; undefined where that cannot be. */
export function disturb(scene: Scene, { record, call }: Recorded, random: Random): Disturbance | undefined {
  const where = join(scene.root, call.cwd);
  // What it is called in has to stay, and what lies outside is everybody's.
  const ours = (paths: readonly string[]): string[] =>
    paths.filter((path) => path.startsWith(`${scene.base}/`) && !`${where}/`.startsWith(`${path}/`));
  const part = random.below(14);
  if (part === 0) return { what: 'another call', undo: () => undefined, call: otherCall(scene, call, random) };
  if (part < 3) return disturbVariable(scene, record.variables, random);
  const [paths, make] =
    part < 5
      ? [record.absent, makeSomething]
      : part < 6
        ? [record.present, moveAway]
        : part < 8
          ? random.below(2) === 0
            ? [findLinks(record.resolved), leadElsewhere]
            : [findTargets(listEverything(scene)), changeLook]
          : [random.below(4) > 0 ? chooseLooked(scene, record, random) : listEverything(scene), changeLook];
  const path = pickSome(random, ours(paths));
  if (path === undefined) return undefined;
  const output = relative(scene.root, path);
  // As if it had been edited by hand: nobody may remove it.
  if (isOutput(output) && output.includes('/each/')) scene.strangers.add(output);
  return make(path, { away: join(scene.base, 'away'), random });
}

/** Seldom our own state: less follows from it. */
function chooseLooked(scene: Scene, { looked }: RecordedPaths, random: Random): readonly string[] {
  const isState = (path: string): boolean => path.startsWith(`${join(scene.root, '.tr')}/`);
  const wantsState = random.below(8) === 0;
  return looked.filter((path) => isState(path) === wantsState);
}

/** What links lead to. */
function findTargets(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => lstatSync(path).isSymbolicLink() && existsSync(path)).map((path) => realpathSync(path));
}

/** Also what a run that is recorded wrongly does not say it has looked at. */
function listEverything(scene: Scene): readonly string[] {
  return [...scene.listSources(), ...scene.listOutputs(), ...scene.listDirectories()].map((path) =>
    join(scene.root, path),
  );
}

function otherCall({ shape }: Scene, { args, cwd }: Call, random: Random): Call {
  const [first = ''] = shape.packages;
  return random.pick<Call>([
    { args: [...args, '--concurrency=1'], cwd },
    { args: args.filter((each) => each !== 'gen'), cwd },
    { args, cwd: cwd === '' ? first : '' },
  ]);
}

function disturbVariable(scene: Scene, names: readonly string[], random: Random): Disturbance | undefined {
  if (random.below(4) === 0) {
    scene.variables.set('FUZZ_W_3', '1');
    return { what: 'FUZZ_W_3, which there was not', undo: () => scene.variables.delete('FUZZ_W_3') };
  }
  const name = pickSome(
    random,
    names.filter((each) => scene.variables.has(each)),
  );
  const value = name && scene.variables.get(name);
  if (name === undefined || value === undefined) return undefined;
  scene.variables.set(name, `${value}x`);
  return { what: `another ${name}`, undo: () => scene.variables.set(name, value) };
}

interface Means {
  /** Where nothing is yet, on the same file system. */
  readonly away: string;
  readonly random: Random;
}

function makeSomething(path: string, { random }: Means): Disturbance | undefined {
  let first = path;
  while (!existsSync(dirname(first))) first = dirname(first);
  if (existsSync(path) || !statSync(dirname(first)).isDirectory()) return undefined;
  mkdirSync(dirname(path), { recursive: true });
  const isDirectory = random.below(4) === 0;
  if (isDirectory) mkdirSync(path);
  else writeFileSync(path, TEXTS[basename(path)] ?? 'aaaa\n');
  return { what: `make ${path}`, undo: () => rmSync(first, { recursive: true, force: true }) };
}

/** A file that git does not know: what it holds depends on what says which files git ignores, and how it stores them. */
export const UNTRACKED = { path: 'src/untracked.txt', text: 'a\r\n$Id: b$\r\n' };

/** What says something in files of these names. */
const TEXTS: Readonly<Record<string, string>> = {
  '.gitignore': 'untracked.*\n',
  exclude: 'untracked.*\n',
  ignore: 'untracked.*\n',
  '.gitattributes': '* text ident\n',
  attributes: '* text ident\n',
  '.gitconfig': '[core]\n\tautocrlf = input\n',
  config: '[core]\n\tautocrlf = input\n',
  'package.json': '{ "name": "made" }',
  'turbo-like.config.json': '{ "extends": ["//"], "tasks": { "gen": { "env": ["FUZZ_A"] } } }',
};

function moveAway(path: string, { away }: Means): Disturbance | undefined {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  renameSync(path, away);
  return { what: `move ${path} away`, undo: () => putBack(path, away) };
}

/** Whatever a run has put there meanwhile. */
function putBack(path: string, away: string): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  renameSync(away, path);
}

/** The links on the way to paths. */
function findLinks(paths: readonly string[]): readonly string[] {
  const links = new Set<string>();
  for (const path of paths)
    for (let at = path; at !== dirname(at); at = dirname(at))
      if (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink()) links.add(at);
  return [...links];
}

/** A link leads to a copy of what it led to, in which something is another. */
function leadElsewhere(path: string, { away }: Means): Disturbance | undefined {
  const text = readlinkSync(path);
  if (!existsSync(path)) return undefined;
  cpSync(realpathSync(path), away, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  const file = findFile(away);
  if (file !== undefined) appendFileSync(file, 'x\n');
  rmSync(path);
  symlinkSync(away, path);
  const undo = (): void => {
    rmSync(path, { recursive: true, force: true });
    symlinkSync(text, path);
    rmSync(away, { recursive: true });
  };
  return { what: `lead ${path} elsewhere`, undo };
}

function findFile(path: string): string | undefined {
  if (lstatSync(path).isFile()) return path;
  if (!lstatSync(path).isDirectory()) return undefined;
  const names = readdirSync(path).sort();
  return names.map((name) => findFile(join(path, name))).find((each) => each !== undefined);
}

function changeLook(path: string, means: Means): Disturbance | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (stat.isDirectory()) return means.random.below(3) === 0 ? moveAway(path, means) : addTo(path, means);
  if (stat.isSymbolicLink()) return leadElsewhere(path, means);
  const { away, random } = means;
  const bytes = readFileSync(path);
  const other = Buffer.from(bytes.map((byte) => (byte >= 0x61 && byte < 0x7a ? byte + 1 : byte)));
  const replaced = (what: string, make: () => void): Disturbance => {
    renameSync(path, away);
    make();
    return { what: `${what} ${path}`, undo: () => putBack(path, away) };
  };
  switch (random.below(6)) {
    case 0:
      return moveAway(path, means);
    case 1:
      return replaced('put a longer file in place of', () => writeFileSync(path, `${bytes.toString('latin1')}x`));
    case 2:
      return replaced('put other bytes, with size and time, in place of', () => {
        writeFileSync(path, other);
        chmodSync(path, stat.mode & 0o777);
        setTime(path, stat.mtimeMs);
      });
    case 3:
      return replaced('put a link in place of', () => symlinkSync(away, path));
    case 4:
      // A file of the store has another name, and would be damaged.
      if (stat.nlink > 1) return undefined;
      chmodSync(path, stat.mode ^ 0o111);
      return { what: `chmod ${path}`, undo: () => chmodIfThere(path, stat.mode & 0o777) };
    default:
      if (stat.nlink > 1) return undefined;
      keepingTimes(path, () => writeFileSync(path, other));
      return { what: `other bytes, size and time as before, in ${path}`, undo: () => writeFileSync(path, bytes) };
  }
}

function chmodIfThere(path: string, mode: number): void {
  if (existsSync(path)) chmodSync(path, mode);
}

function addTo(directory: string, { random }: Means): Disturbance | undefined {
  const name = random.pick(['more.txt', 'more.txt', '.gitignore', 'package.json', 'more/deep.txt']);
  return makeSomething(join(directory, name), { away: '', random: { below: () => 1 } as unknown as Random });
}
