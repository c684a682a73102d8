import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { digestOf, sha256 } from '@tr/hash';
import { MANIFEST_VERSION, type ActionKey, type Manifest, type ManifestEntry, type TaskId } from '@tr/model';
import {
  createFileBlobStore,
  nodeDisk,
  openCacheFolder,
  toManifestBytes,
  type BlobStore,
  type CacheFolder,
  type Disk,
} from '@tr/store';
import {
  collectOutputs,
  compileOutputs,
  openOutputRecords,
  openStagingArea,
  packOutputs,
  rememberOutputs,
  restoreOutputs,
  type ContentStream,
  type OutputPlace,
  type PackedOutputs,
  type RestoreResult,
} from '../src/index.js';

/** The one task of these tests, of the package in `web`. */
export const TASK = 'web#build' as TaskId;

/** A tree as a literal: text = file, `{ run }` = executable, `{ link }` = link, null = empty directory. */
export type Tree = Readonly<Record<string, string | { readonly run: string } | { readonly link: string } | null>>;

/** A workspace with a store beside it. */
export interface Rig {
  readonly directory: string;
  readonly root: string;
  readonly place: OutputPlace;
  readonly folder: CacheFolder;
  readonly blobs: BlobStore;
  write(tree: Tree): void;
  remove(path: string): void;
  /** Everything below `web`, links not followed; directories only when empty. */
  read(path?: string): Tree;
  pack(options?: {
    readonly include?: readonly string[];
    readonly exclude?: readonly string[];
  }): Promise<PackedOutputs>;
  /** Packs, names the result, and writes the record as a save does. */
  save(word: string, include?: readonly string[]): Promise<Manifest>;
  restore(manifest: Manifest, options?: RestoreOptions): Promise<RestoreResult['restoration']>;
}

export interface RestoreOptions {
  readonly include?: readonly string[];
  readonly linked?: boolean;
  readonly blobs?: BlobStore;
  readonly contents?: ContentStream;
  readonly since?: () => number;
}

/** Makes a workspace; it is removed when the test ends. */
export function createRig(
  t: TestContext,
  options: {
    readonly disk?: Disk;
    readonly directory?: string;
    /** Small files go into a pack, as they do in a run; else each has a blob that a test can get at. */
    readonly packed?: boolean;
    readonly platform?: NodeJS.Platform;
  } = {},
): Rig {
  const { disk = nodeDisk, platform = process.platform } = options;
  const directory = options.directory ?? realpathSync(mkdtempSync(join(tmpdir(), 'tr-artifact-')));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const root = join(directory, 'ws');
  mkdirSync(join(root, 'web'), { recursive: true });
  const folder = openCacheFolder({ directory: join(directory, 'cache'), disk });
  const blobs = createFileBlobStore(folder);
  const records = openOutputRecords(disk, join(root, '.tr/state/v1/outputs'));
  const staging = openStagingArea(disk, join(root, '.tr/tmp'), root);
  const place: OutputPlace = { disk, root, staging, records, platform };
  const matcherOf = (include: readonly string[], exclude: readonly string[] = []) =>
    compileOutputs({ include, exclude }, 'web');

  const pack: Rig['pack'] = async ({ include = ['dist/**'], exclude = [] } = {}) => {
    const collected = await collectOutputs({ disk, root, matcher: matcherOf(include, exclude) });
    if (!collected.ok) throw new Error(JSON.stringify(collected.failure));
    const packed = await packOutputs({
      disk,
      root,
      blobs,
      collected: collected.value,
      linked: options.packed !== true,
      platform,
    });
    if (!packed.ok) throw new Error(JSON.stringify(packed.failure));
    return packed.value;
  };
  return {
    directory,
    root,
    place,
    folder,
    blobs,
    write: (tree) => writeTree(join(root, 'web'), tree),
    remove: (path) => rmSync(join(root, 'web', path), { recursive: true, force: true }),
    read: (path = '') => readTree(join(root, 'web', path)),
    pack,
    save: async (word, include = ['dist/**']) => {
      const sampledAt = records.sampleClock();
      const packed = await pack({ include });
      const manifest = { ...manifestOf(word, packed.entries), packs: packed.packs };
      const manifestDigest = sha256(toManifestBytes(manifest));
      rememberOutputs({
        place,
        task: TASK,
        manifest,
        manifestDigest,
        origin: 'executed',
        stamps: packed.stamps,
        sampledAt,
      });
      return manifest;
    },
    restore: async (manifest, { include = ['dist/**'], linked = false, blobs: source = blobs, ...rest } = {}) => {
      const manifestDigest = sha256(toManifestBytes(manifest));
      const matcher = matcherOf(include);
      const result = await restoreOutputs({
        place,
        task: TASK,
        matcher,
        manifest,
        manifestDigest,
        blobs: source,
        linked,
        ...rest,
      });
      return result.restoration;
    },
  };
}

/** A manifest of these entries. */
export function manifestOf(word: string, entries: readonly ManifestEntry[]): Manifest {
  return {
    formatVersion: MANIFEST_VERSION,
    actionKey: sha256(word) as string as ActionKey,
    task: TASK,
    entries,
    log: digestOf(Buffer.from('log')),
    fingerprint: digestOf(Buffer.from('fingerprint')),
    externalClosure: undefined,
    durationMs: 1,
    producer: 'test',
    createdAt: 1000,
  };
}

/** Writes a tree below a directory. */
export function writeTree(directory: string, tree: Tree): void {
  for (const [path, content] of Object.entries(tree)) {
    const native = join(directory, path);
    mkdirSync(content === null ? native : dirname(native), { recursive: true });
    if (content === null) continue;
    if (typeof content === 'string') writeFileSync(native, content);
    else if ('link' in content) symlinkSync(content.link, native);
    else {
      writeFileSync(native, content.run);
      chmodSync(native, 0o755);
    }
  }
}

/** Reads a tree back. */
export function readTree(directory: string): Tree {
  const tree: Record<string, Tree[string]> = {};
  const visit = (below: string): void => {
    const names = readdirSync(join(directory, below)).sort();
    if (names.length === 0 && below !== '') tree[below] = null;
    for (const name of names) {
      const path = below === '' ? name : `${below}/${name}`;
      const stats = lstatSync(join(directory, path));
      if (stats.isDirectory()) visit(path);
      else if (stats.isSymbolicLink()) tree[path] = { link: readlinkSync(join(directory, path)) };
      else {
        const text = readFileSync(join(directory, path), 'utf8');
        tree[path] = (stats.mode & 0o111) === 0 ? text : { run: text };
      }
    }
  };
  visit('');
  return tree;
}
