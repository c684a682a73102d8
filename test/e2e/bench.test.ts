/** The benches are not compiled and nobody imports them: here each that needs no server of its own runs once, as small as it gets. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../rig/exec-tr.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The percentages and ratios it prints are for people; that it prints them is for us. */
async function bench(script: string, ...options: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [`bench/${script}.mjs`, ...options], {
    cwd: ROOT,
    env: cleanEnvironment({}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  assert.equal(child.exitCode, 0, `${out}${error}`);
  return out;
}

test('what travels: a dump that grew, a package that changed', async () => {
  const out = await bench('transport', '--dump=8', '--modules=node_modules/fastify');
  assert.match(out, /^dump: second is [\d.]+ % up, [\d.]+ % down$/m);
  assert.match(out, /^node_modules: second is [\d.]+ % up, [\d.]+ % down$/m);
});

test('runs beside turbo', async () => {
  const out = await bench('run', '--sizes=S', '--rounds=1', '--cases=no-op,fresh');
  for (const name of ['no-op', 'fresh clone'])
    assert.match(out, new RegExp(`^\\| ${name}.*\\| S \\|( [\\d./ ]+ \\|){4}$`, 'm'));
});

test('restores from the server beside turbo', async () => {
  const out = await bench('remote-restore', '--rounds=1', '--cases=small');
  assert.match(out, /small/);
});
