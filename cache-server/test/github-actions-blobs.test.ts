import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  createFileEntryStore,
  createFileStreamBlobStore,
  nodeDisk,
  openCacheFolder,
  type StreamBlobStore,
} from '@tr/store';
import { numeric, pick, readFields, text, writeFields } from '../src/protocols/wire.js';
import { memoryInUse } from './rig/memory.js';
import { call, startTestServer, type TestServer } from './rig/server.js';

const MIB = 1024 * 1024;

const inUse = (): number => memoryInUse().arrayBuffers;

const SERVICE = '/twirp/github.actions.results.api.v1.CacheService';

async function ask(server: TestServer, token: string, method: string, body: object): Promise<Record<string, unknown>> {
  const response = await call(server, `${SERVICE}/${method}`, { method: 'POST', token, body: JSON.stringify(body) });
  return (await response.json()) as Record<string, unknown>;
}

test('a body in blocks, sent in any order, comes back whole and in parts', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const name = { key: 'k', version: 'v' };
  const { signed_upload_url: upload } = await ask(server, token, 'CreateCacheEntry', name);
  const blocks = ['a', 'b', 'c'].map((letter) => ({ id: btoa(`block-${letter}`), body: letter.repeat(100_000) }));
  for (const { id, body } of blocks.toReversed()) {
    const url = `${String(upload)}&comp=block&blockid=${encodeURIComponent(id)}`;
    assert.equal((await fetch(url, { method: 'PUT', body })).status, 201);
  }
  const list = `<?xml version="1.0"?><BlockList>${blocks.map(({ id }) => `<Latest>${id}</Latest>`).join('')}</BlockList>`;
  const wrong = list.replace(blocks[1]!.id, btoa('block-x'));
  assert.equal((await fetch(`${String(upload)}&comp=blocklist`, { method: 'PUT', body: wrong })).status, 400);
  const join = async (): Promise<number> =>
    (await fetch(`${String(upload)}&comp=blocklist`, { method: 'PUT', body: list })).status;
  assert.equal(await join(), 201);
  assert.equal(await join(), 201, 'again, by a client that did not get the answer');
  const finalize = { ...name, sizeBytes: 300_000 };
  assert.equal((await ask(server, token, 'FinalizeCacheEntryUpload', { ...name, size_bytes: 1 }))['ok'], undefined);
  const { ok, entry_id: id } = await ask(server, token, 'FinalizeCacheEntryUpload', finalize);
  assert.equal(ok, true);
  assert.deepEqual(await ask(server, token, 'FinalizeCacheEntryUpload', finalize), { ok: true, entry_id: id });
  const other = { ...finalize, sizeBytes: 1 };
  assert.equal((await ask(server, token, 'FinalizeCacheEntryUpload', other))['ok'], undefined, 'another one');
  assert.equal(await join(), 400, 'of an upload that is over');

  const found = await ask(server, token, 'GetCacheEntryDownloadURL', { ...name, restore_keys: [] });
  const whole = await (await fetch(String(found['signed_download_url']))).text();
  assert.equal(whole, blocks.map(({ body }) => body).join(''));
  const table: readonly (readonly [string, string, number, string])[] = [
    ['range', 'bytes=99999-100000', 206, 'ab'],
    ['x-ms-range', 'bytes=200000-200002', 206, 'ccc'],
    ['range', 'bytes=-2', 206, 'cc'],
    ['range', 'bytes=299999-', 206, 'c'],
    ['range', 'bytes=300000-', 416, ''],
  ];
  for (const [header, value, status, text] of table) {
    const response = await fetch(String(found['signed_download_url']), { headers: { [header]: value } });
    assert.equal(response.status, status, value);
    if (status === 206) assert.equal(await response.text(), text, value);
  }
  const missing = await ask(server, token, 'GetCacheEntryDownloadURL', {
    key: 'other',
    version: 'v',
    restore_keys: ['k'],
  });
  assert.equal(missing['matched_key'], 'k');
  const version = await ask(server, token, 'GetCacheEntryDownloadURL', { key: 'k', version: 'w', restore_keys: ['k'] });
  assert.equal(version['ok'], false);
});

