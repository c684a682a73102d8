import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MissReason } from '@tr/model';
import { renderNoCommand, renderWhy, renderWhyJson } from '../../src/why/render-why.js';
import type { WhyReport } from '../../src/why/why-report.js';
import { describeMissReasons } from '../../src/words/miss-reason.js';
import { id, key } from '../rig/script.js';

const NOW = 10_000_000;
const NONE = { added: [], removed: [], modified: [] };

const REASONS: readonly MissReason[] = [
  { reason: 'command-changed', before: 'tsc', after: 'tsc -b\nfoo' },
  {
    reason: 'inputs-changed',
    scope: 'package',
    added: ['src/new.ts'],
    removed: ['src/old.ts'],
    modified: ['src/a.ts'],
  },
  { reason: 'inputs-changed', scope: 'global', ...NONE, modified: ['tsconfig.json'] },
  { reason: 'env-changed', scope: 'task', ...NONE, modified: ['NODE_ENV'] },
  { reason: 'env-changed', scope: 'global', ...NONE, removed: ['CI'] },
  { reason: 'config-changed', keys: ['outputs', 'envMode'] },
  { reason: 'dependency-changed', root: 'core#build', ...NONE, modified: ['lib#build'] },
  { reason: 'lockfile-changed', lockfile: undefined, added: ['zod@3.1.0'], removed: ['zod@3.0.0'], modified: [] },
  { reason: 'lockfile-changed', lockfile: 'Gemfile.lock', ...NONE, modified: ['Gemfile.lock'] },
  { reason: 'tool-changed', tool: 'python3 --version', before: 'Python 3.11.2', after: 'Python 3.12.1' },
  { reason: 'integrity', path: 'dist/a.js', detail: 'digest differs' },
];

const MISS: WhyReport = {
  task: id('web#build'),
  key: key('a'),
  verdict: { hit: false, reasons: REASONS },
  comparedWith: { key: key('b'), storedAt: NOW - 7_200_000, durationMs: 1294, producer: '0.1.0' },
  dependencies: [
    {
      task: id('core#build'),
      reasons: [{ reason: 'inputs-changed', scope: 'package', ...NONE, modified: ['src/core.ts'] }],
    },
  ],
};

test('a miss is explained down to every name', () => {
  assert.equal(
    renderWhy(MISS, { colors: false, now: NOW }),
    `web#build aaaaaaaaaaaaaaaa is a miss: compared with bbbbbbbbbbbbbbbb, stored 2h ago by tr 0.1.0 (took 1.294s).

The command changed:
  - tsc
  + tsc -b\\nfoo

Inputs changed (relative to the package):
  ~ src/a.ts
  + src/new.ts
  - src/old.ts

Global inputs changed (relative to the root):
  ~ tsconfig.json

Variables of the task changed:
  ~ NODE_ENV

Variables of all tasks changed:
  - CI

Settings of the task changed:
  ~ outputs
  ~ envMode

Dependencies changed:
  ~ lib#build

Packages of the lockfile changed:
  ~ zod 3.0.0 -> 3.1.0

Gemfile.lock changed.

The output of \`python3 --version\` changed:
  - Python 3.11.2
  + Python 3.12.1

Stored entry is damaged: dist/a.js (digest differs).

First diverging dependency: core#build
  Inputs changed (relative to the package):
    ~ src/core.ts
`,
  );
});

test('a hit is a hit', () => {
  const hit = { hit: true, tier: 'local', timeSavedMs: 1294, storedAt: NOW - 60_000, reasons: [] } as const;
  const report: WhyReport = { ...MISS, verdict: hit, comparedWith: undefined, dependencies: [] };
  assert.equal(
    renderWhy(report, { colors: false, now: NOW }),
    'web#build aaaaaaaaaaaaaaaa is a hit in the local cache, stored 1m ago. It saves 1.294s.\n',
  );
  const reasons = [{ reason: 'inputs-changed', scope: 'package', ...NONE, modified: ['src/a.ts'] }] as const;
  assert.equal(
    renderWhy({ ...MISS, verdict: { ...hit, reasons }, dependencies: [] }, { colors: false, now: NOW }),
    `web#build aaaaaaaaaaaaaaaa is a hit in the local cache, stored 1m ago. It saves 1.294s.

It ran then, as it differed from bbbbbbbbbbbbbbbb, stored 2h ago by tr 0.1.0 (took 1.294s):

Inputs changed (relative to the package):
  ~ src/a.ts
`,
  );
});

test('a task without a command says so', () => {
  assert.equal(
    renderNoCommand(id('web#lint'), false),
    'web#lint runs nothing: its package has no script of that name, and the task no `command`.\n',
  );
});

