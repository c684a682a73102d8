import assert from 'node:assert/strict';
import { existsSync, utimesSync } from 'node:fs';
import { test } from 'node:test';
import { collectGarbage, isGcDue } from '../src/index.js';
import { createFolder, keyOf, putEntry } from './temp-folder.js';

const HOUR = 60 * 60 * 1000;
const NONE = { maxBytes: undefined, maxAgeMs: undefined };

test('entries used by a clock that was ahead do not outlive what is used now', async (t) => {
  let now = Date.now() + 1000 * HOUR;
  const subject = createFolder(t, { now: () => now });
  for (const word of ['a', 'b', 'c']) {
    await putEntry(subject, word, [word.repeat(2000)]);
    utimesSync(subject.folder.actionPath(keyOf(word)), now / 1000, now / 1000);
  }
  now = Date.now();
  const limits = { ...NONE, maxBytes: 8000 };
  const isThere = (word: string): boolean => existsSync(subject.folder.actionPath(keyOf(word)));
  for (const word of ['d', 'e']) {
    await putEntry(subject, word, [word.repeat(2000)]);
    await collectGarbage(subject.folder, { limits, now });
    assert.ok(isThere(word), word);
  }
  assert.ok(['a', 'b', 'c'].some((word) => !isThere(word)));
});

test('is due when the last one was by a clock that is far ahead', async (t) => {
  const subject = createFolder(t);
  const now = Date.now();
  await putEntry(subject, 'a', []);
  await collectGarbage(subject.folder, { limits: NONE, now: now + 1000 * HOUR });
  assert.ok(isGcDue(subject.folder, NONE, now));
  await collectGarbage(subject.folder, { limits: NONE, now });
  assert.ok(!isGcDue(subject.folder, NONE, now));
});
