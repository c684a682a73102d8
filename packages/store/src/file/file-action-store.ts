import { sha256 } from '@tr/hash';
import { errorCode, isMissing, fail, ok, type ActionKey } from '@tr/model';
import type { CacheFolder } from '../folder/cache-folder.js';
import { noteUse, placeRecord } from '../folder/place-record.js';
import { guarded } from '../folder/guarded.js';
import { setAside } from '../folder/quarantine.js';
import { writeTemp } from '../folder/write-file.js';
import { fromManifestBytes, toManifestBytes } from '../manifest/manifest-bytes.js';
import { openSealed, SEAL_BYTES, seal } from '../manifest/seal.js';
import type { ActionStore, PutManifest, StoredManifest } from '../ports.js';
import { readWhole } from '../read-whole.js';
import type { StoreResult } from '../trouble.js';
import { addMark, listMarks } from './task-index.js';

const MANIFEST_MODE = 0o644;
/** Larger manifests are not read: about 200 bytes for each of the most entries there may be. */
const MAX_MANIFEST_FILE_BYTES = 256 * 1024 * 1024;
/** A hit counts as a use, but is written down at most this often, so that a no-op run writes nothing. */
const TOUCH_INTERVAL_MS = 4 * 60 * 60 * 1000;

/** What the store needs besides its folder. */
export interface FileActionStoreOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Manifests as files of a cache folder; the modification time of a manifest is its last use. */
export function createFileActionStore(folder: CacheFolder, { now }: FileActionStoreOptions): ActionStore {
  const { disk } = folder;
  /** Where one was missing others are too, and a look takes a tenth of the error that opening gives. */
  let looksFirst = false;

  return {
    async get(key) {
      const path = folder.actionPath(key);
      return guarded(folder, path, () => {
        if (looksFirst && disk.lstat(path) === undefined) return ok(undefined);
        const found = readOwnManifest(folder, key);
        if (found.ok && found.value !== undefined && now() - found.value.usedAt > TOUCH_INTERVAL_MS)
          noteUse(folder, path, now());
        looksFirst ||= found.ok && found.value === undefined;
        return found;
      });
    },

    async put(manifest, options) {
      const path = folder.actionPath(manifest.actionKey);
      return guarded(folder, path, () => {
        const bytes = toManifestBytes(manifest);
        const digest = sha256(bytes);
        const temp = writeTemp(folder, MANIFEST_MODE, (file) => disk.write(file, seal(bytes, digest)));
        const readFirst = () => {
          const first = readOwnManifest(folder, manifest.actionKey);
          return first.ok ? first.value : undefined;
        };
        const first = placeRecord(folder, { temp, path, replace: options?.replace === true, readFirst });
        if (first !== undefined) return ok<PutManifest>({ outcome: 'kept', digest: first.digest });
        addMark(folder, manifest);
        return ok<PutManifest>({ outcome: 'stored', digest });
      });
    },

    async listByTask(task, limit) {
      return guarded(folder, folder.taskFolder(task), () =>
        ok(
          listMarks(folder, task)
            .slice(0, limit)
            .map((mark) => mark.key),
        ),
      );
    },

    async delete(key) {
      const path = folder.actionPath(key);
      return guarded(folder, path, () => {
        try {
          disk.unlink(path);
        } catch (error) {
          if (errorCode(error) !== 'ENOENT') throw error;
        }
        return ok(undefined);
      });
    },
  };
}

/** A manifest with the time of its last use, milliseconds since the epoch. */
export interface UsedManifest extends StoredManifest {
  readonly usedAt: number;
}

/** A manifest that another version of `tr` wrote, which may share this cache, and can read it. */
export const OTHER_VERSION = 'other-version';

/** Reads and checks a manifest; one that cannot be trusted is set aside. Throws errors of the operating system. */
export function readManifest(
  folder: CacheFolder,
  key: ActionKey,
): StoreResult<UsedManifest | typeof OTHER_VERSION | undefined> {
  const path = folder.actionPath(key);
  let file;
  try {
    file = readWhole(folder.disk, path, MAX_MANIFEST_FILE_BYTES + SEAL_BYTES);
  } catch (error) {
    if (isMissing(error)) return ok(undefined);
    if (errorCode(error) !== 'EFBIG') throw error;
    return refuse(folder, key, 'too large');
  }
  const sealed = openSealed(file.bytes);
  if (sealed === undefined) return refuse(folder, key, 'other bytes than were stored');
  const parsed = fromManifestBytes(sealed.bytes, key);
  if (!parsed.ok)
    return parsed.failure.otherVersion !== undefined ? ok(OTHER_VERSION) : refuse(folder, key, parsed.failure.detail);
  return ok({ manifest: parsed.value, digest: sealed.digest, usedAt: file.stats.mtimeMs });
}

/** One of another version is not for us to trust; it stays until somebody stores the same key. */
function readOwnManifest(folder: CacheFolder, key: ActionKey): StoreResult<UsedManifest | undefined> {
  const found = readManifest(folder, key);
  if (found.ok) return found.value === OTHER_VERSION ? corrupt(key, 'another format version') : ok(found.value);
  return found;
}

function refuse(folder: CacheFolder, key: ActionKey, detail: string): StoreResult<never> {
  setAside(folder, folder.actionPath(key));
  return corrupt(key, detail);
}

function corrupt(key: ActionKey, detail: string): StoreResult<never> {
  return fail({ code: 'store/corrupt', kind: 'manifest', name: key, detail });
}
