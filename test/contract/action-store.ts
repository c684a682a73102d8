import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestOf, sha256 } from '@tr/hash';
import { MANIFEST_VERSION, type ActionKey, type Manifest, type TaskId } from '@tr/model';
import type { ActionStore } from '@tr/store';

/** An action store to try, and a way to damage what it holds. */
export interface ActionStoreSubject {
  readonly store: ActionStore;
  /** Replaces the stored bytes of a manifest behind the store's back. */
  readonly tamper: (key: ActionKey, bytes: Uint8Array) => void | Promise<void>;
  readonly dispose?: () => void;
}

const TASK = 'web#build' as TaskId;

/** A key made of a word. */
export function keyOf(word: string): ActionKey {
  return sha256(word) as string as ActionKey;
}

/** A small valid manifest. */
export function manifestOf(word: string, changes: Partial<Manifest> = {}): Manifest {
  return {
    formatVersion: MANIFEST_VERSION,
    actionKey: keyOf(word),
    task: TASK,
    entries: [
      { type: 'directory', path: 'web/dist' },
      { type: 'file', path: 'web/dist/a.js', executable: false, digest: digestOf(Buffer.from(word)) },
      { type: 'symlink', path: 'web/dist/link', target: 'a.js' },
    ],
    log: digestOf(Buffer.from('log')),
    fingerprint: digestOf(Buffer.from('fingerprint')),
    externalClosure: undefined,
    durationMs: 12,
    producer: 'test',
    createdAt: 1000,
    ...changes,
  };
}

/** Registers what every {@link ActionStore} must do. */
export function describeActionStore(
  name: string,
  create: () => ActionStoreSubject | Promise<ActionStoreSubject>,
): void {
  const withStore = (title: string, body: (subject: ActionStoreSubject) => Promise<void>): void => {
    test(title, async () => {
      const subject = await create();
      try {
        await body(subject);
      } finally {
        subject.dispose?.();
      }
    });
  };
  const digestIn = async (store: ActionStore, word: string): Promise<string | undefined> => {
    const found = await store.get(keyOf(word));
    assert.ok(found.ok, JSON.stringify(found));
    return found.value?.digest;
  };

  describe(`action store: ${name}`, () => {
    withStore('gives back the manifest it was given', async ({ store }) => {
      for (const manifest of [
        manifestOf('plain'),
        manifestOf('closure', { externalClosure: digestOf(Buffer.from('closure')) }),
        manifestOf('nothing', { entries: [] }),
      ]) {
        const put = await store.put(manifest);
        assert.ok(put.ok && put.value.outcome === 'stored');
        const found = await store.get(manifest.actionKey);
        assert.ok(found.ok);
        assert.deepEqual(found.value?.manifest, manifest);
        assert.equal(found.value.digest, put.value.digest);
      }
    });

    withStore('what was never put is undefined', async ({ store }) => {
      assert.deepEqual(await store.get(keyOf('nothing')), { ok: true, value: undefined });
      assert.deepEqual(await store.delete(keyOf('nothing')), { ok: true, value: undefined });
      assert.deepEqual(await store.listByTask(TASK, 5), { ok: true, value: [] });
    });

    withStore('the first write wins', async ({ store }) => {
      await store.put(manifestOf('key', { producer: 'first' }));
      const digest = await digestIn(store, 'key');
      const second = await store.put(manifestOf('key', { producer: 'second' }));
      assert.deepEqual(second, { ok: true, value: { outcome: 'kept', digest } });
      const found = await store.get(keyOf('key'));
      assert.ok(found.ok && found.value?.manifest.producer === 'first');
    });

    withStore('unless the caller knows better', async ({ store }) => {
      await store.put(manifestOf('key', { producer: 'first' }));
      const second = await store.put(manifestOf('key', { producer: 'second' }), { replace: true });
      assert.ok(second.ok && second.value.outcome === 'stored');
      assert.equal(await digestIn(store, 'key'), second.value.digest);
    });

    for (const [title, damage] of [
      ['cut', (text: string) => text.slice(0, text.length >> 1)],
      ['empty', () => ''],
      ['of another key', () => JSON.stringify(manifestOf('other'))],
      ['of another version', (text: string) => text.replace(/"formatVersion":\d+/, '"formatVersion":999')],
      ['with a hostile path', (text: string) => text.replace('web/dist/a.js', '../../../a.js')],
    ] as const) {
      withStore(
        `a manifest that is ${title} is not trusted, and is replaced by the next`,
        async ({ store, tamper }) => {
          await store.put(manifestOf('key'));
          await tamper(keyOf('key'), Buffer.from(damage(JSON.stringify(manifestOf('key')))));
          const bad = await store.get(keyOf('key'));
          assert.ok(!bad.ok && bad.failure.code === 'store/corrupt', JSON.stringify(bad));
          const again = await store.get(keyOf('key'));
          assert.ok(again.ok ? again.value === undefined : again.failure.code === 'store/corrupt');
          assert.ok((await store.put(manifestOf('key'))).ok);
          await tamper(keyOf('key'), Buffer.from('{'));
          const put = await store.put(manifestOf('key'));
          assert.ok(put.ok && put.value.outcome === 'stored', JSON.stringify(put));
          assert.ok((await digestIn(store, 'key')) !== undefined);
        },
      );
    }

    withStore('lists the keys of a task, newest first', async ({ store }) => {
      for (const [word, createdAt] of [
        ['b', 2000],
        ['c', 3000],
        ['a', 1000],
      ] as const)
        await store.put(manifestOf(word, { createdAt }));
      await store.put(manifestOf('other', { task: 'web#test' as TaskId, createdAt: 9000 }));
      const keys = ['c', 'b', 'a'].map(keyOf);
      assert.deepEqual(await store.listByTask(TASK, 10), { ok: true, value: keys });
      assert.deepEqual(await store.listByTask(TASK, 2), { ok: true, value: keys.slice(0, 2) });
      await store.put(manifestOf('a', { createdAt: 4000 }), { replace: true });
      assert.deepEqual(await store.listByTask(TASK, 1), { ok: true, value: [keyOf('a')] });
    });

    withStore('two writers of one key: one wins, and it is whole', async ({ store }) => {
      const producers = Array.from({ length: 10 }, (_, at) => `writer ${at}`);
      const puts = await Promise.all(producers.map((producer) => store.put(manifestOf('key', { producer }))));
      const digest = await digestIn(store, 'key');
      assert.equal(puts.filter((put) => put.ok && put.value.outcome === 'stored').length, 1);
      assert.ok(puts.every((put) => put.ok && put.value.digest === digest));
    });

    withStore('what is deleted is gone', async ({ store }) => {
      await store.put(manifestOf('key'));
      assert.ok((await store.delete(keyOf('key'))).ok);
      assert.equal(await digestIn(store, 'key'), undefined);
    });
  });
}
