import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { watchDirectory } from '../src/config/watch-directory.js';
import { call, startTestServer } from './rig/server.js';

test('a store whose directory was taken away: not ready, also when a write has made another one, until it is back', async () => {
  const root = mkdtempSync(join(tmpdir(), 'watch-directory-'));
  const [place, away] = [join(root, 'store'), join(root, 'away')];
  const isStoreInPlace = watchDirectory(place);
  assert.equal(await isStoreInPlace(), true, 'it is not there yet');
  mkdirSync(place);
  await using server = await startTestServer({ isStoreInPlace });
  const ready = async () => await (await call(server, '/readyz')).text();
  try {
    assert.equal(await ready(), 'ready\n');
    renameSync(place, away);
    assert.match(await ready(), /^not ready: the directory of the store is not the one/);
    mkdirSync(place);
    assert.equal((await call(server, '/readyz')).status, 503);
    assert.equal((await call(server, '/healthz')).status, 200);
    rmSync(place, { recursive: true });
    renameSync(away, place);
    assert.equal(await ready(), 'ready\n');
  } finally {
    rmSync(root, { recursive: true });
  }
});
