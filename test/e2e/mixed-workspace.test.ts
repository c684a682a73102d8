/** The example workspace (TypeScript packages and a Python service): runs, is restored, and explains each kind of miss. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { keysOf, missReasons } from '../rig/events.js';
import { createRoot, createWorkspace, openWorkspace, type TestWorkspace } from '../rig/workspace.js';

const EXAMPLE = fileURLToPath(new URL('../../../examples/mixed', import.meta.url));
const RUN = ['run', 'build', 'test', '--log-format=json'] as const;

describe('the mixed example', () => {
  let workspace: TestWorkspace;
  let tools: string;
  const env = () => ({ PATH: `${tools}:${process.env['PATH']}` });
  const run = (extra: Record<string, string> = {}) => workspace.tr(RUN, { env: { ...env(), ...extra } });
  const why = async (task: string, extra: Record<string, string> = {}) => {
    const result = await workspace.tr(['why', task], { env: { ...env(), ...extra } });
    assert.equal(result.exitCode, 0, result.stderr);
    return result.stdout;
  };

  before(() => {
    const root = createRoot();
    const tracked = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
      cwd: EXAMPLE,
      encoding: 'utf8',
    });
    for (const file of tracked.stdout.split('\0').filter(Boolean))
      cpSync(join(EXAMPLE, file), join(root, file), { recursive: true });
    workspace = createWorkspace({}, { root });
    const install = spawnSync('npm', ['ci', '--silent', '--no-audit', '--no-fund'], { cwd: root, encoding: 'utf8' });
    assert.equal(install.status, 0, install.stderr);
    // A python3 whose version the test decides; everything else it does is the real one's.
    tools = join(`${root}.invocations`, 'bin');
    mkdirSync(tools);
    setPythonVersion('Python 3.11.2');
  });
  after(() => workspace.dispose());

  function setPythonVersion(version: string): void {
    const file = join(tools, 'python3');
    const real = spawnSync('sh', ['-c', 'command -v python3'], { encoding: 'utf8' }).stdout.trim();
    writeFileSync(file, `#!/bin/sh\n[ "$1" = --version ] && { echo "${version}"; exit 0; }\nexec ${real} "$@"\n`);
    chmodSync(file, 0o755);
  }

  test('executes, then everything is fresh, then everything is restored', async () => {
    const first = await run();
    assert.equal(first.exitCode, 0, first.stdout + first.stderr);
    assert.equal(first.outcomes['pricing#test'], 'executed');
    assert.equal(first.outcomes['web#test'], 'executed');
    assert.equal(first.outcomes['@mixed/greeting#test'], 'skipped');
    const second = await run();
    assert.deepEqual(new Set(Object.values(second.outcomes)), new Set(['fresh', 'skipped']));
    for (const output of [
      'apps/web/dist',
      'packages/money/dist',
      'packages/greeting/dist',
      'services/pricing/price-list.json',
    ])
      workspace.remove(output);
    const third = await run();
    assert.equal(third.outcomes['web#build'], 'restored');
    assert.equal(third.outcomes['pricing#build'], 'restored');
    assert.deepEqual(keysOf(third), keysOf(first));
    assert.match(workspace.read('services/pricing/price-list.json'), /"eu"/);
  });

  const kinds: {
    name: string;
    task: string;
    change: () => void;
    undo: () => void;
    env?: Record<string, string>;
    reason: string;
    names: RegExp;
  }[] = [
    {
      name: 'a changed file',
      task: 'pricing#build',
      change: () =>
        workspace.write({
          'services/pricing/pricing/rates.py': workspace
            .read('services/pricing/pricing/rates.py')
            .replace('1250', '1300'),
        }),
      undo: () => workspace.git('checkout', '--', '.'),
      reason: 'inputs-changed',
      names: /pricing\/rates\.py/,
    },
    {
      name: 'an added file',
      task: '@mixed/money#build',
      change: () => workspace.write({ 'packages/money/src/extra.ts': 'export const extra = 1;\n' }),
      undo: () => workspace.remove('packages/money/src/extra.ts'),
      reason: 'inputs-changed',
      names: /src\/extra\.ts/,
    },
    {
      name: 'a removed file',
      task: 'pricing#test',
      change: () => workspace.remove('services/pricing/tests/__init__.py'),
      undo: () => workspace.git('checkout', '--', '.'),
      reason: 'inputs-changed',
      names: /tests\/__init__\.py/,
    },
    {
      name: 'a variable of a task',
      task: 'pricing#test',
      change: () => undefined,
      undo: () => undefined,
      env: { PRICING_REGION: 'eu' },
      reason: 'env-changed',
      names: /PRICING_REGION/,
    },
    {
      name: 'a global variable',
      task: 'web#build',
      change: () => undefined,
      undo: () => undefined,
      env: { RELEASE_CHANNEL: 'beta' },
      reason: 'env-changed',
      names: /RELEASE_CHANNEL/,
    },
    {
      name: 'a package in the lockfile',
      task: 'web#build',
      change: () => {
        const lock = JSON.parse(workspace.read('package-lock.json')) as {
          packages: Record<string, { version: string }>;
        };
        const entry = lock.packages['node_modules/escape-string-regexp'];
        assert.ok(entry !== undefined);
        entry.version = '5.0.1';
        workspace.write({ 'package-lock.json': { json: lock } });
      },
      undo: () => workspace.git('checkout', '--', '.'),
      reason: 'lockfile-changed',
      names: /escape-string-regexp.*5\.0\.1/,
    },
    {
      name: 'a lockfile of another language',
      task: 'pricing#test',
      change: () => workspace.write({ 'services/pricing/requirements.txt': 'django==4.2\n' }),
      undo: () => workspace.git('checkout', '--', '.'),
      // `test` has the default inputs, and the file lies in the package.
      reason: 'inputs-changed',
      names: /requirements\.txt/,
    },
    {
      name: 'the version of a tool',
      task: 'pricing#build',
      change: () => setPythonVersion('Python 3.12.1'),
      undo: () => setPythonVersion('Python 3.11.2'),
      reason: 'tool-changed',
      names: /Python 3\.12\.1/,
    },
    {
      name: 'a dependency',
      task: 'web#build',
      change: () =>
        workspace.write({ 'packages/money/src/index.ts': `${workspace.read('packages/money/src/index.ts')}// note\n` }),
      undo: () => workspace.git('checkout', '--', '.'),
      reason: 'dependency-changed',
      names: /@mixed\/money#build[\s\S]*src\/index\.ts/,
    },
    {
      name: 'the command',
      task: '@mixed/money#test',
      change: () => {
        const manifest = JSON.parse(workspace.read('packages/money/package.json')) as {
          scripts: Record<string, string>;
        };
        manifest.scripts['test'] = 'node --test --test-concurrency=1 test/*.test.js';
        workspace.write({ 'packages/money/package.json': { json: manifest } });
      },
      undo: () => workspace.git('checkout', '--', '.'),
      reason: 'command-changed',
      names: /--test-concurrency=1/,
    },
    {
      name: 'the configuration',
      task: 'web#build',
      change: () =>
        workspace.write({
          'turbo-like.config.json': workspace
            .read('turbo-like.config.json')
            .replace('"outputs": ["dist/**"]', '"outputs": ["dist/**", "types/**"]'),
        }),
      undo: () => workspace.git('checkout', '--', '.'),
      reason: 'config-changed',
      names: /outputs/,
    },
    {
      name: 'a global file',
      task: 'web#build',
      change: () => workspace.write({ 'tsconfig.json': workspace.read('tsconfig.json').replace('ES2022', 'ES2023') }),
      undo: () => workspace.git('checkout', '--', '.'),
      reason: 'inputs-changed',
      names: /tsconfig\.json/,
    },
  ];

  for (const kind of kinds) {
    test(`explains ${kind.name}`, async () => {
      await run();
      kind.change();
      try {
        assert.match(await why(kind.task, kind.env), kind.names);
        const result = await run(kind.env);
        const reasons = missReasons(result, kind.task);
        assert.ok(
          reasons.some(({ reason }) => reason === kind.reason),
          JSON.stringify(reasons),
        );
        assert.match(JSON.stringify(reasons), kind.name === 'a dependency' ? /money#build/ : kind.names);
      } finally {
        kind.undo();
      }
      const back = await run();
      assert.ok(
        ['fresh', 'restored'].includes(back.outcomes[kind.task] ?? ''),
        `${kind.task}: ${back.outcomes[kind.task]}`,
      );
    });
  }

  test('tr why says hit when nothing changed', async () => {
    await run();
    assert.match(await why('web#build'), /hit|up to date|would be/i);
  });

  test('a clone elsewhere restores everything from the same cache', async () => {
    await run();
    const clone = openWorkspace(createRoot());
    clone.git('clone', '-q', workspace.root, '.');
    cpSync(join(workspace.root, '.tr/cache'), join(clone.root, '.tr/cache'), { recursive: true });
    cpSync(join(workspace.root, 'node_modules'), join(clone.root, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    const result = await clone.tr(RUN, { env: env() });
    assert.equal(result.exitCode, 0, result.stdout);
    assert.deepEqual(new Set(Object.values(result.outcomes)), new Set(['fresh', 'restored', 'skipped']));
    clone.dispose();
  });
});
