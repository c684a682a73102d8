import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gitBlobId } from '@tr/hash';
import type { FileIndex } from '../src/index.js';
import { TestRepository, toSpec } from './rig/repository.js';
import { DEFAULT, outside, OWN, SRC, without, workspace } from './rig/sample-workspace.js';

describe('inputs of a package', () => {
  const repository = workspace();
  for (const [inputs, expected] of [
    // The default set: tracked and untracked, neither ignored nor deleted.
    [[], DEFAULT],
    [['$TURBO_DEFAULT$'], DEFAULT],
    // Explicit inputs: .gitignore does not count, dot files match, package.json and turbo.json are always there.
    [['src/**'], [...OWN, ...SRC]],
    [['src'], [...OWN, ...SRC]],
    [['src/'], [...OWN, ...SRC]],
    [['./src/**'], [...OWN, ...SRC]],
    [['src/../app/**'], [...OWN, 'app/(g)/page.tsx']],
    [['src/*'], [...OWN, ...outside(SRC, 'src/sub')]],
    [['*'], [...OWN, '.env', '.gitignore', 'linkfile']],
    [['dist/**'], [...OWN, 'dist/new.js', 'dist/o.js']],
    [['node_modules/**'], [...OWN, 'node_modules/x/i.js']],
    [['.env'], [...OWN, '.env']],
    [['nothing/**', 'nor.this'], OWN],
    [['s*'], OWN],
    [['s*/'], OWN],
    [['{src,app}/**'], [...OWN, 'app/(g)/page.tsx', ...SRC]],
    [['src/{a,b}.ts'], [...OWN, 'src/a.ts', 'src/b.ts']],
    [['src/?.ts'], [...OWN, 'src/a.ts', 'src/b.ts']],
    [['src/[bc].ts'], [...OWN, 'src/b.ts']],
    [['src/[!b].ts'], [...OWN, 'src/a.ts']],
    [['src/\\[x\\].ts'], [...OWN, 'src/[x].ts']],
    [['src/**/c.ts'], [...OWN, 'src/sub/c.ts']],
    [['app/(g)/**'], [...OWN, 'app/(g)/page.tsx']],
    [
      ['../../root.txt', '../../tools/**'],
      ['../../root.txt', '../../tools/t.sh', ...OWN],
    ],
    [['../../**/*.sh'], ['../../tools/t.sh', ...OWN]],
    [['../*/src/a.ts'], [...OWN, 'src/a.ts']],
    [['../../packages/lib/src'], ['../../packages/lib/src/k.log', '../../packages/lib/src/l.ts', ...OWN]],
    // Exclusions: global, in any order; only a pattern that names one file beats them.
    [
      ['src/**', '!src/b.ts'],
      [...OWN, ...without(SRC, 'src/b.ts')],
    ],
    [
      ['!src/b.ts', 'src/**'],
      [...OWN, ...without(SRC, 'src/b.ts')],
    ],
    [
      ['src/**', '!./src/b.ts'],
      [...OWN, ...without(SRC, 'src/b.ts')],
    ],
    [
      ['src/**', '!**/*.ts'],
      [...OWN, 'src/sub/.hidden'],
    ],
    [
      ['src/**', '!src/sub'],
      [...OWN, ...outside(SRC, 'src/sub')],
    ],
    [
      ['src/**', '!src/sub/'],
      [...OWN, ...outside(SRC, 'src/sub')],
    ],
    [
      ['src/**', '!../../apps/web/src/sub/**'],
      [...OWN, ...outside(SRC, 'src/sub')],
    ],
    [['src', '!src/**'], OWN],
    [['!src/**'], OWN],
    [
      ['src/**', '!package.json', '!turbo.json'],
      [...OWN, ...SRC],
    ],
    [
      ['src/b.ts', '!src/**'],
      [...OWN, 'src/b.ts'],
    ],
    [
      ['.env', '!.env'],
      [...OWN, '.env'],
    ],
    [['.en*', '!.env'], OWN],
    // Links.
    [['linkfile'], [...OWN, 'linkfile']],
    [['broken'], OWN],
    [['linkdir'], [...OWN, 'linkdir/k.log', 'linkdir/l.ts']],
    [['linkdir/**'], [...OWN, 'linkdir/k.log', 'linkdir/l.ts']],
    [['**/*.log'], [...OWN, 'gen/other.log', 'gen/tracked.log', 'linkdir/k.log']],
    [['linkdir', '!linkdir'], OWN],
    // The default set and others.
    [
      ['$TURBO_DEFAULT$', '.env'],
      ['.env', ...DEFAULT],
    ],
    [
      ['$TURBO_DEFAULT$', 'dist/**'],
      [...DEFAULT, 'dist/new.js'],
    ],
    [['$TURBO_DEFAULT$', '!package.json'], without(DEFAULT, 'package.json')],
    [['$TURBO_DEFAULT$', '!turbo.json'], without(DEFAULT, 'turbo.json')],
    [['$TURBO_DEFAULT$', '!src/**'], outside(DEFAULT, 'src')],
    [['$TURBO_DEFAULT$', '!src'], DEFAULT],
    [['$TURBO_DEFAULT$', '!src/'], DEFAULT],
    [['$TURBO_DEFAULT$', '!**/sub'], DEFAULT],
    [['$TURBO_DEFAULT$', '!../../apps/web/src/b.ts'], without(DEFAULT, 'src/b.ts')],
    [['$TURBO_DEFAULT$', '.env', '!.env'], DEFAULT],
    [['$TURBO_DEFAULT$', '!linkdir'], without(outside(DEFAULT, 'linkdir'), 'linkdir')],
    [['$TURBO_DEFAULT$', '!linkdir/**'], without(outside(DEFAULT, 'linkdir'), 'linkdir')],
    [['$TURBO_DEFAULT$', '!linkdir/k.log'], without(DEFAULT, 'linkdir/k.log')],
  ] as const) {
    it(JSON.stringify(inputs), async () => {
      const ids = await repository.inputs(inputs, 'apps/web');
      assert.deepEqual(Object.keys(ids), [...expected].sort());
    });
  }

  it('have the ids of what is in the files, links those of their targets', async () => {
    const ids = await repository.inputs([], 'apps/web');
    for (const [path, id] of Object.entries(ids)) {
      const real = path === 'linkfile' ? 'src/a.ts' : path.replace(/^linkdir\//, '../../packages/lib/src/');
      const expected = path === 'linkdir' ? gitBlobId(Buffer.from('../../packages/lib/src')) : undefined;
      assert.equal(id, expected ?? repository.git('hash-object', '--', `apps/web/${real}`).trim(), path);
    }
  });

  it('of the root are every file of the repository', async () => {
    const [root, web] = [await repository.inputs(), await repository.inputs([], 'apps/web')];
    for (const [path, id] of Object.entries(web)) assert.equal(root[`apps/web/${path}`], id, path);
    for (const path of ['.gitignore', 'package.json', 'root.txt', 'tools/t.sh', 'packages/lib/src/l.ts']) {
      assert.ok(path in root, path);
    }
    assert.equal('packages/lib/src/k.log' in root, false);
  });
});

describe('links', () => {
  const names = (ids: Record<string, string>): readonly string[] =>
    Object.keys(ids).filter((name) => name.startsWith('p/'));

  it('back into the walk are listed as links, and the walk ends', async () => {
    const repository = TestRepository.withGit();
    repository.write({ 'p/a': '1', 'p/d/b': '2' });
    symlinkSync('.', repository.path('p/self'));
    symlinkSync('..', repository.path('p/d/up'));
    symlinkSync('loop2', repository.path('p/loop1'));
    symlinkSync('loop1', repository.path('p/loop2'));
    const explicit = await repository.inputs(['p/**']);
    assert.deepEqual(names(explicit), ['p/a', 'p/d/b', 'p/d/up', 'p/self']);
    assert.equal(explicit['p/self'], gitBlobId(Buffer.from('.')));
    const listed = names(await repository.inputs());
    assert.deepEqual(
      listed.filter((name) => !name.startsWith('p/d/up/') && !name.startsWith('p/self/')),
      ['p/a', 'p/d/b', 'p/d/up', 'p/self'],
    );
    assert.ok(listed.includes('p/d/up/d/up') && listed.includes('p/self/self'));
  });

  it('to one place are followed once by a glob: the first by name', async () => {
    const repository = TestRepository.withGit();
    repository.write({ 'lib/x': '1' });
    mkdirSync(repository.path('p/m'), { recursive: true });
    symlinkSync('../lib', repository.path('p/z'));
    symlinkSync('../../lib', repository.path('p/m/a'));
    symlinkSync('../lib', repository.path('p/b'));
    assert.deepEqual(names(await repository.inputs(['p/**'])), ['p/b/x', 'p/m/a', 'p/z']);
    assert.deepEqual(names(await repository.inputs()), ['p/b', 'p/b/x', 'p/m/a', 'p/m/a/x', 'p/z', 'p/z/x']);
  });

  it('change the id when they lead elsewhere, or when their target changes', async () => {
    const repository = TestRepository.withGit();
    repository.write({ one: '1', two: '2', 'd1/x': '1', 'd2/x': '1' });
    symlinkSync('one', repository.path('file'));
    symlinkSync('d1', repository.path('dir'));
    const before = await repository.inputs();
    repository.write({ one: 'other' });
    const target = await repository.inputs();
    assert.equal(target['file'], target['one']);
    assert.notEqual(target['file'], before['file']);
    rmSync(repository.path('dir'));
    symlinkSync('d2', repository.path('dir'));
    const moved = await repository.inputs();
    assert.equal(moved['dir/x'], before['dir/x']);
    assert.notEqual(moved['dir'], before['dir']);
  });

  it('into our own state lead nowhere', async () => {
    const repository = TestRepository.withGit();
    repository.write({ '.tr/cache/state': '1', a: '2' });
    symlinkSync('.tr', repository.path('link'));
    assert.deepEqual(
      Object.keys(await repository.inputs(['**'])).filter((name) => name.includes('state')),
      [],
    );
  });
});

describe('repositories in the repository', () => {
  it('a submodule is its files where it is checked out, and nothing where it is not', async () => {
    const inner = TestRepository.withGit();
    inner.write({ 's.txt': 's', '.gitignore': '*.skip\n' });
    inner.commit();
    const outer = TestRepository.withGit();
    outer.write({ a: '1' });
    outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.root, 'sub');
    outer.commit();
    outer.write({ 'sub/new.txt': 'n', 'sub/x.skip': 'x' });
    assert.deepEqual(Object.keys(await outer.inputs()), [
      '.gitmodules',
      'a',
      'sub/.gitignore',
      'sub/new.txt',
      'sub/s.txt',
    ]);
    outer.git('submodule', '--quiet', 'deinit', '-f', 'sub');
    assert.deepEqual(Object.keys(await outer.inputs()), ['.gitmodules', 'a']);
  });

  it('what a submodule tracks counts, whatever is ignored around it', async () => {
    const innermost = TestRepository.withGit();
    innermost.write({ 'dist/c.js': 'c', 'c.log': 'c' });
    innermost.commit();
    const inner = TestRepository.withGit();
    inner.write({ '.gitignore': '*.skip\n', 'dist/b.js': 'b', 'forced.skip': 'f', 'deep/lib/b.log': 'b' });
    inner.git('add', '-f', 'forced.skip');
    const add = ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add'];
    inner.git(...add, innermost.root, 'most');
    inner.commit();
    const outer = TestRepository.withGit();
    outer.write({ '.gitignore': 'dist\nlib/\n*.log\n', 'pkg/a': '1' });
    outer.git(...add, inner.root, 'pkg/sub');
    outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'update', '--init', '--recursive');
    outer.commit();
    outer.write({ 'pkg/sub/new.log': 'n', 'pkg/sub/x.skip': 'x', 'pkg/sub/excluded': 'x', 'pkg/y.log': 'y' });
    outer.write({ '.git/modules/pkg/sub/info/exclude': 'excluded\n' });
    const expected = [
      'a',
      'sub/.gitignore',
      'sub/.gitmodules',
      'sub/deep/lib/b.log',
      'sub/dist/b.js',
      'sub/forced.skip',
      'sub/most/c.log',
      'sub/most/dist/c.js',
      'sub/new.log',
    ];
    assert.deepEqual(Object.keys(await outer.inputs([], 'pkg')), expected);
    // A package below a directory that the outer repository would ignore.
    assert.deepEqual(Object.keys(await outer.inputs([], 'pkg/sub/dist')), ['b.js']);
    outer.git('update-index', '--split-index');
    outer.git('-C', 'pkg/sub', 'update-index', '--split-index');
    assert.deepEqual(Object.keys(await outer.inputs([], 'pkg')), expected);
    assert.equal(outer.gitCalls.length, 2);
  });

  it('a package in a repository of its own that is ignored around it has the inputs that this repository says', async () => {
    const outer = TestRepository.withGit();
    outer.write({ '.gitignore': 'clones/\ndist\n', 'pkg/a': '1', 'clones/plain/p': 'p' });
    const inner = new TestRepository(outer.path('clones/inner'), outer.home);
    inner.write({
      '.gitignore': '*.log\n',
      'one/b': 'b',
      'one/forced.log': 'f',
      'one/dist/d': 'd',
      'one/x.log': 'x',
      'two/c': 'c',
    });
    inner.git('init', '-q', '--object-format=sha256');
    inner.git('add', '-f', 'one/forced.log', 'one/b');
    outer.commit();
    const packageDirectories = ['', 'pkg', 'clones/inner/one', 'clones/inner/two', 'clones/plain'];
    const open = (): FileIndex => outer.open({ git: outer.location, packageDirectories });
    const one = await outer.inputs([], 'clones/inner/one', open());
    assert.deepEqual(one, {
      b: outer.hashObject('clones/inner/one/b')['clones/inner/one/b'],
      'dist/d': outer.hashObject('clones/inner/one/dist/d')['clones/inner/one/dist/d'],
      'forced.log': outer.hashObject('clones/inner/one/forced.log')['clones/inner/one/forced.log'],
    });
    assert.deepEqual(Object.keys(await outer.inputs([], 'clones/inner/two', open())), ['c']);
    assert.deepEqual(await outer.inputs([], 'clones/plain', open()), {});
    inner.write({ 'one/b': 'other' });
    assert.notEqual((await outer.inputs([], 'clones/inner/one', open()))['b'], one['b']);
  });

  it('an untracked one is walked like any directory; explicit globs enter its .git too', async () => {
    const repository = TestRepository.withGit();
    repository.write({ a: '1', 'inner/e.txt': 'e', 'inner/x.log': 'x', 'inner/.gitignore': '*.log\n' });
    repository.git('init', '-q', 'inner');
    assert.deepEqual(Object.keys(await repository.inputs()), ['a', 'inner/.gitignore', 'inner/e.txt']);
    assert.ok('inner/.git/HEAD' in (await repository.inputs(['inner/**'])));
  });
});

