import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failuresOf, loadOk, namesOf, packageOf, warningsOf } from './support/load.js';
import { makeTree, pkg, writeTree, type Tree, type TreeEntry } from './support/tree.js';

const MANAGERS = ['npm@10.0.0', 'yarn@1.22.19', 'yarn@4.5.0', 'pnpm@9.0.0', 'pnpm@8.0.0', 'bun@1.2.0'];

function rootOf(manager: string, globs: unknown, more: Readonly<Record<string, unknown>> = {}): Tree {
  const root = { name: 'root', version: '1.0.0', packageManager: manager, ...more };
  if (!manager.startsWith('pnpm')) return { 'package.json': { ...root, workspaces: globs } };
  return { 'package.json': root, 'pnpm-workspace.yaml': JSON.stringify({ packages: globs }) };
}

const FILES: Tree = {
  'packages/a/package.json': pkg('a'),
  'packages/b/package.json': pkg('b'),
  'packages/.h/package.json': pkg('hidden'),
  'packages/nest/c/package.json': pkg('c'),
  'packages/a/e/package.json': pkg('e'),
  'packages/node_modules/d/package.json': pkg('d'),
  'packages/empty/README.md': '',
  'packages/file.txt': '',
  'other/f/package.json': pkg('f'),
  'packages/ln': { link: '../other/f' },
  'packages/broken': { link: '../nowhere' },
};

/** [globs, names], all probed with turbo 2.11.11 and the same for every manager. */
const GLOBS: readonly (readonly [readonly string[], string])[] = [
  [['packages/*'], 'a b f hidden'],
  [['packages/**'], 'a b c e f hidden'],
  [['./packages/*'], 'a b f hidden'],
  [['/packages/*'], 'a b f hidden'],
  [['packages/*/'], 'a b f hidden'],
  [['packages/{a,b}'], 'a b'],
  [['packages/{a,nest/c}'], 'a c'],
  [['{packages,nope}/*'], 'a b f hidden'],
  [['packages/[ab]'], 'a b'],
  [['packages/?'], 'a b'],
  [['packages/a'], 'a'],
  [['packages/.*'], 'hidden'],
  [['packages/**/c'], 'c'],
  [['packages/*/*'], 'c e'],
  [['packages'], ''],
  [['packages/a/package.json'], ''],
  [['packages/node_modules/*'], ''],
  [['nope/*'], ''],
  [['packages/*', '!packages/b'], 'a f hidden'],
  [['!packages/b', 'packages/*'], 'a f hidden'],
  [['packages/*', '!**/b'], 'a f hidden'],
  [['packages/*', '!b'], 'a b f hidden'],
  [['packages/*', '!packages'], ''],
  [['packages/**', '!packages/a'], 'b c f hidden'],
  [['packages/**', '!**/nest/**'], 'a b e f hidden'],
  [['packages/*', '!packages/b', 'packages/b'], 'a b f hidden'],
  [['packages/*', '!packages/b', 'packages/*'], 'a f hidden'],
  [['packages/*', '!packages/*', 'packages/a'], 'a'],
  [['!**'], ''],
  [['.', 'packages/a'], 'a root'],
];

