import { chmodSync, cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRoot, createWorkspace } from '../rig/workspace.js';
import { Branches } from './branches.js';
import type { MigratedApplication } from './history.js';
import { LOOK } from './look.js';
import { Random } from './random.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const APPS = ['shop', 'stock'] as const;
const SETTINGS = `from tr_django.settings import database

SECRET_KEY = "a history"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "apps.shop", "apps.stock"]
DATABASES = {"default": database("postgresql://127.0.0.1:1/none")}
`;

/** A migration, as the first line of its file has it. */
interface Migration {
  readonly app: string;
  readonly name: string;
  readonly after: readonly (readonly [app: string, name: string])[];
  /** The model that it creates; a merge creates none. */
  readonly model?: string;
}

/** A small Django project with two apps, as the example in `examples/django` is one. */
export function createDjangoApplication(): MigratedApplication {
  const workspace = createWorkspace(projectFiles(), { root: createProjectRoot() });
  const branches = new Branches(workspace);
  let made = 0;
  const pathOf = ({ app, name }: Pick<Migration, 'app' | 'name'>): string =>
    `backend/apps/${app}/migrations/${name}.py`;
  const list = (): readonly Migration[] =>
    APPS.flatMap((app) => {
      const files = readdirSync(join(workspace.root, `backend/apps/${app}/migrations`)).toSorted();
      const migrations = files.filter((file) => /^\d/.test(file)).map((file) => ({ app, name: file.slice(0, -3) }));
      return migrations.map(
        (file) => JSON.parse(workspace.read(pathOf(file)).split('\n', 1)[0]?.slice(2) ?? '') as Migration,
      );
    });
  const leavesOf = (app: string): readonly Migration[] => {
    const all = list();
    return all.filter(
      (one) => one.app === app && !all.some((other) => other.app === app && other.after.some(isNode(one))),
    );
  };
  const write = (migration: Migration, version: number, random: Random): void => {
    workspace.write({
      [pathOf(migration)]: toPython(migration, { version, random, earlier: ancestors(list(), migration) }),
    });
  };
  const add = (random: Random, app: string = random.pick(APPS)): string => {
    made += 1;
    const after = leavesOf(app).map((leaf) => [leaf.app, leaf.name] as const);
    const others = list().filter((one) => one.app !== app);
    const more = others.length > 0 && random.below(3) === 0 ? [random.pick(others)] : [];
    const name = `${nextNumber(after)}_m${made}`;
    const nodes = [...after, ...more.map((one) => [one.app, one.name] as const)];
    write({ app, name, after: nodes, model: `M${made}` }, 1, random);
    return `add ${app}.${name}`;
  };
  const edit = (random: Random): string => {
    // Mostly one that nothing is built on yet.
    const { [random.below(APPS.length)]: app = APPS[0] } = APPS;
    const [leaf] = leavesOf(app).filter(({ model }) => model !== undefined);
    const all = list();
    // A branch may go back to where there was none.
    if (all.length === 0) return add(random);
    const chosen = random.below(4) > 0 && leaf !== undefined ? leaf : random.pick(all);
    if (chosen.model === undefined) return add(random);
    made += 1;
    write(chosen, 1 + made, random);
    return `edit ${chosen.app}.${chosen.name}`;
  };
  const isNeeded = (migration: Migration): boolean => list().some(({ after }) => after.some(isNode(migration)));
  const pickRemovable = (random: Random): Migration => {
    const free = list().filter((one) => !isNeeded(one));
    return random.below(8) === 0 || free.length === 0 ? random.pick(list()) : random.pick(free);
  };
  const remove = (random: Random): string => {
    if (list().length < 4) return add(random);
    const chosen = pickRemovable(random);
    workspace.remove(pathOf(chosen));
    return `remove ${chosen.app}.${chosen.name}`;
  };
  const rename = (random: Random): string => {
    const chosen = list().find((one) => !isNeeded(one) && one.model !== undefined);
    if (chosen === undefined) return add(random);
    made += 1;
    const renamed = { ...chosen, name: `${chosen.name}_${made}` };
    workspace.remove(pathOf(chosen));
    write(renamed, 1, random);
    return `rename ${chosen.app}.${chosen.name} to ${renamed.name}`;
  };
  /** Two leaves in an app are refused by Django; `makemigrations --merge` writes what joins them. */
  const join_ = (): readonly string[] =>
    APPS.flatMap((app) => {
      const leaves = leavesOf(app);
      if (leaves.length < 2) return [];
      made += 1;
      const after = leaves.map((leaf) => [leaf.app, leaf.name] as const);
      const migration = { app, name: `${nextNumber(after)}_merge_${made}`, after };
      write(migration, 1, new Random(made));
      return [`join ${app} by ${migration.name}`];
    });
  const merge = (random: Random): string => {
    const done = branches.merge(random);
    return [done, ...(random.below(6) === 0 ? ['nothing joined'] : join_())].join(', ');
  };
  const first = new Random(7);
  for (const app of [...APPS, ...APPS, ...APPS]) add(first, app);
  workspace.commit('the first migrations');
  return {
    workspace,
    task: 'look',
    seen: 'backend/seen.txt',
    change: (random) =>
      random.pick([add, add, add, edit, edit, remove, rename, merge, merge, (seed: Random) => branches.goBack(seed)])(
        random,
      ),
  };
}

