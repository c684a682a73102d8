import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { digestOf } from '@tr/hash';
import type { ActionKey } from '@tr/model';
import type { RemoteBackend, RemoteResult } from '@tr/cache';
import { toEntryBytes, type Chunk } from '@tr/transport';
import { keyOf as keyOfWord } from './action-store.js';

/** A remote to try. */
export interface RemoteBackendSubject {
  readonly backend: RemoteBackend;
  /** Removes what holds these bytes behind the remote's back. */
  readonly lose: (bytes: Uint8Array) => void | Promise<void>;
  readonly dispose?: () => void | Promise<void>;
}

const never = (): AbortSignal => new AbortController().signal;

function valueOf<T>(result: RemoteResult<T>): T {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

/**
 * Registers what every {@link RemoteBackend} must do. It is to what several machines share what the suites of blob stores and
 * action stores are to one machine: chunks are its blobs, entries its manifests.
 */
export function describeRemoteBackend(
  name: string,
  create: () => RemoteBackendSubject | Promise<RemoteBackendSubject>,
): void {
  let subject: RemoteBackendSubject;
  // One remote for all: every test has chunks and keys of its own.
  let round = 0;
  const withBackend = (title: string, body: (subject: RemoteBackendSubject) => Promise<void>): void => {
    test(title, async () => {
      round++;
      await body(subject);
    });
  };
  /** Bytes as a chunk. What is in it is nobody's business but the reader's. */
  const chunkOf = (text: string, size?: number): Chunk => {
    const content = `${text}, test ${round}`;
    const bytes = Buffer.alloc(size ?? content.length, content);
    return { ...digestOf(bytes), length: bytes.length, bytes };
  };
  const keyOf = (word: string): ActionKey => keyOfWord(`${word}, test ${round}`);
  /** The document of a result that lies in these chunks, all of which were put before. */
  const entryOf = (word: string, chunks: readonly Chunk[], durationMs = 1): Buffer =>
    toEntryBytes({
      actionKey: keyOf(word),
      manifest: digestOf(Buffer.from(word)),
      durationMs,
      chunks: chunks.map(({ hash, size, length }) => ({ hash, size, length })),
      inline: [],
      signature: undefined,
    });
  const lookUp = async (backend: RemoteBackend, words: readonly string[]): Promise<readonly (string | undefined)[]> => {
    const found: ReadonlyMap<ActionKey, Uint8Array> = valueOf(await backend.lookup(words.map(keyOf), never()));
    return words.map((word) => found.get(keyOf(word))).map((bytes) => bytes && Buffer.from(bytes).toString());
  };
  const put = async (backend: RemoteBackend, word: string, durationMs?: number): Promise<string> => {
    const chunk = chunkOf(`chunk of ${word}`);
    valueOf(await backend.putChunks([chunk], never()));
    return valueOf(await backend.putEntry(keyOf(word), entryOf(word, [chunk], durationMs), never()));
  };

  describe(`remote: ${name}`, () => {
    before(async () => {
      subject = await create();
    });
    after(() => subject.dispose?.());

    withBackend('gives back the chunks it was given, in the order they are asked for', async ({ backend }) => {
      const chunks = [chunkOf('a'), chunkOf('large', 1024 * 1024 + 17), chunkOf('b')];
      assert.equal(valueOf(await backend.putChunks(chunks, never())), undefined);
      const absent = chunkOf('absent');
      const asked = [chunks[2], absent, chunks[0], chunks[1]].flatMap((chunk) => chunk ?? []);
      const found = valueOf(await backend.getChunks(asked, never()));
      assert.deepEqual(
        found.map((bytes) => bytes && digestOf(bytes).hash),
        asked.map((chunk) => (chunk === absent ? undefined : chunk.hash)),
      );
    });

    withBackend('says which chunks have to be sent, in order', async ({ backend }) => {
      const [here, z, a] = [chunkOf('here'), chunkOf('z'), chunkOf('a')];
      valueOf(await backend.putChunks([here], never()));
      const missing = valueOf(await backend.findMissing([z, here, a], never()));
      assert.deepEqual(
        missing.map(({ hash }) => hash),
        [z.hash, a.hash],
      );
      assert.deepEqual(valueOf(await backend.findMissing([here], never())), []);
    });

    withBackend('a chunk of another size is another chunk', async ({ backend }) => {
      const chunk = chunkOf('here');
      valueOf(await backend.putChunks([chunk], never()));
      const other = { hash: chunk.hash, size: chunk.size + 1 };
      assert.equal(valueOf(await backend.findMissing([other], never())).length, 1);
      assert.deepEqual(valueOf(await backend.getChunks([other], never())), [undefined]);
    });

    withBackend('bytes under the digest of others are never given out', async ({ backend }) => {
      const [good, bad] = [chunkOf('good'), chunkOf('evil')];
      await backend.putChunks([{ ...good, bytes: bad.bytes }], never());
      assert.deepEqual(valueOf(await backend.getChunks([good], never())), [undefined]);
      valueOf(await backend.putChunks([good], never()));
      assert.deepEqual(Buffer.from(valueOf(await backend.getChunks([good], never()))[0] ?? []), good.bytes);
    });

    withBackend('many writers of the same chunks all end well', async ({ backend }) => {
      const chunks = Array.from({ length: 20 }, (_, at) => chunkOf(`chunk ${at % 5}`));
      for (const result of await Promise.all(chunks.map((chunk) => backend.putChunks([chunk], never()))))
        valueOf(result);
      assert.deepEqual(valueOf(await backend.findMissing(chunks, never())), []);
    });

    withBackend('finds the entries that are there, of many keys', async ({ backend }) => {
      assert.deepEqual(await lookUp(backend, ['a', 'b']), [undefined, undefined]);
      assert.equal(await put(backend, 'a'), 'stored');
      assert.equal(await put(backend, 'c'), 'stored');
      const text = (word: string): string => entryOf(word, [chunkOf(`chunk of ${word}`)]).toString();
      assert.deepEqual(await lookUp(backend, ['c', 'b', 'a']), [text('c'), undefined, text('a')]);
    });

    withBackend('an entry may be large', async ({ backend }) => {
      const chunk = chunkOf('chunk of many');
      valueOf(await backend.putChunks([chunk], never()));
      const entry = entryOf(
        'many',
        Array.from({ length: 30_000 }, () => chunk),
      );
      assert.equal(valueOf(await backend.putEntry(keyOf('many'), entry, never())), 'stored');
      assert.equal(await put(backend, 'a'), 'stored');
      assert.equal((await lookUp(backend, ['a', 'many']))[1]?.length, entry.length);
    });

    withBackend('the first write wins', async ({ backend }) => {
      assert.equal(await put(backend, 'key', 1), 'stored');
      const [first] = await lookUp(backend, ['key']);
      assert.equal(await put(backend, 'key', 2), 'kept');
      assert.deepEqual(await lookUp(backend, ['key']), [first]);
    });

    withBackend('of many writers of one key one wins, and it is whole', async ({ backend }) => {
      const puts = await Promise.all(Array.from({ length: 10 }, (_, at) => put(backend, 'key', at)));
      assert.equal(puts.filter((outcome) => outcome === 'stored').length, 1);
      const chunk = chunkOf('chunk of key');
      const texts = puts.map((_, at) => entryOf('key', [chunk], at).toString());
      assert.ok(texts.includes((await lookUp(backend, ['key']))[0] ?? ''));
    });

    withBackend('an entry whose chunks are gone gives way', async ({ backend, lose }) => {
      await put(backend, 'key', 1);
      await lose(chunkOf('chunk of key').bytes);
      assert.equal(await put(backend, 'key', 2), 'kept', 'the chunk is there again');
      await lose(chunkOf('chunk of key').bytes);
      const other = chunkOf('another chunk');
      valueOf(await backend.putChunks([other], never()));
      assert.equal(valueOf(await backend.putEntry(keyOf('key'), entryOf('key', [other]), never())), 'stored');
      assert.deepEqual(await lookUp(backend, ['key']), [entryOf('key', [other]).toString()]);
    });
  });
}
