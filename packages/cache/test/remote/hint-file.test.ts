import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sha256 } from '@tr/hash';
import { nodeDisk } from '@tr/store';
import { ChunkIndex } from '../../src/remote/chunk-index.js';
import { RefusedEntries } from '../../src/remote/refused-entries.js';

test('refused entries are remembered, and begin anew when there are too many: runs do not add to a file that none of them reads', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hints-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'refused');
  const add = (from: number, count: number): void => {
    const refused = new RefusedEntries(nodeDisk, path);
    for (let at = from; at < from + count; at++) refused.add(sha256(`${at}`));
  };
  add(0, 1000);
  assert.ok(new RefusedEntries(nodeDisk, path).has(sha256('0')));
  add(1000, 1);
  for (let run = 0; run < 3; run++) add(2000, 2);
  assert.equal(statSync(path).size, 2 * 65);
  assert.ok(new RefusedEntries(nodeDisk, path).has(sha256('2001')));
});

test('an index of chunks that is too large to be read begins anew', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'hints-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'chunks');
  writeFileSync(path, Buffer.alloc(17 * 1024 * 1024, '\n'));
  assert.equal(new ChunkIndex(nodeDisk, path).find(sha256('a')), undefined);
  assert.ok(!existsSync(path));
});
