/** The Django example: its own runner, the workers of a task and the team's own pipeline, on real servers. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
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
    const third = await workspace.tr(call);
    assert.equal(third.outcomes['backend#check'], 'failed');
    workspace.git('checkout', '-q', '.');
    workspace.remove('backend/.packages');
  });

  test('the same tests pass and fail in one process and with 1, 2 and 4 workers; a shared Redis is noticed', () => {
    const [servers, results] = [join(workspace.root, 'servers'), join(workspace.root, 'results')];
    const started = run(workspace.root, [SERVERS, 'start', servers, ports.PGPORT, ports.REDISPORT]);
    const env = Object.fromEntries(
      started
        .trim()
        .split('\n')
        .map((line) => line.split('=', 2) as [string, string]),
    );
    try {
      writeFileSync(join(backend, 'shared/tests/test_broken.py'), BROKEN);
      const suite = (command: readonly string[], extra: Record<string, string> = {}) => {
        rmSync(results, { force: true });
        run(
          backend,
          [...command, './py', 'manage.py', 'test', '--noinput'],
          { ...env, ...extra, TEST_RESULTS: results },
          1,
        );
        return readFileSync(results, 'utf8');
      };
      const workers = (count: number) => ['./py', join(INTEGRATION, 'tests/with_workers.py'), String(count)];
      const serial = suite([]);
      assert.ok(serial.split('\n').length > 400);
      assert.deepEqual(serial.match(/^(?!ok ).*Test.*$/gm), [
        'error shared.tests.test_broken.BrokenTests.test_errors',
        'fail shared.tests.test_broken.BrokenTests.test_fails',
      ]);
      run(backend, ['./py', 'manage.py', 'migrate', '--verbosity=0'], env);
      run(backend, ['./py', 'manage.py', 'seed'], env);
      for (const count of [1, 2, 4]) assert.equal(suite(workers(count)), serial, `${count} workers`);
      assert.match(suite(workers(2), { SHARED_REDIS: '1' }), /^fail shared.tests.test_isolation.RedisOf/m);
    } finally {
      run(workspace.root, [SERVERS, 'stop', servers]);
      rmSync(join(backend, 'shared/tests/test_broken.py'));
    }
  });

  test('a run of the pipeline as the team has it', () => {
    const cache = join(workspace.root, 'ci-cache');
    const ci = () =>
      run(workspace.root, ['baseline/ci.sh', '.', 'develop', cache], { ...ports, TMPDIR: workspace.root });
    const first = ci();
    assert.match(first, /^migrations: miss cache-develop-\w+, running$/m);
    assert.match(first, /^Ran 442 tests[\s\S]*^OK \(skipped=24\)$/m);
    for (const step of ['containers', 'wait', 'install', 'migrate', 'test'])
      assert.match(first, new RegExp(`^step ${step} [\\d.]+ \\(`, 'm'));
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