test('the blocks of an upload are not in memory at once, nor its pieces in version 1', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'blocks-'));
  const folder = openCacheFolder({ directory, disk: nodeDisk });
  const stored = createFileStreamBlobStore(folder);
  let most = 0;
  const blobs: StreamBlobStore = {
    ...stored,
    putBody: async (...args) => {
      most = inUse();
      return await stored.putBody(...args);
    },
  };
  try {
    // No file is old enough to be kept for the next look.
    await using server = await startTestServer({ entries: createFileEntryStore(folder, { now: () => 0 }), blobs });
    const token = server.token('main');
    const name = { key: 'k', version: 'v' };
    const ids = Array.from({ length: 600 }, (_, at) => btoa(String(at)));
    const body = Buffer.alloc(16 * 1024, 'block');

    const { signed_upload_url: upload } = await ask(server, token, 'CreateCacheEntry', name);
    for (const id of ids) {
      const url = `${String(upload)}&comp=block&blockid=${encodeURIComponent(id)}`;
      assert.equal((await fetch(url, { method: 'PUT', body })).status, 201);
    }
    const list = ids.map((id) => `<Latest>${id}</Latest>`).join('');
    const before = inUse();
    assert.equal((await fetch(`${String(upload)}&comp=blocklist`, { method: 'PUT', body: list })).status, 201);
    assert.ok(most - before < MIB, `${most - before} bytes for blocks`);

    const v1 = '/_apis/artifactcache/caches';
    const begun = await call(server, v1, { method: 'POST', token, body: JSON.stringify({ key: 'l', version: 'v' }) });
    const { cacheId } = (await begun.json()) as { cacheId: number };
    for (const at of ids.keys()) {
      const range = `bytes ${at * body.length}-${(at + 1) * body.length - 1}/*`;
      const init = { method: 'PATCH', token, body, headers: { 'content-range': range } };
      assert.equal((await call(server, `${v1}/${cacheId}`, init)).status, 204);
    }
    const size = ids.length * body.length;
    const then = inUse();
    const end = { method: 'POST', token, body: JSON.stringify({ size }) };
    assert.equal((await call(server, `${v1}/${cacheId}`, end)).status, 204);
    assert.ok(most - then < MIB, `${most - then} bytes for pieces`);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('two jobs that save one entry at once, with blocks of the same names, do not mix them', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const name = { key: 'k', version: 'v' };
  const jobs = await Promise.all(
    ['a', 'b'].map(async (letter) => {
      const { signed_upload_url: upload } = await ask(server, token, 'CreateCacheEntry', name);
      return { letter, upload: String(upload) };
    }),
  );
  for (const { letter, upload } of jobs)
    for (const block of letter === 'a' ? ['1', '2'] : ['1'])
      await fetch(`${upload}&comp=block&blockid=${btoa(block)}`, { method: 'PUT', body: letter });
  const list = `<BlockList><Latest>${btoa('1')}</Latest><Latest>${btoa('2')}</Latest></BlockList>`;
  const [first, second] = await Promise.all(
    jobs.map(async ({ upload }) => (await fetch(`${upload}&comp=blocklist`, { method: 'PUT', body: list })).status),
  );
  assert.deepEqual([first, second], [201, 400]);
  assert.equal((await ask(server, token, 'FinalizeCacheEntryUpload', { ...name, size_bytes: 2 }))['ok'], true);
  const found = await ask(server, token, 'GetCacheEntryDownloadURL', { ...name, restore_keys: [] });
  assert.equal(await (await fetch(String(found['signed_download_url']))).text(), 'aa');
});

