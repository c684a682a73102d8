// Runs the compiled tests of the package in the current directory with node:test and records the totals in
// `.test-totals.json` (a declared output, so that a restored run still counts), with what failed. Arguments narrow
// by file name.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const narrow = process.argv.slice(2);
const root = existsSync('dist/test') ? 'dist/test' : 'dist';
const files = existsSync(root)
  ? readdirSync(root, { recursive: true })
      .map((file) => join(root, String(file)))
      .filter((file) => file.endsWith('.test.js') && !file.includes('node_modules'))
      .filter((file) => narrow.length === 0 || narrow.some((part) => file.includes(part)))
      .sort()
  : [];

if (files.length === 0) {
  console.error(`No compiled test below ${root} in ${process.cwd()}: run the build first.`);
  process.exit(1);
}

// Tests say which permissions their files have; what they leave unsaid is that of an ordinary account.
process.umask(0o022);
// A test starts `tr` in workspaces of its own: what this run's environment says about us must not reach it.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TR_')));
const run = spawnSync(process.execPath, ['--test', '--test-reporter=tap', '--test-concurrency=2', ...files], {
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
  maxBuffer: 1 << 30,
  env,
});
const tap = run.stdout ?? '';
const total = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
const totals = {
  passed: total('pass'),
  failed: total('fail') + total('cancelled'),
  skipped: total('skipped') + total('todo'),
};
/**
 * What failed, each as the TAP tells it: its name, where it is and why. Parents that failed by their subtests alone
 * are left out. The block of a test is indented two further than its line and ends with `...`.
 */
const failures = [...tap.matchAll(/^( *)not ok \d+ - (?!.*# (?:SKIP|TODO)).*\n(?:\1  .*\n|\n)*?\1  \.\.\.$/gm)]
  .map(([block, indent]) => block.replaceAll(`\n${indent}`, '\n').trim())
  .filter((block) => !/^ *failureType: 'subtestsFailed'$/m.test(block));
const bad = run.status !== 0 || totals.failed > 0 || totals.passed === 0;
// The whole TAP only when something is wrong, and what failed once more below it; passing tests are one line.
if (bad) console.log([tap, ...failures].join('\n'));
else for (const line of tap.split('\n')) if (/^\s*ok .*# (SKIP|TODO)/.test(line)) console.log(line.trim());
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
if (narrow.length === 0) writeFileSync('.test-totals.json', `${JSON.stringify({ ...totals, failures })}\n`);
// Not at once: a pipe takes 64 KiB at a time, and what failed comes after them.
process.exitCode = bad ? 1 : 0;
