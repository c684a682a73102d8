import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { PackageManager } from '@tr/model';
import { parseNpmrc } from '../src/npmrc.js';
import type { UserSettings } from '../src/index.js';
import { failuresOf, loadOk, warningsOf } from './support/load.js';
import { makeTree, type Tree } from './support/tree.js';

type Fields = Readonly<Record<string, unknown>>;

async function managerOf(tree: Tree, user: UserSettings = {}): Promise<PackageManager> {
  const { packageManager } = await loadOk(tree, { user });
  assert.ok(packageManager);
  return packageManager;
}

/** [what, package.json, other files, name, version] */
const DETECTED: readonly (readonly [string, Fields, Tree, string, string | undefined])[] = [
  ['npm', { packageManager: 'npm@10.8.2' }, {}, 'npm', '10.8.2'],
  ['yarn 1', { packageManager: 'yarn@1.22.19' }, {}, 'yarn', '1.22.19'],
  ['berry', { packageManager: 'yarn@4.5.0' }, {}, 'berry', '4.5.0'],
  ['yarn 2', { packageManager: 'yarn@2.0.0-rc.1' }, {}, 'berry', '2.0.0-rc.1'],
  ['a digest', { packageManager: 'pnpm@8.15.9+sha512.abc' }, {}, 'pnpm', '8.15.9'],
  ['an address', { packageManager: 'npm@https://example.org/npm.tgz' }, {}, 'npm', undefined],
  ['bun', { packageManager: 'bun@1.2.0' }, {}, 'bun', '1.2.0'],
  ['devEngines', { devEngines: { packageManager: { name: 'pnpm', version: '^9' } } }, {}, 'pnpm', '^9'],
  ['devEngines list', { devEngines: { packageManager: [{ name: 'bun' }] } }, {}, 'bun', undefined],
  ['devEngines yarn', { devEngines: { packageManager: { name: 'yarn', version: '>=3' } } }, {}, 'berry', '>=3'],
  [
    'packageManager wins',
    { packageManager: 'pnpm@9.0.0', devEngines: { packageManager: { name: 'npm', version: '^10' } } },
    {},
    'pnpm',
    '9.0.0',
  ],
  ['package-lock.json', {}, { 'package-lock.json': '{}' }, 'npm', undefined],
  ['npm-shrinkwrap.json', {}, { 'npm-shrinkwrap.json': '{}' }, 'npm', undefined],
  ['yarn.lock', {}, { 'yarn.lock': '' }, 'yarn', undefined],
  ['yarn.lock of berry', {}, { 'yarn.lock': '', '.yarnrc.yml': '' }, 'berry', undefined],
  ['pnpm-lock.yaml', {}, { 'pnpm-lock.yaml': '' }, 'pnpm', undefined],
  ['pnpm-workspace.yaml', {}, { 'pnpm-workspace.yaml': '' }, 'pnpm', undefined],
  ['bun.lock', {}, { 'bun.lock': '' }, 'bun', undefined],
  ['bun.lockb', {}, { 'bun.lockb': '' }, 'bun', undefined],
  ['nothing', {}, {}, 'npm', undefined],
];

