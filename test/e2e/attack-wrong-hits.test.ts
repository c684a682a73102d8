/** Ways to change what a command sees without touching an input file: each must be a miss. */
import assert from 'node:assert/strict';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { missReasons, notSavedReason } from '../rig/events.js';
import { waitUntil } from '../rig/processes.js';
import { BUILD, createSample, sampleLockfile } from '../rig/samples.js';
import { readTree, type TestWorkspace } from '../rig/workspace.js';

const SHOW = 'mkdir -p dist && echo "$WHO $0" > dist/out.txt';
const OUT = 'packages/lib/dist/out.txt';

/** The root configuration of the sample with these settings of `build`. */
function configure(workspace: TestWorkspace, build: object, config: object = {}): void {
  const tasks = { build: { outputs: ['dist/**'], inputs: ['src/**'], ...build } };
  workspace.write({ 'turbo-like.config.json': { json: { ...config, tasks } } });
}

test('the order of env files decides who wins, and whether one is read at all', async (t) => {
  const files = { 'packages/lib/a.env': 'WHO=a\n', 'packages/lib/b.env': 'WHO=b\n' };
  const workspace = createSample({ libBuild: SHOW, files });
  t.after(() => workspace.dispose());
  const inputs = ['src/**', '*.env'];
  const seen: string[] = [];
  for (const envFiles of [['a.env', 'b.env'], ['b.env', 'a.env'], []]) {
    configure(workspace, { inputs, envFiles });
    const run = await workspace.tr(BUILD);
    assert.equal(run.outcomes['lib#build'], 'executed', `${run.stdout}${run.stderr}`);
    if (seen.length > 0) assert.deepEqual(missReasons(run, 'lib#build')[0]?.['keys'], ['envFiles']);
    seen.push(workspace.read(OUT).split(' ')[0] ?? '');
  }
  assert.deepEqual(seen, ['b', 'a', '']);
});

test('a package that the root package depends on, near or far', async (t) => {
  const package_ = (name: string, dependencies: object) => ({ json: { name, version: '1.0.0', dependencies } });
  const workspace = createSample({
    libBuild: 'mkdir -p dist && cat ../base/base.json > dist/out.txt',
    files: {
      'package.json': {
        json: {
          name: 'sample',
          private: true,
          packageManager: 'npm@10.8.2',
          workspaces: ['packages/*'],
          devDependencies: { preset: '*' },
        },
      },
      'packages/preset/package.json': package_('preset', { base: '*' }),
      'packages/base/package.json': package_('base', {}),
      'packages/base/base.json': '1',
    },
  });
  t.after(() => workspace.dispose());
  await workspace.tr(BUILD);
  assert.equal((await workspace.tr(BUILD)).outcomes['lib#build'], 'fresh');
  workspace.write({ 'packages/base/base.json': '2' });
  const run = await workspace.tr(BUILD);
  assert.equal(run.outcomes['lib#build'], 'executed');
  assert.equal(workspace.read(OUT), '2');
  assert.match(JSON.stringify(missReasons(run, 'lib#build')), /packages\/base\/base\.json/);
});

test('the shell of scripts, and who starts them', async (t) => {
  const workspace = createSample({ libBuild: SHOW });
  t.after(() => workspace.dispose());
  configure(workspace, {});
  await workspace.tr(BUILD);
  assert.match(workspace.read(OUT), / sh$/m);
  workspace.write({ '.npmrc': 'script-shell=/bin/bash\n' });
  const run = await workspace.tr(BUILD);
  assert.equal(run.outcomes['lib#build'], 'executed');
  assert.match(workspace.read(OUT), /bash$/m);
  assert.deepEqual(missReasons(run, 'lib#build')[0]?.['keys'], ['launch']);
  configure(workspace, {}, { launch: 'package-manager' });
  const other = await workspace.tr(['run', 'build', '--dry=json']);
  assert.equal(
    JSON.parse(other.stdout).tasks.find((each: { taskId: string }) => each.taskId === 'lib#build').cache.status,
    'MISS',
  );
});

test('a tool is asked in the environment of each task', async (t) => {
  const workspace = createSample({ libBuild: 'true' });
  t.after(() => workspace.dispose());
  workspace.write({ 'a.env': 'WHO=a\n', 'b.env': 'WHO=b\n' });
  const task = (envFile: string, dependsOn: string[]) => ({
    command: 'true',
    tools: ['echo "$WHO"'],
    envFiles: [envFile],
    dependsOn,
  });
  workspace.write({
    'turbo-like.config.json': { json: { tasks: { '//#a': task('a.env', []), '//#b': task('b.env', ['//#a']) } } },
  });
  await workspace.tr(['run', '//#b', '--log-format=json']);
  workspace.write({ 'b.env': 'WHO=c\n' });
  const run = await workspace.tr(['run', '//#b', '--log-format=json']);
  const changed = missReasons(run, '//#b').find(({ reason }) => reason === 'tool-changed');
  assert.deepEqual([changed?.['before'], changed?.['after']], ['b', 'c']);
});