describe('workspace globs', () => {
  for (const [globs, expected] of GLOBS) {
    it(globs.join(' '), async () => {
      for (const manager of MANAGERS) {
        const workspace = await loadOk({ ...rootOf(manager, globs), ...FILES });
        assert.equal(namesOf(workspace).join(' '), expected, manager);
        assert.equal(workspace.kind, 'monorepo');
      }
    });
  }

  it('takes { packages } too, but not from package.json with pnpm', async () => {
    const object = { packages: ['packages/a'], nohoist: ['x'] };
    assert.deepEqual(namesOf(await loadOk({ ...rootOf('yarn@1.22.0', object), ...FILES })), ['a']);
    const pnpm = { ...rootOf('pnpm@9.0.0', ['packages/b'], { workspaces: ['packages/a'] }), ...FILES };
    assert.deepEqual(namesOf(await loadOk(pnpm)), ['b']);
  });

  it('refuses a glob with more alternatives than anyone writes, and takes one with many as it is', async () => {
    const failures = await failuresOf({ ...rootOf('npm@10.0.0', ['{a,b}'.repeat(40), 'packages/a']), ...FILES });
    assert.deepEqual(
      failures.map(({ code }) => code),
      ['workspace/costly-glob'],
    );
    const many = rootOf('npm@10.0.0', ['{a,b,c,d}'.repeat(6), 'packages/a']);
    assert.deepEqual(namesOf(await loadOk({ ...many, ...FILES })), ['a']);
  });

  it('refuses a glob that leads out', async () => {
    const failures = await failuresOf({ ...rootOf('npm@10.0.0', ['../*']), ...FILES });
    const at = { file: 'package.json', line: 1, column: 79 };
    assert.deepEqual(failures, [{ code: 'workspace/glob-outside-root', at, glob: '../*' }]);
  });

  it('follows links inside the workspace, and refuses those that lead out', async () => {
    const inside: Tree = { ...rootOf('npm@10.0.0', ['link/*']), ...FILES, link: { link: 'packages' } };
    assert.deepEqual(namesOf(await loadOk(inside)), ['a', 'b', 'f', 'hidden']);
    const elsewhere = makeTree({ 'package.json': pkg('elsewhere'), 'below/package.json': pkg('below') });
    for (const glob of ['packages/*', 'packages/out', 'packages/out/*', 'packages/**']) {
      const tree: Tree = { ...rootOf('npm@10.0.0', [glob]), 'packages/out': { link: elsewhere } };
      const failures = await failuresOf(tree);
      assert.ok(failures.length > 0 && failures.every(({ code }) => code === 'workspace/package-outside-root'), glob);
    }
  });

  it('never enters .git or .tr, and ends with links in circles', async () => {
    const circle: Tree = { 'p/a/up': { link: '..' }, 'p/a/self': { link: '.' }, 'p/b': { link: 'a' } };
    const hidden: Tree = { '.git/x/package.json': pkg('g'), '.tr/x/package.json': pkg('t') };
    const tree = { ...rootOf('npm@10.0.0', ['**']), 'p/a/package.json': '{}', ...circle, ...hidden };
    assert.deepEqual(namesOf(await loadOk(tree)), ['root']);
  });

  it('reports one package found by two ways as a duplicate', async () => {
    const failures = await failuresOf({ ...rootOf('npm@10.0.0', ['packages/*', 'other/*']), ...FILES });
    const expected = { code: 'workspace/duplicate-package', name: 'f', directories: ['other/f', 'packages/ln'] };
    assert.deepEqual(failures, [expected]);
  });
});

/** [what, tree] without any workspace: one package, the root. */
const SINGLE: readonly (readonly [string, Tree])[] = [
  ['no workspaces', { 'package.json': { name: 'r', packageManager: 'npm@10.0.0' } }],
  ['an empty list', rootOf('npm@10.0.0', [])],
  ['pnpm without its file', { 'package.json': { packageManager: 'pnpm@9.0.0', workspaces: ['packages/*'] } }],
  ['pnpm with an empty file', { 'package.json': { packageManager: 'pnpm@9.0.0' }, 'pnpm-workspace.yaml': '' }],
  ['pnpm with comments', { 'package.json': { packageManager: 'pnpm@9.0.0' }, 'pnpm-workspace.yaml': '# x\n' }],
  ['pnpm with settings only', { 'package.json': { packageManager: 'pnpm@9.0.0' }, 'pnpm-workspace.yaml': 'a: b\n' }],
  ['pnpm with no packages', rootOf('pnpm@9.0.0', [])],
];

describe('single-package repositories', () => {
  for (const [what, tree] of SINGLE) {
    it(what, async () => {
      const workspace = await loadOk({ ...FILES, ...tree });
      assert.deepEqual([workspace.kind, [...workspace.packages.keys()]], ['single', ['//']]);
    });
  }

  it('says that a `workspaces` of the wrong shape is not used', async () => {
    const expected = [{ code: 'workspace/invalid-workspaces', file: 'package.json' }];
    assert.deepEqual(await warningsOf({ ...rootOf('npm@10.0.0', 'packages/*'), ...FILES }), expected);
  });

  it('needs no package.json at all', async () => {
    const workspace = await loadOk({ 'manage.py': '' });
    const root = packageOf(workspace, '//');
    assert.deepEqual([workspace.kind, workspace.packageManager, workspace.lockfile], ['single', undefined, undefined]);
    assert.deepEqual([root.hasManifest, root.directory, root.scripts], [false, '', {}]);
  });
});

/** [package.json of a package, line, column, part of the detail]; what is refused is what turbo refuses. */
const DEEP = '['.repeat(50_000) + ']'.repeat(50_000);

