/** Real runs of the registry's turbo and of ours: exit codes, what ran after a failure, arguments, order, prefixes. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { createRoot, createWorkspace, type TestWorkspace } from '../rig/workspace.js';
import { openTools, type Answer, type Tools } from './dry-run.js';
import { repository, type PackageFacts } from './rules/rule.js';

const TASKS = { build: { dependsOn: ['^build'] }, test: { dependsOn: ['build'] }, lint: {} };

/** A run of one tool in a workspace of its own. */
interface Run extends Pick<Answer, 'exitCode' | 'stdout'> {
  /** Lines the scripts wrote, in order of time. */
  readonly lines: readonly string[];
}

/** Runs the same with both tools, one after the other so that neither slows the other down. */
async function runBoth(packages: (log: string) => Readonly<Record<string, PackageFacts>>, args: readonly string[]) {
  const runs: Run[] = [];
  for (const tool of ['turbo', 'ours'] as const) {
    const root = createRoot();
    const log = `${root}.invocations/log`;
    const workspace = createWorkspace(
      repository({ turbo: { tasks: TASKS }, manager: 'npm', packages: packages(log) }),
      {
        root,
      },
    );
    runs.push(await runOne(workspace, tool, { log, args }));
  }
  const [turbo, ours] = runs;
  assert.ok(turbo && ours);
  return { turbo, ours };
}

async function runOne(
  workspace: TestWorkspace,
  tool: Exclude<keyof Tools, 'dispose'>,
  { log, args }: { readonly log: string; readonly args: readonly string[] },
): Promise<Run> {
  const tools = openTools(workspace.root, 'really');
  try {
    const { exitCode, stdout } = await tools[tool]({ name: args.join(' '), args });
    const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
    return { exitCode, stdout, lines: text.split('\n').filter(Boolean) };
  } finally {
    tools.dispose();
    workspace.dispose();
  }
}

/** `a` and what needs it, `b` that fails and what needs it, and `alone`. */
const failing = (log: string): Readonly<Record<string, PackageFacts>> => {
  const build = (name: string, exitCode = 0) => ({ build: `echo ${name} >> '${log}'; exit ${exitCode}` });
  return {
    a: { scripts: build('a') },
    b: { scripts: build('b', 3), dependencies: { a: '*' } },
    c: { scripts: build('c'), dependencies: { b: '*' } },
    alone: { scripts: build('alone') },
  };
};

for (const mode of ['never', 'dependencies-successful', 'always']) {
  test(`a failing task, --continue=${mode}: the same exit code, the same tasks ran`, async () => {
    const { turbo, ours } = await runBoth(failing, ['build', `--continue=${mode}`, '--concurrency=1']);
    assert.equal(ours.exitCode, turbo.exitCode);
    assert.equal(ours.exitCode, 3);
    // One at a time: what is free to start first is each tool's own choice when the first failure ends the run.
    const relevant = (lines: readonly string[]) => lines.filter((line) => mode !== 'never' || line !== 'alone').sort();
    assert.deepEqual(relevant(ours.lines), relevant(turbo.lines));
  });
}

test('of several failures the highest exit code counts', async () => {
  const scripts = (code: number) => ({ scripts: { build: `exit ${code}` } });
  const { turbo, ours } = await runBoth(
    () => ({ a: scripts(3), b: scripts(5), c: scripts(1) }),
    ['build', '--continue'],
  );
  assert.deepEqual([turbo.exitCode, ours.exitCode], [5, 5]);
});

const ECHO = (log: string): string =>
  `node -e "require('fs').appendFileSync('${log}', [process.env.npm_package_name, process.env.npm_lifecycle_event, JSON.stringify(process.argv.slice(1))].join(' ') + '\\n')"`;
const echoing = (log: string): Readonly<Record<string, PackageFacts>> => ({
  a: { scripts: { build: ECHO(log), test: ECHO(log) } },
  b: { scripts: { build: ECHO(log), test: ECHO(log), lint: ECHO(log) }, dependencies: { a: '*' } },
});

