import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '@tr/model';
import { body, ending, report } from '../rig/report.js';
import { ended, failedWith, finished, hit, miss, output, replay, start, started } from '../rig/script.js';

const CHANGED = {
  reason: 'inputs-changed',
  scope: 'package',
  added: ['src/c.ts'],
  removed: [],
  modified: ['src/a.ts', 'src/b.ts'],
} as const;

/** lib is fresh, web executes. */
const TWO: readonly RunEvent[] = [
  start({ 'lib#build': {}, 'web#build': {} }),
  hit('lib#build', 'a', { outcome: 'restored' }),
  replay('lib#build', 'building lib\n\ndone'),
  finished('lib#build', 'restored', { timeSavedMs: 100 }),
  miss('web#build', 'b', CHANGED),
  started('web#build'),
  output('web#build', 'building web\n'),
  output('web#build', 'careful\n', 'stderr'),
  finished('web#build', 'executed'),
  ended(),
];

/** Two tasks at once; bad fails. */
const FAILING: readonly RunEvent[] = [
  start({ 'lib#build': {}, 'bad#build': {} }),
  miss('lib#build', 'a'),
  miss('bad#build', 'b'),
  started('lib#build'),
  started('bad#build'),
  output('lib#build', 'one\n'),
  output('bad#build', 'oops\n', 'stderr'),
  output('lib#build', 'two\n'),
  failedWith('bad#build', 3, 'oops\n'),
  finished('lib#build', 'executed'),
  ended(1),
];

const cases: readonly {
  name: string;
  events: readonly RunEvent[];
  options?: Parameters<typeof report>[1];
  body: string;
}[] = [
  {
    name: 'streams with a prefix on every line',
    events: TWO,
    body: `lib:build: cache hit, replaying logs aaaaaaaaaaaaaaaa (restored from local, saved 100ms)
lib:build: building lib
lib:build: 
lib:build: done
web:build: cache miss, executing bbbbbbbbbbbbbbbb: inputs changed: src/a.ts (+2)
web:build: building web
web:build: careful
`,
  },
  {
    name: 'log-prefix=none leaves lines alone',
    events: TWO,
    options: { logPrefix: 'none' },
    body: `cache hit, replaying logs aaaaaaaaaaaaaaaa (restored from local, saved 100ms)
building lib

done
cache miss, executing bbbbbbbbbbbbbbbb: inputs changed: src/a.ts (+2)
building web
careful
`,
  },
  {
    name: 'a single-package repository has labels without a package',
    events: TWO.slice(0, 3),
    options: { kind: 'single' },
    body: `build: cache hit, replaying logs aaaaaaaaaaaaaaaa (restored from local, saved 100ms)
build: building lib
build: 
build: done
`,
  },
  {
    name: 'streams interleave, and a failure is said where it happens',
    events: FAILING,
    body: `lib:build: cache miss, executing aaaaaaaaaaaaaaaa: no stored run of this task
bad:build: cache miss, executing bbbbbbbbbbbbbbbb: no stored run of this task
lib:build: one
bad:build: oops
lib:build: two
bad:build: ERROR bad#build exited with code 3.
`,
  },
  {
    name: 'grouped logs come whole, in the order the tasks end',
    events: FAILING,
    options: { logOrder: 'grouped' },
    body: `bad:build: cache miss, executing bbbbbbbbbbbbbbbb: no stored run of this task
bad:build: oops
bad:build: ERROR bad#build exited with code 3.
lib:build: cache miss, executing aaaaaaaaaaaaaaaa: no stored run of this task
lib:build: one
lib:build: two
`,
  },
  {
    name: 'GitHub Actions folds what went well and leaves failures open',
    events: FAILING,
    options: { logOrder: 'grouped', logPrefix: 'none', groups: 'github' },
    body: `\u001B[;31mbad:build\u001B[;0m
cache miss, executing bbbbbbbbbbbbbbbb: no stored run of this task
oops
ERROR bad#build exited with code 3.
::group::lib:build
cache miss, executing aaaaaaaaaaaaaaaa: no stored run of this task
one
two
::endgroup::
`,
  },
  {
    name: 'a cache that is not asked is said in Turborepo’s words',
    events: [
      start({ 'a#x': {}, 'b#x': {} }),
      miss('a#x', 'a', { reason: 'cache-off' }),
      miss('b#x', 'b', { reason: 'not-cacheable' }),
    ],
    body: `a:x: cache bypass, force executing aaaaaaaaaaaaaaaa
b:x: cache bypass, force executing bbbbbbbbbbbbbbbb
`,
  },
  {
    name: 'a torn line waits for its end; streams do not mix',
    events: [
      start({ 'a#x': {}, 'b#x': {} }),
      output('a#x', 'half'),
      output('b#x', 'whole\n'),
      output('a#x', 'E', 'stderr'),
      output('a#x', ' line\n'),
      finished('a#x', 'executed'),
    ],
    body: `b:x: whole
a:x: half line
a:x: E
`,
  },
  {
    name: 'a retry is said',
    events: [
      start({ 'a#x': {} }),
      miss('a#x', 'a'),
      started('a#x'),
      output('a#x', 'no\n'),
      started('a#x', 2),
      output('a#x', 'yes\n'),
      finished('a#x', 'executed', { attempts: 2, flaky: true }),
    ],
    body: `a:x: cache miss, executing aaaaaaaaaaaaaaaa: no stored run of this task
a:x: no
a:x: retrying, attempt 2
a:x: yes
`,
  },
  {
    name: 'a persistent task is live and named even where the rest is folded',
    events: [start({ 'a#dev': { persistent: true } }), output('a#dev', 'listening\n')],
    options: { logOrder: 'grouped', logPrefix: 'none', groups: 'github' },
    body: 'a:dev: listening\n',
  },
  {
    name: 'a task that never got a key is named by its failure',
    events: [
      start({ 'a#x': {} }),
      finished('a#x', 'failed', { failure: { code: 'task/spawn-failed', task: 'a#x', detail: 'no such shell' } }),
    ],
    options: { logPrefix: 'none' },
    body: 'a:x: ERROR a#x could not be started: no such shell.\n',
  },
  {
    name: 'what a broken-off run held back is printed by dispose',
    events: FAILING.slice(0, 7),
    options: { logOrder: 'grouped' },
    body: `lib:build: cache miss, executing aaaaaaaaaaaaaaaa: no stored run of this task
lib:build: one
bad:build: cache miss, executing bbbbbbbbbbbbbbbb: no stored run of this task
bad:build: oops
`,
  },
];

