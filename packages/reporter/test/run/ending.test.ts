import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent, UnmetCondition } from '@tr/model';
import { ending, report } from '../rig/report.js';
import { ended, failedWith, finished, hit, id, key, start } from '../rig/script.js';

test('totals and failed tasks', () => {
  const many = Array.from({ length: 30 }, (_, index) => `line ${index + 1}\n`).join('');
  const text = report([
    start({ 'a#x': {}, 'b#x': {}, 'c#x': {}, 'd#x': {}, 'e#x': {}, 'f#x': {}, 'none#x': { hasCommand: false } }),
    hit('a#x', '1'),
    finished('a#x', 'fresh', { timeSavedMs: 1000 }),
    hit('b#x', '2', { outcome: 'restored', tier: 'remote' }),
    finished('b#x', 'restored', { timeSavedMs: 61_000 }),
    finished('c#x', 'executed'),
    finished('none#x', 'skipped', { skipReason: 'no-command' }),
    failedWith('d#x', 3, many),
    finished('e#x', 'skipped', { skipReason: 'dependency-failed' }),
    finished('f#x', 'skipped', { skipReason: 'when' }),
    ended(1, { durationMs: 1294 }),
  ]);
  assert.equal(
    ending(text),
    ` Tasks:    3 successful, 4 total
Cached:    2 cached, 4 total
  Time:    1.294s
Detail:    1 fresh, 1 restored (1 from remote), 1 executed, 1 failed, 1 skipped after a failed dependency, 1 skipped by \`when\`
 Saved:    1m2s
Failed:    d#x

FAILED d:x (112ms) d#x exited with code 3.
${Array.from({ length: 20 }, (_, index) => `  | line ${index + 11}\n`).join('')}  log:  /w/.tr/logs/d-x.log
  run:  tr run d#x

`,
  );
});

test('everything cached is said as Turborepo says it', () => {
  const text = report([
    start({ 'a#x': {} }),
    hit('a#x', '1'),
    finished('a#x', 'fresh', { timeSavedMs: 5 }),
    ended(0, { durationMs: 4 }),
  ]);
  assert.match(
    text,
    /\n Tasks: {4}1 successful, 1 total\nCached: {4}1 cached, 1 total\n {2}Time: {4}4ms >>> FULL TURBO\n/,
  );
});

test('a run without tasks and an interrupted run say so', () => {
  assert.match(
    report([start({}), ended()]),
    /WARNING {2}No tasks were executed as part of this run\.\n\n Tasks: {4}0 successful, 0 total/,
  );
  const stopped = report([start({ 'a#x': {} }), finished('a#x', 'aborted'), ended(130, { signal: 'SIGINT' })]);
  assert.match(stopped, /Stopped: {4}by SIGINT\n/);
  assert.match(stopped, /Detail: {4}1 aborted\n/);
});

test('a run of tasks that no package has a command for says so', () => {
  assert.match(
    report([start({ 'a#x': { hasCommand: false } }), ended()]),
    /WARNING {2}No tasks were executed as part of this run\. No package in scope has a script or a `command` for `[^`]+`/,
  );
});

test('a stopped run is no full one, and a warning at its end is printed once', () => {
  const text = report([
    start({ 'a#build': {}, 'a#dev': { persistent: true } }),
    finished('a#build', 'fresh'),
    finished('a#dev', 'aborted'),
    { type: 'warning', failure: { code: 'task/empty-outputs', task: 'a#build', globs: ['dist/**'] } },
    ended(130, { signal: 'SIGINT' }),
  ]);
  assert.doesNotMatch(text, /FULL TURBO/);
  assert.equal(text.match(/No file matched the outputs/g)?.length, 1);
});

test('failed tasks come last, each with its tail, its log and how to run it again', () => {
  const events = [
    start({ 'a#x': {}, 'b#x': {}, 'c#x': {} }),
    failedWith('b#x', 2, '\u001B[31mred\u001B[0m\n10%\r100%\n'),
    finished('c#x', 'executed'),
    failedWith('a#x', 1, 'why\n'),
    { type: 'warning', failure: { code: 'task/empty-outputs', task: 'c#x', globs: ['dist/**'] } } as const,
    ended(1),
  ];
  const text = ending(report(events, { describeRerun: (task) => `tr run ${task} -- -u` }));
  assert.equal(
    text.slice(text.indexOf('Failed:')),
    `Failed:    a#x, b#x

FAILED b:x (112ms) b#x exited with code 2.
  | red
  | 100%
  log:  /w/.tr/logs/b-x.log
  run:  tr run b#x -- -u

FAILED a:x (112ms) a#x exited with code 1.
  | why
  log:  /w/.tr/logs/a-x.log
  run:  tr run a#x -- -u

`,
  );
});

test('where the cause stands before the end of the log, both are shown', () => {
  const trace = Array.from({ length: 30 }, (_, index) => `    at frame ${index} (app.js:${index})\n`).join('');
  const tail = `compiling\n0 errors so far\nnot ok 1 - page\n  error: expected 2, got 3\n${trace}# fail 1\n`;
  const text = ending(report([start({ 'a#x': {} }), failedWith('a#x', 1, tail), ended(1)]));
  const shown = text.split('\n').filter((line) => /^ {2}[|…]/.test(line));
  assert.equal(shown.length, 21);
  assert.deepEqual(shown.slice(0, 3), [
    '  | not ok 1 - page',
    '  |   error: expected 2, got 3',
    '  |     at frame 0 (app.js:0)',
  ]);
  assert.deepEqual(shown.slice(10, 12), ['  …', '  |     at frame 21 (app.js:21)']);
  assert.equal(shown.at(-1), '  | # fail 1');
});