test('a dependency that another run rebuilds while its dependent executes', async (t) => {
  const workspace = createSample({
    files: {
      'packages/app/package.json': {
        json: {
          name: 'app',
          version: '1.0.0',
          scripts: { build: 'touch "$GATE.in"; while [ ! -e "$GATE" ]; do sleep 0.02; done; cp -r ../lib/dist .' },
          dependencies: { lib: '1.0.0' },
        },
      },
    },
    build: { passThroughEnv: ['GATE'] },
  });
  t.after(() => workspace.dispose());
  const gate = `${workspace.root}.invocations/gate`;
  const env = { GATE: gate };
  const first = workspace.tr(BUILD, { env });
  await waitUntil('the dependent runs', () => existsSync(`${gate}.in`));
  workspace.write({ 'packages/lib/src/a.txt': 'changed\n' });
  await workspace.tr(['run', 'build', '--filter=lib', '--log-format=json'], { env });
  writeFileSync(gate, '');
  assert.equal(notSavedReason(await first, 'app#build'), 'inputs-changed');
  workspace.write({ 'packages/lib/src/a.txt': 'lib a\n' });
  const run = await workspace.tr(BUILD, { env });
  assert.deepEqual(run.outcomes, { 'lib#build': 'restored', 'app#build': 'executed' });
  assert.equal(workspace.read('packages/app/dist/out.txt'), 'lib a\n');
});

test('packages installed while a task executes, and the lockfile put back later', async (t) => {
  const install = (version: string) => ({
    'package-lock.json': { json: sampleLockfile({ left: version }) },
    'node_modules/left/version': `${version}\n`,
  });
  const workspace = createSample({
    files: install('1.0.0'),
    libBuild:
      'mkdir -p dist && touch "$GATE.in"; while [ ! -e "$GATE" ]; do sleep 0.02; done; cp ../../node_modules/left/version dist/out.txt',
    build: { passThroughEnv: ['GATE'] },
  });
  t.after(() => workspace.dispose());
  const gate = `${workspace.root}.invocations/gate`;
  const first = workspace.tr(BUILD, { env: { GATE: gate } });
  await waitUntil('the task runs', () => existsSync(`${gate}.in`));
  workspace.write(install('2.0.0'));
  writeFileSync(gate, '');
  assert.equal(notSavedReason(await first, 'lib#build'), 'inputs-changed');
  workspace.write(install('1.0.0'));
  const run = await workspace.tr(BUILD, { env: { GATE: gate } });
  assert.equal(run.outcomes['lib#build'], 'executed');
  assert.equal(workspace.read(OUT), '1.0.0\n');
});

for (const [title, types] of [
  ['declare one directory', 'dist/**'],
  ['declare one directory in the other', 'dist/types/**'],
] as const) {
  test(`two tasks that ${title}: neither takes the other's files for its own`, async (t) => {
    const command = (source: string, target: string) => `mkdir -p dist/types && cat ${source} > dist/${target}`;
    const tasks = {
      js: { command: command('js.txt', 'js'), inputs: ['js.txt'], outputs: ['dist/**'] },
      types: { command: command('types.txt', 'types/types'), inputs: ['types.txt'], outputs: [types] },
      use: {
        command: 'cat dist/js dist/types/types > used',
        dependsOn: ['js', 'types'],
        inputs: ['none'],
        outputs: ['used'],
      },
    };
    const workspace = createSample({ config: { tasks } });
    t.after(() => workspace.dispose());
    const states = ['1 1', '1 2', '2 2', '1 1', '2 1', '2 2', 'gone', '1 2', '2 1'];
    for (const concurrency of ['1', '4']) {
      for (const state of states) {
        if (state === 'gone') {
          workspace.remove('packages/lib/dist');
          continue;
        }
        const [js = '', type = ''] = state.split(' ');
        workspace.write({
          'packages/lib/js.txt': `js ${js} ${concurrency}\n`,
          'packages/lib/types.txt': `types ${type} ${concurrency}\n`,
        });
        const run = await workspace.tr(['run', 'use', '--filter=lib', `--concurrency=${concurrency}`]);
        assert.equal(run.exitCode, 0, run.stdout);
        assert.equal(
          workspace.read('packages/lib/used'),
          `js ${js} ${concurrency}\ntypes ${type} ${concurrency}\n`,
          `${state}: ${run.stdout}`,
        );
      }
    }
  });
}

