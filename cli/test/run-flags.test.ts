import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCli } from '../src/command-line.js';
import { Cli } from 'clipanion';
import type { CommandContext } from '../src/commands/project-command.js';
import { RunCommand } from '../src/commands/run.js';
import { readPlainRunFlags, type RunFlags } from '../src/run-flags.js';

const FIELDS = Object.keys(readPlainRunFlags([]) ?? {}) as (keyof RunFlags)[];

/** What the library makes of the same words. */
function readByLibrary(args: readonly string[]): RunFlags {
  const command = createCli('run').process(['run', ...args], Cli.defaultContext as unknown as CommandContext);
  assert.ok(command instanceof RunCommand);
  return Object.fromEntries(FIELDS.map((field) => [field, command[field]])) as unknown as RunFlags;
}

const PLAIN = [
  '',
  'build',
  'build test web#lint',
  'build --filter=web... --filter ./apps/* -F !docs',
  'build --affected --only --parallel --no-cache',
  'build --concurrency=50% --cache=local:r --cache-dir=x',
  'build --remote-cache-read-only',
  'build --remote-cache-read-only=false',
  'build --concurrency 2 --output-logs none --log-order grouped --log-prefix none --log-format json',
  'build --continue --force --dry --framework-inference',
  'build --continue=always --force=true --dry=json --framework-inference=false --env-mode=loose',
  '--dry-run build',
  '--dry build',
  'build --global-deps=.env --global-deps package.json --remote-only',
  'build --single-package --root-turbo-json=other.json --env-mode',
  '--filter a=b build',
];

for (const typed of PLAIN) {
  test(`plain: run ${typed}`, () => {
    const args = typed.split(' ').filter(Boolean);
    assert.deepEqual(readPlainRunFlags(args), readByLibrary(args));
  });
}

const NOT_PLAIN = [
  'build --help',
  'build -h',
  'build --flter=web',
  'build -Fweb',
  'build --filter',
  'build --filter=',
  'build --filter --only',
  'build --only=true',
  'build --no-affected',
  'build --concurrency=1 --concurrency=2',
  'build --dry --dry-run=json',
  'build --dry json',
  'build --force false',
  'build --constructor',
  'build -',
  'build --daemon',
];

for (const typed of NOT_PLAIN) {
  test(`left to the library: run ${typed}`, () => assert.equal(readPlainRunFlags(typed.split(' ')), undefined));
}

test('of an option that is given twice the last one counts', () => {
  const args =
    'build --env-mode=loose --concurrency=1 --dry --only --env-mode=strict --concurrency 2 --dry=json --only';
  const { envMode, concurrency, dry, only } = readByLibrary(args.split(' '));
  assert.deepEqual(
    { envMode, concurrency, dry, only },
    { envMode: 'strict', concurrency: '2', dry: 'json', only: true },
  );
});

test('every option of the command is known to the plain reader, but for those that do nothing', () => {
  const missing = Object.keys(new RunCommand()).filter((field) => !(FIELDS as readonly string[]).includes(field));
  assert.deepEqual(missing.sort(), ['help']);
});

test('the help of a command is its usage', async () => {
  const { spawnSync } = await import('node:child_process');
  const { fileURLToPath } = await import('node:url');
  const call = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('./call-main.js', import.meta.url)), 'run', '--help'],
    { encoding: 'utf8' },
  );
  assert.match(call.stdout, /--filter/);
  assert.equal(call.status, 0, call.stderr);
});
