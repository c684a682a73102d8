import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeExtensions } from '../src/postgres/extension-versions.js';
import { asks, makeFolder, makeHost, must, postgres, setting } from './rig.js';
import { sql } from './sql.js';

test('the versions of extensions, and of what they require, as the server would install them', async (t) => {
  const { host } = makeHost(t);
  const service = postgres({ extensions: ['pgcrypto', 'earthdistance'] });
  const { engine } = must(await host.identify(service));
  const lease = must(await host.acquire(asks([service])));
  const installed = await sql(
    setting(lease.environment, 'DATABASE_URL'),
    "select extname || ' ' || extversion as text from pg_extension where extname <> 'plpgsql' order by 1",
  );
  assert.equal(installed.length, 3, 'earthdistance brings cube');
  assert.ok(engine.endsWith(`; ${installed.map(({ text }) => String(text)).join(', ')}`), engine);
  assert.doesNotMatch(must(await host.identify(postgres())).engine, /;/);
  for (const name of ['nowhere', '../pgcrypto'])
    assert.ok(must(await host.identify(postgres({ extensions: [name] }))).engine.endsWith(`; ${name} (none)`));
});

test('another version of an extension is another engine, and nothing is started to see it', async (t) => {
  const folder = makeFolder(t);
  const [bin, extensions] = [join(folder, 'pg/bin'), join(folder, 'pg/share/extension')];
  mkdirSync(bin, { recursive: true });
  mkdirSync(extensions, { recursive: true });
  const calls = join(folder, 'calls');
  const program = (name: string, says: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\necho ${name} >> ${calls}\necho "${says}"\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program('postgres', 'postgres (PostgreSQL) 99.1');
  program('initdb', '');
  program('pg_config', join(folder, 'pg/share'));
  const identify = async (version: string): Promise<string> => {
    writeFileSync(join(extensions, 'shapes.control'), `# shapes\ndefault_version = '${version}' # as of today\n`);
    const { host } = makeHost(t, { folder, environment: { PATH: bin } });
    return must(await host.identify(postgres({ extensions: ['shapes'], version: '>=99' }))).engine;
  };
  assert.equal(await identify('3.4.1'), 'postgres 99.1; shapes 3.4.1');
  assert.equal(await identify('3.4.2'), 'postgres 99.1; shapes 3.4.2');
  const told = spawnSync('cat', [calls], { encoding: 'utf8' }).stdout.trim().split('\n').sort();
  assert.deepEqual(told, ['pg_config', 'postgres'], 'each asked once');
});

test('extensions that require each other end the search', async () => {
  const known = { a: ['b'], b: ['a', 'c'] } as const;
  const text = await describeExtensions(['a'], (names) =>
    Promise.resolve(
      names.flatMap((name) => (name === 'a' || name === 'b' ? { name, version: '1', requires: known[name] } : [])),
    ),
  );
  assert.equal(text, '; a 1, b 1, c (none)');
});
