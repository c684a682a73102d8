/** TLS between `tr` and the remote: what is not to be trusted is not used, and the warning says why. */
import assert from 'node:assert/strict';
import { createServer as createTlsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import { startCacheServer } from '../rig/cache-server.js';
import { createCertificate, type Certificate } from '../rig/certificate.js';
import { warningsOf } from '../rig/events.js';
import type { TrResult } from '../rig/exec-tr.js';
import { BUILD, createSample } from '../rig/samples.js';
import type { TestWorkspace } from '../rig/workspace.js';

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

function sample(): TestWorkspace {
  const workspace = createSample({ config: { remoteCache: { timeout: 2, uploadTimeout: 5 } } });
  ends.push(() => workspace.dispose());
  return workspace;
}

function certificate(name: string, isExpired = false): Certificate {
  const made = createCertificate(name, isExpired);
  ends.push(() => made.dispose());
  return made;
}

/** Listens; counts requests that come through TLS. */
async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  ends.push(() => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function assertAlone(run: TrResult, warning: string): void {
  assert.equal(run.exitCode, 0, run.stdout + run.stderr);
  assert.deepEqual(run.outcomes, { 'lib#build': 'executed', 'app#build': 'executed' });
  assert.deepEqual(warningsOf(run), [warning], run.stdout);
}

const detailOf = (run: TrResult): string =>
  String(run.events.find(({ type }) => type === 'warning')?.['failure'].detail);

const DISTRUST = [
  { title: 'an unknown authority', name: 'IP:127.0.0.1', isKnown: false, isExpired: false, detail: /authority/ },
  { title: 'a certificate that has expired', name: 'IP:127.0.0.1', isKnown: true, isExpired: true, detail: /expired/ },
  {
    title: 'a certificate for another host',
    name: 'DNS:else.example',
    isKnown: true,
    isExpired: false,
    detail: /another host/,
  },
] as const;

for (const { title, name, isKnown, isExpired, detail } of DISTRUST) {
  test(`${title}: nothing is sent, and the warning says so`, async () => {
    const { cert, key, certFile } = certificate(name, isExpired);
    let requests = 0;
    const url = await listen(createTlsServer({ cert, key }, () => void requests++));
    const env = { TR_REMOTE_URL: url, TR_TOKEN: 'secret-token', ...(isKnown ? { NODE_EXTRA_CA_CERTS: certFile } : {}) };
    const run = await sample().tr(BUILD, { env });
    assertAlone(run, 'remote/untrusted');
    assert.match(detailOf(run), detail);
    assert.equal(requests, 0);
  });
}

test("an authority of one's own, named by NODE_EXTRA_CA_CERTS, is trusted", async () => {
  const { certFile, keyFile } = certificate('IP:127.0.0.1');
  const server = await startCacheServer(['--tls-cert', certFile, '--tls-key', keyFile]);
  try {
    assert.match(server.url, /^https:/);
    const env = { ...server.client, NODE_EXTRA_CA_CERTS: certFile };
    const workspace = sample();
    assert.deepEqual(warningsOf(await workspace.tr(BUILD, { env })), []);
    const again = await workspace.tr([...BUILD, '--cache=remote:r'], { env });
    assert.deepEqual(
      again.events.filter(({ type }) => type === 'cache-hit').map(({ tier }) => tier),
      ['remote', 'remote'],
    );
  } finally {
    await server.close();
  }
});

test('a handshake that never ends', async () => {
  const url = await listen(createServer(() => undefined));
  assertAlone(await sample().tr(BUILD, { env: { TR_REMOTE_URL: url, TR_TOKEN: 'x' } }), 'remote/unavailable');
});

test('a port that does not speak TLS', async () => {
  const url = await listen(createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
  assertAlone(await sample().tr(BUILD, { env: { TR_REMOTE_URL: url, TR_TOKEN: 'x' } }), 'remote/unavailable');
});
