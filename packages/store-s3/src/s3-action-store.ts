import { isSha256, sha256 } from '@tr/hash';
import { compareStrings, fail, ok, type ActionKey, type Manifest, type TaskId } from '@tr/model';
import { fromManifestBytes, toManifestBytes, type ActionStore, type StoreResult } from '@tr/store';
import type { Bucket } from './bucket.js';
import type { FirstWriter } from './put-first.js';
import { readObject } from './read-object.js';

const MAX_MANIFEST_OBJECT = 256 * 1024 * 1024;
const TIME_DIGITS = 15;

/** Where a manifest lies below the prefix. */
export function actionObjectKey(key: ActionKey): string {
  return `actions/${key.slice(0, 2)}/${key}.json`;
}

/**
 * Manifests as objects, and for each task an empty object per key, whose name sorts by time. A reader never removes anything:
 * an object that cannot be trusted may be another one by then, and gives way to the next writer.
 */
export function createS3ActionStore(bucket: Bucket, writer: FirstWriter): ActionStore {
  return {
    async get(key) {
      const object = await readObject(bucket, actionObjectKey(key), MAX_MANIFEST_OBJECT);
      if (!object.ok || object.value === undefined) return object.ok ? ok(undefined) : object;
      const { bytes } = object.value;
      const parsed = bytes === undefined ? fail({ detail: 'too large' }) : fromManifestBytes(bytes, key);
      if (parsed.ok && bytes !== undefined) return ok({ manifest: parsed.value, digest: sha256(bytes) });
      const detail = parsed.ok ? 'too large' : parsed.failure.detail;
      return fail({ code: 'store/corrupt', kind: 'manifest', name: key, detail });
    },

    async put(manifest, options) {
      const key = actionObjectKey(manifest.actionKey);
      const bytes = toManifestBytes(manifest);
      const givesWay = (there: Uint8Array): boolean => !fromManifestBytes(there, manifest.actionKey).ok;
      const first =
        options?.replace === true
          ? await replaceObject(bucket, key, bytes)
          : await writer.put({ key, bytes, limit: MAX_MANIFEST_OBJECT, givesWay });
      if (!first.ok) return first;
      if (first.value !== undefined) return ok({ outcome: 'kept', digest: sha256(first.value) });
      const mark = await bucket.put(markKey(manifest), Buffer.alloc(0));
      return mark.ok ? ok({ outcome: 'stored', digest: sha256(bytes) }) : mark;
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

async function replaceObject(bucket: Bucket, key: string, bytes: Uint8Array): Promise<StoreResult<undefined>> {
  const put = await bucket.put(key, bytes);
  return put.ok ? ok(undefined) : put;
}

function taskPrefix(task: TaskId): string {
  return `tasks/${sha256(task)}/`;
}

function markKey({ task, createdAt, actionKey }: Manifest): string {
  return `${taskPrefix(task)}${String(Math.trunc(createdAt)).padStart(TIME_DIGITS, '0')}-${actionKey}`;
}