test('a failure without a word is said to be one', () => {
  const text = ending(report([start({ 'a#x': {} }), failedWith('a#x', 3, ''), ended(3)]));
  assert.match(text, /\nFAILED a:x \(112ms\) a#x exited with code 3\.\n {2}\(it printed nothing\)\n {2}log: /);
});

test('a task that `when` keeps from running says which condition', () => {
  const skipped = (unmet: UnmetCondition): string =>
    report([start({ 'a#x': {} }), finished('a#x', 'skipped', { skipReason: 'when', unmet }), ended()]);
  assert.match(skipped({ kind: 'env', name: 'TOKEN' }), /a:x: skipped: TOKEN is not set, which its `when` asks for\n/);
  assert.match(
    skipped({ kind: 'branch', branch: 'topic', globs: ['main', 'release/*'] }),
    /a:x: skipped: the branch is topic, and its `when` asks for main or release\/\*\n/,
  );
  assert.match(
    skipped({ kind: 'branch', branch: undefined, globs: ['main'] }),
    /skipped: no branch is checked out, and/,
  );
});

test('on GitHub Actions a failure is an annotation', () => {
  const text = report([start({ 'a#x': {} }), failedWith('a#x', 1, '::endgroup::\n'), ended(1)], {
    groups: 'github',
    logOrder: 'grouped',
  });
  assert.match(text, /\n::error title=a%3Ax::a#x exited with code 1\.\nFAILED a:x/);
  assert.match(text, /\n {2}\| ::endgroup::\n/, 'a tail line is no workflow command');
});

test('many failures get short tails', () => {
  const tasks = Array.from({ length: 30 }, (_, index) => `p${index}#x`);
  const events = tasks.map((task) => failedWith(task, 1, 'l\n'.repeat(40)));
  const text = ending(report([start(Object.fromEntries(tasks.map((task) => [task, {}]))), ...events, ended(1)]));
  assert.equal(text.split('  | l\n').length - 1, 90);
});

test('a warning is said once, with its count; a flood of one code is cut', () => {
  const empty = (task: string): RunEvent => ({
    type: 'warning',
    task: id(task),
    failure: { code: 'task/empty-outputs', task, globs: ['dist/**'] },
  });
  const text = report([
    start({ 'a#x': {} }),
    empty('a#x'),
    empty('a#x'),
    ...'bcdefghi'.split('').map((name) => empty(`${name}#x`)),
    ended(),
  ]);
  assert.equal(text.split('No file matched the outputs of a#x').length - 1, 1);
  assert.match(text, /outputs of a#x.* \(2 times\)\n/);
  assert.match(text, /WARNING {2}4 more of task\/empty-outputs\.\n/);
  assert.ok(!text.includes('outputs of g#x'));
});

test('a run with a persistent task tells a warning at once', () => {
  const text = report([
    start({ 'a#dev': { persistent: true } }),
    { type: 'warning', failure: { code: 'task/left-processes', task: 'a#dev' } },
  ]);
  assert.match(text, /WARNING {2}a#dev ended and left processes running/);
});

test('a warning after the end is not lost', () => {
  const late: RunEvent = { type: 'warning', failure: { code: 'store/no-space', path: '/w/.tr/cache' } };
  assert.match(
    report([start({ 'a#x': {} }), ended(), late]),
    /\n\n WARNING {2}No space is left for the cache[^\n]*\n$/,
  );
});

test('results that were not stored, and flaky ones, are remarked', () => {
  const text = report([
    start({ 'a#x': {}, 'b#x': {}, 'c#x': {}, 'd#x': {} }),
    { type: 'cache-not-saved', task: id('a#x'), reason: { reason: 'inputs-changed', paths: ['src/a.ts', 'src/b.ts'] } },
    { type: 'cache-not-saved', task: id('b#x'), reason: { reason: 'cache-off' } },
    { type: 'cache-not-saved', task: id('c#x'), reason: { reason: 'not-cacheable' }, unsoundDependency: id('a#x') },
    finished('d#x', 'executed', { attempts: 2, flaky: true, key: key('1') }),
    ended(),
  ]);
  assert.match(text, /WARNING {2}d#x is flaky: it passed only at attempt 2\.\n/);
  assert.match(text, /WARNING {2}a#x was not stored: inputs changed while it ran: src\/a\.ts \(\+1\)\.\n/);
  assert.match(text, /WARNING {2}c#x was not stored: the outputs of a#x, which it depends on, cannot be trusted\.\n/);
  assert.ok(!text.includes('b#x was not stored'), 'the user asked for that');
  const reason = { reason: 'not-cacheable' } as const;
  const unsound = { type: 'cache-not-saved', task: id('c#x'), reason, unsoundDependency: id('a#x') } as const;
  assert.match(
    report([start({ 'c#x': {} }), unsound, ended()], { parallel: true }),
    /c#x was not stored: `--parallel` did not wait for a#x, which it depends on\.\n/,
  );
});
