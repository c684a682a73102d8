/** MariaDB through the CLI, with Debian's `mysql` client: the state as an output, the nearest earlier one, workers, `url`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import type { TrResult } from '../rig/exec-tr.js';
import { listServers } from '../rig/sql-workspace.js';
import { createRoot, createWorkspace, invocation, type TestWorkspace } from '../rig/workspace.js';

/** The client reads MYSQL_HOST, MYSQL_TCP_PORT and MYSQL_PWD by itself; user and database it wants to be told. */
const SQL = 'mysql --no-defaults --protocol=tcp -N -B -u "$MYSQL_USER"';
const MIGRATE = `set -e
sql() { ${SQL} "$MYSQL_DATABASE" "$@"; }
sql -e 'create table if not exists applied (name varchar(60) primary key)'
for file in migrations/*.sql; do
  name=$(basename "$file")
  if [ -z "$(sql -e "select 1 from applied where name = '$name'")" ]; then
    sql < "$file"
    sql -e "insert into applied values ('$name')"
    echo "applied $name"
  fi
done
`;
/** Each worker changes what it has, and sees what it had before and nothing of the others. */
const LOOK = `set -e
: > seen.txt
for worker in 0 1; do
  for name in MYSQL_HOST MYSQL_TCP_PORT MYSQL_PWD MYSQL_DATABASE; do eval "export $name=\\$$name"_$worker; done
  ${SQL} "$MYSQL_DATABASE" -e "insert into t_users values ('worker $worker')"
  ${SQL} "$MYSQL_DATABASE" -e "select group_concat(made_by order by 1) from t_users" >> seen.txt
done
`;
const step = (name: string): string =>
  `create table t_${name} (made_by varchar(40) not null);\ninsert into t_${name} values ('${name}');\n`;

let workspace: TestWorkspace;
before(() => {
  const root = createRoot();
  const tasks = {
    migrate: {
      command: `${invocation(root, 'migrate')}; sh migrate.sh`,
      inputs: ['migrate.sh'],
      snapshot: { service: 'db', steps: ['migrations/*.sql'] },
    },
    look: {
      command: 'sh look.sh',
      inputs: ['look.sh'],
      dependsOn: ['migrate'],
      services: ['db'],
      workers: 2,
      outputs: ['seen.txt'],
    },
  };
  workspace = createWorkspace(
    {
      'turbo-like.config.json': {
        json: { packages: ['api'], services: { db: { type: 'mariadb', url: '$CI_DATABASE_URL' } }, tasks },
      },
      'api/turbo-like.config.json': { json: { extends: ['//'], name: 'api' } },
      'api/migrate.sh': MIGRATE,
      'api/look.sh': LOOK,
      'api/migrations/0001_users.sql': step('users'),
      'api/migrations/0002_orders.sql': step('orders'),
      '.gitignore': 'seen.txt\n',
    },
    { root },
  );
});
after(async () => {
  await workspace.tr(['services', 'down']);
  workspace.dispose();
});

async function run(url?: string): Promise<TrResult & { readonly applied: readonly string[] }> {
  const env = url === undefined ? {} : { CI_DATABASE_URL: url };
  const result = await workspace.tr(['run', 'look', '--log-format=json'], { env });
  assert.equal(result.exitCode, 0, result.stdout + result.stderr);
  const output = result.events.filter((event) => event['type'] === 'task-output' && event['replay'] === false);
  const applied = output.flatMap((event) => String(event['bytes']).match(/(?<=applied )\S+/g) ?? []);
  return { ...result, applied };
}

const WORKERS = 'users,worker 0\nusers,worker 1\n';

test('from nothing, then fresh; one new step on the state before it; two workers apart', async () => {
  assert.deepEqual((await run()).applied, ['0001_users.sql', '0002_orders.sql']);
  assert.equal(workspace.read('api/seen.txt'), WORKERS);
  assert.deepEqual((await run()).outcomes, { 'api#migrate': 'fresh', 'api#look': 'fresh' });
  workspace.write({ 'api/migrations/0003_items.sql': step('items') });
  const third = await run();
  assert.deepEqual(third.applied, ['0003_items.sql']);
  const ancestor = third.events.find((event) => event['type'] === 'snapshot-ancestor');
  assert.deepEqual([ancestor?.['kept'], ancestor?.['applied']], [2, ['migrations/0003_items.sql']]);
  assert.equal(workspace.read('api/seen.txt'), WORKERS);
  assert.deepEqual(listServers(workspace), []);
});

test('the same on a server that is given by `url`, with dumps', async () => {
  // What stands for the container of a CI job.
  const up = await workspace.tr(['services', 'up', 'db']);
  assert.equal(up.exitCode, 0, up.stdout + up.stderr);
  const { stdout } = await workspace.tr(['services', 'env']);
  const url = spawnSync('sh', ['-ec', `${stdout}\necho "$DATABASE_URL"`], { encoding: 'utf8' }).stdout.trim();
  const given = new URL(url);
  given.pathname = '/mysql';
  workspace.remove('api/migrations/0003_items.sql');
  assert.equal((await run(given.toString())).applied.length, 2, 'another engine: nothing stored is of use');
  assert.equal(workspace.read('api/seen.txt'), WORKERS);
  workspace.write({ 'api/migrations/0003_items.sql': step('items') });
  assert.deepEqual((await run(given.toString())).applied, ['0003_items.sql']);
  assert.equal(workspace.read('api/seen.txt'), WORKERS);
});
