import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sha256 } from '@tr/hash';
import {
  FINGERPRINT_VERSION,
  MANIFEST_VERSION,
  type ActionKey,
  type BlobId,
  type Fingerprint,
  type MissReason,
  type TaskId,
} from '@tr/model';
import { computeActionKey, diffFingerprints, fingerprintText, parseFingerprint } from '../src/index.js';

const blob = (text: string): BlobId => sha256(text).slice(0, 40) as BlobId;
const key = (text: string): ActionKey => sha256(text) as string as ActionKey;
const id = (text: string): TaskId => text as TaskId;

/** Every field filled in. Changing it changes the golden key below: a new format version is due then. */
const FULL: Fingerprint = {
  formatVersion: FINGERPRINT_VERSION,
  task: id('web#build'),
  directory: 'apps/web',
  commands: ['pre', 'tsc -p . && node "x y"'],
  arguments: ['--watch', 'é'],
  inputs: { 'package.json': blob('1'), 'src/a.ts': blob('2'), 'src/\u{1F600}.ts': blob('3') },
  outputs: { include: ['dist/**'], exclude: ['dist/cache/**'] },
  env: { EMPTY: '', NODE_ENV: sha256('production') },
  envMode: 'strict',
  passThroughEnv: ['AWS_*'],
  tools: { 'node --version': 'v20.20.2' },
  globalFiles: { 'root.txt': blob('4') },
  globalEnv: { CI_KIND: sha256('x') },
  dependencies: { [id('lib#build')]: key('lib'), [id('//#setup')]: key('setup') },
  externalClosure: sha256('closure'),
  foreignLockfiles: { 'uv.lock': blob('5') },
  engines: { node: '>=20' },
};

const EMPTY: Fingerprint = {
  formatVersion: FINGERPRINT_VERSION,
  task: id('//#x'),
  directory: '',
  commands: [],
  arguments: [],
  inputs: {},
  outputs: { include: [], exclude: [] },
  env: {},
  envMode: 'loose',
  passThroughEnv: [],
  tools: {},
  globalFiles: {},
  globalEnv: {},
  dependencies: {},
  externalClosure: undefined,
  foreignLockfiles: {},
  engines: {},
};

