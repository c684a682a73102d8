/** The name: a call that means the POSIX `tr` reaches it. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { TR_BIN } from '../rig/exec-tr.js';

let root: string;
let bin: string;
before(() => {
  root = mkdtempSync(join(tmpdir(), 'tr-name-'));
  bin = join(root, 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(TR_BIN, join(bin, 'tr'));
  symlinkSync(TR_BIN, join(bin, 'taskrun'));
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({
      scripts: {
        upper: 'echo abc | tr a-z A-Z',
        squeeze: "printf 'a\\n\\n\\nb' | tr -s '\\n' ,",
        version: 'tr --version',
      },
    }),
  );
});
after(() => rmSync(root, { recursive: true }));

const path = () => ({ ...process.env, PATH: `${bin}:${process.env['PATH']}` });
const sh = (text: string, env: NodeJS.ProcessEnv = path()) =>
  spawnSync('sh', ['-c', text], { cwd: root, encoding: 'utf8', env });

test('npm scripts that mean the POSIX tr get it', () => {
  const npm = (script: string) => spawnSync('npm', ['run', '-s', script], { cwd: root, encoding: 'utf8' }).stdout;
  assert.equal(npm('upper'), 'ABC\n');
  assert.equal(npm('squeeze'), 'a,b');
  assert.match(npm('version'), /^\d+\.\d+\.\d+\n$/);
});

for (const [call, expected] of [
  [`echo abc | tr a-z A-Z`, 'ABC\n'],
  [`echo 'a b' | tr -d ' '`, 'ab\n'],
  [`echo 'a  b' | tr -s ' '`, 'a b\n'],
  [`echo abc | tr -c 'a\\n' x`, 'axx\n'],
  [`echo abc | tr -cd 'ab'`, 'ab'],
  [`echo abc | tr --delete b`, 'ac\n'],
  [`printf 'a-b' | tr -- - _`, 'a_b'],
  [`printf 'r\\n' | tr r s`, 's\n'],
] as const) {
  test(`POSIX call: ${call}`, () => {
    const run = sh(call);
    assert.equal(run.stdout, expected);
    assert.equal(run.status, 0);
  });
}

test('exit code and stderr are those of the POSIX tr', () => {
  const run = sh('echo a | tr -Z; echo "code $?"');
  assert.match(run.stdout, /code 1/);
  assert.match(run.stderr, /tr: /);
});

test('a word that is likely a task, with nothing to translate: a hint, and the call is handed over all the same', () => {
  const typed = sh('tr build </dev/null; echo "code $?"');
  assert.match(typed.stderr, /^tr: build is no command of the task runner, .* Was `tr run build` meant\?\n/);
  assert.match(typed.stdout, /code 1/);
  const quiet = sh('tr build test </dev/null');
  assert.match(quiet.stderr, /Was `tr run build test` meant\?/);
  assert.equal(quiet.status, 0);
  assert.match(
    sh('tr watch build </dev/null').stderr,
    /`turbo watch` has no counterpart: see docs\/turborepo\.md\.\n$/,
  );
  assert.match(sh('tr help </dev/null').stderr, /`tr --help` lists the commands\./);
  for (const call of ['tr a-z A-Z </dev/null', 'tr -d x </dev/null', 'echo build | tr build BUILD']) {
    assert.equal(sh(call).stderr, '', call);
  }
});

test('a large stream passes through unchanged', () => {
  const run = sh(`head -c 5000000 /dev/zero | tr '\\0' x | wc -c`);
  assert.equal(run.stdout.trim(), '5000000');
});

test('a signal ends the POSIX tr, and the caller sees that signal', async () => {
  const child = spawn(join(bin, 'tr'), ['a', 'b'], { env: path(), stdio: ['pipe', 'pipe', 'inherit'] });
  // More than tr buffers: once something comes out, it is the POSIX tr that runs.
  child.stdin.write('a'.repeat(200_000));
  // Nobody reads the rest of it.
  child.stdin.on('error', () => undefined);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.kill('SIGTERM');
  const signal = await new Promise((resolve) => child.on('exit', (_code, name) => resolve(name)));
  assert.equal(signal, 'SIGTERM');
});

test('a shim that starts us again under another path does not loop', () => {
  const shims = join(root, 'shims');
  mkdirSync(shims);
  writeFileSync(join(shims, 'tr'), `#!/bin/sh\nexec ${process.execPath} ${TR_BIN} "$@"\n`);
  chmodSync(join(shims, 'tr'), 0o755);
  const run = sh('echo abc | tr a-z A-Z', { ...process.env, PATH: `${bin}:${shims}:${process.env['PATH']}` });
  assert.equal(run.stdout, 'ABC\n');
});

test('a tr that is a script without an interpreter is what a shell would run', () => {
  const scripts = join(root, 'scripts');
  mkdirSync(scripts);
  writeFileSync(join(scripts, 'tr'), 'echo "script $*"\n');
  chmodSync(join(scripts, 'tr'), 0o755);
  const run = sh('tr a-z A-Z', { ...process.env, PATH: `${bin}:${scripts}:${process.env['PATH']}` });
  assert.equal(run.stdout, 'script a-z A-Z\n', run.stderr);
});

test('without another tr the message says so', () => {
  const run = spawnSync(process.execPath, [TR_BIN, 'a', 'b'], { encoding: 'utf8', env: { PATH: bin } });
  assert.equal(run.status, 2);
  assert.match(run.stderr, /not a command of the task runner/);
});

test('taskrun never means the POSIX tr: what is no command is a task, as with `turbo build`', () => {
  const typo = sh('taskrun rnu build');
  assert.equal(typo.status, 2);
  assert.match(typo.stderr, /workspace\/no-config/);
  writeFileSync(join(root, 'turbo-like.config.json'), '{ "tasks": { "build": { "command": "echo built" } } }');
  try {
    assert.match(sh('taskrun rnu').stderr, /graph\/unknown-task .*`rnu`/);
    for (const call of [
      'taskrun build',
      'taskrun --output-logs=full build',
      'taskrun --ui=stream run build',
      'taskrun run build',
    ]) {
      const run = sh(call);
      assert.match(run.stdout, /: built\n/, call);
      assert.equal(run.status, 0, call);
    }
  } finally {
    rmSync(join(root, 'turbo-like.config.json'));
    rmSync(join(root, '.tr'), { recursive: true, force: true });
  }
});

test('taskrun help is the help, as `turbo help` is, and of a command with its name', () => {
  assert.equal(sh('taskrun help').stdout, sh('taskrun --help').stdout);
  assert.match(sh('taskrun help').stdout, /`taskrun build` is `tr run build`/);
  assert.equal(sh('taskrun help cache gc').stdout, sh('taskrun cache gc --help').stdout);
});

test('commands of Turborepo without a counterpart say what to use instead', () => {
  for (const [call, next] of [
    ['taskrun prune web', /`tr ls --filter=<package>\.\.\. --output=json`/],
    ['taskrun watch build', /watchexec/],
    ['tr --no-update-notifier login', /TR_REMOTE_URL/],
  ] as const) {
    const run = sh(call);
    assert.equal(run.status, 2, call);
    assert.match(run.stderr, /^usage\/unsupported-command .*\n {2}next: /, call);
    assert.match(run.stderr, next, call);
  }
});
