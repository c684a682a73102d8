import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestOf } from '@tr/hash';
import type { Entry, EntryName, EntryStore } from '@tr/store';

/** An entry store to try. */
export interface EntryStoreSubject {
  readonly store: EntryStore;
  readonly dispose?: () => void;
}

const NAME: EntryName = { tenant: 't', scope: 'main', protocol: 'p', instance: '', key: 'key' };

function entryOf(text: string, name: Partial<EntryName> = {}, createdAt = 1000): Entry {
  const inline = Buffer.from(text);
  return {
    name: { ...NAME, ...name },
    body: digestOf(inline),
    inline,
    createdAt,
    durationMs: 5,
    facts: { tag: text },
  };
}

function textOf(entry: Entry | undefined): string | undefined {
  return entry?.inline && Buffer.from(entry.inline).toString();
}

/** Registers what every {@link EntryStore} must do. */
export function describeEntryStore(name: string, create: () => EntryStoreSubject | Promise<EntryStoreSubject>): void {
  const withStore = (title: string, body: (store: EntryStore) => Promise<void>): void => {
    test(title, async () => {
      const subject = await create();
      try {
        await body(subject.store);
      } finally {
        subject.dispose?.();
      }
    });
  };

  describe(`entry store: ${name}`, () => {
    withStore('gives back what it was given', async (store) => {
      assert.deepEqual(await store.get(NAME), { ok: true, value: undefined });
      assert.deepEqual(await store.put(entryOf('a')), { ok: true, value: 'stored' });
      const found = await store.get(NAME);
      assert.ok(found.ok && found.value !== undefined);
      const { inline, ...rest } = found.value;
      const { inline: given, ...expected } = entryOf('a');
      assert.deepEqual(rest, expected);
      assert.deepEqual(Buffer.from(inline ?? []), given);
    });

    withStore('the first write wins unless it is to be replaced', async (store) => {
      await store.put(entryOf('first'));
      assert.deepEqual(await store.put(entryOf('second')), { ok: true, value: 'kept' });
      const kept = await store.get(NAME);
      assert.equal(kept.ok && textOf(kept.value), 'first');
      assert.deepEqual(await store.put(entryOf('third'), { replace: true }), { ok: true, value: 'stored' });
      const replaced = await store.get(NAME);
      assert.equal(replaced.ok && textOf(replaced.value), 'third');
    });

    withStore('names that differ in any part never meet', async (store) => {
      const others: readonly Partial<EntryName>[] = [
        { tenant: 'u' },
        { scope: 'pr/7' },
        { protocol: 'q' },
        { instance: 'x' },
        { key: 'yek' },
        { scope: '../main' },
        { key: '../../../etc/passwd' },
        { tenant: 't","main' },
      ];
      await store.put(entryOf('own'));
      for (const other of others) {
        assert.deepEqual(await store.get({ ...NAME, ...other }), { ok: true, value: undefined }, JSON.stringify(other));
        await store.put(entryOf(JSON.stringify(other), other));
      }
      const own = await store.get(NAME);
      assert.equal(own.ok && textOf(own.value), 'own');
      for (const other of others) {
        const found = await store.get({ ...NAME, ...other });
        assert.equal(found.ok && textOf(found.value), JSON.stringify(other));
      }
    });

    withStore('lists a namespace, newest first, and scans everything', async (store) => {
      for (const [key, createdAt] of [
        ['b', 2000],
        ['c', 3000],
        ['a', 1000],
      ] as const)
        await store.put(entryOf(key, { key }, createdAt));
      await store.put(entryOf('elsewhere', { instance: 'x' }));
      const { key: _, ...namespace } = NAME;
      const listed = await store.list(namespace);
      assert.deepEqual(listed.ok && listed.value.map(({ name: { key } }) => key), ['c', 'b', 'a']);
      // Small bodies lie in their entries: thousands of them would be in memory at once.
      assert.ok(listed.ok && listed.value.every((entry) => !('inline' in entry)));
      const seen: string[] = [];
      assert.ok((await store.scan(({ name: { key, instance } }) => void seen.push(`${instance}${key}`))).ok);
      assert.deepEqual(seen.sort(), ['a', 'b', 'c', 'xkey']);
    });

    withStore('a list is that of now, however often it was asked for', async (store) => {
      const { key: _, ...namespace } = NAME;
      const list = async (): Promise<unknown> => {
        const listed = await store.list(namespace);
        return listed.ok && listed.value.map(({ name, facts }) => [name.key, facts['tag']]);
      };
      for (const key of ['a', 'b', 'c']) await store.put(entryOf(`first ${key}`, { key }));
      assert.deepEqual(await list(), await list());
      await store.put(entryOf('second b', { key: 'b' }, 9000), { replace: true });
      await store.delete({ ...NAME, key: 'a' });
      await store.put(entryOf('new', { key: 'd' }, 9500));
      const expected = [
        ['d', 'new'],
        ['b', 'second b'],
        ['c', 'first c'],
      ];
      assert.deepEqual(await list(), expected);
      assert.deepEqual(await list(), expected);
    });

    withStore('evicts what was not stored or used since, to the second', async (store) => {
      const usedAt = async (): Promise<number> => {
        let found = 0;
        assert.ok((await store.scan((usage) => (found = usage.usedAt))).ok);
        return found;
      };
      assert.deepEqual(await store.evict(NAME, 0), { ok: true, value: true });
      await store.put(entryOf('a'));
      const then = await usedAt();
      assert.deepEqual(await store.evict(NAME, then - 1000), { ok: true, value: false });
      assert.ok((await store.get(NAME)).ok);
      assert.deepEqual(await store.evict(NAME, then), { ok: true, value: true });
      assert.deepEqual(await store.get(NAME), { ok: true, value: undefined });
    });

    withStore('deletes, also what is not there', async (store) => {
      await store.put(entryOf('a'));
      assert.ok((await store.delete(NAME)).ok);
      assert.ok((await store.delete(NAME)).ok);
      assert.deepEqual(await store.get(NAME), { ok: true, value: undefined });
      assert.deepEqual(await store.put(entryOf('again')), { ok: true, value: 'stored' });
    });

    withStore('an entry that is of no use gives way, once, and only itself', async (store) => {
      const lost = entryOf('lost');
      await store.put(lost);
      assert.deepEqual(await store.put(entryOf('other'), { over: entryOf('another') }), { ok: true, value: 'kept' });
      assert.deepEqual(await store.put(entryOf('new'), { over: lost }), { ok: true, value: 'stored' });
      assert.deepEqual(await store.put(entryOf('late'), { over: lost }), { ok: true, value: 'kept' });
      const found = await store.get(NAME);
      assert.equal(found.ok && textOf(found.value), 'new');
    });

    withStore('of many writers one wins, and readers see its entry whole', async (store) => {
      const results = await Promise.all(Array.from({ length: 12 }, (_, at) => store.put(entryOf(`writer ${at}`))));
      const winners = results.flatMap((result, at) => (result.ok && result.value === 'stored' ? [at] : []));
      assert.equal(winners.length, 1, JSON.stringify(results));
      const found = await store.get(NAME);
      assert.equal(found.ok && textOf(found.value), `writer ${winners[0]}`);
    });
  });
}
