/** Values of variables never leave the process of the task: not into keys, manifests, logs of ours, errors, state or output. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSample } from '../rig/samples.js';

const SECRETS = {
  API_TOKEN: 'tok-5e1f0c9ad0',
  PASS_ME: 'pass-77aa01',
  DB_PASSWORD: 'pw-0d9c3b2a1f',
  GLOBAL_KEY: 'glob-41d2aa',
};

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true })
    .map((name) => join(directory, String(name)))
    .filter((path) => statSync(path).isFile());
}

test('our own credentials reach no task and no service, whatever else they see', async () => {
  const shown = 'env | grep -c "^TR_TOKEN=\\|^TR_SIGNING_KEY="';
  const workspace = createSample({
    config: {
      envMode: 'loose',
      services: {
        echo: {
          command: 'env > seen-by-service.txt; exec sleep 1000',
          ready: { tcp: false, exec: 'test -s seen-by-service.txt' },
        },
      },
    },
    build: { services: ['echo'] },
    libBuild: `mkdir -p dist && echo "$VISIBLE" > dist/out.txt; ${shown} > dist/count.txt; true`,
  });
  try {
    const env = { TR_TOKEN: 'trc_own-secret', TR_SIGNING_KEY: 'own-key', VISIBLE: 'yes' };
    const run = await workspace.tr(['run', 'build'], { env });
    assert.equal(run.exitCode, 0, run.stdout + run.stderr);
    assert.equal(workspace.read('packages/lib/dist/out.txt'), 'yes\n');
    assert.equal(workspace.read('packages/lib/dist/count.txt'), '0\n');
    const seen = workspace.read('seen-by-service.txt');
    assert.match(seen, /^VISIBLE=yes$/m);
    assert.doesNotMatch(seen, /own-secret|own-key/);
  } finally {
    workspace.dispose();
  }
});

test('no value of a variable is written or printed', async () => {
  const workspace = createSample({
    config: { globalEnv: ['GLOBAL_KEY'] },
    build: { env: ['API_TOKEN'], passThroughEnv: ['PASS_ME'] },
    libBuild:
      'mkdir -p dist && cat src/a.txt > dist/out.txt && test -n "$API_TOKEN" && test -n "$PASS_ME" && test -z "$DB_PASSWORD"',
  });
  try {
    const said: string[] = [];
    for (const args of [
      ['run', 'build'],
      ['run', 'build', '--dry=json'],
      ['run', 'build', '--dry'],
      ['run', 'build', '--log-format=json', '--force'],
      ['why', 'lib#build'],
    ]) {
      const run = await workspace.tr(args, { env: SECRETS });
      assert.equal(run.exitCode, 0, run.stdout + run.stderr);
      said.push(run.stdout, run.stderr);
    }
    workspace.write({ 'packages/lib/src/a.txt': 'changed\n' });
    const why = await workspace.tr(['why', 'lib#build', '--json'], {
      env: { ...SECRETS, API_TOKEN: 'tok-other-value' },
    });
    said.push(why.stdout, why.stderr);
    for (const path of filesBelow(join(workspace.root, '.tr'))) said.push(readFileSync(path, 'latin1'));
    for (const value of [...Object.values(SECRETS), 'tok-other-value']) {
      assert.ok(!said.some((text) => text.includes(value)), `${value} is somewhere`);
    }
  } finally {
    workspace.dispose();
  }
});