/** Two tasks of `lib` that write to one directory; `one` comes after `slow`. */
function createSharedDirectory() {
  const copy = (name: string) => ({
    command: `mkdir -p dist && cp ${name}.txt dist/${name}`,
    inputs: [`${name}.txt`],
    outputs: ['dist/**'],
  });
  const slow = { command: 'cp slow.txt slow.out', inputs: ['slow.txt'], outputs: ['slow.out'] };
  const one = { ...copy('one'), command: 'mkdir -p dist && cat slow.out one.txt > dist/one', dependsOn: ['slow'] };
  const workspace = createSample({ config: { tasks: { slow, one, two: copy('two') } } });
  const write = (name: string, text: string) => workspace.write({ [`packages/lib/${name}.txt`]: `${text}\n` });
  for (const name of ['slow', 'one', 'two']) write(name, '1');
  const run = (...tasks: string[]) =>
    workspace.tr(['run', ...tasks, '--filter=lib', '--concurrency=1', '--log-format=json']);
  return { workspace, write, run, read: (name: string) => workspace.read(`packages/lib/dist/${name}`) };
}

test('old files of a task whose turn comes later are not stored with another one', async (t) => {
  const { workspace, write, run } = createSharedDirectory();
  t.after(() => workspace.dispose());
  await run('one', 'two');
  for (const name of ['slow', 'two']) write(name, '2');
  await run('two', 'one');
  workspace.remove('packages/lib/dist');
  await run('two');
  assert.deepEqual(Object.keys(readTree(`${workspace.root}/packages/lib/dist`)), ['two']);
});

test('old files of another task, stored when the two were run apart, are not put over its new ones', async (t) => {
  const { workspace, write, run, read } = createSharedDirectory();
  t.after(() => workspace.dispose());
  await run('one');
  await run('two');
  write('one', '2');
  workspace.remove('packages/lib/dist');
  await run('one');
  workspace.remove('packages/lib/dist/two');
  const both = await run('one', 'two');
  assert.deepEqual([both.exitCode, read('one'), read('two')], [0, '1\n2\n', '1\n'], both.stdout);
  assert.match(both.stdout, /packages\/lib\/dist\/one.*shared-output|shared-output.*packages\/lib\/dist\/one/);
  // What was stored has been replaced by what `two` has written itself.
  workspace.remove('packages/lib/dist');
  await run('two');
  assert.deepEqual(Object.keys(readTree(`${workspace.root}/packages/lib/dist`)), ['two']);
});

test('a run that finds other outputs in the cache waits for the one that executes, and spoils nothing of it', async (t) => {
  const workspace = createSample({
    libBuild:
      'mkdir -p dist && echo "$WHO" > dist/out.txt && if [ "$WHO" = b ]; then touch "$GATE.in"; while [ ! -e "$GATE" ]; do sleep 0.02; done; fi',
    build: { env: ['WHO'], passThroughEnv: ['GATE'] },
  });
  t.after(() => workspace.dispose());
  const gate = `${workspace.root}.invocations/gate`;
  const build = [...BUILD, '--filter=lib'];
  await workspace.tr(build, { env: { WHO: 'a' } });
  const executing = workspace.tr(build, { env: { WHO: 'b', GATE: gate } });
  await waitUntil('the task runs', () => existsSync(`${gate}.in`));
  let ended = false;
  const restoring = workspace.tr(build, { env: { WHO: 'a' } }).finally(() => (ended = true));
  // Without the wait it is done in a tenth of that.
  await Promise.race([restoring, sleep(1500)]);
  const was = ended;
  writeFileSync(gate, '');
  assert.equal((await executing).outcomes['lib#build'], 'executed');
  assert.equal((await restoring).outcomes['lib#build'], 'restored');
  assert.equal(was, false);
  assert.equal(workspace.read(OUT), 'a\n');
  const again = await workspace.tr(build, { env: { WHO: 'b' } });
  assert.deepEqual([again.outcomes['lib#build'], workspace.read(OUT)], ['restored', 'b\n']);
});

