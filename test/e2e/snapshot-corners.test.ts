/** States where something else comes into play: other orders, a base, two databases, a conversion by git. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { ancestorOf, appliedIn } from '../rig/events.js';
import type { TrResult } from '../rig/exec-tr.js';
import { createSqlWorkspace, step } from '../rig/sql-workspace.js';
import type { TestWorkspace, Tree } from '../rig/workspace.js';

const keep = disposeAfterEach();

function workspaceWith(files: Tree, tasks: Readonly<Record<string, unknown>> = {}): TestWorkspace {
  return keep(createSqlWorkspace(files, tasks));
}

async function run(workspace: TestWorkspace, ...call: readonly string[]): Promise<TrResult> {
  const result = await workspace.tr(['run', ...call, '--log-format=json']);
  assert.equal(result.exitCode, 0, result.stdout + result.stderr);
  return result;
}

test('`--parallel` ignores order, and waits for a state all the same', async () => {
  const workspace = workspaceWith(
    {},
    {
      seed: {
        command: `psql -v ON_ERROR_STOP=1 -q -c "insert into t_users (made_by) values ('seed')"`,
        inputs: ['migrate.sh'],
        dependsOn: ['migrate'],
        snapshot: { service: 'db', steps: [] },
      },
      after: { command: 'true', dependsOn: ['look'] },
      beside: { command: 'true', dependsOn: ['after'] },
      count: {
        command: 'psql -At -c "select count(*) from t_users" > count.txt',
        dependsOn: ['seed'],
        services: ['db'],
      },
    },
  );
  for (const outcome of ['executed', 'fresh']) {
    const result = await run(workspace, 'look', 'beside', 'count', '--parallel');
    assert.match(workspace.read('api/seen.txt'), /t_items: .*items v1/);
    assert.equal(workspace.read('api/count.txt'), '2\n');
    for (const task of ['migrate', 'seed', 'look'])
      assert.equal(result.outcomes[`api#${task}`], outcome, result.stdout);
  }
});

test('a base: not run on a state that was brought back, and another base is another beginning', async () => {
  const workspace = workspaceWith({ 'api/base.sql': "create table base (v text); insert into base values ('one');" });
  const config = workspace.read('turbo-like.config.json');
  const based = config
    .replace(/"steps": *\[/, '"base": "psql -v ON_ERROR_STOP=1 -q -f base.sql", "steps": [')
    .replace(/"inputs": *\[\s*"migrate.sh"/, '"inputs": ["base.sql", "migrate.sh"');
  assert.match(based, /"base".*"steps"/s);
  workspace.write({ 'turbo-like.config.json': based });
  assert.equal(appliedIn(await run(workspace, 'look')).length, 3);
  workspace.write({ 'api/migrations/0004_tags.sql': step('tags') });
  const next = await run(workspace, 'look');
  assert.deepEqual([ancestorOf(next)?.['kept'], appliedIn(next)], [3, ['0004_tags.sql']]);
  assert.match(workspace.read('api/seen.txt'), /base: \{"v": "one"\}\n(?!base)/, 'once, as a second time would fail');
  workspace.write({ 'api/base.sql': "create table base (v text); insert into base values ('two');" });
  workspace.write({ 'api/migrations/0005_notes.sql': step('notes') });
  const other = await run(workspace, 'look');
  assert.equal(ancestorOf(other), undefined);
  assert.match(workspace.read('api/seen.txt'), /base: \{"v": "two"\}/);
  assert.equal(appliedIn(other).length, 5);
});

test('two PostgreSQL services: a task has the state of each, and workers of each', async () => {
  const workspace = workspaceWith(
    {},
    {
      audit: {
        command: 'psql -q -v ON_ERROR_STOP=1 -c "create table log (x int); insert into log values (7)" "$AUDIT_URL"',
        inputs: ['migrate.sh'],
        snapshot: { service: 'audit', steps: [] },
      },
      both: {
        command:
          'for url in "$DATABASE_URL" "$DATABASE_URL_1"; do psql -At -c "select current_database(), made_by from t_users" "$url"; done; ' +
          'for url in "$AUDIT_URL" "$AUDIT_URL_1"; do psql -At -c "select current_database(), x from log" "$url"; done',
        dependsOn: ['migrate', 'audit'],
        services: ['db', 'audit'],
        workers: 2,
        cache: false,
      },
    },
  );
  const config = JSON.parse(workspace.read('turbo-like.config.json')) as { services: Record<string, unknown> };
  // The same name of a database, as each has a server of its own.
  config.services['audit'] = { type: 'postgres', env: { AUDIT_URL: 'url' } };
  workspace.write({ 'turbo-like.config.json': JSON.stringify(config) });
  for (const outcome of ['executed', 'fresh']) {
    const result = await run(workspace, 'both');
    assert.deepEqual([result.outcomes['api#migrate'], result.outcomes['api#audit']], [outcome, outcome]);
    const log = readFileSync(join(workspace.root, '.tr/logs/api#both.log'), 'utf8');
    assert.equal(log, 'app|users v1\napp_2|users v1\napp|7\napp_2|7\n');
  }
});

test('steps that git checks out with other ends of lines are the same steps', async () => {
  const workspace = workspaceWith({ '.gitattributes': '*.sql text eol=crlf\n' });
  await run(workspace, 'look');
  workspace.remove('api/migrations');
  workspace.git('checkout', '-q', 'api/migrations');
  assert.match(workspace.read('api/migrations/0001_users.sql'), /\r\n/);
  assert.equal((await run(workspace, 'look')).outcomes['api#migrate'], 'fresh');
  workspace.write({ 'api/migrations/0004_tags.sql': step('tags') });
  const next = await run(workspace, 'look');
  assert.deepEqual([ancestorOf(next)?.['kept'], appliedIn(next)], [3, ['0004_tags.sql']]);
});