for (const { name, events, options, body: expected } of cases) {
  test(name, () => {
    const text = report(events, options);
    assert.equal(text.includes('Tasks:') ? body(text) : text.slice(text.indexOf('\n\n', 2) + 2), expected);
  });
}

const HIT = 'x:hit: cache hit, replaying logs 1111111111111111 (fresh)\nx:hit: stored\n';
const HIT_SUPPRESSED = 'x:hit: cache hit, suppressing logs 1111111111111111 (fresh)\n';
const MISS = 'x:miss: cache miss, executing 2222222222222222: no stored run of this task\n';
const FAIL = 'x:fail: cache miss, executing 3333333333333333: no stored run of this task\n';
const ERROR = 'x:fail: ERROR x#fail exited with code 1.\n';
const shown = {
  full: `${HIT}${MISS}x:miss: new\n${FAIL}x:fail: bad\n${ERROR}`,
  'hash-only': `${HIT_SUPPRESSED}${MISS}${FAIL}${ERROR}`,
  'new-only': `${HIT_SUPPRESSED}${MISS}x:miss: new\n${FAIL}x:fail: bad\n${ERROR}`,
  'errors-only': `${FAIL}x:fail: bad\n${ERROR}`,
  none: ERROR,
} as const;

for (const log of ['full', 'hash-only', 'new-only', 'errors-only', 'none'] as const) {
  for (const logOrder of ['stream', 'grouped'] as const) {
    test(`outputLogs ${log}, ${logOrder}`, () => {
      const events = [
        start({ 'x#hit': { log }, 'x#miss': { log }, 'x#fail': { log } }),
        hit('x#hit', '1', { timeSavedMs: 0 }),
        replay('x#hit', 'stored\n'),
        finished('x#hit', 'fresh'),
        miss('x#miss', '2'),
        started('x#miss'),
        output('x#miss', 'new\n'),
        finished('x#miss', 'executed'),
        miss('x#fail', '3'),
        started('x#fail'),
        output('x#fail', 'bad\n'),
        failedWith('x#fail', 1, 'bad\n'),
        ended(1),
      ];
      const text = report(events, { logOrder });
      assert.equal(body(text), shown[log]);
      assert.match(ending(text), / {2}\| bad\n/, 'the end of the log is shown whatever outputLogs says');
    });
  }
}

