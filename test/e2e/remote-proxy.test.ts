/** HTTP(S)_PROXY and NO_PROXY are honoured on the way to a cache server. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { createCertificate, type Certificate } from '../rig/certificate.js';
import { checkOut } from '../rig/checkout.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { warningsOf } from '../rig/events.js';
import { startForwardProxy, type ForwardProxy } from '../rig/forward-proxy.js';
import { BUILD, createSample, RESTORED } from '../rig/samples.js';

const keep = disposeAfterEach();

/** One machine runs, another restores; what the second came to. */
async function share(env: Readonly<Record<string, string>>) {
  const first = keep(createSample({ libBuild: 'mkdir -p dist && head -c 600000 /dev/urandom > dist/out.txt' }));
  assert.deepEqual(warningsOf(await first.tr(BUILD, { env })), []);
  const second = keep(checkOut(first));
  return await second.tr(BUILD, { env });
}

describe('through a proxy', () => {
  let plain: CacheServer;
  let secure: CacheServer;
  let certificate: Certificate;
  let proxy: ForwardProxy;
  before(async () => {
    certificate = createCertificate('IP:127.0.0.1');
    plain = await startCacheServer();
    secure = await startCacheServer(['--tls-cert', certificate.certFile, '--tls-key', certificate.keyFile]);
    proxy = await startForwardProxy();
  });
  after(async () => {
    await proxy.close();
    await plain.close();
    await secure.close();
    certificate.dispose();
  });

  test('http: every request is handed to it with its whole address', async () => {
    const before = proxy.seen.length;
    const run = await share({ ...plain.client, http_proxy: proxy.url });
    assert.deepEqual([run.outcomes, warningsOf(run)], [RESTORED, []]);
    const lines = proxy.seen.slice(before).map(({ line }) => line);
    assert.ok(lines.length >= 4 && lines.every((line) => line.includes(`${plain.url}/tr/v1/`)), lines.join('\n'));
  });

  test('https: it only sees where to; a credential for the proxy goes to the proxy', async () => {
    const before = proxy.seen.length;
    const HTTPS_PROXY = proxy.url.replace('http://', 'http://ann:secret@');
    const run = await share({ ...secure.client, NODE_EXTRA_CA_CERTS: certificate.certFile, HTTPS_PROXY });
    assert.deepEqual([run.outcomes, warningsOf(run)], [RESTORED, []]);
    const seen = proxy.seen.slice(before);
    const target = `CONNECT ${new URL(secure.url).host}`;
    assert.ok(seen.length > 0 && seen.every(({ line }) => line === target), JSON.stringify(seen));
    assert.equal(seen[0]?.credential, `Basic ${Buffer.from('ann:secret').toString('base64')}`);
    assert.ok(!run.stdout.includes('secret'));
  });

  test('NO_PROXY: it is not asked', async () => {
    const before = proxy.seen.length;
    const run = await share({ ...plain.client, HTTP_PROXY: proxy.url, NO_PROXY: '127.0.0.1' });
    assert.deepEqual(run.outcomes, RESTORED);
    assert.equal(proxy.seen.length, before);
  });

  test('a proxy that is not there, or none: one warning, and the run is that of a machine alone', async () => {
    const gone = await startForwardProxy();
    await gone.close();
    for (const [HTTP_PROXY, warning] of [
      [gone.url, 'remote/unavailable'],
      ['socks5://ann:secret@127.0.0.1:1', 'remote/invalid-proxy'],
      ['http://ann:secret@:x', 'remote/invalid-proxy'],
    ] as const) {
      const workspace = keep(createSample());
      const run = await workspace.tr(BUILD, { env: { ...plain.client, HTTP_PROXY } });
      assert.equal(run.exitCode, 0, run.stdout + run.stderr);
      assert.deepEqual(run.outcomes, { 'lib#build': 'executed', 'app#build': 'executed' });
      assert.deepEqual(warningsOf(run), [warning]);
      assert.ok(!run.stdout.includes('secret'));
    }
  });
});
