import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { call, startTestServer, type TestServer } from './rig/server.js';

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** A PUT that announces no length: without a body there is none at all, with one it comes in chunks. */
async function putWithoutLength(server: TestServer, path: string, body?: string): Promise<number> {
  const sent = request(`${server.url}${path}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${server.token('main')}` },
  });
  if (body === undefined) for (const name of ['transfer-encoding', 'content-length']) sent.removeHeader(name);
  const answered = once(sent, 'response');
  if (body !== undefined) sent.write(body);
  sent.end();
  const [answer] = (await answered) as [IncomingMessage];
  answer.resume();
  return answer.statusCode ?? 0;
}

test('content with a digest needs no length, an empty file not even a body; an action result does', async () => {
  await using server = await startTestServer();
  const hash = createHash('sha256').update('content').digest('hex');
  assert.equal(await putWithoutLength(server, `/one/cas/${EMPTY}`), 200);
  assert.equal(await putWithoutLength(server, `/one/cas/${hash}`, 'content'), 200);
  assert.equal(await (await call(server, `/one/cas/${hash}`, { token: server.token('main') })).text(), 'content');
  assert.equal(await putWithoutLength(server, `/one/cas/${'0'.repeat(64)}`, 'content'), 400);
  assert.equal(await putWithoutLength(server, `/one/cas/${EMPTY}`, 'content'), 413);
  for (const body of [undefined, 'content']) assert.equal(await putWithoutLength(server, `/one/ac/${hash}`, body), 411);
});
