import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuthType, createClient, type WebDAVClient } from 'webdav';
import { hasProgram, createWorkspace, runClient } from '../rig/client.js';
import { call, startTestServer, type TestServer } from '../rig/server.js';

/** As Rush names what it stores: a package, where `+` stands for a slash, a phase and a hash. */
const NAME_WITH_SIGNS = '/scope+name@1-_build-0123456789abcdef';
const KEY = '/a/b/c/abcdef0123456789';

function clientOf(server: TestServer, token: string): WebDAVClient {
  const terms = { authType: AuthType.Token, token: { access_token: token, token_type: 'Bearer' } };
  return createClient(`${server.url}/webdav`, terms);
}

async function readText(client: WebDAVClient, path: string): Promise<unknown> {
  return await client.getFileContents(path, { format: 'text' });
}

test('webdav: what a compiler cache does: look, make the folders, write, look again, read, drop', async () => {
  await using server = await startTestServer();
  const client = clientOf(server, server.token('main'));
  assert.equal(await client.exists(KEY), false);
  await client.createDirectory('/a/b/c/', { recursive: true });
  assert.equal(await client.putFileContents(KEY, 'object'), true);
  const stat = await client.stat(KEY);
  assert.deepEqual('data' in stat ? undefined : [stat.type, stat.size], ['file', 6]);
  const folder = await client.stat('/a/b/');
  assert.equal('data' in folder ? undefined : folder.type, 'directory');
  assert.equal(await readText(client, KEY), 'object');
  await client.putFileContents(KEY, 'another object');
  assert.equal(await readText(client, KEY), 'another object', 'the last write stays');
  await client.deleteFile(KEY);
  assert.equal(await client.exists(KEY), false);
  await client.putFileContents(NAME_WITH_SIGNS, 'a package');
  assert.equal(await readText(client, NAME_WITH_SIGNS), 'a package');
});

test('webdav: a pull request reads main, main never reads a pull request; a reader cannot write', async () => {
  await using server = await startTestServer();
  const [main, pull, reader] = ['main', 'pr/7', 'main'].map((scope, at) =>
    clientOf(server, server.token(scope, { readOnly: at === 2 })),
  );
  await pull?.putFileContents(KEY, 'evil');
  assert.equal(await main?.exists(KEY), false);
  await main?.putFileContents('/x', 'good');
  assert.equal(await readText(pull!, '/x'), 'good');
  await assert.rejects(async () => await reader?.putFileContents('/x', 'y'), /403/);
  await pull?.deleteFile('/x');
  assert.equal(await readText(main!, '/x'), 'good', 'a pull request drops nothing of main');
});

test('webdav: no path leads out; a folder is no file', async () => {
  await using server = await startTestServer();
  const token = server.token('main');
  const status = async (path: string, method: string): Promise<number> =>
    (await call(server, path, { method, token, ...(method === 'PUT' ? { body: 'x' } : {}) })).status;
  for (const path of ['/webdav/..%2fx', '/webdav/a/..%2f..%2fx', '/webdav/a//b', '/webdav/a%00', '/webdav/%3Cx%3E'])
    for (const method of ['GET', 'PUT', 'PROPFIND', 'MKCOL', 'DELETE'])
      assert.ok([400, 404].includes(await status(path, method)), `${method} ${path}`);
  assert.equal(await status('/webdav/a/', 'PUT'), 405);
  assert.equal(await status('/webdav/', 'PROPFIND'), 207);
  assert.equal((await call(server, '/webdav/x', { method: 'PROPFIND' })).status, 401);
});

const skip = hasProgram('curl') ? false : 'curl is not installed';

test('webdav: a password is a token', { skip }, async () => {
  await using server = await startTestServer();
  using workspace = createWorkspace({ file: 'content' });
  const login = ['-sS', '--fail', '-u', `any:${server.token('main')}`];
  const url = `${server.url}/webdav${KEY}`;
  const put = await runClient(['curl', ...login, '-T', 'file', url], { cwd: workspace.path });
  assert.equal(put.code, 0, put.output);
  const ask = ['-X', 'PROPFIND', '-H', 'Depth: 0', '-d', '<D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>'];
  const found = await runClient(['curl', ...login, ...ask, url], { cwd: workspace.path });
  assert.match(found.output, /<D:getcontentlength>7</);
  assert.equal((await runClient(['curl', ...login, url], { cwd: workspace.path })).output, 'content');
  // What waits for the server to ask for a password, as neon's clients (cadaver, davfs2) do.
  const asked = await runClient(['curl', '--anyauth', ...login, url], { cwd: workspace.path });
  assert.equal(asked.output, 'content');
});
