import {
  appendFileSync,
  chmodSync,
  existsSync,
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
import { dirname, join } from 'node:path';
import type { Random } from '../../histories/random.js';
import type { Scene } from '../scene.js';
import { keepingTimes, pickSome, type Change, type Changes } from './change.js';

/** A change of one output. What is then nobody's output any more may stay. */
const ofOutput =
  (name: string, make: (path: string, random: Random, scene: Scene) => void): Change =>
  (scene, random) => {
    const path = pickSome(
      random,
      scene.listOutputs().filter((each) => lstatSync(join(scene.root, each)).isFile()),
    );
    if (path === undefined) return undefined;
    if (path.includes('/each/')) scene.strangers.add(path);
    make(join(scene.root, path), random, scene);
    return `${name} ${path}`;
  };

/** What happens to outputs. */
export const OUTPUT_CHANGES: Changes = {
  edit: ofOutput('edit the output', (path) => writeFileSync(path, 'mine\n')),
  append: ofOutput('append to the output', (path) => appendFileSync(path, 'x')),
  truncate: ofOutput('truncate the output', (path) => truncateSync(path, 0)),
  flip: ofOutput('other bytes of the same size in the output', (path) =>
    writeFileSync(
      path,
      readFileSync(path).map((byte) => byte ^ 1),
    ),
  ),
  flipKeepingTimes: ofOutput('other bytes, size and time as before, in the output', (path, _, scene) => {
    // A hard link to the store, edited so, looks to everyone as it was.
    if (statSync(path).nlink > 1) rmSync(path);
    else
      keepingTimes(path, () =>
        writeFileSync(
          path,
          readFileSync(path).map((byte) => byte ^ 1),
        ),
      );
    scene.strangers.add(path);
  }),
  replace: ofOutput('replace the output', (path) => {
    writeFileSync(`${path}.new`, 'mine\n');
    renameSync(`${path}.new`, path);
  }),
  chmod: ofOutput('chmod the output', (path) => chmodSync(path, statSync(path).mode ^ 0o111)),
  touch: ofOutput('touch the output', (path) => utimesSync(path, new Date(), new Date())),
  toLink: ofOutput('put a link in place of the output', (path) => {
    rmSync(path);
    symlinkSync('nowhere', path);
  }),
  remove: ofOutput('remove the output', (path) => rmSync(path)),
  removeDirectory: ofOutput('remove the directory of the output', (path) => rmSync(dirname(path), { recursive: true })),
  renameDirectory: ofOutput('move the directory of the output away and back', (path) => {
    renameSync(dirname(path), `${dirname(path)}.away`);
    renameSync(`${dirname(path)}.away`, dirname(path));
  }),
  swap: ofOutput('swap with another output', (path, random, scene) => {
    const other = pickSome(
      random,
      scene.listOutputs().filter((each) => each.includes('/each/')),
    );
    if (other === undefined || !path.includes('/each/') || join(scene.root, other) === path) return;
    scene.strangers.add(other);
    renameSync(path, `${path}.swap`);
    renameSync(join(scene.root, other), path);
    renameSync(`${path}.swap`, join(scene.root, other));
  }),
  add: (scene) => {
    const path = pickSomeDirectory(scene);
    if (path === undefined) return undefined;
    writeFileSync(join(scene.root, path, 'stranger'), 'mine\n');
    scene.strangers.add(`${path}/stranger`);
    return `a file of ours in ${path}`;
  },
};

function pickSomeDirectory(scene: Scene): string | undefined {
  const path = scene.shape.packages
    .map((each) => join(each, 'dist/each'))
    .find((each) => existsSync(join(scene.root, each)));
  if (path !== undefined) mkdirSync(join(scene.root, path), { recursive: true });
  return path;
}
