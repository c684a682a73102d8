// Runs the client tests of the cache server with other versions of the clients than those that are installed here: each is
// installed into a directory of its own, which is removed afterwards. `node scripts/try-client-versions.mjs [client@version]...`
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Client -> its package and the name of its test. */
const CLIENTS = {
  turbo: { package: 'turbo', test: 'clients/turborepo' },
  nx: { package: 'nx', test: 'clients/nx' },
  moon: { package: '@moonrepo/cli', test: 'clients/moon' },
};
const DEFAULT = ['turbo@1.13.4', 'turbo@2.0.14', 'turbo@2.3.4', 'nx@20.8.0', 'nx@21.6.3', 'nx@22.0.0'];

const server = fileURLToPath(new URL('../cache-server/', import.meta.url));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : DEFAULT;
let failed = 0;
for (const name of wanted) {
  const [client, version] = name.split('@');
  const { package: packageName, test } = CLIENTS[client] ?? {};
  if (test === undefined || version === undefined) throw new Error(`not a client and a version: ${name}`);
  const directory = mkdtempSync(join(tmpdir(), 'clients-'));
  try {
    writeFileSync(join(directory, 'package.json'), '{ "private": true }');
    const install = ['install', '--no-audit', '--no-fund', '--silent', `${packageName}@${version}`];
    const installed = spawnSync('npm', install, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
    if (installed.status !== 0) throw new Error(`${name} cannot be installed`);
    const run = spawnSync(process.execPath, ['../scripts/test.mjs', test], {
      cwd: server,
      env: { ...process.env, OTHER_CLIENTS: directory },
      encoding: 'utf8',
    });
    if (run.status !== 0) {
      failed++;
      process.stdout.write(run.stdout);
    }
    console.log(`${name.padEnd(16)} ${run.stdout.trim().split('\n').at(-1)}`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
process.exitCode = failed === 0 ? 0 : 1;
