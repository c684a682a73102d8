import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { call, startTestServer, type TestServer } from './rig/server.js';

const LARGE = Buffer.alloc(100_000, 'large');
const ARTIFACT = '/v8/artifacts/a1?slug=team';

async function put(server: TestServer, path: string, body: Buffer | string): Promise<number> {
  const response = await call(server, path, { method: 'PUT', token: server.token('main'), body });
  await response.arrayBuffer();
  return response.status;
}

async function get(server: TestServer, path: string): Promise<string> {
  return await (await call(server, path, { token: server.token('main') })).text();
}

test('a small body does not take the place of what is there, and takes that of an entry whose blob is gone', async () => {
  await using server = await startTestServer();
  assert.equal(await put(server, ARTIFACT, LARGE), 202);
  assert.equal(await put(server, ARTIFACT, 'small'), 202);
  assert.equal(await get(server, ARTIFACT), LARGE.toString());

  const blobs = join(server.directory, 'v1/blobs');
  for (const fanOut of readdirSync(blobs)) rmSync(join(blobs, fanOut), { recursive: true });
  assert.equal(await put(server, ARTIFACT, 'small'), 202);
  assert.equal(await get(server, ARTIFACT), 'small');
  assert.equal(await put(server, ARTIFACT, 'later'), 202);
  assert.equal(await get(server, ARTIFACT), 'small');
  assert.deepEqual(
    server.requests().flatMap(({ method, outcome }) => (method === 'PUT' ? [outcome] : [])),
    ['stored', 'kept', 'stored', 'kept'],
  );
});

test('in a full store a small body of a name that is there is kept out without asking for room', async () => {
  await using server = await startTestServer({
    // Room for either: whoever asked for it would have the first one evicted.
    quotas: { totalBytes: undefined, scopeBytes: { main: 5 }, maxAgeMs: undefined },
  });
  assert.equal(await put(server, ARTIFACT, 'first'), 202);
  assert.equal(await put(server, ARTIFACT, 'other'), 202);
  assert.equal(await get(server, ARTIFACT), 'first');
  assert.equal(await put(server, '/v8/artifacts/a2?slug=team', 'longer'), 507);
});

test('metrics count requests of many kinds, one after the other and again', async () => {
  await using server = await startTestServer();
  for (const round of [1, 2]) {
    assert.equal(await put(server, `/v8/artifacts/b${round}?slug=team`, 'x'), 202);
    assert.equal(await get(server, `/v8/artifacts/b${round}?slug=team`), 'x');
    assert.equal(await put(server, `/v1/cache/b${round}`, 'x'), 200);
    const metrics = await (await call(server, '/metrics')).text();
    for (const [protocol, method, status] of [
      ['turborepo', 'PUT', 202],
      ['turborepo', 'GET', 200],
      ['nx', 'PUT', 200],
    ] as const)
      assert.ok(
        metrics.includes(
          `tr_cache_requests_total{protocol="${protocol}",method="${method}",status="${status}"} ${round}\n`,
        ),
        `${protocol} ${method} in round ${round}:\n${metrics}`,
      );
  }
});
