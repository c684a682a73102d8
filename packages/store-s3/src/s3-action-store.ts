import { isSha256, sha256 } from '@tr/hash';
import { compareStrings, fail, ok, type ActionKey, type Manifest, type TaskId } from '@tr/model';
import { fromManifestBytes, toManifestBytes, type ActionStore, type StoredManifest, type StoreResult } from '@tr/store';
import type { Bucket } from './bucket.js';
import { putFirst, type ConditionalWrites } from './conditional-writes.js';
import { readObject } from './read-object.js';

const MAX_MANIFEST_OBJECT = 256 * 1024 * 1024;
const TIME_DIGITS = 15;

/** Where a manifest lies below the prefix. */
export function actionObjectKey(key: ActionKey): string {
  return `actions/${key.slice(0, 2)}/${key}.json`;
}

/** Manifests as objects, and for each task an empty object per key, whose name sorts by time. */
export function createS3ActionStore(bucket: Bucket, conditions: ConditionalWrites): ActionStore {
  const get = async (key: ActionKey): Promise<StoreResult<StoredManifest | undefined>> => {
    const object = actionObjectKey(key);
    const bytes = await readObject(bucket, object, MAX_MANIFEST_OBJECT);
    if (!bytes.ok || bytes.value === undefined) return bytes.ok ? ok(undefined) : bytes;
    const parsed = bytes.value === 'too-large' ? fail({ detail: 'too large' }) : fromManifestBytes(bytes.value, key);
    if (parsed.ok && bytes.value !== 'too-large') return ok({ manifest: parsed.value, digest: sha256(bytes.value) });
    await bucket.delete(object);
    const detail = parsed.ok ? 'too large' : parsed.failure.detail;
    return fail({ code: 'store/corrupt', kind: 'manifest', name: key, detail });
  };
  const putObject = async (manifest: Manifest, replace: boolean): Promise<StoreResult<'stored' | 'kept'>> => {
    const key = actionObjectKey(manifest.actionKey);
    const bytes = toManifestBytes(manifest);
    if (replace) {
      const put = await bucket.put(key, bytes);
      return put.ok ? ok('stored') : put;
    }
    const isReadable = async (): Promise<StoreResult<boolean>> => {
      const first = await get(manifest.actionKey);
      return first.ok || first.failure.code === 'store/corrupt' ? ok(first.ok && first.value !== undefined) : first;
    };
    return await putFirst(bucket, conditions, { key, bytes, isReadable });
  };

  return {
    get,

    async put(manifest, options) {
      const put = await putObject(manifest, options?.replace === true);
      if (!put.ok) return put;
      const digest = sha256(toManifestBytes(manifest));
      if (put.value === 'kept') {
        const first = await get(manifest.actionKey);
        return ok({ outcome: 'kept', digest: first.ok && first.value !== undefined ? first.value.digest : digest });
      }
      const mark = await bucket.put(markKey(manifest), Buffer.alloc(0));
      return mark.ok ? ok({ outcome: 'stored', digest }) : mark;
    },

    async listByTask(task, limit) {
      const names: string[] = [];
      const listed = await bucket.list(
        taskPrefix(task),
        ({ key }) => void names.push(key.slice(taskPrefix(task).length)),
      );
      if (!listed.ok) return listed;
      const keys = names
        .sort((a, b) => compareStrings(b, a))
        .map((name) => name.slice(TIME_DIGITS + 1))
        .filter((key) => isSha256(key));
      return ok([...new Set(keys as string[] as ActionKey[])].slice(0, limit));
    },

    async delete(key) {
      return await bucket.delete(actionObjectKey(key));
    },
  };
}

function taskPrefix(task: TaskId): string {
  return `tasks/${sha256(task)}/`;
}

function markKey({ task, createdAt, actionKey }: Manifest): string {
  return `${taskPrefix(task)}${String(Math.trunc(createdAt)).padStart(TIME_DIGITS, '0')}-${actionKey}`;
}
