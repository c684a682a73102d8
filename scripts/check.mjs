// Installs nothing but missing system commands, builds, and runs every test with `tr` itself; prints the totals.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DJANGO, ensureCommands, RAILS, SERVICES } from './ensure-commands.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const node = process.execPath;

function run(command, args) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  return status ?? 1;
}

ensureCommands({
  python3: 'python3',
  git: 'git',
  // Clients of the cache server.
  bazel: 'bazel-bootstrap',
  ccache: 'ccache',
  gcc: 'gcc',
  gradle: 'gradle',
  java: 'default-jdk-headless',
  openssl: 'openssl',
  // A proxy before it.
  nginx: 'nginx-light',
  curl: 'curl',
  // An S3 server that honours conditional writes.
  radosgw: 'radosgw',
  'ceph-mon': 'ceph-mon',
  'ceph-osd': 'ceph-osd',
  monmaptool: 'ceph-base',
  ceph: 'ceph-common',
  ...SERVICES,
  // Installs as tasks.
  'python3:ensurepip': 'python3-venv',
  ...DJANGO,
  ...RAILS,
  // A terminal to refuse writing bytes to.
  script: 'bsdutils',
});
if (run('npm', ['run', '--silent', 'build']) !== 0) process.exit(1);
// The runner of this repository is a copy of the last good build, not the one the tests are about to exercise.
rmSync(`${root}.tr/self`, { recursive: true, force: true });
cpSync(`${root}cli/bundle`, `${root}.tr/self/bundle`, { recursive: true });
cpSync(`${root}cli/bin`, `${root}.tr/self/bin`, { recursive: true });
/** Where packages say what their tests came to; what the last check has left is not of this one, where a package is skipped. */
const totalsFiles = new Map(
  [...readdirSync(`${root}packages`).map((name) => `packages/${name}`), 'cli', 'cache-server', 'test'].map(
    (directory) => [directory, `${root}${directory}/.test-totals.json`],
  ),
);
for (const file of totalsFiles.values()) rmSync(file, { force: true });
const status = run(node, [
  `${root}.tr/self/bin/tr.cjs`,
  'run',
  'test',
  '--output-logs=new-only',
  '--concurrency=2',
  '--continue',
  ...process.argv.slice(2),
]);

const totals = { passed: 0, failed: 0, skipped: 0 };
/** The first lines of each failure: whoever sees only the end of a log must find there what to look for. */
const FAILURE_LINES = 24;
for (const [directory, file] of totalsFiles) {
  if (!existsSync(file)) continue;
  const part = JSON.parse(readFileSync(file, 'utf8'));
  for (const name of Object.keys(totals)) totals[name] += part[name];
  for (const failure of part.failures) {
    console.log(`\n${directory}: ${failure.split('\n').slice(0, FAILURE_LINES).join('\n')}`);
  }
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(status);
