import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../histories/random.js';
import type { Scene } from '../scene.js';
import { pickSome, type Change, type Changes } from './change.js';

/** Where `.tr` directories are. */
const stateOf = (scene: Scene): string[] =>
  [join(scene.root, '.tr'), join(scene.base, 'main/.tr')].filter(
    (path, at, all) => existsSync(path) && all.indexOf(path) === at,
  );

function listFiles(directory: string, directories: string[] = []): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (!entry.isDirectory()) return [path];
      directories.push(path);
      return listFiles(path, directories);
    });
}

/** Records of outputs may be gone: then nobody knows whose the files are. */
function loseRecords(scene: Scene): void {
  for (const path of scene.listOutputs()) if (path.includes('/each/')) scene.strangers.add(path);
}

const ofFile =
  (name: string, part: RegExp, make: (path: string, random: Random) => void): Change =>
  (scene, random) => {
    const path = pickSome(
      random,
      stateOf(scene)
        .flatMap((each) => listFiles(each))
        .filter((each) => part.test(each) && lstatSync(each).isFile()),
    );
    if (path === undefined) return undefined;
    loseRecords(scene);
    make(path, random);
    return `${name} ${path.slice(scene.base.length + 1)}`;
  };

const copy = (from: string, to: string): void => {
  spawnSync('cp', ['-a', from, to]);
};

/** What a failing disk makes of bytes: one of them is another, a block is gone, of zero bytes, there twice, or in the place of another. */
function spoil(bytes: Buffer, random: Random): Buffer {
  const size = random.pick([1, 16, 64, 512]);
  const [from, to] = [0, 0].map(() => Math.floor(random.below(Math.max(bytes.length, 1)) / size) * size) as [
    number,
    number,
  ];
  const block = bytes.subarray(from, from + size);
  switch (random.below(6)) {
    case 0:
      return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + size)]);
    case 1:
      return Buffer.concat([bytes.subarray(0, from), block, bytes.subarray(from)]);
    case 2:
      return Buffer.from(bytes).fill(random.pick([0, 0xff]), from, Math.min(from + size, bytes.length));
    case 3: {
      const copy = Buffer.from(bytes);
      block.copy(copy, to);
      return copy;
    }
    default: {
      const copy = Buffer.from(bytes);
      copy[from] = (copy[from] ?? 0) ^ (1 << random.below(8));
      return copy;
    }
  }
}

/** What a disk does to our own state. A cache whose version is another one is refused, until somebody has looked. */
export const DAMAGE: Change = ofFile('damage', /\/(?:cache|state)\/(?!.*format\.json$)/, (path, random) => {
  const bytes = spoil(readFileSync(path), random);
  // Not what else has the same inode: an output that is a link to the store was written to by nobody.
  if (lstatSync(path).nlink > 1) rmSync(path);
  else chmodSync(path, 0o600);
  writeFileSync(path, bytes);
});

/** What happens to our own state, and to the work tree as a whole. */
export const STATE_CHANGES: Changes = {
  removeBlob: ofFile('remove', /\/blobs\//, (path) => rmSync(path)),
  truncateBlob: ofFile('truncate', /\/blobs\//, (path) => truncateSync(path, Math.floor(statSync(path).size / 2))),
  removeManifest: ofFile('remove', /\/actions\//, (path) => rmSync(path)),
  truncateManifest: ofFile('truncate', /\/actions\//, (path) =>
    truncateSync(path, Math.floor(statSync(path).size / 2)),
  ),
  removeState: ofFile('remove', /\/state\//, (path) => rmSync(path)),
  truncateState: ofFile('truncate', /\/state\//, (path, random) =>
    truncateSync(path, Math.floor((statSync(path).size * random.below(100)) / 100)),
  ),
  removeAny: ofFile('remove', /./, (path) => rmSync(path)),
  removeSomeDirectory: (scene, random) => {
    const directories = stateOf(scene);
    for (const directory of stateOf(scene)) listFiles(directory, directories);
    const path = pickSome(random, directories);
    if (path === undefined) return undefined;
    loseRecords(scene);
    rmSync(path, { recursive: true });
    return `remove ${path.slice(scene.base.length + 1)}`;
  },
  keepState: (scene) => {
    if (!existsSync(join(scene.root, '.tr'))) return undefined;
    rmSync(join(scene.base, 'kept-state'), { recursive: true, force: true });
    copy(join(scene.root, '.tr'), join(scene.base, 'kept-state'));
    return 'keep a copy of the state';
  },
  putStateBack: (scene) => {
    if (!existsSync(join(scene.base, 'kept-state'))) return undefined;
    loseRecords(scene);
    rmSync(join(scene.root, '.tr'), { recursive: true, force: true });
    copy(join(scene.base, 'kept-state'), join(scene.root, '.tr'));
    return 'put an earlier copy of the state back';
  },
  moveTree: (scene) => {
    if (scene.shape.kind === 'linked') return undefined;
    const first = join(scene.base, scene.shape.root.split('/')[0] ?? '');
    copy(first, `${first}.copy`);
    rmSync(first, { recursive: true });
    renameSync(`${first}.copy`, first);
    return 'put a copy in place of the whole tree';
  },
  renameTree: (scene) => {
    const first = join(scene.base, scene.shape.root.split('/')[0] ?? '');
    renameSync(first, `${first}.away`);
    renameSync(`${first}.away`, first);
    return 'move the whole tree away and back';
  },
};