const BROKEN: readonly (readonly [TreeEntry, number, number, RegExp])[] = [
  ['', 1, 1, /empty/],
  ['{"name": "a", }', 1, 15, /not JSON/],
  ['{\n  "name": "a" /* x */\n}', 2, 15, /not JSON/],
  ['{"name":"a"} x', 1, 14, /not JSON/],
  ['[]', 1, 1, /object/],
  ['{"name":5}', 1, 9, /"name"/],
  ['{"name":null}', 1, 9, /"name"/],
  ['{"name":""}', 1, 9, /empty/],
  ['{"name":"//"}', 1, 9, /root/],
  ['{"name":"a","version":5}', 1, 23, /"version"/],
  ['{"name":"a","scripts":"x"}', 1, 23, /"scripts"/],
  ['{"name":"a","scripts":{"build":5}}', 1, 32, /"build"/],
  ['{"name":"a","dependencies":[]}', 1, 28, /"dependencies"/],
  ['{"name":"a","dependencies":null}', 1, 28, /"dependencies"/],
  ['{"name":"a","devDependencies":{\n"x": 5}}', 2, 6, /"x"/],
  ['{"name":"a","optionalDependencies":"x"}', 1, 36, /"optionalDependencies"/],
  // Where it is, is not worth a stack that has no end.
  [`{"name":5,"x":${DEEP}}`, 1, 1, /"name"/],
  [`{"x":${DEEP}`, 1, 1, /not JSON/],
];

describe('package.json', () => {
  for (const [text, line, column, detail] of BROKEN) {
    it(`is refused: ${JSON.stringify(text).slice(0, 60)}`, async () => {
      const [failure] = await failuresOf({ ...rootOf('npm@10.0.0', ['p/*']), 'p/a/package.json': text });
      assert.equal(failure?.code, 'workspace/invalid-manifest');
      assert.deepEqual(failure.at, { file: 'p/a/package.json', line, column });
      assert.match(failure.detail, detail);
    });
  }

  it('is refused at the root too, and all of them are reported', async () => {
    assert.equal((await failuresOf({ 'package.json': '{' })).length, 1);
    const two: Tree = { 'p/a/package.json': '{', 'p/b/package.json': '[]', 'p/c/package.json': pkg('c') };
    assert.equal((await failuresOf({ ...rootOf('npm@10.0.0', ['p/*']), ...two })).length, 2);
  });

  it('may have a byte order mark, odd engines, a name with any character; the last of two keys counts', async () => {
    const tree: Tree = {
      'p/a/package.json': '\ufeff{"name":"a b","engines":5}',
      'p/b/package.json': '{"name":"x","name":"b#c","engines":{"node":">=20"}}',
    };
    const workspace = await loadOk({ ...rootOf('npm@10.0.0', ['p/*']), ...tree });
    assert.deepEqual(namesOf(workspace), ['a b', 'b#c']);
    assert.equal(packageOf(workspace, 'a b').engines, undefined);
    assert.deepEqual(packageOf(workspace, 'b#c').engines, { node: '>=20' });
  });

  it('without a name is left out silently', async () => {
    const tree = {
      ...rootOf('npm@10.0.0', ['p/*']),
      'p/a/package.json': pkg('a'),
      'p/n/package.json': { scripts: {} },
    };
    assert.deepEqual(namesOf(await loadOk(tree)), ['a']);
    assert.deepEqual(await warningsOf(tree), []);
  });

  it('is not there when it is a link that leads nowhere, or in circles', async () => {
    const tree = {
      ...rootOf('npm@10.0.0', ['p/*']),
      'p/a/package.json': pkg('a'),
      'p/nowhere/package.json': { link: 'gone' },
      'p/circle/package.json': { link: 'package.json' },
    };
    assert.deepEqual(namesOf(await loadOk(tree)), ['a']);
  });

  it('may repeat the name of the root, which goes by //', async () => {
    const workspace = await loadOk({ ...rootOf('npm@10.0.0', ['p/*']), 'p/a/package.json': pkg('root') });
    assert.deepEqual([...workspace.packages.keys()], ['//', 'root']);
  });

  it('gives scripts and dependencies as written', async () => {
    const app = { scripts: { build: 'x', blank: '  ' }, dependencies: { z: '1' }, devDependencies: { b: '2', z: '3' } };
    const workspace = await loadOk({ ...rootOf('npm@10.0.0', ['p/*']), 'p/app/package.json': pkg('app', app) });
    const { scripts, externalDependencies, directory } = packageOf(workspace, 'app');
    assert.deepEqual([scripts, directory], [app.scripts, 'p/app']);
    assert.deepEqual(externalDependencies, { b: '2', z: '1' });
  });
});

