import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveLogStyle, type LogStyle, type LogStyleRequest } from '../../src/run/log-style.js';

const cases: readonly [LogStyleRequest['logOrder'], LogStyleRequest['logPrefix'], LogStyleRequest['ci'], LogStyle][] = [
  ['auto', 'auto', undefined, { logOrder: 'stream', logPrefix: 'task', groups: 'none' }],
  ['grouped', 'auto', undefined, { logOrder: 'grouped', logPrefix: 'task', groups: 'none' }],
  ['auto', 'none', undefined, { logOrder: 'stream', logPrefix: 'none', groups: 'none' }],
  ['auto', 'auto', 'github', { logOrder: 'grouped', logPrefix: 'none', groups: 'github' }],
  ['auto', 'task', 'github', { logOrder: 'grouped', logPrefix: 'task', groups: 'github' }],
  ['stream', 'auto', 'github', { logOrder: 'stream', logPrefix: 'task', groups: 'none' }],
  ['stream', 'none', 'github', { logOrder: 'stream', logPrefix: 'none', groups: 'none' }],
];

for (const [logOrder, logPrefix, ci, expected] of cases) {
  test(`order ${logOrder}, prefix ${logPrefix}, CI ${ci ?? 'none'}`, () => {
    assert.deepEqual(resolveLogStyle({ logOrder, logPrefix, ci }), expected);
  });
}