for (const call of ['test', 'test lint', 'b#test', 'b#build', 'a#build test', 'test --only']) {
  test(`arguments after -- with \`${call}\` reach the same tasks, unchanged`, async () => {
    const args = [...call.split(' '), '--', 'x', 'two words', '$HOME', `it's "quoted"`, '*', ''];
    const { turbo, ours } = await runBoth(echoing, args);
    assert.deepEqual([...ours.lines].sort(), [...turbo.lines].sort());
    assert.ok(turbo.lines.length > 0);
  });
}

test('dependencies end before dependents start, pre and post scripts run around, lines have the same prefix', async () => {
  const packages = (log: string): Readonly<Record<string, PackageFacts>> => {
    const step = (name: string) =>
      `echo start-${name} >> '${log}'; sleep 0.05; echo out-${name}; echo end-${name} >> '${log}'`;
    return {
      a: { scripts: { prebuild: step('pre'), build: step('a'), postbuild: step('post') } },
      b: { scripts: { build: step('b') }, dependencies: { a: '*' } },
    };
  };
  const { turbo, ours } = await runBoth(packages, ['build']);
  assert.deepEqual(ours.lines, turbo.lines);
  const output = ({ stdout }: Run) =>
    stdout.split('\n').filter((line) => / out-|^out-/.test(line) && !line.includes('>'));
  assert.deepEqual(output(ours), output(turbo));
  assert.deepEqual(output(ours), ['a:build: out-pre', 'a:build: out-a', 'a:build: out-post', 'b:build: out-b']);
});

/** What is said of the cache, on a workspace that is built once before. */
const FLAG_CALLS: readonly (readonly [args: string, env?: Readonly<Record<string, string>>])[] = [
  ['build'],
  ['build --force true'],
  ['build --remote-only'],
  ['build --remote-only=false'],
  ['build --cache=local:wr'],
  ['build --cache=local:rw,local:r'],
  ['build --cache-dir='],
  ['build -Fa'],
  ['build --env-mode'],
  ['build --dry json'],
  ['build --root-turbo-json=other.json'],
  ['build --root-turbo-json=nowhere.json'],
  ['build --single-package'],
  ['build', { TURBO_REMOTE_ONLY: 'true' }],
  ['build', { TURBO_FORCE: 'yes' }],
  ['build', { TURBO_CONCURRENCY: '' }],
  ['build', { TURBO_CONCURRENCY: 'many' }],
  ['build', { TURBO_LOG_ORDER: '' }],
  ['build', { TURBO_ENV_MODE: 'nonsense' }],
  ['build', { TURBO_OUTPUT_LOGS: 'nonsense' }],
  ['build', { TURBO_CACHE: '' }],
  ['build', { TURBO_CACHE_MAX_SIZE: 'nonsense' }],
  ['build', { TURBO_CACHE_MAX_AGE: 'nonsense' }],
  ['build', { TURBO_CACHE_MAX_SIZE: '500MB', TURBO_CACHE_MAX_AGE: '7d' }],
  ['build', { TURBO_ROOT_TURBO_JSON: 'other.json' }],
];

test('flags and variables: the same tasks run, or both refuse', async () => {
  const seen = { turbo: [] as string[], ours: [] as string[] };
  for (const tool of ['turbo', 'ours'] as const) {
    const root = createRoot();
    const log = `${root}.invocations/log`;
    const scripts = (name: string) => ({ scripts: { build: `echo ${name} >> '${log}'` } });
    const files = { 'other.json': { json: { tasks: { build: { cache: false } } } } };
    const packages = { a: scripts('a'), b: scripts('b') };
    const workspace = createWorkspace(repository({ turbo: { tasks: TASKS }, manager: 'npm', packages, files }), {
      root,
    });
    const tools = openTools(root, 'really');
    try {
      await tools[tool]({ name: 'build', args: ['build'] });
      for (const [args, env] of FLAG_CALLS) {
        writeFileSync(log, '');
        const { exitCode } = await tools[tool]({ name: args, args: args.split(' '), env });
        const ran = readFileSync(log, 'utf8').split('\n').filter(Boolean).sort().join(' ');
        seen[tool].push(`${args} ${JSON.stringify(env ?? {})}: ${exitCode === 0 ? `ran ${ran}` : 'refused'}`);
      }
    } finally {
      tools.dispose();
      workspace.dispose();
    }
  }
  assert.deepEqual(seen.ours, seen.turbo);
});
