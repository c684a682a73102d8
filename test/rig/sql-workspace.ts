import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRoot, createWorkspace, invocation, type TestWorkspace, type Tree } from './workspace.js';

/** Debian keeps PostgreSQL's programs out of PATH; `psql` is there. */
const MIGRATE = `set -e
psql -v ON_ERROR_STOP=1 -q -c 'create table if not exists applied (name text primary key)' 2>/dev/null
for file in migrations/*.sql; do
  [ -e "$file" ] || continue
  name=$(basename "$file")
  if [ "$(psql -At -c "select 1 from applied where name = '$name'")" != 1 ]; then
    psql -v ON_ERROR_STOP=1 -q -1 -f "$file" -c "insert into applied values ('$name')"
    echo "applied $name"
  fi
done
`;

/** What one step does: a table of its own, and a row in it that says which version of the step made it. */
export function step(name: string, version = 1): string {
  return `create table t_${name} (id serial primary key, made_by text not null);\ninsert into t_${name} (made_by) values ('${name} v${version}');\n`;
}

/** A package \`api\` without package.json that migrates a PostgreSQL database by plain SQL files, and a task that looks at it. */
export function createSqlWorkspace(files: Tree = {}, tasks: Readonly<Record<string, unknown>> = {}): TestWorkspace {
  const root = createRoot();
  const config = {
    packages: ['api'],
    services: { db: { type: 'postgres' }, redis: { type: 'redis' } },
    tasks: {
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
        outputs: ['seen.txt'],
      },
      ...tasks,
    },
  };
  return createWorkspace(
    {
      'turbo-like.config.json': { json: config },
      'api/turbo-like.config.json': { json: { extends: ['//'], name: 'api' } },
      'api/migrate.sh': MIGRATE,
      // Every table with its rows, and what the sequences say; sorted, and without the order of columns.
      'api/look.sh': `set -e
psql -v ON_ERROR_STOP=1 -At > seen.txt <<'SQL'
select format('select %L || to_jsonb(t)::text from %I t order by 1', table_name || ': ', table_name)
from information_schema.tables where table_schema = 'public' order by table_name \\gexec
select sequencename, last_value from pg_sequences order by 1;
SQL
`,
      'api/migrations/0001_users.sql': step('users'),
      'api/migrations/0002_orders.sql': step('orders'),
      'api/migrations/0003_items.sql': step('items'),
      '.gitignore': 'seen.txt\n',
      ...files,
    },
    { root },
  );
}

/** Servers of ours that run at the moment, by the folder of their data. */
export function listServers(workspace: TestWorkspace): readonly string[] {
  const processes = spawnSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).stdout.split('\n');
  return processes.filter((line) => folderNames(workspace).some((name) => line.includes(name)));
}

/** Folders that the runs of this workspace have made for servers, and that are still in its register. */
function folderNames(workspace: TestWorkspace): readonly string[] {
  if (!workspace.exists('.tr/services/runs')) return [];
  const runs = readdirSync(`${workspace.root}/.tr/services/runs`);
  return runs.flatMap((run) => workspace.read(`.tr/services/runs/${run}`).match(/\btr-[a-z]+-[0-9a-f]{12}\b/g) ?? []);
}