test('--only takes what dependencies have left as it lies there, and that counts', async (t) => {
  const tasks = {
    compile: { command: 'mkdir -p dist && cp src/a.txt dist/', inputs: ['src/**'], outputs: ['dist/**'] },
    check: { command: 'true', dependsOn: ['compile'], inputs: ['none'] },
    pack: { command: 'cp dist/a.txt packed', dependsOn: ['check'], inputs: ['none'], outputs: ['packed'] },
  };
  const workspace = createSample({ config: { tasks } });
  t.after(() => workspace.dispose());
  const run = (...args: string[]) => workspace.tr(['run', ...args, '--filter=lib', '--log-format=json']);
  const pack = async (): Promise<string> =>
    `${(await run('pack', '--only')).outcomes['lib#pack']} ${workspace.read('packages/lib/packed')}`;
  const write = (text: string) => workspace.write({ 'packages/lib/src/a.txt': text });
  write('one\n');
  await run('pack');
  assert.equal(await pack(), 'executed one\n');
  assert.equal(await pack(), 'fresh one\n');
  // The sources are newer than what was built of them.
  write('two\n');
  assert.equal(await pack(), 'executed one\n');
  await run('compile');
  assert.equal(await pack(), 'executed two\n');
  write('one\n');
  await run('compile');
  assert.equal(await pack(), 'restored one\n');
  workspace.write({ 'packages/lib/dist/a.txt': 'mine\n' });
  assert.equal(await pack(), 'executed mine\n');
  // With nothing left out it is a task like any other.
  await run('pack');
  assert.equal(workspace.read('packages/lib/packed'), 'one\n');
  const all = await run('pack', 'compile', 'check', '--only');
  assert.deepEqual(new Set(Object.values(all.outcomes)), new Set(['fresh']));
});

const UNTIL = (file: string): string => `while [ ! -e "$GATE.${file}" ]; do sleep 0.02; done`;

for (const [title, away, back] of [
  ['another branch', ['checkout', '-q', 'other'], ['checkout', '-q', 'main']],
  ['a stash', ['stash', '-q'], ['stash', 'pop', '-q']],
] as const) {
  test(`inputs that git has changed while a task executes, and changed back: ${title}`, async (t) => {
    const libBuild = `touch "$GATE.in"; ${UNTIL('go')}; mkdir -p dist && cat src/*.txt > dist/out.txt; touch "$GATE.read"; ${UNTIL('end')}`;
    const workspace = createSample({ libBuild, build: { passThroughEnv: ['GATE'] } });
    t.after(() => workspace.dispose());
    const [gate, source] = [`${workspace.root}.invocations/gate`, 'packages/lib/src/a.txt'];
    const build = () => workspace.tr([...BUILD, '--filter=lib'], { env: { GATE: gate } });
    workspace.git('checkout', '-q', '-b', 'other');
    workspace.write({ [source]: 'other\n' });
    workspace.commit();
    workspace.git('checkout', '-q', 'main');
    if (away[0] === 'stash') workspace.write({ [source]: 'mine\n' });
    const text = workspace.read(source);
    const running = build();
    await waitUntil('the task runs', () => existsSync(`${gate}.in`));
    workspace.git(...away);
    assert.notEqual(workspace.read(source), text);
    writeFileSync(`${gate}.go`, '');
    await waitUntil('the task has read', () => existsSync(`${gate}.read`));
    workspace.git(...back);
    assert.equal(workspace.read(source), text);
    writeFileSync(`${gate}.end`, '');
    assert.equal(notSavedReason(await running, 'lib#build'), 'inputs-changed');
    assert.equal((await build()).outcomes['lib#build'], 'executed');
    assert.equal(workspace.read(OUT), text);
    assert.equal((await build()).outcomes['lib#build'], 'fresh');
  });
}

test('what git does beside a task, and inputs that a task writes as they were, are no change', async (t) => {
  const libBuild = `touch "$GATE.in"; ${UNTIL('go')}; cp src/a.txt copy && cat copy > src/a.txt && mkdir -p dist && cp copy dist/out.txt`;
  const workspace = createSample({
    libBuild,
    files: { 'packages/lib/.gitignore': 'copy\n' },
    build: { passThroughEnv: ['GATE'] },
  });
  t.after(() => workspace.dispose());
  const gate = `${workspace.root}.invocations/gate`;
  const build = () => workspace.tr([...BUILD, '--filter=lib', '--force'], { env: { GATE: gate } });
  writeFileSync(`${gate}.go`, '');
  assert.equal(notSavedReason(await build(), 'lib#build'), undefined);
  workspace.write({
    'packages/lib/package.json': workspace
      .read('packages/lib/package.json')
      .replace(' cp src/a.txt copy && cat copy > src/a.txt &&', '')
      .replace('cp copy', 'cp src/a.txt'),
  });
  for (const end of ['in', 'go']) rmSync(`${gate}.${end}`);
  const running = build();
  await waitUntil('the task runs', () => existsSync(`${gate}.in`));
  workspace.commit();
  writeFileSync(`${gate}.go`, '');
  assert.equal(notSavedReason(await running, 'lib#build'), undefined);
});
