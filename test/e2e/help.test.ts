/** The help as it is typed: every command and every option is named; help is no error and goes to stdout. */
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { execTr } from '../rig/exec-tr.js';

const COMMANDS = [
  'tr run',
  'tr why',
  'tr ls',
  'tr cache status',
  'tr cache gc',
  'tr cache verify',
  'tr cache export',
  'tr cache import',
  'tr services up',
  'tr services down',
  'tr services reset',
  'tr services status',
  'tr services env',
  'tr services logs',
  'tr serve',
];

const RUN_OPTIONS = [
  '--filter',
  '--affected',
  '--only',
  '--parallel',
  '--concurrency',
  '--continue',
  '--force',
  '--no-cache',
  '--cache',
  '--remote-cache-read-only',
  '--cache-dir',
  '--dry',
  '--output-logs',
  '--log-order',
  '--log-prefix',
  '--log-format',
  '--env-mode',
  '--framework-inference',
  '--cwd',
  '--color',
  '--help',
];

/** Outside of any workspace: help needs none. */
const help = (...args: string[]) => execTr(tmpdir(), args);

for (const args of [['--help'], ['-h'], []]) {
  test(`tr ${args.join(' ')}: every command with what it does`, async () => {
    const call = await help(...args);
    assert.equal(call.exitCode, 0);
    assert.equal(call.stderr, '');
    for (const command of COMMANDS) assert.match(call.stdout, new RegExp(`^  ${command}\\b.* {2}[A-Z].*\\.$`, 'm'));
    assert.match(call.stdout, /POSIX tr/);
  });
}

test('tr run --help: every option, what they mean, exit codes, examples', async () => {
  const call = await help('run', '--help');
  assert.equal(call.exitCode, 0);
  assert.equal(call.stderr, '');
  for (const option of RUN_OPTIONS) assert.match(call.stdout, new RegExp(`(?:^| )${option}(?=[ ,[])`, 'm'), option);
  assert.match(call.stdout, /Exit codes/);
  assert.match(call.stdout, /^ {2}tr run build test /m);
});

test('tr cache --help: the commands that begin so; the help of one command is its own', async () => {
  const cache = await help('cache', '--help');
  assert.equal(cache.exitCode, 0);
  assert.match(cache.stdout, /tr cache gc/);
  assert.doesNotMatch(cache.stdout, /tr run <task/);
  const gc = await help('cache', 'gc', '-h');
  assert.match(gc.stdout, /--cache-dir <directory>/);
});
