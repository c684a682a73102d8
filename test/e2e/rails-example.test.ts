/** The Rails example: its own runner, the workers of a task and the team's own pipeline, on real servers. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ServiceStates } from '../rig/service-states.js';
import { startStrangers } from '../rig/strangers.js';
import { createRoot, createWorkspace } from '../rig/workspace.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const EXAMPLE = join(ROOT, 'examples/rails');
const INTEGRATION = join(ROOT, 'integrations/rails');
const RSPEC = ['bundle', 'exec', 'rspec'];
const LAUNCHER = ['bundle', 'exec', 'vendor/tr-rails/exe/tr-rspec'];
const NO_TASK = { TR_WORKERS: undefined, TR_WORKER: undefined, TR_SERVICES_SOCKET: undefined };

/** Examples that fail on every machine, in each kind of run. */
const BROKEN = `require "rails_helper"

RSpec.describe "Broken" do
  it("fails") { expect(create(:company)).to be_nil }
  it("raises") { raise "as it always does" }
  it("waits")
end
`;

type Variables = Readonly<Record<string, string | undefined>>;

describe('the Rails example', () => {
  let root: string;
  let app: string;
  let states: ServiceStates;

  // Not by spawnSync: this process answers those who ask for a reset.
  function run(command: readonly string[], env: Variables = {}, code = 0): Promise<string> {
    const [name = '', ...args] = command;
    const all = { ...process.env, ...NO_TASK, RAILS_ENV: 'test', ...env };
    return new Promise((resolve, reject) => {
      const child = execFile(name, args, { cwd: app, env: all, maxBuffer: 1 << 28 }, (_error, stdout, stderr) => {
        if (child.exitCode === code) resolve(stdout + stderr);
        else
          reject(new assert.AssertionError({ message: `${command.join(' ')}: ${child.exitCode}\n${stdout}${stderr}` }));
      });
    });
  }

  /** Verdict of each example by file and name, sorted. */
  async function verdicts(command: readonly string[], env: Variables): Promise<readonly string[]> {
    const reports = join(root, 'reports');
    rmSync(reports, { recursive: true, force: true });
    mkdirSync(reports);
    await run(
      [...command, '--format', 'progress', '--format', 'RspecJunitFormatter', '--out', join(reports, 'r.xml')],
      env,
      1,
    );
    return readdirSync(reports)
      .flatMap((file) => readFileSync(join(reports, file), 'utf8').split('<testcase ').slice(1))
      .map((text) => {
        const [, name = '', file = ''] = /name="([^"]*)" file="([^"]*)"/.exec(text) ?? [];
        const verdict = text.includes('<failure') ? 'failed' : text.includes('<skipped') ? 'pending' : 'passed';
        return `${verdict} ${file} ${name}`;
      })
      .toSorted();
  }

  before(async () => {
    root = createRoot();
    // PostgreSQL runs as another user when we are root.
    chmodSync(root, 0o711);
    app = join(root, 'app');
    const tracked = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: EXAMPLE,
    });
    for (const file of tracked.stdout.toString().split('\0').filter(Boolean))
      cpSync(join(EXAMPLE, file), join(app, file), { recursive: true });
    // This machine's versions of the packages may be newer ones.
    await run(['bundle', 'lock', '--local', '--update']);
    states = new ServiceStates(root);
  });
  after(async () => {
    await states.dispose();
    rmSync(root, { recursive: true, force: true });
  });

  test('has the integration as it is in integrations/rails', () => {
    const files = readdirSync(INTEGRATION, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('/test'))
      .map((entry) => join(entry.parentPath, entry.name).slice(INTEGRATION.length + 1));
    assert.ok(files.length >= 10);
    for (const file of files)
      assert.equal(
        readFileSync(join(EXAMPLE, 'vendor/tr-rails', file), 'utf8'),
        readFileSync(join(INTEGRATION, file), 'utf8'),
        file,
      );
  });

  test('the integration passes its own tests', async () => {
    for (const name of ['workers', 'reset', 'launcher', 'kept_state'])
      assert.match(
        await run(['/usr/bin/ruby', join(INTEGRATION, 'test', `${name}_test.rb`)]),
        / 0 failures, 0 errors, 0 skips/,
      );
  });

  test('an earlier state and newer migrations make the same database as all migrations, and as the schema says', async () => {
    const migrate = (env: Variables) => run(['bundle', 'exec', 'rake', 'db:migrate'], env);
    const content = async (env: Variables) =>
      (await run(['pg_dump', '--inserts', '--no-owner'], env))
        .split('\n')
        // When it was written, and in which order, is the framework's own bookkeeping.
        .filter((line) => !/INSERT INTO public.ar_internal_metadata|^\\(un)?restrict/.test(line))
        .toSorted();
    const expected = await states.make('migrated', {}, async (env) => {
      await migrate(env);
      await run(['bundle', 'exec', 'rake', 'db:schema:dump'], { ...env, SCHEMA: join(root, 'schema.rb') });
      return content(env);
    });
    assert.equal(readFileSync(join(root, 'schema.rb'), 'utf8'), readFileSync(join(app, 'db/schema.rb'), 'utf8'));
    assert.equal(expected.filter((line) => line.startsWith('INSERT INTO public.schema_migrations')).length, 130);

    const directory = join(app, 'db/migrate');
    const newer = readdirSync(directory).toSorted().slice(100);
    assert.equal(newer.length, 30);
    mkdirSync(join(root, 'newer'));
    for (const name of newer) renameSync(join(directory, name), join(root, 'newer', name));
    await states.make('earlier', {}, migrate);
    for (const name of newer) renameSync(join(root, 'newer', name), join(directory, name));
    const grown = await states.make('grown', { from: 'earlier' }, async (env) => {
      assert.equal((await migrate(env)).match(/: migrated/g)?.length, 30);
      return content(env);
    });
    assert.deepEqual(grown, expected);
  });

  test('the same examples pass and fail in one process and with 1, 2 and 4 workers', async (t) => {
    const strangers = await startStrangers();
    t.after(() => strangers.stop());
    await states.make('seeded', { from: 'migrated' }, (env) => run(['bundle', 'exec', 'rake', 'db:seed:test'], env));
    writeFileSync(join(app, 'spec/broken_spec.rb'), BROKEN);
    const serial = await states.use('seeded', undefined, (env) => verdicts(RSPEC, env));
    assert.ok(serial.length > 400);
    assert.deepEqual(
      serial.filter((line) => !line.startsWith('passed')),
      [
        'failed ./spec/broken_spec.rb Broken fails',
        'failed ./spec/broken_spec.rb Broken raises',
        'pending ./spec/broken_spec.rb Broken waits',
      ],
    );
    for (const workers of [1, 2, 4])
      assert.deepEqual(
        await states.use('seeded', workers, (env) => verdicts(LAUNCHER, env)),
        serial,
        `${workers} workers`,
      );
    rmSync(join(app, 'spec/broken_spec.rb'));
  });

  test("parallel_tests and Rails' own parallel runner find the workers' databases", async () => {
    await states.use('seeded', 2, async (env) => {
      const parallel = await run(
        ['bundle', 'exec', 'parallel_rspec', '-n', '2', 'spec/redis', 'spec/models/number_sequence_spec.rb'],
        env,
      );
      assert.match(parallel, /^2 processes for 5 specs/m);
      assert.match(parallel, /^\d+ examples, 0 failures$/m);
      const minitest = await run(['bundle', 'exec', 'ruby', join(INTEGRATION, 'test/minitest_workers.rb')], env);
      assert.match(minitest, /^20 runs, 80 assertions, 0 failures, 0 errors, 0 skips$/m);
      assert.deepEqual([...new Set(minitest.match(/^worker \d$/gm))].toSorted(), ['worker 0', 'worker 1']);
    });
  });

  test('spans name the record that costs the time, and a baked one costs none', async () => {
    const companies = (trace: string) => {
      const spans = readFileSync(trace, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.ok(spans.some((span) => span['cat'] === 'rspec' && span['name'] === 'Address may be in AT'));
      return spans.filter((span) => span['cat'] === 'factory_bot' && span['name'] === 'company').length;
    };
    await states.use('seeded', 1, async (env) => {
      const spec = [...LAUNCHER, 'spec/models/address_spec.rb'];
      await run(spec, { ...env, TR_TRACE: join(root, 'baked.jsonl') });
      assert.equal(companies(join(root, 'baked.jsonl')), 0);
    });
    await states.use('migrated', 1, async (env) => {
      await run([...RSPEC, 'spec/models/address_spec.rb:4'], { ...env, TR_TRACE: join(root, 'plain.jsonl') });
      assert.equal(companies(join(root, 'plain.jsonl')), 5);
    });
  });

  test('the tasks of its configuration: a new migration runs on top of the stored state', async (t) => {
    const workspace = createWorkspace({}, { root: app });
    // Their pipeline loads the schema file, which does not know it.
    t.after(() => workspace.remove('db/migrate/20260101000000_add_iban_to_companies.rb'));
    const tr = async (...args: string[]) => {
      const result = await workspace.tr(['run', '--log-format=json', ...args]);
      assert.equal(result.exitCode, 0, result.stdout + result.stderr);
      return result;
    };
    const some = ['test', '--', 'spec/models/number_sequence_spec.rb'];
    const first = await tr(...some);
    assert.deepEqual(Object.values(first.outcomes), ['executed', 'executed', 'executed']);
    assert.match(first.stdout, /4 workers: 5 examples, 0 failures, 0 pending/);
    assert.deepEqual(Object.values((await tr(...some)).outcomes), ['fresh', 'fresh', 'fresh']);
    workspace.write({
      'db/migrate/20260101000000_add_iban_to_companies.rb':
        'class AddIbanToCompanies < ActiveRecord::Migration[6.1]\n  def change = add_column(:companies, :iban, :string)\nend\n',
    });
    const grown = await tr('migrate');
    assert.deepEqual(Object.values(grown.outcomes), ['executed']);
    assert.equal(grown.stdout.match(/: migrated/g)?.length, 1);
    const why = await workspace.tr(['why', 'migrate']);
    assert.match(
      why.stdout,
      /state of `db` with 130 steps .*\n\s*\+ db\/migrate\/20260101000000_add_iban_to_companies\.rb/,
    );
  });

  test('a run of the pipeline as the team has it', async () => {
    const output = await run(['baseline/ci', '2'], { SPECS: 'spec/redis', REUSE_FACTORIES: '1' });
    for (const phase of ['services', 'dependencies', 'database', 'specs'])
      assert.equal(output.match(new RegExp(`"phase":"${phase}"`, 'g'))?.length, 2, output);
    assert.match(output, /"phase":"all","seconds":[\d.]+,"status":0/);
    writeFileSync(join(app, 'spec/redis/broken_spec.rb'), BROKEN);
    await run(['baseline/ci', '1'], { SPECS: 'spec/redis', REUSE_FACTORIES: '1' }, 1);
    rmSync(join(app, 'spec/redis/broken_spec.rb'));
  });
});