test('nothing stored', () => {
  const report: WhyReport = {
    ...MISS,
    verdict: { hit: false, reasons: [{ reason: 'no-entry' }] },
    comparedWith: undefined,
    dependencies: [],
  };
  assert.equal(
    renderWhy(report, { colors: false, now: NOW }),
    'web#build aaaaaaaaaaaaaaaa is a miss.\n\nNo stored run of this task.\n',
  );
});

test('long lists are cut unless all is asked for', () => {
  const modified = Array.from({ length: 100 }, (_, index) => `f${index}`);
  const report: WhyReport = {
    ...MISS,
    verdict: { hit: false, reasons: [{ reason: 'inputs-changed', scope: 'package', ...NONE, modified }] },
    dependencies: [],
  };
  const text = renderWhy(report, { colors: false, now: NOW });
  assert.match(text, / {2}~ f19\n {2}… and 80 more\n$/);
  assert.match(renderWhy(report, { colors: false, now: NOW, all: true }), / {2}~ f99\n$/);
});

test('as JSON it is the report', () => {
  const parsed = JSON.parse(renderWhyJson(MISS)) as object;
  assert.deepEqual(parsed, JSON.parse(JSON.stringify({ version: 1, ...MISS })));
  assert.match(renderWhyJson({ ...MISS, comparedWith: undefined }), /"comparedWith": null/);
});

for (const [reasons, expected] of [
  [REASONS.slice(0, 3), 'command changed; inputs changed: src/a.ts (+2); global inputs changed: tsconfig.json'],
  [REASONS.slice(3, 8), 'env changed: NODE_ENV; global env changed: removed CI; config changed: outputs (+1); 2 more'],
  [
    [
      {
        reason: 'lockfile-changed',
        lockfile: undefined,
        added: ['@s/a@2.0.0(b@1.0.0)', 'b@1.0.0', 'c@3.0.0'],
        removed: ['@s/a@1.0.0(b@1.0.0)', 'c@1.0.0', 'c@2.0.0'],
        modified: ['d@1.0.0'],
      },
    ],
    'lockfile changed: @s/a 1.0.0(b@1.0.0) -> 2.0.0(b@1.0.0) (+5)',
  ],
  [
    [
      {
        reason: 'lockfile-changed',
        lockfile: undefined,
        added: ['.>typescript', 'a@2.0.0>@s/b', 'typescript@5.9.3'],
        removed: [],
        modified: [],
      },
    ],
    'lockfile changed: added typescript@5.9.3 (+2)',
  ],
  [
    [{ reason: 'lockfile-changed', lockfile: undefined, added: ['.>typescript'], removed: ['ms@>=2'], modified: [] }],
    'lockfile changed: added typescript (which version is used here) (+1)',
  ],
  [
    [{ reason: 'lockfile-changed', lockfile: undefined, ...NONE, modified: ['a@2.0.0>@s/b'] }],
    'lockfile changed: @s/b (which version a@2.0.0 uses)',
  ],
  [[{ reason: 'lockfile-changed', lockfile: 'Gemfile.lock', ...NONE, added: ['Gemfile.lock'] }], 'Gemfile.lock added'],
  [REASONS.slice(6, 8), 'dependency changed: lib#build because of core#build; lockfile changed: zod 3.0.0 -> 3.1.0'],
  [REASONS.slice(8, 10), 'Gemfile.lock changed; tool changed: python3 --version'],
  [
    [{ reason: 'dependency-changed', root: 'lib#build', ...NONE, modified: ['lib#build'] }],
    'dependency changed: lib#build',
  ],
  [[{ reason: 'format-changed', stored: 1, current: 2 }], 'stored by another version (format 1, now 2)'],
  [[{ reason: 'blob-missing', path: 'dist/a' }], 'stored file missing: dist/a'],
  [
    [{ reason: 'obstacle', path: 'web/dist', detail: 'a link or file where a directory is needed' }],
    'something of yours is in the way of the outputs: web/dist (a link or file where a directory is needed)',
  ],
  [
    [
      { reason: 'signature', detail: 'unknown key' },
      { reason: 'remote-unavailable', detail: 'timeout' },
      { reason: 'store-trouble', detail: 'EACCES' },
    ],
    'signature refused: unknown key; remote cache unavailable: timeout; cache trouble: EACCES',
  ],
  [
    [{ reason: 'dependency-changed', root: 'lib#build', unsettled: true, ...NONE, modified: ['lib#build'] }],
    'no settled result of dependency: lib#build',
  ],
  [[], ''],
] as readonly (readonly [readonly MissReason[], string])[]) {
  test(`on one line: ${expected}`, () => assert.equal(describeMissReasons(reasons), expected));
}
