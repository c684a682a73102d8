import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { test } from 'node:test';
import { V2 } from './rig/grpc.js';
import { createWorkspace, hasProgram, runClient } from './rig/client.js';
import { startTestServer, type TestServer } from './rig/server.js';

const skip = hasProgram('openssl') ? false : 'openssl is not installed';

async function startTlsServer(): Promise<TestServer> {
  using workspace = createWorkspace();
  const { code, output } = await runClient(
    [
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'key.pem',
      '-out',
      'cert.pem',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
    ],
    { cwd: workspace.path },
  );
  assert.equal(code, 0, output);
  const read = (name: string): string => readFileSync(`${workspace.path}/${name}`, 'utf8');
  return await startTestServer({ tls: { cert: read('cert.pem'), key: read('key.pem') } });
}

async function send(server: TestServer, options: { method: string; token: string; body?: Buffer; expect?: boolean }) {
  const { method, token, body, expect } = options;
  const call = request(`${server.url}/v1/cache/1`, {
    method,
    rejectUnauthorized: false,
    headers: {
      authorization: `Bearer ${token}`,
      'content-length': body?.length ?? 0,
      ...(expect === true ? { expect: '100-continue' } : {}),
    },
  });
  const answered = once(call, 'response');
  if (expect === true) {
    call.flushHeaders();
    await once(call, 'continue');
  }
  call.end(body);
  const [response] = (await answered) as [AsyncIterable<Buffer> & { statusCode: number }];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, bytes: Buffer.concat(chunks) };
}

test('TLS: HTTP/1.1 and gRPC on one port', { skip }, async () => {
  await using server = await startTlsServer();
  const token = server.token('main');
  const body = Buffer.alloc(2_000_000, 'tls');
  assert.equal((await send(server, { method: 'PUT', token, body, expect: true })).status, 200);
  const got = await send(server, { method: 'GET', token });
  assert.ok(got.bytes.equals(body));
  assert.equal((await send(server, { method: 'GET', token: 'wrong' })).status, 401);

  const client = connect(server.url, { rejectUnauthorized: false });
  const stream = client.request({
    ':method': 'POST',
    ':path': `${V2}.Capabilities/GetCapabilities`,
    'content-type': 'application/grpc',
    authorization: `Bearer ${token}`,
  });
  stream.end(Buffer.alloc(5));
  const trailers = once(stream, 'trailers');
  stream.resume();
  const [{ 'grpc-status': status }] = (await trailers) as [{ 'grpc-status': string }];
  assert.equal(status, '0');
  client.close();
});

test('TLS: who knows HTTP/1.1 speaks it; over HTTP/2 nothing but gRPC is answered with 200', { skip }, async () => {
  await using server = await startTlsServer();
  const socket = connectTls({
    port: server.port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  await once(socket, 'secureConnect');
  assert.equal(socket.alpnProtocol, 'http/1.1');
  socket.destroy();

  const client = connect(server.url, { rejectUnauthorized: false });
  const authorization = `Bearer ${server.token('main')}`;
  for (const path of ['/v8/artifacts/abc', '/v1/cache/1', '/ac/x', '/healthz']) {
    for (const method of ['HEAD', 'GET', 'PUT']) {
      const stream = client.request({ ':method': method, ':path': path, authorization });
      const answered = once(stream, 'response');
      stream.resume();
      stream.end();
      const [headers] = (await answered) as [{ ':status': number }];
      assert.equal(headers[':status'], 415, `${method} ${path}`);
    }
  }
  client.close();
});
