/** `tr services`: servers for local work, apart from those of runs. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { createSqlWorkspace, step } from '../rig/sql-workspace.js';
import type { TestWorkspace } from '../rig/workspace.js';

let workspace: TestWorkspace;
before(() => (workspace = createSqlWorkspace()));
after(async () => {
  await workspace.tr(['services', 'down']);
  workspace.dispose();
});

/** Runs shell text with the variables of the running services. */
async function inShell(text: string): Promise<string> {
  const { stdout } = await workspace.tr(['services', 'env']);
  const shell = spawnSync('sh', ['-ec', `${stdout}\n${text}`], { encoding: 'utf8' });
  assert.equal(shell.status, 0, shell.stderr);
  return shell.stdout.trim();
}

test('a service that is not there: the nearest name', async () => {
  const result = await workspace.tr(['services', 'up', 'bd']);
  assert.equal(result.exitCode, 2);
  assert.ok(
    result.stderr.startsWith('usage/unknown-service There is no service `bd`.\n  next: Did you mean `db`?'),
    result.stderr,
  );
});

test('`--from` names a task that leaves a state', async () => {
  const result = await workspace.tr(['services', 'up', 'db', '--from', 'look']);
  assert.equal(result.exitCode, 2);
  assert.match(result.stderr, /`--from` cannot be `look`/);
});

test('up with a state, changed by hand, left alone by runs, and reset', async () => {
  const up = await workspace.tr(['services', 'up', '--from', 'migrate']);
  assert.equal(up.exitCode, 0, up.stdout + up.stderr);
  assert.match(up.stdout, /^db +postgres +running +postgresql:\/\/127\.0\.0\.1:\d+\/app$/m);
  assert.match(up.stdout, /^redis +redis +running/m);
  assert.equal(
    await inShell(
      "psql -q -c \"insert into t_users (made_by) values ('me')\"; psql -At -c 'select count(*) from t_users'",
    ),
    '2',
  );
  assert.equal(await inShell('redis-cli --no-auth-warning -u "$REDIS_URL" ping'), 'PONG');

  const run = await workspace.tr(['run', 'look']);
  assert.equal(run.exitCode, 0, run.stdout);
  assert.doesNotMatch(workspace.read('api/seen.txt'), /"me"/, 'a task has a server of its own');
  assert.equal(await inShell("psql -At -c 'select count(*) from t_users'"), '2');

  const again = await workspace.tr(['services', 'up', 'db']);
  assert.equal(again.exitCode, 0);
  assert.equal(await inShell("psql -At -c 'select count(*) from t_users'"), '2', 'what runs is left as it is');
  const reset = await workspace.tr(['services', 'reset', 'db', '--from', 'migrate']);
  assert.equal(reset.exitCode, 0, reset.stderr);
  assert.equal(await inShell("psql -At -c 'select count(*) from t_users'"), '1');

  const status = await workspace.tr(['services', 'status']);
  const password = await inShell('echo "$PGPASSWORD"');
  assert.ok(password.length > 10 && !status.stdout.includes(password));
  const logs = await workspace.tr(['services', 'logs', 'db']);
  assert.match(logs.stdout, /database system is ready/);
});

test('on a given server: the database lasts until down, a run is refused meanwhile, reset makes it anew', async () => {
  const mine = createSqlWorkspace();
  try {
    const url = await inShell('echo "$DATABASE_URL" | sed "s,/app$,/postgres,"');
    await inShell(`psql -q -c 'drop database app with (force)' '${url}'`);
    const config = mine.read('turbo-like.config.json');
    mine.write({
      'turbo-like.config.json': config.replace('"type": "postgres"', '"type": "postgres", "url": "$MY_URL"'),
    });
    const env = { MY_URL: url };
    const psql = (text: string): Promise<string> =>
      inShell(`psql -At -c '${text}' '${url.replace(/postgres$/, 'app')}'`);
    const up = await mine.tr(['services', 'up', 'db', '--from', 'migrate'], { env });
    assert.match(up.stdout, /^db +postgres +running/m, up.stdout + up.stderr);
    await psql('insert into t_users (made_by) values ($$me$$)');
    assert.equal(await psql('select count(*) from t_users'), '2');
    mine.write({ 'api/migrations/0004_tags.sql': step('tags') });
    const run = await mine.tr(['run', 'look'], { env });
    assert.equal(run.exitCode, 1);
    assert.match(run.stdout, /the one that `tr services up` has made for you/);
    assert.equal(await psql('select count(*) from t_users'), '2');
    const reset = await mine.tr(['services', 'reset', 'db', '--from', 'migrate'], { env });
    assert.equal(reset.exitCode, 0, reset.stdout + reset.stderr);
    assert.equal(await psql('select count(*) from t_users, t_tags'), '1');
    assert.equal((await mine.tr(['services', 'down'], { env })).exitCode, 0);
    assert.equal(await inShell(`psql -At -c "select count(*) from pg_database where datname = 'app'" '${url}'`), '0');
    assert.equal((await mine.tr(['run', 'look'], { env })).exitCode, 0);
  } finally {
    mine.dispose();
  }
});

test('down: nothing runs any more', async () => {
  const down = await workspace.tr(['services', 'down']);
  assert.equal(down.exitCode, 0);
  assert.match(down.stdout, /^Stopped and removed: .*\bdb\b.*\.$/m);
  assert.match((await workspace.tr(['services', 'down'])).stdout, /No service was running/);
  assert.match((await workspace.tr(['services', 'status'])).stdout, /No service runs/);
  for (const command of ['env', 'logs']) {
    const nothing = await workspace.tr(['services', command, 'db']);
    assert.equal(nothing.exitCode, 1);
    assert.equal(nothing.stdout, '');
    assert.ok(
      nothing.stderr.startsWith('usage/no-service-runs `db` does not run.\n  next: `tr services up db` starts it.'),
    );
  }
});

test('up without services in the configuration says so', async () => {
  const mine = createSqlWorkspace();
  try {
    mine.write({ 'turbo-like.config.json': '{ "tasks": { "look": { "command": "true" } } }' });
    const up = await mine.tr(['services', 'up']);
    assert.equal(up.exitCode, 2);
    assert.ok(up.stderr.startsWith('usage/no-services '), up.stderr);
  } finally {
    mine.dispose();
  }
});