describe('the action key', () => {
  it('of version 2 is this', () => {
    assert.equal(computeActionKey(FULL), '8a2e9b1c9b2f30f753823127f0d699054db3d6e0f3d29798e838277d30a16cb9');
    assert.equal(computeActionKey(EMPTY), '5e4888cdb225f480b3f7b260481c741c249d20fcacca9d1bdd217003e248b04a');
  });

  it('of version 1 was this', () => {
    assert.equal(
      computeActionKey({ ...FULL, formatVersion: 1 }),
      '868ff2b2a7d78c13a014cabe43fe5e9d900cfce308e14b0439cac4fc504e1480',
    );
    assert.equal(
      computeActionKey({ ...EMPTY, formatVersion: 1 }),
      'd64ca8c495fa858c04d951cdd11340556a5c5703f3385a650dfa15d9f6c71b92',
    );
  });

  it('is another one with each version of the manifest', () => {
    assert.deepEqual({ manifest: MANIFEST_VERSION, fingerprint: FINGERPRINT_VERSION }, { manifest: 3, fingerprint: 2 });
  });

  it('is the SHA-256 of the text that is stored', () => {
    assert.equal(computeActionKey(FULL), sha256(fingerprintText(FULL)));
    assert.deepEqual(JSON.parse(fingerprintText(FULL)), FULL);
  });

  it('does not depend on the order of any map, nor on locale, directory or clock', () => {
    const random = createRandom(7);
    const expected = computeActionKey(FULL);
    const before = { cwd: process.cwd(), tz: process.env['TZ'], lang: process.env['LC_ALL'] };
    try {
      process.env['TZ'] = 'Pacific/Apia';
      process.env['LC_ALL'] = 'tr_TR.UTF-8';
      process.chdir('/');
      for (let turn = 0; turn < 200; turn++) assert.equal(computeActionKey(shuffled(FULL, random)), expected);
    } finally {
      process.chdir(before.cwd);
      restore('TZ', before.tz);
      restore('LC_ALL', before.lang);
    }
  });

  it('changes with every single part', () => {
    const keys = new Set([computeActionKey(FULL)]);
    const parts = CHANGES.map(([, change]) => ({ ...FULL, ...change }));
    for (const changed of parts) keys.add(computeActionKey(changed));
    assert.equal(keys.size, parts.length + 1);
  });

  it('tells parts apart that hold the same text', () => {
    const one = { a: 'v' } as unknown as Fingerprint['inputs'];
    const variants: Fingerprint[] = [
      { ...EMPTY, commands: ['a'] },
      { ...EMPTY, arguments: ['a'] },
      { ...EMPTY, passThroughEnv: ['a'] },
      { ...EMPTY, outputs: { include: ['a'], exclude: [] } },
      { ...EMPTY, outputs: { include: [], exclude: ['a'] } },
      { ...EMPTY, commands: ['a', ''] },
      { ...EMPTY, commands: ['a', 'b'] },
      { ...EMPTY, commands: ['a,b'] },
      { ...EMPTY, inputs: one },
      { ...EMPTY, globalFiles: one },
      { ...EMPTY, foreignLockfiles: one },
      { ...EMPTY, env: one },
      { ...EMPTY, globalEnv: one },
      { ...EMPTY, tools: one },
      { ...EMPTY, engines: one },
      { ...EMPTY, dependencies: one as unknown as Fingerprint['dependencies'] },
    ];
    assert.equal(new Set(variants.map(computeActionKey)).size, variants.length);
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

/** A small generator with a fixed seed (Park-Miller), so that a failure can be repeated. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

function shuffled<T>(value: T, random: () => number): T {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, each]): [number, string, unknown] => [
    random(),
    name,
    shuffled(each, random),
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => a - b).map(([, name, each]) => [name, each])) as T;
}

const none = { added: [], removed: [], modified: [] };
const CHANGES: readonly (readonly [string, Partial<Fingerprint>, readonly MissReason[]])[] = [
  [
    'a changed command',
    { commands: ['pre', 'tsc'] },
    [
      {
        reason: 'command-changed',
        before: 'pre && tsc -p . && node "x y" -- "--watch" "é"',
        after: 'pre && tsc -- "--watch" "é"',
      },
    ],
  ],
  [
    'other arguments',
    { arguments: [] },
    [
      {
        reason: 'command-changed',
        before: 'pre && tsc -p . && node "x y" -- "--watch" "é"',
        after: 'pre && tsc -p . && node "x y"',
      },
    ],
  ],
  [
    'files added, removed and modified',
    { inputs: { 'package.json': blob('9'), 'src/a.ts': blob('2'), 'src/z.ts': blob('1'), 'src/b.ts': blob('1') } },
    [
      {
        reason: 'inputs-changed',
        scope: 'package',
        added: ['src/b.ts', 'src/z.ts'],
        removed: ['src/\u{1F600}.ts'],
        modified: ['package.json'],
      },
    ],
  ],
  [
    'a file named like a prototype',
    {
      inputs: JSON.parse(
        JSON.stringify(FULL.inputs).replace('{', `{"__proto__":"${blob('p')}",`),
      ) as Fingerprint['inputs'],
    },
    [{ reason: 'inputs-changed', scope: 'package', ...none, added: ['__proto__'] }],
  ],
  [
    'a global file',
    { globalFiles: {} },
    [{ reason: 'inputs-changed', scope: 'global', ...none, removed: ['root.txt'] }],
  ],
  [
    'variables',
    { env: { NODE_ENV: sha256('test'), NEW: '' } },
    [{ reason: 'env-changed', scope: 'task', added: ['NEW'], removed: ['EMPTY'], modified: ['NODE_ENV'] }],
  ],
  ['a global variable', { globalEnv: {} }, [{ reason: 'env-changed', scope: 'global', ...none, removed: ['CI_KIND'] }]],
  [
    'outputs',
    { outputs: { include: ['out/**'], exclude: ['dist/cache/**'] } },
    [{ reason: 'config-changed', keys: ['outputs'] }],
  ],
  [
    'excluded outputs',
    { outputs: { include: ['dist/**'], exclude: [] } },
    [{ reason: 'config-changed', keys: ['outputs'] }],
  ],
  [
    'several settings',
    { envMode: 'loose', passThroughEnv: [], engines: { node: '>=22' }, directory: 'apps/www' },
    [{ reason: 'config-changed', keys: ['directory', 'engines', 'envMode', 'passThroughEnv'] }],
  ],
  [
    'a tool',
    { tools: { 'node --version': 'v22.1.0', 'python3 --version': '3.12' } },
    [
      { reason: 'tool-changed', tool: 'node --version', before: 'v20.20.2', after: 'v22.1.0' },
      { reason: 'tool-changed', tool: 'python3 --version', before: undefined, after: '3.12' },
    ],
  ],
  [
    'a dependency',
    { dependencies: { ...FULL.dependencies, [id('lib#build')]: key('lib2') } },
    [{ reason: 'dependency-changed', root: undefined, ...none, modified: ['lib#build'] }],
  ],
  [
    'foreign lockfiles',
    { foreignLockfiles: { 'uv.lock': blob('6'), 'go.sum': blob('7') } },
    [
      { reason: 'lockfile-changed', lockfile: 'go.sum', ...none, added: ['go.sum'] },
      { reason: 'lockfile-changed', lockfile: 'uv.lock', ...none, modified: ['uv.lock'] },
    ],
  ],
  [
    'a closure that is not at hand',
    { externalClosure: sha256('other') },
    [{ reason: 'lockfile-changed', lockfile: undefined, ...none }],
  ],
  [
    'no lockfile any more',
    { externalClosure: undefined },
    [{ reason: 'lockfile-changed', lockfile: undefined, ...none }],
  ],
  ['another format', { formatVersion: 3 }, [{ reason: 'format-changed', stored: 2, current: 3 }]],
];

describe('diffFingerprints', () => {
  for (const [what, change, reasons] of CHANGES) {
    it(`names ${what}`, () => assert.deepEqual(diffFingerprints(FULL, { ...FULL, ...change }), reasons));
  }

  it('is empty exactly when the keys are equal', () => {
    assert.deepEqual(diffFingerprints(FULL, shuffled(FULL, createRandom(3))), []);
    for (const [what, change] of CHANGES) {
      assert.notEqual(diffFingerprints({ ...FULL, ...change }, FULL).length, 0, what);
    }
  });

  it('names lockfile packages where both closures are at hand', () => {
    const before = { 'left@1.0.0': 'sha512-a', 'right@1.0.0': 'sha512-b', 'same@1.0.0': 'x' };
    const after = { 'left@1.0.1': 'sha512-c', 'right@1.0.0': 'sha512-d', 'same@1.0.0': 'x' };
    const changed = { ...FULL, externalClosure: sha256('other') };
    const reason = {
      reason: 'lockfile-changed',
      lockfile: undefined,
      added: ['left@1.0.1'],
      removed: ['left@1.0.0'],
      modified: ['right@1.0.0'],
    };
    assert.deepEqual(diffFingerprints(FULL, changed, { before, after }), [reason]);
    const oneSided = diffFingerprints(FULL, changed, { before: undefined, after });
    assert.deepEqual(oneSided, [{ reason: 'lockfile-changed', lockfile: undefined, ...none }]);
    const first = diffFingerprints({ ...FULL, externalClosure: undefined }, FULL, { before: undefined, after: before });
    assert.deepEqual(first[0], {
      reason: 'lockfile-changed',
      lockfile: undefined,
      ...none,
      added: Object.keys(before),
    });
  });
});

describe('parseFingerprint', () => {
  const parse = (text: string): ReturnType<typeof parseFingerprint> => parseFingerprint(JSON.parse(text));

  it('reads back what was stored', () => {
    for (const fingerprint of [FULL, EMPTY]) {
      const parsed = parse(fingerprintText(fingerprint));
      assert.ok(parsed?.kind === 'fingerprint');
      assert.deepEqual(parsed.fingerprint, fingerprint);
      assert.equal(computeActionKey(parsed.fingerprint), computeActionKey(fingerprint));
    }
  });

  it('says which version another format has', () => {
    assert.deepEqual(parse('{"formatVersion":3,"anything":[]}'), { kind: 'unknown-version', version: 3 });
  });

  const digest = sha256('x');
  for (const [what, change] of [
    ['no version', { formatVersion: undefined }],
    ['a version that is no number', { formatVersion: '1' }],
    ['no task', { task: undefined }],
    ['commands of another type', { commands: 'tsc' }],
    ['a command of another type', { commands: [1] }],
    ['an id that is none', { inputs: { a: 'xyz' } }],
    ['an id in upper case', { inputs: { a: 'A'.repeat(40) } }],
    ['inputs that are a list', { inputs: [blob('1')] }],
    ['a variable in clear', { env: { A: 'clear' } }],
    ['an unknown mode', { envMode: 'free' }],
    ['outputs without exclusions', { outputs: { include: [] } }],
    ['a dependency without a key', { dependencies: { 'a#b': 'x' } }],
    ['a closure that is no digest', { externalClosure: `${digest}0` }],
    ['tools of another type', { tools: { a: 1 } }],
    ['no engines', { engines: null }],
  ] as const) {
    it(`refuses ${what}`, () => assert.equal(parseFingerprint({ ...FULL, ...change }), undefined));
  }

  it('refuses what is not a record', () => {
    for (const value of [undefined, null, 1, 'x', [], [FULL]]) assert.equal(parseFingerprint(value), undefined);
  });
});
