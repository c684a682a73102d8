// Makes the one package that users install: `tr` with everything it needs, the cache server, the documents. Needs the compiled
// packages (`npm run package` builds them). The same commit, Node and npm give the same bytes.
//   node scripts/package.mjs [directory] [--name @team/taskrun]     the default is dist/taskrun-<version>.tgz
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { packageManifest } from './package/manifest.mjs';
import { thirdPartyLicenses } from './package/third-party-licenses.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { name: { type: 'string', default: 'taskrun' } },
});
const root = fileURLToPath(new URL('../', import.meta.url));
const destination = resolve(positionals[0] ?? `${root}dist`);

/** From the repository, as they are: path there -> path in the package. */
const COPIED = {
  'packages/config/schema.json': 'schema.json',
  'scripts/package/README.md': 'README.md',
  'CHANGELOG.md': 'CHANGELOG.md',
  LICENSE: 'LICENSE',
  docs: 'docs',
  deploy: 'deploy',
  integrations: 'integrations',
};
/** Nobody but us needs these. */
const LEFT_OUT = new Set(['test', 'tests', '__pycache__', '.gitignore', '.pytest_cache']);

/** Files of their own: where programs are started by shims (pnpm, Windows), they get the name of a file, not that of the command. */
const TASKRUN_BIN = `#!/usr/bin/env node
'use strict';
require('../bundle/tr.cjs');
`;
const SERVER_BIN = `#!/usr/bin/env node
'use strict';
void require('../server/cache-server.cjs').runCacheServer({ args: process.argv.slice(2), cwd: process.cwd() });
`;

function call(command, args, cwd = root) {
  const { status, stdout, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${status}`);
  return stdout;
}

/** What the package is made from; undefined when that is no commit, but what somebody has just edited. */
function findCommit() {
  const [head, changes] = [
    ['rev-parse', 'HEAD'],
    ['status', '--porcelain'],
  ].map((args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' }));
  return head.status === 0 && changes.status === 0 && changes.stdout === '' ? head.stdout.trim() : undefined;
}

function fill(stage) {
  for (const [from, to] of Object.entries(COPIED))
    cpSync(root + from, join(stage, to), { recursive: true, filter: (path) => !LEFT_OUT.has(basename(path)) });
  mkdirSync(join(stage, 'bin'));
  writeFileSync(join(stage, 'bin/taskrun.cjs'), TASKRUN_BIN, { mode: 0o755 });
  writeFileSync(join(stage, 'bin/tr-cache-server.cjs'), SERVER_BIN, { mode: 0o755 });
  const facts = join(stage, 'facts.json');
  const server = join(stage, 'server/cache-server.cjs');
  call(process.execPath, [`${root}scripts/bundle.mjs`, join(stage, 'bundle'), '--server', server, '--facts', facts]);
  const { files, packages } = JSON.parse(readFileSync(facts, 'utf8'));
  rmSync(facts);
  writeFileSync(join(stage, 'THIRD-PARTY-LICENSES.txt'), thirdPartyLicenses(files));
  const manifest = packageManifest({ name: values.name, asked: packages, commit: findCommit() });
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

const stage = mkdtempSync(join(tmpdir(), 'tr-package-'));
try {
  fill(stage);
  mkdirSync(destination, { recursive: true });
  // It sets all times to one moment in the past, and the modes by what the files are.
  const [packed] = Object.values(JSON.parse(call('npm', ['pack', '--json', '--pack-destination', destination], stage)));
  const file = join(destination, packed.filename);
  console.log(`${file}: ${packed.size} bytes, ${packed.entryCount} files`);
  // For lockfiles, and for `sha256sum --check`.
  console.log(`${packed.integrity}\nsha256 ${createHash('sha256').update(readFileSync(file)).digest('hex')}`);
} finally {
  rmSync(stage, { recursive: true });
}
