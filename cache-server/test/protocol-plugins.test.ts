import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PROTOCOLS, type Protocol } from '../src/index.js';
import { answerGet, answerPut } from '../src/http/entry-routes.js';
import { call, startTestServer } from './rig/server.js';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));
/** What the server lends a protocol, beside packages: also the wire format that two of them share. */
const LENT = /^(?:http\/[a-z-]+|session\/cache-session|protocols\/(?:protocol|wire))\.ts$/;
const IMPORT = /\bfrom '(\.[^']+)'/g;

const files = readdirSync(SRC, { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts'));

/** Files of ours that a file imports, below src. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, path = '']) =>
    relative(SRC, join(SRC, dirname(file), path)).replace(/\.js$/, '.ts'),
  );
}

function folderOf(file: string): string | undefined {
  return /^protocols\/([a-z-]+)\//.exec(file)?.[1];
}

test('a protocol is one folder that knows what the server lends it, and nothing else of it', () => {
  const folders = new Set(files.map(folderOf).filter((folder) => folder !== undefined));
  assert.deepEqual([...folders].toSorted(), PROTOCOLS.map(({ name }) => name).toSorted());
  for (const file of files) {
    const own = folderOf(file);
    for (const imported of importsOf(file)) {
      const other = folderOf(imported);
      if (own !== undefined) assert.ok(other === own || LENT.test(imported), `${file} imports ${imported}`);
      else if (other !== undefined) assert.equal(file, 'protocols/registry.ts', `${file} imports ${imported}`);
    }
  }
});

/** As small as one can be. */
const shelf: Protocol = {
  name: 'shelf',
  register(app, host) {
    const target = (request: Parameters<typeof host.session>[0]) => ({
      session: host.session(request),
      key: { instance: '', key: (request.params as { readonly key: string }).key },
    });
    app.get('/shelf/:key', async (request, reply) => await answerGet({ request, reply }, target(request)));
    app.put('/shelf/:key', async (request, reply) => await answerPut({ request, reply }, target(request)));
  },
  rpcs: {
    '/shelf.Shelf/Scope': async function* ({ session }) {
      yield Buffer.from(session.identity.scope);
    },
  },
  describeProblem: ({ code }) => ({ contentType: 'text/x-shelf', text: code }),
};

test('a protocol of somebody else gets logins, scopes, its own names, metrics and words by being listed', async () => {
  await using server = await startTestServer({ protocols: [...PROTOCOLS, shelf] });
  const [main, pull] = [server.token('main'), server.token('pr/7')];
  const put = async (token: string, body: string) => await call(server, '/shelf/a', { method: 'PUT', token, body });
  assert.equal((await put(pull, 'evil')).status, 200);
  const missing = await call(server, '/shelf/a', { token: main });
  assert.deepEqual([missing.status, await missing.text()], [404, 'not-found']);
  await put(main, 'good');
  assert.equal(await (await call(server, '/shelf/a', { token: main })).text(), 'good');
  assert.equal((await call(server, '/v1/cache/a', { token: main })).status, 404, 'names of protocols are apart');
  assert.equal((await call(server, '/shelf/a')).status, 401);
  const client = connect(server.url);
  const path = '/shelf.Shelf/Scope';
  const stream = client.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    authorization: `Bearer ${pull}`,
  });
  stream.end();
  const frames: Buffer[] = [];
  for await (const chunk of stream) frames.push(chunk as Buffer);
  client.destroy();
  assert.equal(Buffer.concat(frames).subarray(5).toString(), 'pr/7');
  assert.match(await (await call(server, '/metrics')).text(), /stored_total\{protocol="shelf"\} 2/);
});
