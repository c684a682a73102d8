/** The remote where the native zstd library was not installed: another codec, or one warning. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as zlib from 'node:zlib';
import { startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { checkOut } from '../rig/checkout.js';
import { cleanEnvironment, TR_BIN } from '../rig/exec-tr.js';
import { createSample, RUN } from '../rig/samples.js';
import { readTree, type TestWorkspace } from '../rig/workspace.js';

const BUILD = 'mkdir -p dist && cat src/*.txt > dist/out.txt && head -c 2000000 /dev/urandom | od > dist/big.txt';

/** This Node can do it alone: then nothing of the kind is ever missing. */
const hasOwn = 'zstdCompress' in zlib;

describe('without the native library', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tr-zstd-'));
  let server: CacheServer;
  before(async () => {
    server = await startCacheServer();
    for (const name of ['portable', 'bare']) {
      cpSync(join(TR_BIN, '../..', 'bundle'), join(directory, name, 'bundle'), { recursive: true });
      cpSync(join(TR_BIN, '..'), join(directory, name, 'bin'), { recursive: true });
    }
    mkdirSync(join(directory, 'portable/node_modules'));
    symlinkSync(join(TR_BIN, '../../../node_modules/@bokuweb'), join(directory, 'portable/node_modules/@bokuweb'));
  });
  after(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });

  /** Runs an installation; outcomes and codes of warnings. */
  function run(installation: string, { root }: TestWorkspace) {
    const call = spawnSync(process.execPath, [join(directory, installation, 'bin/tr.cjs'), ...RUN], {
      cwd: root,
      env: cleanEnvironment(server.client),
      encoding: 'utf8',
    });
    assert.equal(call.status, 0, call.stdout + call.stderr);
    const events = call.stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map(
        (line) =>
          JSON.parse(line) as { type: string; task: string; failure: { code: string }; result: { outcome: string } },
      );
    return {
      outcomes: events.filter(({ type }) => type === 'task-finished').map(({ result }) => result.outcome),
      warnings: events.filter(({ type }) => type === 'warning').map(({ failure }) => failure.code),
    };
  }

  test('WebAssembly reads what the native library has written, and the other way round', async () => {
    for (const writer of ['native', 'portable'] as const) {
      const first = createSample({ libBuild: `${BUILD} && echo ${writer} > dist/writer` });
      const second = checkOut(first);
      try {
        if (writer === 'native') await first.tr(RUN, { env: server.client });
        else assert.deepEqual(run('portable', first), { outcomes: ['executed', 'executed'], warnings: [] });
        if (writer === 'native')
          assert.deepEqual(run('portable', second), { outcomes: ['restored', 'restored'], warnings: [] });
        else
          assert.deepEqual((await second.tr(RUN, { env: server.client })).outcomes, {
            'lib#build': 'restored',
            'app#build': 'restored',
          });
        assert.deepEqual(readTree(`${second.root}/packages`), readTree(`${first.root}/packages`));
      } finally {
        first.dispose();
        second.dispose();
      }
    }
  });

  test('with nothing at all: one warning, and the run is that of a machine alone; newer Nodes have their own', () => {
    const workspace = createSample({ libBuild: BUILD });
    try {
      const warnings = hasOwn ? [] : ['remote/no-zstd'];
      assert.deepEqual(run('bare', workspace), { outcomes: ['executed', 'executed'], warnings });
    } finally {
      workspace.dispose();
    }
  });
});
