import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sha256 } from '@tr/model';
import type { FromWorker } from '../src/workers/messages.js';
import type { News } from '../src/workers/siblings.js';
import { WorkerSiblings } from '../src/workers/worker-siblings.js';

test('entries of one slot that were stored one after the other are told as one, in their place', () => {
  const sent: FromWorker[] = [];
  const siblings = new WorkerSiblings({ send: (message) => void sent.push(message) }, false);
  const stored = (slot: string, bytes: number): News => ({ kind: 'stored', slot, bytes, entries: 1 });
  const blob: News = { kind: 'blob', hash: 'a'.repeat(64) as Sha256 };
  for (const news of [stored('a', 1), stored('a', 2), stored('b', 4), blob, stored('b', 8), stored('b', 16)])
    siblings.tell(news);
  // What was told before a question arrives before it.
  void siblings.ask({ kind: 'ledger' });
  assert.deepEqual(sent[0], {
    type: 'tell',
    news: [
      { kind: 'stored', slot: 'a', bytes: 3, entries: 2 },
      { kind: 'stored', slot: 'b', bytes: 4, entries: 1 },
      blob,
      { kind: 'stored', slot: 'b', bytes: 24, entries: 2 },
    ],
  });
});
