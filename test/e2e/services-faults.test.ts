/** Whatever ends a run, a server or a worker: nothing stays behind, and no wrong state is handed to a task. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { after, test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { notSavedReason } from '../rig/events.js';
import { waitUntil } from '../rig/processes.js';
import { createSqlWorkspace, step } from '../rig/sql-workspace.js';
import { createWorkspace, type TestWorkspace } from '../rig/workspace.js';

const keep = disposeAfterEach();

function workspaceWith(tasks: Readonly<Record<string, unknown>> = {}): TestWorkspace {
  return keep(createSqlWorkspace({}, tasks));
}

/** A task that says where its servers are and then takes its time. */
const SLOW = {
  slow: {
    command: 'echo "$PGPORT $REDIS_URL $TR_SERVICES_SOCKET" > "$OLDPWD_MARK"; sleep 60',
    services: ['db', 'redis'],
    workers: 2,
    cache: false,
    passThroughEnv: ['OLDPWD_MARK'],
  },
};

/** What the register of the workspace says there is: folders, and processes that still run. */
function leftovers(workspace: TestWorkspace): readonly string[] {
  const runs = join(workspace.root, '.tr/services/runs');
  const names = existsSync(runs) ? readdirSync(runs) : [];
  return names.flatMap((name) => [name, ...livingIn(join(runs, name))]);
}

function livingIn(register: string): readonly string[] {
  const lines = readFileSync(register, 'utf8').split('\n').filter(Boolean);
  return lines.flatMap((line) => {
    const { directory, server } = JSON.parse(line) as { directory?: string; server?: { pid: number } };
    if (directory !== undefined) return existsSync(directory) ? [directory] : [];
    return server !== undefined && existsSync(`/proc/${server.pid}`) ? [`process ${server.pid}`] : [];
  });
}

