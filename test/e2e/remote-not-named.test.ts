/** A job of a CI system that was set up for a shared cache, and a configuration that names none. */
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
