import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Diagnostic } from '@tr/model';
import { renderCacheStatus, renderGcResult, renderVerifyResult } from '../../src/reports/render-cache.js';
import { renderDiagnostics } from '../../src/reports/render-diagnostics.js';
import { renderLs, renderLsJson, renderPackage, renderPackagesJson } from '../../src/reports/render-ls.js';

const at = (file: string, line: number, column: number) => ({ file, line, column });
const SOURCE = '\t"outptus": ["dist/**"],';

const DIAGNOSTICS: readonly Diagnostic[] = [
  {
    severity: 'warning',
    failure: {
      code: 'config/unknown-key',
      at: at('turbo.json', 2, 3),
      key: 'later',
      nearest: undefined,
      known: ['inputs', 'outputs'],
    },
  },
  { severity: 'error', failure: { code: 'usage/missing-task', available: ['build', 'test'] } },
  {
    severity: 'error',
    failure: {
      code: 'config/unknown-key',
      at: at('turbo.json', 12, 2),
      key: 'outptus',
      nearest: 'outputs',
      known: ['inputs', 'outputs'],
    },
  },
  {
    severity: 'error',
    failure: {
      code: 'config/unknown-key',
      at: at('a/turbo.json', 90, 1),
      key: 'x',
      nearest: undefined,
      known: ['inputs', 'outputs'],
    },
  },
];

