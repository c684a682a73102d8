import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import type { Random } from '../../histories/random.js';
import type { Scene } from '../scene.js';
import { keepingTimes, pickDirectory, pickFile, pickName, pickText, type Change, type Changes } from './change.js';

/** A change of one file that is there, not through a link that leads nowhere. */
const ofFile =
  (name: string, make: (path: string, random: Random, scene: Scene) => void): Change =>
  (scene, random) => {
    const path = pickFile(scene, random);
    if (path === undefined || !existsSync(join(scene.root, path)) || statSync(join(scene.root, path)).isDirectory())
      return undefined;
    make(join(scene.root, path), random, scene);
    return `${name} ${path}`;
  };

const ofDirectory =
  (name: string, make: (path: string, random: Random, scene: Scene) => void): Change =>
  (scene, random) => {
    const path = pickDirectory(scene, random);
    if (path === undefined) return undefined;
    make(join(scene.root, path), random, scene);
    return `${name} ${path}`;
  };

/** Other bytes of the same length. */
function otherBytes(path: string): Buffer {
  return Buffer.from(
    readFileSync(path).map((byte) => (byte >= 0x61 && byte <= 0x64 ? 0x61 + ((byte - 0x60) % 4) : byte)),
  );
}

function swap(a: string, b: string): void {
  renameSync(a, `${a}.swap`);
  renameSync(b, a);
  renameSync(`${a}.swap`, b);
}

/** What people and tools do to files and directories. */
export const FILE_CHANGES: Changes = {
  write: ofFile('write', (path, random) => writeFileSync(path, pickText(random))),
  append: ofFile('append to', (path) => appendFileSync(path, 'a')),
  truncate: ofFile('truncate', (path, random) => truncateSync(path, random.below(4))),
  flip: ofFile('other bytes of the same size', (path) => writeFileSync(path, otherBytes(path))),
  flipKeepingTimes: ofFile('other bytes, size and time as before,', (path) =>
    keepingTimes(path, () => writeFileSync(path, otherBytes(path))),
  ),
  replace: ofFile('replace by renaming', (path, random) => {
    writeFileSync(`${path}.new`, pickText(random));
    renameSync(`${path}.new`, path);
  }),
  replaceKeepingTimes: ofFile('replace by renaming, size and time as before,', (path) => {
    keepingTimes(path, () => {
      writeFileSync(`${path}.new`, otherBytes(path));
      renameSync(`${path}.new`, path);
    });
  }),
  touch: ofFile('touch', (path) => utimesSync(path, new Date(), new Date())),
  toPast: ofFile('set the time of to the past', (path) => utimesSync(path, 1e9, 1e9)),
  toFuture: ofFile('write, and set the time to the future, of', (path) => {
    writeFileSync(path, otherBytes(path));
    utimesSync(path, Date.now() / 1000 + 3600, Date.now() / 1000 + 3600);
  }),
  chmod: ofFile('chmod', (path) => chmodSync(path, statSync(path).mode ^ 0o111)),
  rename: ofFile('rename', (path, random) => renameSync(path, join(dirname(path), pickName(random)))),
  copy: ofFile('copy', (path, random) => {
    const target = join(dirname(path), pickName(random));
    if (!existsSync(target)) cpSync(path, target, { preserveTimestamps: true });
  }),
  caseChange: ofFile('change case of', (path) => {
    const name = basename(path);
    const other = name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase();
    renameSync(path, join(dirname(path), other));
  }),
  toLink: ofFile('put a link in place of', (path, random, scene) => {
    if (lstatSync(path).isSymbolicLink()) return;
    const stash = join(scene.root, 'stash');
    mkdirSync(stash, { recursive: true });
    const target = join(stash, `${random.below(1000)}.txt`);
    renameSync(path, target);
    symlinkSync(relative(dirname(path), target), path);
  }),
  toDirectory: ofFile('put a directory in place of', (path, random) => {
    rmSync(path);
    mkdirSync(path);
    writeFileSync(join(path, pickName(random)), pickText(random));
  }),
  fromLink: (scene) => {
    const path = scene
      .listSources()
      .map((each) => join(scene.root, each))
      .find((each) => lstatSync(each).isSymbolicLink() && existsSync(each) && statSync(each).isFile());
    if (path === undefined) return undefined;
    const bytes = readFileSync(path);
    rmSync(path);
    writeFileSync(path, bytes);
    return `put a file in place of the link ${path}`;
  },
  swap: ofFile('swap with another', (path, random, scene) => {
    const other = join(scene.root, pickFile(scene, random) ?? '');
    // A link to a directory may lead, from elsewhere, to where tasks write: what is read there depends on who was first.
    if (other !== path && existsSync(other) && !statSync(other).isDirectory()) swap(path, other);
  }),
  throughLink: ofFile('write through a second hard link of', (path) => {
    const other = `${path}.tmp`;
    if (existsSync(other)) return;
    linkSync(path, other);
    writeFileSync(other, otherBytes(path));
    rmSync(other);
  }),
  keepLink: ofFile('make a hard link to', (path, random, scene) => {
    const other = join(scene.base, `kept-${random.below(4)}`);
    rmSync(other, { force: true });
    linkSync(path, other);
  }),
  writeKeptLink: (scene, random) => {
    const other = join(scene.base, `kept-${random.below(4)}`);
    if (!existsSync(other)) return undefined;
    writeFileSync(other, otherBytes(other));
    return 'write through a hard link that was kept';
  },
  remove: ofFile('remove', (path) => rmSync(path)),
  add: ofDirectory('add a file to', (path, random) => writeFileSync(join(path, pickName(random)), pickText(random))),
  addDeep: ofDirectory('add a directory to', (path, random) => {
    const inner = join(path, random.pick(['new', 'new/er', 'skip', 'tmp.tmp']));
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, pickName(random)), pickText(random));
  }),
  addEmpty: ofDirectory('add an empty directory to', (path) => mkdirSync(join(path, 'empty'), { recursive: true })),
  removeDirectory: ofDirectory('remove the directory', (path) => {
    if (!/src$|shared$/.test(path)) rmSync(path, { recursive: true });
  }),
  renameDirectory: ofDirectory('rename the directory', (path, random) => {
    const target = join(dirname(path), random.pick(['deep', 'moved', 'skipped', 'Deep']));
    if (!/src$|shared$|vendor$/.test(path) && !existsSync(target)) renameSync(path, target);
  }),
  swapDirectories: ofDirectory('put a copy in place of the directory', (path) => {
    if (lstatSync(path).isSymbolicLink() || /vendor/.test(path)) return;
    cpSync(path, `${path}.copy`, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    rmSync(path, { recursive: true });
    renameSync(`${path}.copy`, path);
  }),
  linkDirectory: ofDirectory('add a link to a directory to', (path, random, scene) => {
    const target = pickDirectory(scene, random) ?? '';
    const link = join(path, 'linked');
    rmSync(link, { recursive: true, force: true });
    symlinkSync(relative(path, join(scene.root, target)) || '.', link);
  }),
};