describe('config-only packages', () => {
  const names: Readonly<Record<string, string>> = { 'services/api': 'api-service', 'services/js': 'renamed' };
  const options = { configPackages: ['services/*'], packageConfigName: (directory: string) => names[directory] };
  const services: Tree = {
    'services/api/manage.py': '',
    'services/worker/main.go': '',
    'services/js/package.json': pkg('js', { dependencies: { a: '*' }, scripts: { build: 'x' } }),
    'services/named/package.json': pkg('from-manifest'),
    'services/nameless/package.json': {},
    'services/.hidden/x': '',
    'services/node_modules/x': '',
    'services/README.md': '',
  };

  it('are named by configuration, package.json or directory, with and without package.json', async () => {
    const workspace = await loadOk(services, options);
    assert.deepEqual(namesOf(workspace), ['api-service', 'from-manifest', 'nameless', 'renamed', 'worker']);
    assert.equal(workspace.kind, 'monorepo');
    const api = packageOf(workspace, 'api-service');
    assert.deepEqual([api.hasManifest, api.directory], [false, 'services/api']);
  });

  it('live beside npm packages and may depend on them', async () => {
    const workspace = await loadOk({ ...rootOf('npm@10.0.0', ['packages/a']), ...FILES, ...services }, options);
    assert.deepEqual(packageOf(workspace, 'renamed').internalDependencies, ['a']);
    assert.equal(packageOf(workspace, 'a').directory, 'packages/a');
  });

  it('found by npm globs as well are one package', async () => {
    const workspace = await loadOk({ ...rootOf('npm@10.0.0', ['services/*']), ...services }, options);
    assert.deepEqual(namesOf(workspace), ['api-service', 'from-manifest', 'nameless', 'renamed', 'worker']);
  });

  it('below ** are only directories that say they are packages', async () => {
    const tree: Tree = { 's/a/b/turbo-like.config.json': '{}', 's/c/package.json': '{}', 's/d/src/x': '' };
    const workspace = await loadOk(tree, { ...options, configPackages: ['s/**'] });
    assert.deepEqual(namesOf(workspace), ['b', 'c']);
  });

  it('of one name are an error', async () => {
    const tree: Tree = { 's/api/x': '', 't/api/x': '' };
    const failures = await failuresOf(tree, { ...options, configPackages: ['s/*', 't/*'] });
    const expected = { code: 'workspace/duplicate-package', name: 'api', directories: ['s/api', 't/api'] };
    assert.deepEqual(failures, [expected]);
  });
});

describe('package cycles', () => {
  it('are warnings: groups, and a package that depends on itself', async () => {
    const on = (...names: string[]) => ({ dependencies: Object.fromEntries(names.map((name) => [name, '*'])) });
    const tree: Tree = {
      'p/a/package.json': pkg('a', on('b')),
      'p/b/package.json': pkg('b', on('c')),
      'p/c/package.json': pkg('c', on('a', 'leaf')),
      'p/self/package.json': pkg('self', on('self')),
      'p/leaf/package.json': pkg('leaf'),
      'p/top/package.json': pkg('top', on('a', 'self')),
    };
    assert.deepEqual(await warningsOf({ ...rootOf('npm@10.0.0', ['p/*']), ...tree }), [
      { code: 'workspace/package-cycle', packages: ['a', 'b', 'c'] },
      { code: 'workspace/package-cycle', packages: ['self'] },
    ]);
  });
});

describe('loading twice', () => {
  it('sees a package that was added', async () => {
    const root = makeTree({ ...rootOf('npm@10.0.0', ['packages/*']), ...FILES });
    await loadOk(root);
    writeTree(root, { 'packages/new/package.json': pkg('new') });
    assert.ok(namesOf(await loadOk(root)).includes('new'));
  });
});

describe('globs that match nothing', () => {
  const treeOf = (globs: readonly string[]): Tree => ({
    ...rootOf('npm@10.0.0', globs),
    'packages/a/package.json': pkg('a'),
    'services/api/main.py': '',
  });

  it('of the package manager are nothing to speak of, as long as there is a package', async () => {
    assert.deepEqual(await warningsOf(treeOf(['packages/*', 'nope/*'])), []);
    assert.deepEqual(await warningsOf(treeOf(['nope/*'])), [{ code: 'workspace/no-packages', globs: ['nope/*'] }]);
  });

  it('of our own are told one by one', async () => {
    const configPackages = ['services/*', 'servces/*', '!services/old', 'tools'];
    assert.deepEqual(
      await warningsOf(treeOf(['packages/*']), { configPackages }),
      ['servces/*', 'tools'].map((glob) => ({ code: 'workspace/empty-glob', glob })),
    );
  });
});