describe('package manager', () => {
  for (const [what, fields, files, name, version] of DETECTED) {
    it(`is detected from ${what}`, async () => {
      const manager = await managerOf({ 'package.json': fields, ...files });
      assert.deepEqual([manager.name, manager.version], [name, version]);
    });
  }

  for (const value of ['npm', 'npm@^10', 'yarn@berry', 'pnpm@9']) {
    it(`"${value}" is an error, unless guessing is allowed`, async () => {
      const tree: Tree = { 'package.json': `{\n  "packageManager": "${value}"\n}` };
      const at = { file: 'package.json', line: 2, column: 21 };
      assert.deepEqual(await failuresOf(tree), [{ code: 'workspace/invalid-package-manager', at, value }]);
      assert.ok(await loadOk(tree, { dangerouslyDisablePackageManagerCheck: true }));
    });
  }

  it('row 25: one we do not know is no hard stop', async () => {
    const tree: Tree = { 'package.json': { packageManager: 'nub@1.0.0' }, 'pnpm-lock.yaml': '' };
    const expected = [{ code: 'workspace/unknown-package-manager', value: 'nub@1.0.0', used: 'pnpm' }];
    assert.deepEqual(await warningsOf(tree), expected);
  });

  it('row 25: an absent one is no hard stop; the guess is noted where it matters', async () => {
    const monorepo = { workspaces: ['p/*'] };
    const member = { 'p/a/package.json': { name: 'a' } };
    const guessed = { code: 'workspace/guessed-package-manager', used: 'yarn', lockfile: 'yarn.lock' };
    assert.deepEqual(await warningsOf({ 'package.json': monorepo, ...member, 'yarn.lock': '' }), [guessed]);
    const blind = { code: 'workspace/guessed-package-manager', used: 'npm', lockfile: undefined };
    assert.deepEqual(await warningsOf({ 'package.json': monorepo, ...member }), [blind]);
    const both = { 'package-lock.json': '', 'yarn.lock': '' };
    assert.deepEqual(await warningsOf({ 'package.json': monorepo, ...member, ...both }), [guessed]);
    for (const plain of ['package-lock.json', 'npm-shrinkwrap.json', 'bun.lock'])
      assert.deepEqual(await warningsOf({ 'package.json': monorepo, ...member, [plain]: '' }), []);
    assert.deepEqual(await warningsOf({ 'package.json': {}, 'yarn.lock': '' }), []);
    const allowed = { dangerouslyDisablePackageManagerCheck: true };
    assert.deepEqual(await warningsOf({ 'package.json': monorepo, ...member, 'yarn.lock': '' }, allowed), []);
  });

  const lockfiles: readonly (readonly [string, Tree, unknown])[] = [
    ['npm@10.0.0', { 'package-lock.json': '' }, { kind: 'npm', path: 'package-lock.json' }],
    ['yarn@1.22.0', { 'yarn.lock': '' }, { kind: 'yarn', path: 'yarn.lock' }],
    ['yarn@4.0.0', { 'yarn.lock': '' }, { kind: 'berry', path: 'yarn.lock' }],
    ['pnpm@9.0.0', { 'pnpm-lock.yaml': '', 'yarn.lock': '' }, { kind: 'pnpm', path: 'pnpm-lock.yaml' }],
    ['bun@1.2.0', { 'bun.lock': '', 'bun.lockb': '' }, { kind: 'bun', path: 'bun.lock' }],
    ['npm@10.0.0', { 'yarn.lock': '' }, undefined],
  ];
  for (const [packageManager, files, expected] of lockfiles) {
    it(`${packageManager} has its lockfile among ${Object.keys(files).join()}`, async () => {
      const workspace = await loadOk({ 'package.json': { packageManager }, ...files });
      assert.deepEqual(workspace.lockfile, expected);
    });
  }

  it('reports a broken pnpm-workspace.yaml with its position', async () => {
    const tree: Tree = { 'package.json': { packageManager: 'pnpm@9.0.0' }, 'pnpm-workspace.yaml': 'a: 1\nb: c: d\n' };
    const [failure] = await failuresOf(tree);
    assert.equal(failure?.code, 'workspace/invalid-yaml');
    assert.deepEqual(failure.at, { file: 'pnpm-workspace.yaml', line: 2, column: 5 });
  });
});

