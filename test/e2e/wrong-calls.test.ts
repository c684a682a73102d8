/** Calls that cannot be meant, and hints for calls that nearly can: words and exit codes of the real CLI. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { TR_BIN } from '../rig/exec-tr.js';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { createSample, type SampleOptions } from '../rig/samples.js';
import type { TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

const sample = (options?: SampleOptions): TestWorkspace => keep(createSample(options));

/** What is typed, and what stderr has to say. */
const CALLS: readonly (readonly [readonly string[], RegExp])[] = [
  [['run'], /^usage\/missing-task .*\n {2}next: Name one or more of `build`\./],
  [['why'], /^usage\/missing-task .*\n {2}next: Name one or more of `build`\./],
  [['run', 'biuld'], /^graph\/unknown-task .*\n {2}next: Did you mean `build`\?/],
  [['run', 'app:build'], /^graph\/unknown-task .*\n {2}next: Did you mean `app#build`\?/],
  [['why', 'app:build'], /^graph\/unknown-task .*\n {2}next: Did you mean `app#build`\?/],
  [['run', 'ap#build'], /^graph\/unknown-package .*\n {2}next: Did you mean `app`\?/],
  [['cache', 'export'], /^usage\/missing-task .*\n {2}next: Name one or more of `build`\./],
  [['run', 'build', '-x'], /^usage\/unknown-option .*`-x`\.\n {2}next: `tr <command> --help` lists/],
  [['run', 'build', '--global-deps='], /^usage\/missing-value .*\n {2}next: It takes a glob from the root/],
  [['run', 'build', '--root-turbo-json='], /^usage\/missing-value .*\n {2}next: It takes a file/],
  [['run', 'build', '--filter'], /^usage\/missing-value .*\n {2}next: It takes a package, a directory or a range/],
  [
    ['cache'],
    /^usage\/incomplete-command .*\n {2}next: Write `tr cache status`, `tr cache gc`, `tr cache verify`, `tr cache export` or/,
  ],
];

test('a filter below a file, and one with a name longer than any: nothing is there', async () => {
  for (const path of ['package.json/below', 'long'.repeat(100)]) {
    const call = await sample().tr(['run', 'build', `--filter=./${path}`]);
    assert.equal(call.exitCode, 2, call.stderr);
    assert.match(call.stderr, /^graph\/filter-unknown-directory /);
  }
});

test('a directory that was removed under us', () => {
  const workspace = sample();
  workspace.write({ 'gone/x': '' });
  const script = `rm -r "$PWD"; "$0" "$1" run build; "$0" "$1" run build --cwd=..; "$0" "$1" run build --cwd="$2"`;
  const call = spawnSync('sh', ['-c', script, process.execPath, TR_BIN, workspace.root], {
    cwd: join(workspace.root, 'gone'),
    encoding: 'utf8',
  });
  assert.equal(call.status, 0, call.stderr);
  assert.deepEqual(call.stderr.match(/^usage\S*/gm), ['usage/no-current-directory', 'usage/no-current-directory']);
});

test('a directory whose path is no UTF-8', () => {
  const script = `d=$(printf 'caf\\351'); mkdir "$d"; cd "$d"; "$0" "$1" run build`;
  const call = spawnSync('sh', ['-c', script, process.execPath, TR_BIN], { cwd: sample().root, encoding: 'utf8' });
  assert.equal(call.status, 2, call.stderr);
  assert.match(call.stderr, /^usage\/no-current-directory .* is not valid UTF-8/);
});

test('without PATH tasks run as in a shell without it', async () => {
  const run = await sample().tr(['run', 'build'], { env: { PATH: undefined } });
  assert.equal(run.exitCode, 0, run.stdout);
});

