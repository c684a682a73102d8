import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isNoSpace } from '../place/is-no-space.js';
import type { RemovableFolder } from '../place/places.js';
import type { Account } from '../process.js';
import { packState } from './pack-state.js';
import type { StateHeader } from './state-header.js';
import { StateError, unpackState } from './unpack-state.js';

/** An empty data directory that is made once per machine. */
export interface KeptEmpty {
  /** Where it is kept; whatever decides its bytes is in its name. */
  readonly path: string;
  readonly header: StateHeader;
  /** The data directory to fill; not there yet. */
  readonly directory: string;
  readonly account: Account | undefined;
  readonly isStored: (path: string) => boolean;
  /** Makes a folder of ours in a folder: what a killed run has left there is removed. */
  readonly createFolder: (parent: string) => RemovableFolder;
  /** Makes it the long way. */
  readonly make: () => Promise<void>;
}

/** What is being made the long way at the moment, by its path: whoever wants the same waits for it. */
const making = new Map<string, Promise<void>>();

/** Fills a data directory: the long way the first time, from what that has left from then on. */
export async function fillFromKept(kept: KeptEmpty): Promise<void> {
  await making.get(kept.path);
  if (existsSync(kept.path) && (await tryUnpack(kept))) return;
  const made = make(kept);
  // Another one's trouble is not ours: then it is tried again.
  const settled = made.catch(() => undefined).finally(() => making.delete(kept.path));
  making.set(kept.path, settled);
  await made;
}

async function make(kept: KeptEmpty): Promise<void> {
  await kept.make();
  try {
    await keep(kept);
  } catch (error) {
    // It is made the long way again next time.
    if (!isNoSpace(error)) throw error;
  }
}

async function keep({ header, directory, isStored, path, createFolder }: KeptEmpty): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const folder = createFolder(dirname(path));
  try {
    const target = join(folder.path, 'empty');
    await packState({ header, directory, isWanted: isStored, target });
    renameSync(target, path);
  } finally {
    await folder.remove();
  }
}

async function tryUnpack({ path, header, directory, account, isStored }: KeptEmpty): Promise<boolean> {
  try {
    await unpackState({ path, sha256: undefined, expected: header, directory, account, isStored });
    return true;
  } catch (error) {
    if (!(error instanceof StateError)) throw error;
    rmSync(directory, { recursive: true, force: true });
    rmSync(path, { force: true });
    return false;
  }
}
