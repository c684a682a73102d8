/** The state of a database as an output: stored, brought back, and continued from the nearest earlier state. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, closeSync, openSync, rmSync, statSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { checkOut } from '../rig/checkout.js';
import { ancestorOf, appliedIn, missReasons, notSavedReason, warningsOf } from '../rig/events.js';
import type { TrResult } from '../rig/exec-tr.js';
import { createSqlWorkspace, listServers, step } from '../rig/sql-workspace.js';
import type { TestWorkspace } from '../rig/workspace.js';

const RUN = ['run', 'look', '--log-format=json'] as const;

async function run(workspace: TestWorkspace, ...more: string[]): Promise<TrResult> {
  const result = await workspace.tr([...RUN, ...more]);
  assert.equal(result.exitCode, 0, result.stdout + result.stderr);
  assert.deepEqual(listServers(workspace), []);
  return result;
}

describe('a database that SQL files migrate', () => {
  let workspace: TestWorkspace;
  before(() => (workspace = createSqlWorkspace()));
  after(() => workspace.dispose());

  test('from nothing, then nothing is started', async () => {
    const first = await run(workspace);
    assert.deepEqual(appliedIn(first), ['0001_users.sql', '0002_orders.sql', '0003_items.sql']);
    assert.match(workspace.read('api/seen.txt'), /t_items: .*items v1/);
    const second = await run(workspace);
    assert.deepEqual(second.outcomes, { 'api#migrate': 'fresh', 'api#look': 'fresh' });
    assert.equal(workspace.invocations('migrate'), 1);
  });

  test('a task that needs the state gets it without the command', async () => {
    workspace.write({ 'api/look.sh': `${workspace.read('api/look.sh')}# another\n` });
    workspace.remove('api/seen.txt');
    const result = await run(workspace);
    assert.deepEqual(result.outcomes, { 'api#migrate': 'fresh', 'api#look': 'executed' });
    assert.match(workspace.read('api/seen.txt'), /t_users: .*users v1/);
    assert.equal(workspace.invocations('migrate'), 1);
  });

  test('one new step: the state before it is brought back, and the command applies the rest', async () => {
    workspace.write({ 'api/migrations/0004_tags.sql': step('tags') });
    const result = await run(workspace);
    const ancestor = ancestorOf(result);
    assert.deepEqual([ancestor?.['kept'], ancestor?.['applied']], [3, ['migrations/0004_tags.sql']]);
    assert.deepEqual(appliedIn(result), ['0004_tags.sql']);
    assert.match(workspace.read('api/seen.txt'), /t_tags: .*tags v1/);
    const why = await workspace.tr(['why', 'api#migrate']);
    assert.match(why.stdout, /It started from a state of `db` with 3 steps/);
    assert.match(why.stdout, /\+ migrations\/0004_tags\.sql/);
  });

  test('`tr why` says before a run what it would start from', async () => {
    workspace.write({ 'api/migrations/0005_notes.sql': step('notes') });
    const why = await workspace.tr(['why', 'api#migrate']);
    assert.match(why.stdout, /It starts from a state of `db` with 4 steps .* and applies:\n {2}\+ migrations\/0005/s);
    workspace.remove('api/migrations/0005_notes.sql');
  });

  test('an edited step: no state that contains it', async () => {
    workspace.write({ 'api/migrations/0002_orders.sql': step('orders', 2) });
    const result = await run(workspace);
    assert.equal(ancestorOf(result), undefined, 'only states with the old step are stored');
    assert.equal(appliedIn(result).length, 4);
    assert.match(workspace.read('api/seen.txt'), /orders v2/);
    assert.doesNotMatch(workspace.read('api/seen.txt'), /orders v1/);
    assert.deepEqual(
      missReasons(result, 'api#migrate').map(({ reason }) => reason),
      ['inputs-changed'],
    );
    workspace.git('checkout', '-q', 'api/migrations/0002_orders.sql');
  });

  test('a removed step: the state without it', async () => {
    const added = workspace.read('api/migrations/0004_tags.sql');
    workspace.remove('api/migrations/0004_tags.sql');
    const result = await run(workspace);
    assert.equal(result.outcomes['api#migrate'], 'restored', 'it was stored before the step was added');
    assert.doesNotMatch(workspace.read('api/seen.txt'), /t_tags/);
    workspace.write({ 'api/migrations/0004_tags.sql': added });
  });

  test('branches share what they have in common', async () => {
    workspace.commit('tags');
    workspace.git('checkout', '-q', '-b', 'side');
    workspace.write({ 'api/migrations/0005_side.sql': step('side') });
    workspace.commit('side');
    await run(workspace);
    workspace.git('checkout', '-q', 'main');
    workspace.write({ 'api/migrations/0005_main.sql': step('main') });
    workspace.commit('main');
    const result = await run(workspace);
    assert.deepEqual(appliedIn(result), ['0005_main.sql']);
    workspace.git('merge', '-q', '--no-edit', 'side');
    const merged = await run(workspace);
    assert.equal(appliedIn(merged).length, 1, 'of the two, one is in the state that is brought back');
    assert.match(workspace.read('api/seen.txt'), /t_main/);
    assert.match(workspace.read('api/seen.txt'), /t_side/);
  });

  test('a step in between: it is never applied late', async () => {
    const count = "insert into t_users (made_by) select 'before ' || count(*) from applied;\n";
    workspace.write({ 'api/migrations/0002_between.sql': count });
    const result = await run(workspace);
    assert.match(workspace.read('api/seen.txt'), /"before 1"/, 'as from nothing');
    assert.equal(appliedIn(result)[0], ancestorOf(result) === undefined ? '0001_users.sql' : '0002_between.sql');
    workspace.remove('api/migrations/0002_between.sql');
    await run(workspace);
  });

  test('a setting of the service or its command changes the key; another place or time does not', async () => {
    const config = workspace.read('turbo-like.config.json');
    const old = new Date(Date.now() - 86_400_000);
    utimesSync(join(workspace.root, 'api/migrations/0001_users.sql'), old, old);
    assert.equal((await run(workspace)).outcomes['api#migrate'], 'fresh');
    workspace.write({
      'turbo-like.config.json': config.replace(
        '"type": "postgres"',
        '"type": "postgres", "settings": { "jit": "off" }',
      ),
    });
    const result = await run(workspace);
    assert.deepEqual(
      missReasons(result, 'api#migrate').map(({ reason, service }) => [reason, service]),
      [['service-changed', 'db']],
    );
    assert.equal(ancestorOf(result), undefined);
    workspace.write({ 'turbo-like.config.json': config });
  });

  test('--only would leave out the task whose state is needed: that is said', async () => {
    workspace.remove('api/seen.txt');
    const result = await workspace.tr([...RUN, '--only', '--force']);
    assert.notEqual(result.exitCode, 0);
    const failed = result.events.find((event) => event['type'] === 'task-finished' && event['task'] === 'api#look');
    assert.equal(failed?.['result'].failure.code, 'service/state-left-out');
  });

  test('with --force nothing is brought back', async () => {
    const result = await run(workspace, '--force');
    assert.equal(ancestorOf(result), undefined);
    assert.equal(appliedIn(result).length, 6);
  });
});

describe('a state that is of no use', () => {
  let workspace: TestWorkspace;
  before(() => (workspace = createSqlWorkspace()));
  after(() => workspace.dispose());

  /** Changes bytes in the middle of every copy of a state there is, and leaves size and times as they were. */
  function damageStates(): void {
    const large = spawnSync('find', ['.tr', '-type', 'f', '-size', '+8M'], { cwd: workspace.root, encoding: 'utf8' });
    const paths = large.stdout.split('\n').filter((path) => path !== '' && !path.includes('/services/'));
    assert.ok(paths.length > 0);
    for (const path of paths.map((name) => join(workspace.root, name))) {
      const times = `${workspace.root}.invocations/times`;
      spawnSync('touch', ['-r', path, times]);
      const { mode } = statSync(path);
      chmodSync(path, 0o644);
      const file = openSync(path, 'r+');
      writeSync(file, Buffer.alloc(65_536, 0x41), 0, 65_536, statSync(path).size >> 1);
      closeSync(file);
      chmodSync(path, mode);
      spawnSync('touch', ['-r', times, path]);
    }
  }

  test('damaged on disk: the task that left it runs again, and nobody gets the damaged one', async () => {
    await run(workspace);
    damageStates();
    workspace.write({ 'api/look.sh': `${workspace.read('api/look.sh')}# again\n` });
    workspace.remove('api/seen.txt');
    const result = await run(workspace);
    assert.match(workspace.read('api/seen.txt'), /t_items: .*items v1/);
    assert.equal(workspace.invocations('migrate'), 2);
    assert.ok(warningsOf(result).includes('service/state-unusable'), JSON.stringify(warningsOf(result)));
    const next = await run(workspace);
    assert.deepEqual(next.outcomes, { 'api#migrate': 'fresh', 'api#look': 'fresh' });
  });

  test('a damaged ancestor is passed over', async () => {
    damageStates();
    workspace.write({ 'api/migrations/0004_tags.sql': step('tags') });
    const result = await run(workspace);
    assert.equal(ancestorOf(result), undefined);
    assert.ok(warningsOf(result).includes('service/state-unusable'));
    assert.match(workspace.read('api/seen.txt'), /t_tags: .*tags v1/);
    assert.match(workspace.read('api/seen.txt'), /t_users: .*users v1/);
  });

  test('a failed command stores nothing, and what it did is in no later state', async () => {
    const good = step('bad');
    workspace.write({ 'api/migrations/0005_bad.sql': `${good}select no_such_function();\n` });
    const failed = await workspace.tr(RUN);
    assert.equal(failed.exitCode, 3, 'the code of psql');
    assert.equal(failed.outcomes['api#look'], 'skipped');
    assert.deepEqual(listServers(workspace), []);
    workspace.write({ 'api/migrations/0005_bad.sql': good });
    const result = await run(workspace);
    assert.deepEqual(appliedIn(result), ['0005_bad.sql']);
    assert.match(workspace.read('api/seen.txt'), /t_bad: .*bad v1/);
  });

  test('a skipped command is not recorded as done', async () => {
    const config = workspace.read('turbo-like.config.json');
    workspace.write({
      'turbo-like.config.json': config.replace('"inputs": [', '"when": { "env": ["RUN_MIGRATIONS"] },\n "inputs": ['),
      'api/migrations/0006_late.sql': step('late'),
    });
    const skipped = await workspace.tr(RUN);
    assert.equal(skipped.outcomes['api#migrate'], 'skipped');
    assert.notEqual(skipped.outcomes['api#look'], 'fresh');
    const result = await workspace.tr(RUN, { env: { RUN_MIGRATIONS: 'true' } });
    assert.equal(result.exitCode, 0, result.stdout);
    assert.deepEqual(appliedIn(result), ['0006_late.sql']);
    assert.match(workspace.read('api/seen.txt'), /t_late/);
    workspace.write({ 'turbo-like.config.json': config });
  });

  test('somebody who stays connected keeps the state from being stored', async () => {
    // The session outlives the command: it belongs to a process of its own group that hides from the runner's sight.
    const config = workspace.read('turbo-like.config.json');
    const holder =
      "(exec env -i PGPASSWORD=$PGPASSWORD PATH=$PATH setsid psql -h $PGHOST -p $PGPORT -U $PGUSER -d $PGDATABASE -c 'select pg_sleep(8)' >/dev/null 2>&1 </dev/null &) ; sleep 0.3";
    workspace.write({
      'turbo-like.config.json': config.replace('sh migrate.sh', `sh migrate.sh; ${holder}`),
    });
    const result = await workspace.tr(RUN);
    const reason = notSavedReason(result, 'api#migrate');
    // Either the runner found and ended the process, or the state is told to be unknown; never both connected and stored.
    assert.ok(reason === 'state-unknown' || warningsOf(result).includes('task/left-processes'), result.stdout);
    workspace.write({ 'turbo-like.config.json': config });
    rmSync(join(workspace.root, 'api/seen.txt'), { force: true });
    await run(workspace);
  });
});