test('diagnostics: errors first, by place, with the line and a caret, counts last', () => {
  const text = renderDiagnostics(DIAGNOSTICS, {
    colors: false,
    readLine: (_file, line) => (line === 12 ? SOURCE : undefined),
  });
  const heads = text.split('\n').filter((line) => /^\S+ (?:config|usage)\/|^usage\//.test(line));
  assert.deepEqual(
    heads.map((line) => line.split(' ').slice(0, 2).join(' ')),
    [
      'a/turbo.json:90:1 config/unknown-key',
      'turbo.json:12:2 config/unknown-key',
      'usage/missing-task No',
      'turbo.json:2:3 config/unknown-key',
    ],
  );
  assert.match(text, /\n {2}12 \| {3}"outptus": \["dist\/\*\*"\],\n {5}\| {3}\^\n/);
  assert.match(text, /turbo\.json:2:3 config\/unknown-key warning: /);
  assert.match(text, /\nusage\/missing-task No task is named\.\n {2}next: Name one or more of `build`, `test`\.\n/);
  assert.match(text, /\n3 errors, 1 warning\.\n$/);
});

test('diagnostics: none prints nothing; colours are optional', () => {
  assert.equal(renderDiagnostics([], { colors: true }), '');
  assert.ok(!renderDiagnostics(DIAGNOSTICS, { colors: false }).includes('\u001B'));
  assert.ok(renderDiagnostics(DIAGNOSTICS, { colors: true }).includes('\u001B[31mconfig/unknown-key'));
});

test('diagnostics: the caret stands below the place, after wide characters and in a long line', () => {
  const caretOf = (source: string, column: number): string => {
    const failure = { code: 'config/syntax', at: at('f', 1, column), detail: 'CommaExpected' } as const;
    const lines = renderDiagnostics([{ severity: 'error', failure }], { colors: false, readLine: () => source }).split(
      '\n',
    );
    return `${lines[1]}\n${lines[2]}`;
  };
  assert.equal(caretOf('"日本": x', 7), '  1 | "日本": x\n    |         ^');
  const long = `${'a'.repeat(5000)}!${'b'.repeat(5000)}`;
  const [source = '', caret = ''] = caretOf(long, 5001).split('\n');
  assert.ok(source.length < 120);
  assert.equal(source[caret.indexOf('^')], '!');
  assert.match(source, /^ {2}1 \| …a+!b+…$/, 'what is cut is marked');
  // A place near the cut has something to its right.
  const [near = '', below = ''] = caretOf(`${'a'.repeat(98)}!${'b'.repeat(30)}`, 99).split('\n');
  assert.match(near, /^ {2}1 \| …a+!b{30}$/);
  assert.equal(near[below.indexOf('^')], '!');
});

test('ls', () => {
  const report = {
    packageManager: 'npm',
    packages: [
      { name: 'web', directory: 'apps/web' },
      { name: '@s/lib', directory: 'packages/lib' },
    ],
  };
  assert.equal(renderLs(report, false), '2 packages (npm)\n\n  @s/lib  packages/lib\n  web     apps/web\n');
  assert.equal(renderLs({ packageManager: undefined, packages: [] }, false), '0 packages\n\n');
  assert.deepEqual(JSON.parse(renderLsJson(report)), {
    packageManager: 'npm',
    packages: {
      count: 2,
      items: [
        { name: '@s/lib', path: 'packages/lib' },
        { name: 'web', path: 'apps/web' },
      ],
    },
  });
});

test('ls of a package', () => {
  const web = {
    name: 'web',
    directory: 'apps/web',
    dependencies: ['lib'],
    dependents: [],
    tasks: [
      { name: 'build', command: 'tsc' },
      { name: 'check:types', command: undefined },
    ],
  };
  assert.equal(
    renderPackage(web, false),
    'web apps/web\ndepends on: lib\n\ntasks:\n  build:        tsc\n  check:types:  (no command)\n',
  );
  assert.deepEqual(JSON.parse(renderPackagesJson([web])), {
    packages: [
      {
        name: 'web',
        path: 'apps/web',
        tasks: {
          count: 2,
          items: [
            { name: 'build', command: 'tsc' },
            { name: 'check:types', command: '' },
          ],
        },
        dependencies: ['lib'],
        dependents: [],
      },
    ],
  });
});

test('cache status', () => {
  const report = {
    directory: '/w/.tr/cache',
    entries: 12,
    blobs: 340,
    bytes: 5 * 1024 ** 2,
    maxBytes: 10 * 1024 ** 3,
    maxAgeMs: 14 * 86_400_000,
    oldestMs: 3 * 86_400_000,
    tasks: [
      { task: 'lib#build', entries: 2, bytes: 1000 },
      { task: 'web#build', entries: 10, bytes: 4 * 1024 ** 2 },
    ],
  };
  assert.equal(
    renderCacheStatus(report, false),
    `Directory  /w/.tr/cache
Entries    12
Blobs      340
Size       5 MiB of at most 10 GiB
Age        oldest unused for 3d, kept for 14d after the last use

Task       Entries    Size
web#build       10   4 MiB
lib#build        2  1000 B
`,
  );
  const empty = { ...report, maxBytes: undefined, maxAgeMs: undefined, oldestMs: undefined, tasks: [] };
  assert.match(renderCacheStatus(empty, false), /Size {7}5 MiB of any size\nAge {8}kept for any time\n$/);
  const many = Array.from({ length: 20 }, (_, index) => ({ task: `p${index}#x`, entries: 1, bytes: index }));
  assert.match(renderCacheStatus({ ...report, tasks: many }, false), /\n… and 5 more tasks\n$/);
});

test('cache gc', () => {
  const report = {
    dryRun: false,
    removedEntries: 1,
    removedBlobs: 2,
    freedBytes: 2048,
    remainingEntries: 3,
    remainingBytes: 0,
    durationMs: 12,
  };
  assert.equal(renderGcResult(report), 'Removed 1 entry and 2 blobs (2 KiB) in 12ms.\nLeft 3 entries with 0 B.\n');
  assert.equal(
    renderGcResult({ ...report, dryRun: true }),
    'Would remove 1 entry and 2 blobs (2 KiB) in 12ms.\nWould leave 3 entries with 0 B.\n',
  );
});

test('cache verify', () => {
  const good = { entries: 3, blobs: 4, bytes: 10, problems: [], quarantined: 0, durationMs: 5 };
  assert.equal(renderVerifyResult(good, false), '3 entries and 4 blobs (10 B) checked in 5ms: all good.\n');
  const problems = [
    { kind: 'integrity', subject: 'ab12', detail: 'digest differs' },
    { kind: 'blob-missing', subject: 'cd', detail: 'named by web#build' },
  ];
  assert.equal(
    renderVerifyResult({ ...good, problems, quarantined: 1 }, false),
    `integrity     ab12  digest differs
blob-missing  cd    named by web#build

3 entries and 4 blobs (10 B) checked in 5ms: 2 problems, 1 set aside.
The tasks concerned run again the next time they are needed.
`,
  );
});