function start(workspace: TestWorkspace, mark: string) {
  let child: ChildProcess | undefined;
  const ended = workspace.tr(['run', 'slow'], {
    env: { OLDPWD_MARK: mark },
    onStart: (process) => (child = process),
  });
  return { ended, kill: (signal: NodeJS.Signals) => child?.kill(signal) };
}

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal}: exit code ${exitCode}, and neither server, socket nor folder is left`, async () => {
    const workspace = workspaceWith(SLOW);
    const mark = `${workspace.root}.invocations/mark`;
    const run = start(workspace, mark);
    await waitUntil('the task to run', () => existsSync(mark));
    const [, , socket = ''] = readFileSync(mark, 'utf8').trim().split(' ');
    assert.ok(existsSync(socket));
    run.kill(signal);
    assert.equal((await run.ended).exitCode, exitCode);
    assert.deepEqual(leftovers(workspace), []);
    assert.equal(existsSync(socket), false);
  });
}

for (const [kind, url] of [
  ['postgres', 'postgresql://u:p@127.0.0.1:1/postgres'],
  ['mysql', 'mysql://u:p@127.0.0.1:1/mysql'],
  ['redis', 'redis://127.0.0.1:1'],
] as const) {
  test(`SIGINT while a given ${kind} server is waited for: the wait ends`, async () => {
    const services = { db: { type: kind, url, ready: { timeout: '1h' } } };
    const tasks = { look: { command: 'true', services: ['db'] } };
    const workspace = keep(createWorkspace({ 'turbo-like.config.json': { json: { services, tasks } } }));
    const run = await workspace.tr(['run', 'look', '--log-format=json'], {
      onStart: (child) => child.stdout?.once('data', () => child.kill('SIGINT')),
    });
    assert.equal(run.exitCode, 130, run.stdout + run.stderr);
    assert.deepEqual(run.outcomes, { '//#look': 'aborted' });
  });
}

test('SIGKILL of the runner: the next run leaves nothing of it', async () => {
  const workspace = workspaceWith(SLOW);
  const mark = `${workspace.root}.invocations/mark`;
  const run = start(workspace, mark);
  await waitUntil('the task to run', () => existsSync(mark));
  // Before it is killed: from then on whoever else starts a service on this machine may clean up.
  assert.ok(leftovers(workspace).length > 0);
  run.kill('SIGKILL');
  await run.ended;
  const next = await workspace.tr(['run', 'look']);
  assert.equal(next.exitCode, 0, next.stdout);
  assert.deepEqual(leftovers(workspace), []);
});

test('SIGKILL of the runner: a next run without any service cleans up as well', async () => {
  const workspace = workspaceWith({ ...SLOW, plain: { command: 'true', cache: false } });
  const mark = `${workspace.root}.invocations/mark`;
  const run = start(workspace, mark);
  await waitUntil('the task to run', () => existsSync(mark));
  run.kill('SIGKILL');
  await run.ended;
  assert.equal((await workspace.tr(['run', 'plain'])).exitCode, 0);
  assert.deepEqual(leftovers(workspace), []);
});

test('SIGKILL of the runner while it writes a state: nothing of it stays, and none is taken for whole', async () => {
  const workspace = workspaceWith();
  workspace.write({
    'api/migrations/0004_big.sql': `${step('big')}create table much as select n, repeat(md5(n::text), 20) from generate_series(1, 40000) n;`,
  });
  const states = join(workspace.root, '.tr/snapshots');
  let child: ChildProcess | undefined;
  const ended = workspace.tr(['run', 'look'], { onStart: (process) => (child = process) });
  await waitUntil('the state to be written', () => existsSync(states) && readdirSync(states).length > 0);
  assert.match(readdirSync(states).join(), /^tr-new-/);
  child?.kill('SIGKILL');
  await ended;
  assert.equal((await workspace.tr(['run', 'look'])).exitCode, 0);
  assert.match(workspace.read('api/seen.txt'), /t_big: .*big v1/);
  assert.deepEqual(readdirSync(states), ['api%23migrate.state']);
  assert.deepEqual(leftovers(workspace), []);
});

test('a server that is killed fails the task, stores nothing, and the next run is right', async () => {
  const workspace = workspaceWith();
  const config = workspace.read('turbo-like.config.json');
  workspace.write({
    'api/kill.sh': 'kill -9 $(head -1 $(psql -At -c "show data_directory")/postmaster.pid); sleep 0.3',
    'turbo-like.config.json': config.replace('sh migrate.sh', 'sh migrate.sh; sh kill.sh'),
  });
  const result = await workspace.tr(['run', 'look', '--log-format=json']);
  assert.notEqual(result.exitCode, 0, result.stdout + result.stderr);
  assert.equal(notSavedReason(result, 'api#migrate'), 'state-unknown', result.stdout + result.stderr);
  assert.deepEqual(leftovers(workspace), []);
  workspace.write({ 'turbo-like.config.json': config });
  assert.equal((await workspace.tr(['run', 'look'])).exitCode, 0);
  assert.match(workspace.read('api/seen.txt'), /t_items: .*items v1/);
});

test('a step that is another one while it is applied, and the old one again when it was: nothing is stored', async () => {
  const workspace = workspaceWith();
  const config = workspace.read('turbo-like.config.json');
  const file = 'migrations/0002_orders.sql';
  workspace.write({
    'api/there-and-back.sh': `cp -p ${file} kept.txt; sed -i 's/orders v1/orders v2/' ${file}; sh migrate.sh; cp -p kept.txt ${file}`,
    'turbo-like.config.json': config.replace('sh migrate.sh', 'sh there-and-back.sh'),
  });
  const result = await workspace.tr(['run', 'look', '--log-format=json']);
  assert.equal(result.exitCode, 0, result.stdout + result.stderr);
  assert.match(workspace.read('api/seen.txt'), /orders v2/);
  for (const task of ['api#migrate', 'api#look']) assert.notEqual(notSavedReason(result, task), undefined, task);
  assert.equal((await workspace.tr(['run', 'look', '--log-format=json'])).outcomes['api#migrate'], 'executed');
});

test('two runs at once: each has servers of its own', async () => {
  const look = (name: string) => ({
    command: `psql -q -c "create table only_${name} ()"; sleep 0.5; psql -At -c "select table_name from information_schema.tables where table_name like 'only_%'"`,
    services: ['db'],
    cache: false,
  });
  const workspace = workspaceWith({ one: look('one'), two: look('two') });
  const runs = await Promise.all(['one', 'two'].map((task) => workspace.tr(['run', task])));
  for (const [at, name] of ['one', 'two'].entries()) {
    assert.equal(runs[at]?.exitCode, 0, runs[at]?.stdout);
    assert.match(runs[at]?.stdout ?? '', new RegExp(`only_${name}\\n`));
    assert.doesNotMatch(runs[at]?.stdout ?? '', new RegExp(`only_${name === 'one' ? 'two' : 'one'}\\n`));
  }
  assert.deepEqual(leftovers(workspace), []);
});

test('two tasks at once see nothing of each other, nor do the workers of one', async () => {
  const write = {
    command: 'psql -q -c "create table mine ()"; redis-cli --no-auth-warning -u "$REDIS_URL" set k v; sleep 0.3',
    services: ['db', 'redis'],
    cache: false,
  };
  const workers = {
    command:
      'redis-cli --no-auth-warning -u "$REDIS_URL_0" set a 1; redis-cli --no-auth-warning -u "$REDIS_URL_1" flushall; redis-cli --no-auth-warning -u "$REDIS_URL_1" config set maxmemory 77mb; ' +
      'redis-cli --no-auth-warning -u "$REDIS_URL_0" get a; redis-cli --no-auth-warning -u "$REDIS_URL_0" config get maxmemory; psql -q -c "create table w ()" "$DATABASE_URL_0"; psql -At -c "select count(*) from pg_tables where tablename = \'w\'" "$DATABASE_URL_1"',
    services: ['db', 'redis'],
    workers: 2,
    cache: false,
  };
  const workspace = workspaceWith({ write, again: write, workers });
  const result = await workspace.tr(['run', 'write', 'again', 'workers', '--log-order=grouped']);
  assert.equal(result.exitCode, 0, result.stdout + result.stderr);
  assert.doesNotMatch(result.stdout, /77mb|80740352/);
  assert.match(
    result.stdout,
    /workers: OK\n.*workers: OK\n.*workers: OK\n.*workers: 1\n.*workers: maxmemory\n.*workers: 0\n.*workers: 0\n/,
  );
});

test('strangers on the usual ports change nothing', async () => {
  const strangers = [5432, 3306, 6379].map((port) =>
    createServer((socket) => socket.end('go away\n'))
      .on('error', () => undefined)
      .listen(port, '127.0.0.1'),
  );
  after(() => strangers.forEach((server) => server.close()));
  const workspace = workspaceWith();
  assert.equal((await workspace.tr(['run', 'look'])).exitCode, 0);
  assert.match(workspace.read('api/seen.txt'), /t_items: .*items v1/);
});

test(
  'a full file system in memory: the data go to disk, with a warning',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async () => {
    const workspace = workspaceWith();
    const script = `mount -t tmpfs -o size=24m tmpfs /dev/shm && exec "$0" "$@"`;
    const { TR_BIN } = await import('../rig/exec-tr.js');
    const run = spawnSync('unshare', ['-m', 'sh', '-c', script, process.execPath, TR_BIN, 'run', 'look'], {
      cwd: workspace.root,
      encoding: 'utf8',
    });
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.match(workspace.read('api/seen.txt'), /t_items: .*items v1/);
  },
);

/** Runs `look` as root where `mounts` holds, which may hide the directories that this repository lies in. */
async function lookMounted(workspace: TestWorkspace, mounts: string) {
  const { TR_BIN } = await import('../rig/exec-tr.js');
  const cli = dirname(dirname(TR_BIN));
  const repository = dirname(cli);
  const script = `set -e; mkdir -p .tr/snapshots; mount --bind "${repository}" /mnt; ${mounts}; exec "$0" "$@"`;
  const call = [process.execPath, join('/mnt', relative(repository, TR_BIN)), 'run', 'look'];
  const options = { cwd: workspace.root, encoding: 'utf8' } as const;
  return spawnSync('unshare', ['-m', 'sh', '-c', script, ...call], options);
}

const FULL = '-t tmpfs -o size=16m tmpfs';

test(
  'no room for a state: one warning with the reason, and the tasks that need it get it all the same',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async () => {
    for (const folder of ['.tr', '.tr/snapshots']) {
      const workspace = workspaceWith();
      const run = await lookMounted(workspace, `mount ${FULL} ${folder}`);
      assert.equal(run.status, 0, run.stdout + run.stderr);
      assert.match(workspace.read('api/seen.txt'), /t_items: .*items v1/);
      assert.match(
        run.stdout,
        /api#migrate was not stored: there is no room for the state of db in \S*\.tr\/snapshots\./,
      );
      assert.equal(run.stdout.match(/WARNING/g)?.length, 1, run.stdout);
      assert.deepEqual(leftovers(workspace), []);
      assert.equal((await workspace.tr(['run', 'look', '--log-format=json'])).outcomes['api#migrate'], 'executed');
    }
  },
);

test(
  'no room for a state in the cache: the warnings name the cache, and the tasks that need the state get it',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async () => {
    const workspace = workspaceWith();
    const run = await lookMounted(workspace, `mkdir -p .tr/cache; mount ${FULL} .tr/cache`);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.match(workspace.read('api/seen.txt'), /t_items: .*items v1/);
    assert.match(run.stdout, /No space is left for the cache \(`\S*\.tr\/cache\/v1`\)/);
    assert.doesNotMatch(run.stdout, /cannot be stored/);
    assert.ok(workspace.exists('.tr/snapshots/api%23migrate.state'));
  },
);

test(
  'no room for a state anywhere: the task that needs it fails, names the full disk, and has no old state',
  { skip: process.getuid?.() !== 0 && 'needs root' },
  async () => {
    const workspace = workspaceWith();
    // The workspace itself lies in /tmp, mostly.
    const run = await lookMounted(
      workspace,
      `mount --bind . /media; for folder in /tmp /var/tmp /media/.tr/snapshots; do mount ${FULL} $folder; done
      mount ${FULL} /dev/shm; chmod 755 .; mkdir -p ${workspace.root}.invocations; cd /media`,
    );
    assert.equal(run.status, 1, run.stdout + run.stderr);
    assert.match(run.stdout, /FAILED api:look .*no room for its state in `\/media\/\.tr\/snapshots`/);
    assert.match(run.stdout, /next: Free space there, then run again\./);
    assert.match(run.stdout, /api#migrate was not stored: there is no room for the state of db/);
    assert.equal(workspace.exists('api/seen.txt'), false);
    assert.deepEqual(leftovers(workspace), []);
  },
);

test('the state is brought back for a task that is tried again', async () => {
  const mark = 'retried.txt';
  const workspace = workspaceWith({
    flaky: {
      command: `psql -v ON_ERROR_STOP=1 -q -c "create table once ()" && if [ ! -e ${mark} ]; then touch ${mark}; exit 1; fi`,
      dependsOn: ['migrate'],
      services: ['db'],
      retries: 1,
      cache: false,
    },
  });
  workspace.write({ 'api/migrations/0004_x.sql': step('x') });
  const result = await workspace.tr(['run', 'flaky', '--log-format=json']);
  assert.equal(result.exitCode, 0, result.stdout + result.stderr);
});