test('more files after -- than the system takes in one command line: said as that', async () => {
  const files = Array.from({ length: 4000 }, (_, at) => `src/components/some-component/file-${at}.component.ts`);
  const run = await sample().tr(['run', 'build', '--filter=lib', '--', ...files]);
  assert.equal(run.exitCode, 1, run.stderr);
  assert.match(run.stdout, /lib#build could not be started: .*E2BIG/);
  assert.match(run.stdout, /fewer files, after `--`/);
});

test('a full disk where the output goes: said by what only prints, no matter for a run', () => {
  const workspace = sample();
  const call = (line: string) =>
    spawnSync('sh', ['-c', `"$0" "$1" ${line}`, process.execPath, TR_BIN], { cwd: workspace.root, encoding: 'utf8' });
  for (const line of ['run build --dry=json', 'ls', '--help']) {
    const full = call(`${line} >/dev/full`);
    assert.equal(full.status, 1, line);
    assert.ok(full.stderr.startsWith('usage/output-lost '), full.stderr);
  }
  const version = call('--version >/dev/full');
  assert.deepEqual([version.status, version.stderr], [1, '']);
  assert.equal(call('ls | head -c 1').stderr, '');
  const tooLong = spawnSync('sh', ['-c', `ulimit -f 0; "$0" "$1" ls >limited`, process.execPath, TR_BIN], {
    cwd: workspace.root,
    encoding: 'utf8',
  });
  assert.equal(tooLong.status, 1, tooLong.stderr);
  assert.match(tooLong.stderr, /^usage\/output-lost .*EFBIG/);
  const run = call('run build >/dev/full');
  assert.deepEqual([run.status, run.stderr], [0, '']);
});

for (const [args, expected] of CALLS) {
  test(`tr ${args.join(' ')}`, async () => {
    const call = await sample().tr(args);
    assert.equal(call.exitCode, 2);
    assert.equal(call.stdout, '');
    assert.match(call.stderr, expected);
  });
}

test('a command line written for Turborepo runs; what has no counterpart yet is said', async () => {
  const workspace = sample();
  const flags = ['--no-daemon', '--ui=stream', '--team=acme', '-vv', '--no-update-notifier', '--no-color'];
  const run = await workspace.tr(['run', 'build', ...flags, '--log-format=json']);
  assert.equal(run.exitCode, 0);
  assert.equal(run.stderr, '');
  assert.equal(run.outcomes['app#build'], 'executed');
  const summarized = await workspace.tr(['run', 'build', '--summarize']);
  assert.equal(summarized.exitCode, 0);
  assert.match(summarized.stderr, /^usage\/unsupported-option warning: `--summarize`/);
});

test('files of --global-deps count for every task', async () => {
  const workspace = sample();
  workspace.write({ 'settings.txt': 'one\n' });
  const call = async () => {
    const run = await workspace.tr(['run', 'build', '--global-deps=settings.txt', '--log-format=json']);
    assert.equal(run.exitCode, 0);
    return run.outcomes['lib#build'];
  };
  assert.equal(await call(), 'executed');
  assert.equal(await call(), 'fresh');
  workspace.write({ 'settings.txt': 'two\n' });
  assert.equal(await call(), 'executed');
});

test('a variable that says what nobody knows is told by its name, and not taken', async () => {
  const workspace = sample();
  const lenient = await workspace.tr(['run', 'build'], { env: { TURBO_FORCE: 'yes', TURBO_LOG_PREFIX: '' } });
  assert.equal(lenient.exitCode, 0);
  assert.match(lenient.stderr, /^usage\/invalid-option warning: `TURBO_FORCE` cannot be `yes`\./);
  const strict = await workspace.tr(['run', 'build'], { env: { TR_CONCURRENCY: 'many' } });
  assert.equal(strict.exitCode, 2);
  assert.match(strict.stderr, /^usage\/invalid-option `TR_CONCURRENCY` cannot be `many`\./);
});

test('--color and --no-color win over what the output is', async () => {
  const workspace = sample();
  const colored = await workspace.tr(['run', 'build', '--color']);
  assert.ok(colored.stdout.includes('\u001B['));
  for (const args of [
    ['run', 'build', '--no-color'],
    ['--no-color', 'run', 'build'],
  ]) {
    const plain = await workspace.tr(args, { env: { FORCE_COLOR: '1' } });
    assert.equal(plain.exitCode, 0);
    assert.ok(!plain.stdout.includes('\u001B['));
  }
});

test('a script that runs its own task again is refused at once, instead of waiting for itself', async () => {
  const { TR_BIN } = await import('../rig/exec-tr.js');
  const workspace = sample({ libBuild: `"${process.execPath}" "${TR_BIN}" run build` });
  const run = await workspace.tr(['run', 'build', '--filter=lib']);
  assert.equal(run.exitCode, 2);
  assert.match(run.stdout, /graph\/recursive-run `lib#build` is running/);
  assert.equal(workspace.invocations('lib-build'), 1);
});

test('the rerun command has the arguments; a failure shows its cause, its log and that command', async () => {
  const lines = Array.from({ length: 30 }, (_, index) => `echo "    at frame ${index}"`).join('; ');
  const workspace = sample({ libBuild: `fail() { echo "error: expected 2, got 3"; ${lines}; exit 4; }; fail` });
  const run = await workspace.tr(['run', 'build', '--filter=lib', '--', '--only', 'a b']);
  assert.equal(run.exitCode, 4);
  const block = run.stdout.slice(run.stdout.indexOf('FAILED lib:build'));
  assert.match(block, /\n {2}\| error: expected 2, got 3\n {2}\| {5}at frame 0\n/);
  assert.match(block, /\n {2}…\n(?:.*\n)* {2}\| {5}at frame 29\n/);
  assert.match(block, /\n {2}log: {2}\S+lib#build\.log\n {2}run: {2}tr run lib#build -- --only 'a b'\n/);
});

test('why, after it ran: the difference that made it run', async () => {
  const workspace = sample();
  await workspace.tr(['run', 'build']);
  workspace.write({ 'packages/lib/src/a.txt': 'changed\n' });
  await workspace.tr(['run', 'build']);
  const why = await workspace.tr(['why', 'lib#build', 'app#build']);
  assert.equal(why.exitCode, 0);
  assert.match(why.stdout, /lib#build [0-9a-f]{16} is a hit in the local cache, stored \S+ ago\./);
  assert.match(why.stdout, /It ran then, as it differed from [0-9a-f]{16}, stored/);
  assert.match(why.stdout, /Inputs changed \(relative to the package\):\n {2}~ src\/a\.txt\n/);
  assert.match(why.stdout, /First diverging dependency: lib#build\n/);
});

test('why, about a task without a command: nothing runs', async () => {
  const workspace = sample({ config: { tasks: { lint: {} } } });
  const why = await workspace.tr(['why', 'lib#lint']);
  assert.equal(why.exitCode, 0);
  assert.match(why.stdout, /^lib#lint runs nothing: /);
});

test('`when` says which condition keeps a task from running', async () => {
  const workspace = sample({ build: { when: { env: ['DEPLOY_TOKEN'] } } });
  const run = await workspace.tr(['run', 'build']);
  assert.match(run.stdout, /lib:build: skipped: DEPLOY_TOKEN is not set, which its `when` asks for\n/);
});
