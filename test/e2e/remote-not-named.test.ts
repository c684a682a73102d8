/** Settings that a shared cache would not be what they say: none is named, or nothing says whose results to take. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { warningsOf } from '../rig/events.js';
import { createSample, RUN } from '../rig/samples.js';

const keep = disposeAfterEach();

test('a credential in CI and no cache that it is for: said once, with what to do', async () => {
  const workspace = keep(createSample());
  const warned = async (env: Readonly<Record<string, string>>) => warningsOf(await workspace.tr(RUN, { env }));
  for (const env of [{ TURBO_TOKEN: 't', TURBO_TEAM: 'acme' }, { TR_TOKEN: 't' }, { TR_OIDC_AUDIENCE: 'tr-cache' }]) {
    assert.deepEqual(await warned({ ...env, CI: '1' }), ['remote/not-named'], JSON.stringify(env));
    assert.deepEqual(await warned({ ...env }), [], 'on a laptop it may be for another repository');
    assert.deepEqual(await warned({ ...env, CI: '1', TR_CACHE: 'local:rw' }), []);
  }
  assert.deepEqual(await warned({ CI: '1' }), []);
});

test('signatures are wanted, as Turborepo has it, and nothing says whose: nothing is taken from others', async () => {
  const workspace = keep(createSample({ config: { remoteCache: { signature: true } } }));
  const run = async (env: Readonly<Record<string, string>>) => warningsOf(await workspace.tr(RUN, { env }));
  assert.deepEqual(await run({ TR_REMOTE_URL: 'http://127.0.0.1:1' }), ['remote/no-public-keys']);
  assert.deepEqual(await run({}), [], 'no remote cache, no question');
});