describe('what was seen before', () => {
  it('is trusted until it is said to be forgotten', async () => {
    const repository = TestRepository.withGit();
    repository.write({ 'src/a': '1', 'src/b': '2' });
    repository.commit();
    const index = repository.open({ git: repository.location });
    const before = await repository.inputs([], '', index);
    repository.write({ 'src/a': 'changed', 'src/c': '3', '.gitignore': 'd\n', d: '4' });
    renameSync(repository.path('src/b'), repository.path('src/b2'));
    assert.deepEqual(await repository.inputs([], '', index), before);
    index.forgetListings('src');
    const expected = repository.hashObject('.gitignore', 'src/a', 'src/b2', 'src/c');
    assert.deepEqual(await repository.inputs([], '', index), expected);
    assert.deepEqual(await repository.inputs(['src/*'], '', index), repository.hashObject('src/a', 'src/b2', 'src/c'));
  });
});

describe('global files', () => {
  it('match from the root whatever git ignores, without entering node_modules', async () => {
    const repository = workspace();
    const index = repository.open({ git: repository.location });
    const matching = async (
      include: readonly string[],
      exclude: readonly string[] = [],
    ): Promise<readonly string[]> => {
      const answer = await index.matching(include, exclude);
      return answer.ok ? Object.keys(answer.value) : [JSON.stringify(answer.failure)];
    };
    assert.deepEqual(await matching(['**/.env', 'root.txt', 'nothing']), ['apps/web/.env', 'root.txt']);
    assert.deepEqual(await matching(['tools', '*.json'], ['tools/t.sh']), ['package.json']);
    assert.deepEqual(await matching(['**/i.js']), []);
    assert.deepEqual(await matching(['apps/web/node_modules/**']), ['apps/web/node_modules/x/i.js']);
  });

  it('are looked at again after a task, and new ones found where it ran', async () => {
    const repository = TestRepository.withGit();
    repository.write({ 'a/.env': '1', 'b/.env': '2', 'b/x/.env': '3', conf: 'c' });
    repository.commit();
    const index = repository.open({ git: repository.location });
    const ids = async (): Promise<Record<string, string>> => {
      const answer = await index.matching(['**/.env', 'conf', 'later', 'b/late*'], ['**/no/**']);
      assert.ok(answer.ok);
      return { ...answer.value };
    };
    const names = ['a/.env', 'b/.env', 'b/x/.env', 'conf'];
    assert.deepEqual(await ids(), repository.hashObject(...names));
    repository.write({
      'a/.env': 'changed by a task of b',
      'b/y/.env': 'n',
      'b/no/.env': 'n',
      later: 'l',
      'b/late.txt': 'l',
    });
    repository.write({ 'b/node_modules/.env': 'n' });
    rmSync(repository.path('b/x'), { recursive: true });
    index.forgetListings('b');
    const after = ['a/.env', 'b/.env', 'b/late.txt', 'b/y/.env', 'conf', 'later'];
    assert.deepEqual(await ids(), repository.hashObject(...after));
    rmSync(repository.path('a/.env'));
    repository.write({ 'c/.env': 'c' });
    index.forgetListings('');
    assert.deepEqual(Object.keys(await ids()), [...after, 'c/.env'].filter((name) => name !== 'a/.env').sort());
  });

  it('toSpec of the tests reads inputs as the configuration does', () => {
    assert.deepEqual(toSpec([]), { includeDefault: true, include: [], exclude: [] });
    assert.deepEqual(toSpec(['a', '!b']), { includeDefault: false, include: ['a'], exclude: ['b'] });
  });
});
