/** The Django example: Django's own runner, the workers of a task, and the team's own pipeline, on real servers. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startStrangers } from '../rig/strangers.js';
import { createRoot, createWorkspace, type TestWorkspace } from '../rig/workspace.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const EXAMPLE = join(ROOT, 'examples/django');
const INTEGRATION = join(ROOT, 'integrations/django');
const SERVERS = join(EXAMPLE, 'baseline/servers.sh');

/** A test that fails on every machine, in each kind of run. */
const BROKEN = `from django.test import SimpleTestCase


class BrokenTests(SimpleTestCase):
    def test_fails(self):
        self.fail("as it always does")

    def test_errors(self):
        raise RuntimeError("as it always does")
`;

/** What `baseline/false-hit.sh` adds. */
const CANNOT_RUN = `from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0013_retention_defaults")]
    operations = [migrations.RunSQL("ALTER TABLE audit_no_such_table ADD COLUMN note text")]
`;

function run(cwd: string, command: readonly string[], env: Record<string, string> = {}, code = 0): string {
  const [name = '', ...args] = command;
  const result = spawnSync(name, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 1 << 28 });
  assert.equal(result.status, code, `${command.join(' ')}\n${result.stdout}${result.stderr}`);
  return result.stdout + result.stderr;
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

describe('the Django example', () => {
  let workspace: TestWorkspace;
  let backend: string;
  let ports: { PGPORT: string; REDISPORT: string };

  before(async () => {
    const root = createRoot();
    const tracked = run(EXAMPLE, ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard']);
    for (const file of tracked.split('\0').filter(Boolean))
      cpSync(join(EXAMPLE, file), join(root, file), { recursive: true });
    workspace = createWorkspace({}, { root });
    // PostgreSQL runs as another user when we are root.
    chmodSync(root, 0o711);
    backend = join(root, 'backend');
    ports = { PGPORT: await freePort(), REDISPORT: await freePort() };
  });
  after(() => workspace.dispose());

  test('has the integration as it is in integrations/django', () => {
    const files = readdirSync(join(INTEGRATION, 'tr_django')).filter((name) => name.endsWith('.py'));
    assert.ok(files.length >= 4);
    for (const file of files)
      assert.equal(
        readFileSync(join(EXAMPLE, 'backend/tr_django', file), 'utf8'),
        readFileSync(join(INTEGRATION, 'tr_django', file), 'utf8'),
      );
  });

  test('the integration passes its own tests', () => {
    const py = join(EXAMPLE, 'backend/py');
    assert.match(run(join(INTEGRATION, 'tests'), [py, '-B', '-m', 'unittest']), /\nOK\n/);
  });

  test('its migrations are complete, and that is remembered', async () => {
    const call = ['run', 'check', '--log-format=json'];
    assert.equal((await workspace.tr(call)).outcomes['backend#check'], 'executed');
    assert.equal((await workspace.tr(call)).outcomes['backend#check'], 'fresh');
    workspace.write({
      'backend/apps/audit/models.py': `${workspace.read('backend/apps/audit/models.py')}\n    note = models.TextField()\n`,
    });
    assert.equal((await workspace.tr(call)).outcomes['backend#check'], 'failed');
    workspace.git('checkout', '-q', '.');
  });

  test('the same tests pass and fail serially and with 1, 2 and 4 workers, which migrate and seed once', async (t) => {
    const strangers = await startStrangers();
    t.after(() => strangers.stop());
    t.after(() => workspace.remove('backend/shared/tests/test_broken.py'));
    workspace.write({
      'backend/shared/tests/test_broken.py': BROKEN,
      'backend/turbo-like.config.json': withFewerWorkers(workspace.read('backend/turbo-like.config.json')),
    });
    const serial = frameworkRuns();
    for (const [index, workers] of ['', '-1', '-2'].entries()) {
      const result = await workspace.tr(['run', `test${workers}`, '--log-format=json']);
      const outcome = index === 0 ? 'executed' : 'fresh';
      const { [`backend#test${workers}`]: ofTests, ...others } = result.outcomes;
      assert.equal(ofTests, 'failed', result.stderr);
      assert.deepEqual(others, {
        // The check needed it before.
        'backend#install': 'fresh',
        'backend#passwords': outcome,
        'backend#migrate': outcome,
        'backend#seed': outcome,
      });
      assert.equal(workspace.read(`backend/test-results${workers}.txt`), serial, `test${workers}`);
    }
  });

  /** Tasks `test-1` and `test-2` beside `test`, which has four workers. */
  function withFewerWorkers(config: string): string {
    const [, task = ''] = /"test": (\{[\s\S]*?\n {4}\})/.exec(config) ?? [];
    assert.match(task, /"workers": 4/);
    const fewer = (count: number) =>
      `"test-${count}": ${task.replace('"workers": 4', `"workers": ${count}`).replaceAll('results.txt', `results-${count}.txt`)},`;
    return config.replace('"test": {', `${fewer(1)}\n    ${fewer(2)}\n    "test": {`);
  }

  /** Django alone: in one process, whose results are returned, and in two that meet in one Redis, which tests notice. */
  function frameworkRuns(): string {
    const [servers, results] = [join(workspace.root, 'servers'), join(workspace.root, 'results')];
    const started = run(workspace.root, [SERVERS, 'start', servers, ports.PGPORT, ports.REDISPORT]);
    const env = Object.fromEntries(
      started
        .trim()
        .split('\n')
        .map((line) => line.split('=', 2) as [string, string]),
    );
    try {
      const suite = (...more: string[]) => {
        const command = ['./py', 'manage.py', 'test', '--noinput', '--keepdb', ...more];
        run(backend, command, { ...env, TEST_RESULTS: results }, 1);
        return readFileSync(results, 'utf8');
      };
      const serial = suite();
      assert.ok(serial.split('\n').length > 400);
      assert.deepEqual(serial.match(/^(?!ok ).+$/gm), [
        'error shared.tests.test_broken.BrokenTests.test_errors',
        'fail shared.tests.test_broken.BrokenTests.test_fails',
      ]);
      assert.match(suite('--parallel=2'), /^fail shared.tests.test_isolation.RedisOf/m);
      return serial;
    } finally {
      run(workspace.root, [SERVERS, 'stop', servers]);
    }
  }

  test('a new migration is applied to the nearest stored state; one that cannot run is a failure', async (t) => {
    // The configuration stays as the tests before left it, as it is an input of every task.
    t.after(() => {
      workspace.remove('backend/apps/audit/migrations/0014_note.py');
      workspace.git('checkout', '-q', '.');
    });
    const call = ['run', 'seed', '--log-format=json'];
    run(backend, ['./py', 'scripts/add_migration.py', 'audit']);
    const added = await workspace.tr(call);
    assert.equal(added.outcomes['backend#seed'], 'executed', added.stderr);
    assert.deepEqual(added.stdout.match(/Applying \w+\.\w+/g), ['Applying audit.0014_note']);
    workspace.write({ 'backend/apps/audit/migrations/0014_note.py': CANNOT_RUN });
    for (const _ of ['first', 'again']) assert.equal((await workspace.tr(call)).outcomes['backend#migrate'], 'failed');
  });

  test('the inputs of the fixture are all of the code that makes it', async () => {
    const list = `import os, sys, django
django.setup()
import shared.management.commands.seed
here = os.getcwd()
files = (getattr(module, "__file__", None) or "" for module in list(sys.modules.values()))
print(*(os.path.relpath(file, here) for file in files if file.startswith(here) and ".packages" not in file))`;
    const dry = await workspace.tr(['run', 'seed', '--dry=json']);
    const { tasks } = JSON.parse(dry.stdout) as {
      readonly tasks: readonly { readonly task: string; readonly inputs: Readonly<Record<string, string>> }[];
    };
    const inputs = Object.keys(tasks.find(({ task }) => task === 'seed')?.inputs ?? {});
    const loaded = run(backend, ['./py', '-c', list], {
      DJANGO_SETTINGS_MODULE: 'config.settings',
    });
    assert.match(loaded, /apps\/catalog\/pricing\.py/);
    assert.deepEqual(
      loaded
        .trim()
        .split(' ')
        .filter((file) => !inputs.includes(file)),
      [],
    );
  });

  test('where the pipeline skips a migration, nothing is recorded as done: the next run has to apply it', async (t) => {
    t.after(() => {
      workspace.git('checkout', '-q', '.');
      workspace.git('clean', '-qf', 'backend/apps');
    });
    const config = workspace.read('backend/turbo-like.config.json');
    const conditional = config.replace(
      '"migrate": {',
      '"migrate": {\n"when": { "env": ["RUN_MIGRATION_ON_ALL_BRANCHES"] },',
    );
    workspace.write({
      'backend/turbo-like.config.json': conditional,
      'backend/apps/audit/migrations/0014_note.py': CANNOT_RUN,
    });
    const call = (env = {}) => workspace.tr(['run', 'migrate', '--log-format=json'], { env });
    // Green, as their first run is.
    const skipped = await call();
    assert.equal(skipped.outcomes['backend#migrate'], 'skipped', skipped.stderr);
    assert.equal(skipped.exitCode, 0);
    // Where theirs finds the marker and stays green, ours runs the migration and says what is wrong with it.
    const all = { RUN_MIGRATION_ON_ALL_BRANCHES: 'true' };
    const failed = await call(all);
    assert.equal(failed.outcomes['backend#migrate'], 'failed');
    assert.match(failed.stdout, /audit_no_such_table/);
    assert.notEqual(failed.exitCode, 0);
    workspace.remove('backend/apps/audit/migrations/0014_note.py');
    // Another one than that of the test above, whose state is stored.
    run(backend, ['./py', 'scripts/add_migration.py', 'inventory']);
    assert.equal((await call()).outcomes['backend#migrate'], 'skipped');
    const result = await call(all);
    assert.equal(result.outcomes['backend#migrate'], 'executed', result.stderr);
    assert.match(result.stdout, /Applying inventory\.\d+_note/);
  });

  test('a run of the pipeline as the team has it', () => {
    workspace.remove('backend/.packages');
    const cache = join(workspace.root, 'ci-cache');
    const ci = ['baseline/ci.sh', '.', 'fix', cache];
    const output = run(workspace.root, ci, { ...ports, TMPDIR: workspace.root });
    // On a branch they do not migrate. Their tests do, on a database of their own.
    assert.match(output, /^migrations: miss cache-fix-\w+, skipped on fix$/m);
    assert.match(output, /^Ran 442 tests[\s\S]*^OK \(skipped=24\)$/m);
    for (const step of ['containers', 'wait', 'install', 'migrate', 'test'])
      assert.match(output, new RegExp(`^step ${step} [\\d.]+ \\(`, 'm'));
  });

  test('their pipeline counts a skipped migration as done', () => {
    const cache = join(workspace.root, 'ci-cache-of-branch');
    mkdirSync(cache);
    const output = run(workspace.root, ['baseline/false-hit.sh', '.', cache], { ...ports, TMPDIR: workspace.root });
    assert.match(output, /miss (cache-feature-note-\w+), skipped on feature\/note\n[\s\S]*\nmigrations: hit \1\n/);
    assert.match(output, /^The migration never ran\.$/m);
    assert.match(output, /"audit_no_such_table" does not exist/);
  });
});
