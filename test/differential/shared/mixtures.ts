import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { NONCE } from '../compare.js';
import type { Answer, Scene } from '../scene.js';

/**
 * What a call has left of results that are another one each time they are made: all files of one, and its log, have to be
 * those of one execution; and what was made of them of the same one.
 */
export function findMixtures(scene: Scene, { text }: Answer): readonly string[] {
  const found: string[] = [];
  for (const [, task = '', said = ''] of text.matchAll(/NONCE (\S+) (nonce-[0-9a-f]{16})/g)) {
    const [owner = '', output = ''] = task.split('#');
    const directory = listPackages(scene).find((path) => basename(path) === basename(owner)) ?? '';
    const place = join(scene.root, directory, output);
    const nonces = new Set(readNonces(place));
    if (nonces.size !== 1 || !nonces.has(said))
      found.push(`${task} said ${said}, and its outputs hold ${[...nonces].join(', ')}`);
    if (!existsSync(join(place, 'void'))) found.push(`${task} is without its empty directory`);
  }
  for (const directory of listPackages(scene)) {
    const [odd, odder] = ['odd', 'odder'].map((name) => readNonces(join(scene.root, directory, name))[0]);
    if (text.includes(`#odder nonce-`) && odder !== undefined && odd !== odder)
      found.push(`${directory}: odder holds ${odder}, odd ${odd}`);
  }
  return found;
}

/** Those it began with, and the one that comes and goes. */
function listPackages({ shape, root }: Scene): readonly string[] {
  return [...shape.packages, 'packages/z', 'services/z'].filter((path) => existsSync(join(root, path)));
}

function readNonces(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .flatMap(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1').match(NONCE) ?? []);
}