test('version 1: a commit that is asked for again has the same answer; then its number takes nothing more', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const api = '/_apis/artifactcache/caches';
  const post = async (path: string, body: object): Promise<Response> =>
    await call(server, path, { method: 'POST', token, body: JSON.stringify(body) });
  const send = async (id: number): Promise<number> =>
    (
      await call(server, `${api}/${id}`, {
        method: 'PATCH',
        token,
        body: 'content',
        headers: { 'content-range': 'bytes 0-6/*' },
      })
    ).status;
  const reserve = async (): Promise<number> =>
    ((await (await post(api, { key: 'k', version: 'v', cacheSize: 7 })).json()) as { cacheId: number }).cacheId;
  const [id, other] = [await reserve(), await reserve()];
  assert.deepEqual([await send(id), await send(other)], [204, 204]);
  const commit = async (which: number, size = 7): Promise<number> => (await post(`${api}/${which}`, { size })).status;
  assert.deepEqual(await Promise.all([commit(id), commit(id)]), [204, 204], 'at once');
  assert.equal(await commit(id), 204);
  assert.equal(await commit(id, 6), 400, 'another one');
  assert.equal(await commit(other), 409, 'another upload of the same key');
  assert.deepEqual([await send(id), await commit(other), await commit(7)], [404, 404, 404]);
  const found = await call(server, '/_apis/artifactcache/cache?keys=k&version=v', { token });
  const { archiveLocation } = (await found.json()) as { archiveLocation: string };
  assert.equal(await (await fetch(archiveLocation)).text(), 'content');
});

test('clients that ask in protobuf, such as sccache, are answered in it', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const send = (method: string, body: Uint8Array): Promise<Response> =>
    call(server, `${SERVICE}/${method}`, {
      method: 'POST',
      token,
      headers: { 'content-type': 'application/protobuf' },
      body: Buffer.from(body),
    });
  const askInProtobuf = async (method: string, fields: Parameters<typeof writeFields>[0]): Promise<Uint8Array> => {
    const answer = await send(method, writeFields(fields));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/protobuf');
    return Buffer.from(await answer.arrayBuffer());
  };
  const lookup = async (key: string, ...restoreKeys: readonly string[]): Promise<readonly [number, string, string]> => {
    const answer = readFields(
      await askInProtobuf('GetCacheEntryDownloadURL', [
        [2, key],
        ...restoreKeys.map((prefix) => [3, prefix] as const),
        [4, 'v'],
      ]),
    );
    return [numeric(answer, 1), text(answer, 2), text(answer, 3)];
  };
  assert.deepEqual(await lookup('123'), [0, '', '']);
  const created = readFields(
    await askInProtobuf('CreateCacheEntry', [
      [1, writeFields([[1, 7]])],
      [2, '123'],
      [3, 'v'],
    ]),
  );
  assert.equal(numeric(created, 1), 1);
  assert.equal((await fetch(text(created, 2), { method: 'PUT', body: 'content' })).status, 201);
  const finalized = readFields(
    await askInProtobuf('FinalizeCacheEntryUpload', [
      [2, '123'],
      [3, 7],
      [4, 'v'],
    ]),
  );
  assert.equal(numeric(finalized, 1), 1);
  assert.equal(pick(finalized, 2).length, 1);
  assert.deepEqual(await lookup('12'), [0, '', ''], 'no prefix of what is there: the client would take it for that');
  for (const [ok, url, matched] of [await lookup('123'), await lookup('1234', '9', '12')]) {
    assert.deepEqual([ok, matched], [1, '123']);
    // sccache asks how large it is in this way.
    const part = await fetch(url, { headers: { range: 'bytes=0-0' } });
    assert.equal(part.headers.get('content-range'), 'bytes 0-0/7');
    assert.equal(await (await fetch(url)).text(), 'content');
  }
  const again = await send(
    'CreateCacheEntry',
    writeFields([
      [2, '123'],
      [3, 'v'],
    ]),
  );
  assert.equal(again.status, 409);
  assert.equal(((await again.json()) as { code: string }).code, 'already_exists');
  for (const rubbish of [Buffer.from([0xff]), Buffer.from('{"key":"k","version":"v"}'), Buffer.alloc(0)])
    assert.equal((await send('CreateCacheEntry', rubbish)).status, 400);
});

test('another service of GitHub, as that of @actions/artifact, is refused for good, in the form that its library reads', async () => {
  await using server = await startTestServer();
  const path = '/twirp/github.actions.results.api.v1.ArtifactService/CreateArtifact';
  const ask = async (token: string): Promise<unknown> => {
    const response = await call(server, path, { method: 'POST', token, body: '{}' });
    const { msg } = (await response.json()) as { msg: string };
    return { status: response.status, msg };
  };
  assert.deepEqual(await ask(server.token('main')), { status: 405, msg: 'This method is not served here' });
  assert.deepEqual(await ask('wrong'), { status: 401, msg: 'Missing or invalid authentication token.' });
});
