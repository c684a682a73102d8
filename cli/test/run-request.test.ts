import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkRunOptions, type CheckedRunOptions, type RawRunOptions } from '../src/run-request.js';

const DEFAULTS: CheckedRunOptions = {
  concurrency: undefined,
  continueMode: 'never',
  policy: { local: { read: true, write: true }, remote: { read: true, write: true } },
  dry: undefined,
  outputLogs: undefined,
  logOrder: 'auto',
  logPrefix: 'auto',
  logFormat: 'text',
  envMode: undefined,
  frameworkInference: true,
};

const tiers = (local: string, remote: string): Partial<CheckedRunOptions> => ({
  policy: {
    local: { read: local.includes('r'), write: local.includes('w') },
    remote: { read: remote.includes('r'), write: remote.includes('w') },
  },
});

const GOOD: readonly (readonly [RawRunOptions, Partial<CheckedRunOptions>])[] = [
  [{}, {}],
  [{ concurrency: '1' }, { concurrency: '1' }],
  [{ concurrency: '50%' }, { concurrency: '50%' }],
  [{ concurrency: '12.5%' }, { concurrency: '12.5%' }],
  [{ concurrency: '200%' }, { concurrency: '200%' }],
  // As in the configuration, and in Turborepo.
  [{ concurrency: '0.5%' }, { concurrency: '0.5%' }],
  [{ concurrency: '08' }, { concurrency: '08' }],
  [{ continueMode: true }, { continueMode: 'always' }],
  [{ continueMode: 'true' }, { continueMode: 'always' }],
  [{ continueMode: false }, { continueMode: 'never' }],
  [{ continueMode: 'dependencies-successful' }, { continueMode: 'dependencies-successful' }],
  [{ dry: true }, { dry: 'text' }],
  [{ dry: 'json' }, { dry: 'json' }],
  [{ dry: 'false' }, { dry: undefined }],
  [{ outputLogs: 'errors-only' }, { outputLogs: 'errors-only' }],
  [
    { logOrder: 'grouped', logPrefix: 'none', logFormat: 'json' },
    { logOrder: 'grouped', logPrefix: 'none', logFormat: 'json' },
  ],
  [{ envMode: 'loose' }, { envMode: 'loose' }],
  [{ frameworkInference: 'false' }, { frameworkInference: false }],
  [{ frameworkInference: false }, { frameworkInference: false }],
  // What may be read and written.
  [{ force: true }, tiers('w', 'w')],
  [{ force: '1' }, tiers('w', 'w')],
  [{ force: 'false' }, tiers('rw', 'rw')],
  [{ noCache: true }, tiers('r', 'r')],
  [{ force: true, noCache: true }, tiers('', '')],
  [{ remoteReadOnly: true }, tiers('rw', 'r')],
  [{ remoteReadOnly: 'false' }, tiers('rw', 'rw')],
  [{ remoteReadOnly: '1', force: true }, tiers('w', '')],
  [{ remoteReadOnly: true, cache: 'remote:rw' }, tiers('', 'r')],
  [{ cache: 'local:rw' }, tiers('rw', '')],
  [{ cache: 'local:r' }, tiers('r', '')],
  [{ cache: 'local:w,remote:rw' }, tiers('w', 'rw')],
  [{ cache: 'local:wr' }, tiers('rw', '')],
  [{ cache: 'local:' }, tiers('', '')],
  [{ remoteOnly: true }, tiers('', 'rw')],
  [{ remoteOnly: 'true', force: true }, tiers('', 'w')],
  [{ remoteOnly: 'false' }, tiers('rw', 'rw')],
  [{ envMode: true }, { envMode: 'strict' }],
  [{ cache: 'remote:rw' }, tiers('', 'rw')],
  // A variable that forces wins over what the option lets be read.
  [{ cache: 'local:rw', force: 'true' }, tiers('w', '')],
];

for (const [raw, changed] of GOOD) {
  test(`${JSON.stringify(raw)} means ${JSON.stringify(changed)}`, () => {
    assert.deepEqual(checkRunOptions(raw), { ok: true, value: { ...DEFAULTS, ...changed } });
  });
}

const BAD: readonly (readonly [RawRunOptions, string])[] = [
  ...['0', '-1', '1.5', '', '%', '0%', 'all', '1e3'].map((concurrency) => [{ concurrency }, '--concurrency'] as const),
  [{ continueMode: 'sometimes' }, '--continue'],
  [{ dry: 'yaml' }, '--dry'],
  [{ outputLogs: 'Full' }, '--output-logs'],
  [{ logOrder: '' }, '--log-order'],
  [{ logPrefix: 'package' }, '--log-prefix'],
  [{ logFormat: 'ndjson' }, '--log-format'],
  [{ envMode: 'infer' }, '--env-mode'],
  [{ frameworkInference: 'maybe' }, '--framework-inference'],
  [{ remoteReadOnly: 'maybe' }, '--remote-cache-read-only'],
  [{ cache: 'local:rw,local:r' }, '--cache'],
  [{ cache: 'disk:rw' }, '--cache'],
  [{ cache: 'local' }, '--cache'],
];

for (const [raw, option] of BAD) {
  test(`${JSON.stringify(raw)} is refused, and names ${option}`, () => {
    const checked = checkRunOptions(raw);
    assert.equal(checked.ok, false);
    assert.deepEqual(
      checked.failure.map((failure) => [failure.code, 'option' in failure && failure.option]),
      [['usage/invalid-option', option]],
    );
  });
}

test('everything that is wrong is told at once', () => {
  const checked = checkRunOptions({ concurrency: 'x', dry: 'x', cache: 'x,y' });
  assert.equal(checked.ok, false);
  assert.deepEqual(
    checked.failure.map((failure) => ('value' in failure ? failure.value : undefined)),
    ['x', 'x', 'y', 'x'],
  );
});