describe('machines share states', () => {
  let server: CacheServer;
  const workspaces: TestWorkspace[] = [];
  before(async () => (server = await startCacheServer()));
  after(async () => {
    workspaces.forEach((workspace) => workspace.dispose());
    await server.close();
  });

  test('the exact one, and the nearest one of a branch that only this machine has', async () => {
    const workspace = createSqlWorkspace();
    workspace.write({ 'api/migrations/0004_tags.sql': step('tags') });
    workspace.commit('tags');
    const machine = checkOut(workspace);
    const shallow = checkOut(workspace, '--depth=1');
    workspaces.push(workspace, machine, shallow);
    const at = (on: TestWorkspace) => on.tr(RUN, { env: server.client });
    assert.equal((await at(workspace)).exitCode, 0);

    machine.write({ 'api/look.sh': `${machine.read('api/look.sh')}# another\n` });
    const exact = await at(machine);
    assert.deepEqual(exact.outcomes, { 'api#migrate': 'restored', 'api#look': 'executed' }, exact.stdout);
    assert.equal(machine.invocations('migrate'), 0);
    assert.match(machine.read('api/seen.txt'), /t_tags: .*tags v1/);

    for (const [other, name] of [
      [machine, 'notes'],
      [shallow, 'labels'],
    ] as const) {
      other.remove('.tr/cache');
      other.write({ [`api/migrations/0005_${name}.sql`]: step(name) });
      const continued = await at(other);
      assert.equal(continued.exitCode, 0, continued.stdout);
      const ancestor = ancestorOf(continued);
      assert.deepEqual([ancestor?.['tier'], ancestor?.['kept']], ['remote', 4], continued.stdout);
      assert.deepEqual(appliedIn(continued), [`0005_${name}.sql`]);
      assert.match(other.read('api/seen.txt'), new RegExp(`t_${name}: .*${name} v1`));
    }
  });
});
