import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { digestOf, sha256 } from '@tr/hash';
import { MANIFEST_VERSION, type ActionKey, type Digest, type Manifest, type TaskId } from '@tr/model';
import {
  createFileActionStore,
  createFileBlobStore,
  nodeDisk,
  openCacheFolder,
  type ActionStore,
  type BlobStore,
  type CacheFolder,
  type Disk,
} from '../src/index.js';

/** A cache folder in a temporary directory with its two stores. */
export interface TestFolder {
  readonly directory: string;
  readonly folder: CacheFolder;
  readonly blobs: BlobStore;
  readonly actions: ActionStore;
}

/** A directory that is removed when the test ends. */
export function createTempDirectory(t: TestContext): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'tr-store-')));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Opens a new cache folder, or the one in `directory`. */
export function createFolder(
  t: TestContext,
  options: { disk?: Disk; directory?: string; now?: () => number } = {},
): TestFolder {
  const { disk = nodeDisk, directory = createTempDirectory(t), now = () => Date.now() } = options;
  const folder = openCacheFolder({ directory, disk });
  return { directory, folder, blobs: createFileBlobStore(folder), actions: createFileActionStore(folder, { now }) };
}

/** A key made of a word. */
export function keyOf(word: string): ActionKey {
  return sha256(word) as string as ActionKey;
}

/** Stores a text. */
export async function putText(blobs: BlobStore, text: string): Promise<Digest> {
  const put = await blobs.putBytes(Buffer.from(text));
  if (!put.ok) throw new Error(JSON.stringify(put.failure));
  return put.value.digest;
}

/** Stores an entry whose outputs are files of these contents. */
export async function putEntry(
  { blobs, actions }: TestFolder,
  word: string,
  contents: readonly string[],
  changes: Partial<Manifest> = {},
): Promise<Manifest> {
  const entries: Manifest['entries'][number][] = [];
  for (const [at, content] of contents.entries()) {
    const digest = await putText(blobs, content);
    entries.push({ type: 'file', path: `dist/${String(at).padStart(3, '0')}`, executable: false, digest });
  }
  const manifest: Manifest = { ...manifestOf(word), entries, log: await putText(blobs, 'log'), ...changes };
  const put = await actions.put({ ...manifest, fingerprint: await putText(blobs, 'fingerprint') });
  if (!put.ok) throw new Error(JSON.stringify(put.failure));
  return manifest;
}

/** A manifest without outputs. */
export function manifestOf(word: string): Manifest {
  return {
    formatVersion: MANIFEST_VERSION,
    actionKey: keyOf(word),
    task: 'web#build' as TaskId,
    entries: [],
    log: digestOf(Buffer.from('log')),
    fingerprint: digestOf(Buffer.from('fingerprint')),
    externalClosure: undefined,
    durationMs: 1,
    producer: 'test',
    createdAt: 1000,
  };
}

/** Files below a directory, relative, sorted. */
export function listFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true })
    .map(String)
    .filter((name) => statSync(join(directory, name)).isFile())
    .sort();
}

/** The real disk with some operations replaced. */
export function diskWith(changes: Partial<Disk>): Disk {
  return { ...nodeDisk, ...changes };
}

/** Like an error of the operating system. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