function isNode({ app, name }: Pick<Migration, 'app' | 'name'>): (node: readonly [string, string]) => boolean {
  return (node) => node[0] === app && node[1] === name;
}

/** All migrations that are applied before one, in whatever order. */
function ancestors(all: readonly Migration[], migration: Migration): readonly Migration[] {
  const found = new Set<Migration>();
  const visit = ({ after }: Migration): void => {
    for (const one of all.filter((other) => after.some(isNode(other)))) {
      if (found.has(one)) continue;
      found.add(one);
      visit(one);
    }
  };
  visit(migration);
  return [...found];
}

function nextNumber(after: Migration['after']): string {
  const numbers = after.map(([, name]) => Number.parseInt(name, 10));
  return String(Math.max(0, ...numbers) + 1).padStart(4, '0');
}

/** A model with rows, which may refer to an earlier one and may change another; a merge does nothing. */
function toPython(
  migration: Migration,
  {
    version,
    random,
    earlier,
  }: { readonly version: number; readonly random: Random; readonly earlier: readonly Migration[] },
): string {
  const { app, after, model } = migration;
  const dependencies = `dependencies = [${after.map(([of, name]) => `("${of}", "${name}")`).join(', ')}]`;
  const head = `# ${JSON.stringify(migration)}\nfrom django.db import migrations, models\n`;
  if (model === undefined)
    return `${head}\n\nclass Migration(migrations.Migration):\n    ${dependencies}\n    operations = []\n`;
  const models = earlier.filter((one) => one.model !== undefined);
  const target = models.length > 0 && random.below(2) === 0 ? random.pick(models) : undefined;
  const own = models.filter((one) => one.app === app);
  const changed = own.length > 0 && random.below(2) === 0 ? random.pick(own) : undefined;
  const column = `by_${model.toLowerCase()}`;
  const reference =
    target === undefined
      ? ''
      : `\n            ("other", models.ForeignKey("${target.app}.${target.model ?? ''}", models.CASCADE, null=True, related_name="+")),`;
  return `${head}

def fill(apps, schema_editor):
    model = apps.get_model("${app}", "${model}")
    for n in range(${1 + random.below(5)}):
        model.objects.create(made_by=f"${model} v${version} {n}")
${changed === undefined ? '' : `    apps.get_model("${app}", "${changed.model ?? ''}").objects.update(${column}="v${version} of ${model}")\n`}

class Migration(migrations.Migration):
    ${dependencies}
    operations = [
        migrations.CreateModel("${model}", [
            ("id", models.BigAutoField(primary_key=True)),
            ("made_by", models.CharField(max_length=${40 + random.below(3)}, db_index=${random.below(2) === 0 ? 'True' : 'False'})),${reference}
        ]),
${changed === undefined ? '' : `        migrations.AddField("${changed.model?.toLowerCase() ?? ''}", "${column}", models.CharField(max_length=80, default="v${version}")),\n`}        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
`;
}

/** With the parts of the example and of the integration that it has in common with them. */
function createProjectRoot(): string {
  const root = createRoot();
  // PostgreSQL runs as another user when we are root.
  chmodSync(root, 0o711);
  mkdirSync(join(root, 'backend/tr_django'), { recursive: true });
  for (const name of ['manage.py', 'py'])
    cpSync(join(ROOT, 'examples/django/backend', name), join(root, 'backend', name));
  for (const name of ['__init__.py', 'settings.py'])
    cpSync(join(ROOT, 'integrations/django/tr_django', name), join(root, 'backend/tr_django', name));
  return root;
}

function projectFiles(): Readonly<Record<string, string | { readonly json: unknown }>> {
  const tasks = {
    migrate: {
      command: './py manage.py migrate',
      inputs: ['manage.py', 'py', 'config/*.py', 'tr_django/*.py', 'apps/*/apps.py'],
      tools: ['./py -VV'],
      snapshot: { service: 'db', steps: ['apps/*/migrations/*.py'] },
    },
    look: {
      command: 'sh look.sh',
      inputs: ['look.sh'],
      dependsOn: ['migrate'],
      services: ['db'],
      outputs: ['seen.txt'],
    },
  };
  const apps = APPS.flatMap((app) => [
    [`backend/apps/${app}/__init__.py`, ''],
    [`backend/apps/${app}/migrations/__init__.py`, ''],
    [
      `backend/apps/${app}/apps.py`,
      `from django.apps import AppConfig\n\n\nclass Config(AppConfig):\n    name = "apps.${app}"\n`,
    ],
  ]);
  return {
    'turbo-like.config.json': {
      json: { packages: ['backend'], services: { db: { type: 'postgres' } }, globalPassThroughEnv: ['PYTHON'], tasks },
    },
    'backend/turbo-like.config.json': { json: { extends: ['//'], name: 'backend' } },
    'backend/config/__init__.py': '',
    'backend/config/settings.py': SETTINGS,
    'backend/apps/__init__.py': '',
    'backend/look.sh': LOOK,
    '.gitignore': 'seen.txt\n__pycache__/\n',
    ...(Object.fromEntries(apps) as Readonly<Record<string, string>>),
  };
}