/** [packageManager, other files, are pre and post scripts run]; pnpm 7 to 10 tried with the real ones. */
const PRE_POST: readonly (readonly [string | undefined, Tree, boolean])[] = [
  ['npm@10.0.0', {}, true],
  ['yarn@1.22.0', {}, true],
  ['yarn@4.0.0', {}, false],
  ['bun@1.2.0', {}, true],
  ['pnpm@7.33.0', {}, false],
  ['pnpm@8.15.0', {}, false],
  ['pnpm@9.0.0', {}, true],
  ['pnpm@10.0.0', {}, true],
  ['pnpm@8.0.0', { '.npmrc': 'enable-pre-post-scripts=true' }, true],
  ['pnpm@9.0.0', { '.npmrc': 'enable-pre-post-scripts=false' }, false],
  ['pnpm@10.0.0', { 'pnpm-workspace.yaml': 'enablePrePostScripts: false' }, false],
  ['pnpm@8.0.0', { 'pnpm-workspace.yaml': 'enablePrePostScripts: true' }, false],
  [undefined, { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" }, true],
  [undefined, { 'pnpm-lock.yaml': "lockfileVersion: '6.0'\n" }, false],
  [undefined, { 'pnpm-lock.yaml': 'lockfileVersion: 5.4\n' }, false],
];

describe('pre and post scripts', () => {
  for (const [packageManager, files, expected] of PRE_POST) {
    it(`${packageManager ?? 'unnamed'} ${JSON.stringify(files)}`, async () => {
      const manager = await managerOf({ 'package.json': { packageManager }, ...files });
      assert.equal(manager.runsPrePost, expected);
    });
  }
});

describe('script shell', () => {
  /** [packageManager, files, user settings, shell] */
  const cases: readonly (readonly [string, Tree, boolean, string | undefined])[] = [
    ['npm@10.0.0', {}, false, undefined],
    ['npm@10.0.0', { '.npmrc': 'script-shell = "/bin/bash"' }, false, '/bin/bash'],
    ['npm@10.0.0', { '.npmrc': 'script-shell=/bin/own' }, true, '/bin/own'],
    ['npm@10.0.0', {}, true, '/bin/user'],
    ['yarn@1.22.0', { '.npmrc': 'script-shell=/bin/bash' }, false, '/bin/bash'],
    ['yarn@4.0.0', { '.npmrc': 'script-shell=/bin/bash' }, true, undefined],
    ['bun@1.2.0', { '.npmrc': 'script-shell=/bin/bash' }, true, undefined],
    ['pnpm@10.0.0', { '.npmrc': 'script-shell=/bin/rc' }, true, '/bin/rc'],
    ['pnpm@10.0.0', { '.npmrc': 'script-shell=/bin/rc', 'pnpm-workspace.yaml': 'scriptShell: /bin/y' }, true, '/bin/y'],
    ['pnpm@8.0.0', { '.npmrc': 'script-shell=/bin/rc', 'pnpm-workspace.yaml': 'scriptShell: /bin/y' }, true, '/bin/rc'],
  ];
  for (const [packageManager, files, hasUser, expected] of cases) {
    it(`${packageManager} ${JSON.stringify(files)} ${hasUser ? 'and the user' : ''}`, async () => {
      const settings = hasUser
        ? { userNpmrc: join(makeTree({ '.npmrc': 'script-shell=/bin/user' }), '.npmrc') }
        : { userNpmrc: '/nonexistent/.npmrc' };
      const manager = await managerOf({ 'package.json': { packageManager }, ...files }, settings);
      assert.equal(manager.scriptShell, expected);
    });
  }

  it('of the environment wins', async () => {
    const tree: Tree = { 'package.json': { packageManager: 'npm@10.0.0' }, '.npmrc': 'script-shell=/bin/rc' };
    assert.equal((await managerOf(tree, { scriptShell: '/bin/env' })).scriptShell, '/bin/env');
  });
});

describe('parseNpmrc', () => {
  /** [text, settings] */
  const cases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['a=b', { a: 'b' }],
    [' a = b c \r\n; x\n# y\n\n', { a: 'b c' }],
    ['a="b ; c"', { a: 'b ; c' }],
    ["a='b'", { a: 'b' }],
    ['a=b ; comment', { a: 'b' }],
    ['bare', { bare: 'true' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=1\na=2', { a: '2' }],
    ['a=1\n[section]\na=2', { a: '1' }],
    ['a=', { a: '' }],
  ];
  for (const [text, expected] of cases) {
    it(JSON.stringify(text), () => assert.deepEqual(Object.fromEntries(parseNpmrc(text)), expected));
  }
});