test('every task has its own level', () => {
  const text = report([
    start({ 'a#x': { log: 'none' }, 'b#x': { log: 'full' } }),
    output('a#x', 'silent\n'),
    output('b#x', 'loud\n'),
    ended(),
  ]);
  assert.equal(body(text), 'b:x: loud\n');
});

test('the banner is Turborepo’s', () => {
  const text = report([start({ 'b#build': {}, 'a#build': {} })], {
    requestedTasks: ['build', 'test'],
    remoteCache: 'enabled',
  });
  assert.equal(
    text,
    '\n   • tr 1.2.3\n   • Packages in scope: a, b\n   • Running build, test in 2 packages\n   • Remote caching enabled\n\n',
  );
  assert.match(report([start({ '//#build': {} })], { kind: 'single' }), /\n {3}• Running build\n {3}• Remote/);
});

test('colours go round by place in the run, and only when asked for', () => {
  const colored = report([start({ 'a#x': {}, 'none#x': { hasCommand: false }, 'b#x': {} }), output('b#x', 'hi\n')], {
    colors: true,
  });
  assert.ok(colored.endsWith('\u001B[35mb:x: \u001B[0mhi\n'));
  assert.ok(!report(FAILING).includes('\u001B'));
});

test('names that would drive the terminal are made harmless', () => {
  const evil = {
    reason: 'inputs-changed',
    scope: 'package',
    added: ['a\u001B[2J\nb'],
    removed: [],
    modified: [],
  } as const;
  assert.match(report([start({ 'a#x': {} }), miss('a#x', '1', evil)]), /inputs changed: added a\\u001b\[2J\\nb\n/);
});

test('a long grouped log is read back from disk instead of being kept', () => {
  const events = [
    start({ 'a#x': {} }),
    miss('a#x', '1'),
    ...Array.from({ length: 10 }, () => output('a#x', '0123456789\n')),
    finished('a#x', 'executed', { logPath: '/log' }),
    ended(),
  ];
  const asked: string[] = [];
  const text = report(events, {
    logOrder: 'grouped',
    bufferLimit: 50,
    readLog: (path) => {
      asked.push(path);
      return [Buffer.from('from '), Buffer.from('disk\nand more')];
    },
  });
  assert.deepEqual(asked, ['/log']);
  assert.equal(
    body(text),
    'a:x: cache miss, executing 1111111111111111: no stored run of this task\na:x: from disk\na:x: and more\n',
  );
  const lost = body(report(events, { logOrder: 'grouped', bufferLimit: 50, readLog: () => undefined }));
  assert.match(lost, /a:x: \(110 B of log are not shown: they could not be read back\.\)\n/);
  assert.ok(
    body(report(events, { logOrder: 'grouped', bufferLimit: 50 })).includes('0123456789'),
    'kept without a reader',
  );
});

test('a thousand tasks of a no-op run are a handful of writes', async () => {
  const { ManualClock } = await import('../rig/manual-clock.js');
  const { MemoryOutput } = await import('../rig/memory-output.js');
  const { reportOptions } = await import('../rig/report.js');
  const { createTerminalReporter } = await import('../../src/run/terminal-reporter.js');
  const tasks = Array.from({ length: 1000 }, (_, index) => `package-${index}#build`);
  const sink = new MemoryOutput();
  const { sink: add } = createTerminalReporter(reportOptions(sink, new ManualClock()));
  add(start(Object.fromEntries(tasks.map((task) => [task, {}]))));
  for (const task of tasks) {
    add(hit(task, '1'));
    add(replay(task, 'compiling\nwriting\ndone\n'));
    add(finished(task, 'fresh', { timeSavedMs: 1 }));
  }
  add(ended());
  assert.ok(sink.writes.length <= sink.bytes.length / (64 * 1024) + 2, `${sink.writes.length} writes`);
  assert.match(sink.text, /Cached: {4}1000 cached, 1000 total/);
});
