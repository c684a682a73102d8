import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { digestOf } from '@tr/hash';
import type { BlobStore } from '@tr/store';
import { createTempDirectory } from './temp-directory.js';

/** A blob store to try, and a way to damage what it holds. */
export interface BlobStoreSubject {
  readonly store: BlobStore;
  /** Replaces the stored bytes of a blob behind the store's back. */
  readonly tamper: (hash: string, bytes: Uint8Array) => void | Promise<void>;
  readonly dispose?: () => void;
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const LARGE = Buffer.alloc(3 * 1024 * 1024 + 17, 'large');

/** Registers what every {@link BlobStore} must do. */
export function describeBlobStore(name: string, create: () => BlobStoreSubject | Promise<BlobStoreSubject>): void {
  const withStore = (title: string, body: (subject: BlobStoreSubject) => Promise<void>): void => {
    test(title, async () => {
      const subject = await create();
      try {
        await body(subject);
      } finally {
        subject.dispose?.();
      }
    });
  };

  describe(`blob store: ${name}`, () => {
    withStore('gives back the bytes it was given, whole and in pieces', async ({ store }) => {
      for (const bytes of [bytesOf(''), bytesOf('hello'), LARGE]) {
        const put = await store.putBytes(bytes);
        assert.deepEqual(put, { ok: true, value: { digest: digestOf(bytes), added: true } });
        const whole = await store.readBytes(digestOf(bytes));
        assert.ok(whole.ok);
        assert.deepEqual(Buffer.from(whole.value), Buffer.from(bytes));
        const pieces: Uint8Array[] = [];
        assert.deepEqual(await store.read(digestOf(bytes), (piece) => void pieces.push(piece)), {
          ok: true,
          value: undefined,
        });
        assert.deepEqual(Buffer.concat(pieces), Buffer.from(bytes));
      }
    });

    withStore('stores the same bytes once', async ({ store }) => {
      await store.putBytes(bytesOf('twice'));
      const again = await store.putBytes(bytesOf('twice'));
      assert.ok(again.ok && !again.value.added);
    });

    withStore('stores a file', async ({ store }) => {
      const directory = createTempDirectory();
      try {
        const path = join(directory.path, 'file');
        writeFileSync(path, LARGE);
        const put = await store.putFile(path);
        assert.deepEqual(put, { ok: true, value: { digest: digestOf(LARGE), added: true } });
        const again = await store.putFile(path);
        assert.ok(again.ok && !again.value.added);
        assert.ok((await store.readBytes(digestOf(LARGE))).ok);
        const absent = await store.putFile(join(directory.path, 'absent'));
        assert.ok(!absent.ok && absent.failure.code === 'store/io');
      } finally {
        directory.dispose();
      }
    });

    withStore('says what is missing, in order', async ({ store }) => {
      await store.putBytes(bytesOf('here'));
      const digests = ['z', 'here', 'a'].map((text) => digestOf(bytesOf(text)));
      const missing = await store.findMissing(digests);
      assert.deepEqual(missing, { ok: true, value: [digests[0], digests[2]] });
      assert.deepEqual(await store.findMissing([]), { ok: true, value: [] });
      const wrongSize = { ...digestOf(bytesOf('here')), size: 5 };
      assert.deepEqual(await store.findMissing([wrongSize]), { ok: true, value: [wrongSize] });
    });

    withStore('a missing blob is a failure, not an error', async ({ store }) => {
      const digest = digestOf(bytesOf('nowhere'));
      const failure = { code: 'store/missing', kind: 'blob', name: digest.hash };
      assert.deepEqual(await store.readBytes(digest), { ok: false, failure });
      assert.deepEqual(await store.read(digest, () => undefined), { ok: false, failure });
      const local = await store.localFile(digest, false);
      assert.ok(local.ok ? local.value === undefined : local.failure.code === 'store/missing');
    });

    for (const [title, damaged] of [
      ['flipped', 'jello'],
      ['cut', 'hell'],
      ['grown', 'hello!'],
      ['empty', ''],
    ] as const) {
      withStore(`never gives out a ${title} blob, and can store it again`, async ({ store, tamper }) => {
        const digest = digestOf(bytesOf('hello'));
        for (const read of [() => store.readBytes(digest), () => store.read(digest, () => undefined)]) {
          await store.putBytes(bytesOf('hello'));
          await tamper(digest.hash, bytesOf(damaged));
          const result = await read();
          assert.ok(!result.ok && result.failure.code === 'store/corrupt', JSON.stringify(result));
          assert.deepEqual(await store.findMissing([digest]), { ok: true, value: [digest] });
          assert.ok((await store.putBytes(bytesOf('hello'))).ok);
          assert.ok((await store.readBytes(digest)).ok);
        }
      });
    }

    withStore('many writers of the same blobs all end well', async ({ store }) => {
      const texts = Array.from({ length: 20 }, (_, at) => bytesOf(`blob ${at % 5}`));
      const results = await Promise.all(texts.map((bytes) => store.putBytes(bytes)));
      assert.ok(results.every((result) => result.ok));
      for (const bytes of texts) assert.ok((await store.readBytes(digestOf(bytes))).ok);
    });
  });
}
