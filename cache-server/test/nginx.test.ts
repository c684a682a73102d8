import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { request } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeFields } from '../src/protocols/wire.js';
import { createWorkspace, hasProgram, runClient } from './rig/client.js';
import { BYTE_STREAM, joinFrame } from './rig/grpc.js';
import { startTestServer, type TestServer } from './rig/server.js';
import { freePort } from './rig/free-port.js';

const CONFIG = fileURLToPath(new URL('../../../deploy/nginx.conf', import.meta.url));
const skip = hasProgram('nginx') && hasProgram('openssl') ? false : 'nginx or openssl is not installed';
const BIG = Buffer.alloc(8 * 1024 * 1024, 'proxied');

/** Our server with nginx before it, as the file in `deploy/` says. */
interface ProxiedServer extends AsyncDisposable {
  readonly server: TestServer;
  readonly port: number;
}

async function startProxied(): Promise<ProxiedServer> {
  const workspace = createWorkspace();
  const port = await freePort();
  const server = await startTestServer({ trustProxy: true, publicUrl: 'https://cache.example.com' });
  const key = ['-keyout', 'key.pem', '-out', 'cert.pem', '-days', '2', '-subj', '/CN=localhost'];
  const made = await runClient(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...key], {
    cwd: workspace.path,
  });
  assert.equal(made.code, 0, made.output);
  const block = readFileSync(CONFIG, 'utf8')
    .replace('127.0.0.1:3737', `127.0.0.1:${server.port}`)
    .replace('listen 443', `listen 127.0.0.1:${port}`)
    .replace('/etc/ssl/cache.example.com.pem', `${workspace.path}/cert.pem`)
    .replace('/etc/ssl/private/cache.example.com.key', `${workspace.path}/key.pem`);
  mkdirSync(join(workspace.path, 'temp'));
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path temp;`).join(' ');
  workspace.add({
    'nginx.conf': `daemon off; pid nginx.pid; error_log stderr; worker_processes 1;\nevents {}\nhttp { ${temps}\n${block}\n}\n`,
  });
  const child = spawn('nginx', ['-p', workspace.path, '-c', 'nginx.conf', '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  while (!(await isListening(port))) {
    assert.equal(child.exitCode, null, log);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    server,
    port,
    async [Symbol.asyncDispose]() {
      child.kill('SIGQUIT');
      await once(child, 'close');
      await server[Symbol.asyncDispose]();
      workspace[Symbol.dispose]();
    },
  };
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const outcome = await Promise.race([
    once(socket, 'connect').then(() => true),
    new Promise<boolean>((resolve) => socket.on('error', () => resolve(false))),
  ]);
  socket.destroy();
  return outcome;
}

interface Sent {
  readonly path: string;
  readonly method?: string;
  readonly token: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Buffer;
  /** Sends only so much and waits. */
  readonly cut?: number;
}

async function send(port: number, { path, method = 'GET', token, headers, body, cut }: Sent) {
  const call = request({
    host: '127.0.0.1',
    port,
    path,
    method,
    rejectUnauthorized: false,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-length': body.length }),
      ...headers,
    },
  });
  call.on('error', () => {});
  const answered = once(call, 'response');
  if (cut === undefined) call.end(body);
  else call.write(body?.subarray(0, cut));
  const [response] = (await answered) as [AsyncIterable<Buffer> & { statusCode: number }];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  call.destroy();
  return { status: response.statusCode, bytes: Buffer.concat(chunks) };
}

test('nginx: bodies of any size, both ways; a refusal comes before the body is sent', { skip }, async () => {
  await using proxied = await startProxied();
  const { port, server } = proxied;
  const token = server.token('main');
  const put = await send(port, { path: '/v1/cache/1', method: 'PUT', token, body: BIG });
  assert.equal(put.status, 200);
  assert.ok((await send(port, { path: '/v1/cache/1', token })).bytes.equals(BIG));
  const refused = await send(port, { path: '/v1/cache/2', method: 'PUT', token: 'wrong', body: BIG, cut: 1000 });
  assert.equal(refused.status, 401, 'with most of the body still to come');
});

test(
  'nginx: signed URLs name the public origin; what the client says of its address is not heard',
  { skip },
  async () => {
    await using proxied = await startProxied();
    const { port, server } = proxied;
    const token = server.token('main');
    const body = Buffer.from(JSON.stringify({ key: 'k', version: 'v' }));
    const path = '/twirp/github.actions.results.api.v1.CacheService/CreateCacheEntry';
    const { bytes } = await send(port, { path, method: 'POST', token, body });
    assert.match(bytes.toString(), /"https:\/\/cache\.example\.com\//);
    for (let at = 0; at < 20; at++)
      await send(port, {
        path: '/v8/artifacts/1',
        token: `guess-${at}`,
        headers: { 'x-forwarded-for': `10.0.0.${at}` },
      });
    const blocked = await send(port, {
      path: '/v8/artifacts/1',
      token: 'x',
      headers: { 'x-forwarded-for': '10.1.1.1' },
    });
    assert.equal(blocked.status, 429);
    assert.equal((await send(port, { path: '/metrics', token })).status, 200, 'from the inside');
  },
);

test('nginx: gRPC, a blob larger than any buffer up and down', { skip }, async () => {
  await using proxied = await startProxied();
  const { port, server } = proxied;
  const hash = createHash('sha256').update(BIG).digest('hex');
  const client = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  const login = { authorization: `Bearer ${server.token('main')}` };
  const pieces: Buffer[] = [];
  for (let at = 0; at < BIG.length; at += 1024 * 1024) {
    const piece = BIG.subarray(at, at + 1024 * 1024);
    const isLast = at + piece.length === BIG.length;
    pieces.push(
      joinFrame(
        writeFields([
          [1, at === 0 ? `uploads/one/blobs/${hash}/${BIG.length}` : ''],
          [2, at],
          [3, isLast ? 1 : 0],
          [10, piece],
        ]),
      ),
    );
  }
  assert.equal((await callGrpc(client, `${BYTE_STREAM}/Write`, { login, body: Buffer.concat(pieces) })).status, '0');
  const name = writeFields([[1, `blobs/${hash}/${BIG.length}`]]);
  const read = await callGrpc(client, `${BYTE_STREAM}/Read`, { login, body: joinFrame(name) });
  assert.equal(read.status, '0');
  assert.ok(read.size > BIG.length && read.size < BIG.length + 1000, String(read.size));
  const wrong = { authorization: 'Bearer wrong' };
  assert.equal((await callGrpc(client, `${BYTE_STREAM}/Read`, { login: wrong, body: joinFrame(name) })).status, '16');
  client.destroy();
});

async function callGrpc(
  client: ClientHttp2Session,
  path: string,
  { login, body }: { readonly login: Readonly<Record<string, string>>; readonly body: Buffer },
): Promise<{ readonly status: string; readonly size: number }> {
  const head = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
  const stream = client.request({ ...head, ...login });
  let status = '';
  let size = 0;
  stream.on('response', (headers) => (status = String(headers['grpc-status'] ?? status)));
  stream.on('trailers', (trailers) => (status = String(trailers['grpc-status'] ?? status)));
  stream.on('data', (chunk: Buffer) => (size += chunk.length));
  stream.end(body);
  await once(stream, 'close');
  return { status, size };
}
