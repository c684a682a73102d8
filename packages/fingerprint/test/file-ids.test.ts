import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { NO_OUTPUTS, temporaryDirectory, TestRepository, toSpec } from './rig/repository.js';

/** An id no content has: where it shows up, the index was believed. */
const MARK = 'ab'.repeat(20);

function committed(
  files: Readonly<Record<string, string | Buffer>> = { 'src/a.ts': 'aaaa', 'src/b.ts': 'bbbb' },
): TestRepository {
  const repository = TestRepository.withGit();
  repository.write(files);
  repository.commit();
  return repository;
}

function idOf(repository: TestRepository, path: string): string {
  return repository.hashObject(path)[path] ?? '';
}

describe('the id of a file', () => {
  it('comes from the index when the file is clean', async () => {
    const repository = committed();
    repository.patchIndex(idOf(repository, 'src/a.ts'), MARK);
    const expected = { 'src/a.ts': MARK, 'src/b.ts': idOf(repository, 'src/b.ts') };
    assert.deepEqual(await repository.inputs(), expected);
    assert.deepEqual(repository.gitCalls, []);
  });

  it('comes from the index in version 4 and in a SHA-256 repository', async () => {
    const four = committed();
    four.git('update-index', '--index-version', '4');
    four.patchIndex(idOf(four, 'src/a.ts'), MARK);
    assert.equal((await four.inputs())['src/a.ts'], MARK);

    const wide = TestRepository.withGit('--object-format=sha256');
    wide.write({ a: '1', b: '2' });
    wide.commit();
    wide.patchIndex(idOf(wide, 'a'), 'ab'.repeat(32));
    assert.deepEqual(await wide.inputs(), { a: 'ab'.repeat(32), b: idOf(wide, 'b') });
    wide.write({ b: '3' });
    assert.equal((await wide.inputs())['b'], idOf(wide, 'b'));
  });

  for (const [what, change] of [
    ['other content of the same size', (path: string) => writeFileSync(path, 'AAAA')],
    ['another size', (path: string) => writeFileSync(path, 'a')],
    ['no content any more', (path: string) => writeFileSync(path, '')],
    ['only another time', (path: string) => utimesSync(path, 1, 1)],
    ['only another mode', (path: string) => chmodSync(path, 0o600)],
    [
      'other content behind the same size and mtime',
      (path: string) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(path, 'AAAA');
        utimesSync(path, atime, mtime);
      },
    ],
    [
      'another file in its place',
      (path: string) => {
        rmSync(path);
        writeFileSync(path, 'AAAA');
      },
    ],
  ] as const) {
    it(`is that of the bytes when the file has ${what}`, async () => {
      const repository = committed();
      repository.patchIndex(idOf(repository, 'src/a.ts'), MARK);
      change(repository.path('src/a.ts'));
      assert.equal((await repository.inputs())['src/a.ts'], idOf(repository, 'src/a.ts'));
    });
  }

  it('is that of the bytes when the file is as young as the index', async () => {
    const repository = committed();
    repository.patchIndex(idOf(repository, 'src/a.ts'), MARK);
    // To the nanosecond, which a Date does not have.
    execFileSync('touch', ['-r', repository.path('src/a.ts'), repository.path('.git', 'index')]);
    assert.equal((await repository.inputs())['src/a.ts'], idOf(repository, 'src/a.ts'));
  });

  for (const flag of ['--assume-unchanged', '--skip-worktree']) {
    it(`is that of the bytes under ${flag}`, async () => {
      const repository = committed();
      repository.git('update-index', flag, 'src/a.ts');
      repository.settle();
      repository.write({ 'src/a.ts': 'AAAA' });
      assert.equal((await repository.inputs())['src/a.ts'], idOf(repository, 'src/a.ts'));
      rmSync(repository.path('src/a.ts'));
      assert.deepEqual(Object.keys(await repository.inputs()), ['src/b.ts']);
    });
  }

  it('is that of the bytes for an entry that is only announced or in conflict', async () => {
    const repository = committed();
    repository.write({ new: 'new' });
    repository.git('add', '-N', 'new');
    repository.git('checkout', '-q', '-b', 'other');
    repository.write({ 'src/b.ts': 'theirs' });
    repository.git('commit', '-q', '-m', 'x', 'src/b.ts');
    repository.git('checkout', '-q', 'main');
    repository.write({ 'src/b.ts': 'ours' });
    repository.git('commit', '-q', '-m', 'x', 'src/b.ts');
    assert.throws(() => repository.git('merge', 'other'));
    repository.settle();
    const expected = repository.hashObject('new', 'src/a.ts', 'src/b.ts');
    assert.deepEqual(await repository.inputs(), expected);
  });

  it('is right for many sizes, empty and large ones included', async () => {
    const sizes = [0, 1, 4095, 4096, 8 * 1024 * 1024, 8 * 1024 * 1024 + 1, 10_000_001];
    const repository = TestRepository.withGit();
    repository.write(Object.fromEntries(sizes.map((size) => [`f${size}`, Buffer.alloc(size, 'xyz')])));
    assert.deepEqual(await repository.inputs(), repository.hashObject(...sizes.map((size) => `f${size}`).sort()));
  });

  it('is right for names of every kind', async () => {
    const names = ['__proto__', 'constructor', '1', 'a b', 'é', '\u{1F600}', '-x', '[a]', '"q"', "'", '\\', ':x', '~'];
    const repository = TestRepository.withGit();
    repository.write(Object.fromEntries(names.map((name, at) => [name, `${at}`])));
    const untracked = await repository.inputs();
    assert.deepEqual(Object.keys(untracked).sort(), [...names].sort());
    repository.commit();
    const tracked = await repository.inputs();
    assert.deepEqual(tracked, untracked);
    assert.equal(Object.hasOwn(tracked, '__proto__'), true);
    for (const name of names) {
      const id = Object.getOwnPropertyDescriptor(tracked, name)?.value as unknown;
      assert.equal(id, repository.git('hash-object', '--', name).trim(), name);
    }
  });
});

describe('when the index cannot be read here', () => {
  it('git is asked: split index', async () => {
    const repository = committed();
    repository.git('update-index', '--split-index');
    repository.settle();
    repository.write({ 'src/b.ts': 'B', 'un tracked\n': 'u' });
    assert.deepEqual(await repository.inputs(), {
      'src/a.ts': idOf(repository, 'src/a.ts'),
      'src/b.ts': idOf(repository, 'src/b.ts'),
      'un tracked\n': idOf(repository, 'un tracked\n'),
    });
    assert.equal(repository.gitCalls.length, 1);
  });

  it('and its answer is believed for clean files only', async () => {
    const repository = committed();
    const wrong = repository.git('hash-object', '-w', 'src/b.ts').trim();
    repository.patchIndex(idOf(repository, 'src/a.ts'), wrong);
    // The patch left the checksum wrong, which git does not look at unless it is asked to.
    repository.git('update-index', '--split-index');
    repository.settle();
    assert.equal((await repository.inputs())['src/a.ts'], wrong);
    utimesSync(repository.path('src/a.ts'), 1, 1);
    assert.equal((await repository.inputs())['src/a.ts'], idOf(repository, 'src/a.ts'));
  });

  it('git is asked: sparse index', async () => {
    const repository = committed({ 'in/a': '1', 'out/b': '2', top: '3' });
    repository.git('config', 'index.sparse', 'true');
    repository.git('sparse-checkout', 'set', '--cone', 'in');
    repository.git('sparse-checkout', 'reapply', '--sparse-index');
    repository.settle();
    assert.deepEqual(await repository.inputs(), repository.hashObject('in/a', 'top'));
  });

  it('without git it is a failure, not a guess', async () => {
    const repository = committed();
    repository.git('update-index', '--split-index');
    const answer = await repository
      .open({ git: repository.location, runGit: undefined })
      .inputsOf('', toSpec([]), NO_OUTPUTS);
    assert.equal(answer.ok, false);
    assert.equal(!answer.ok && answer.failure.code, 'fingerprint/git-failed');
  });
});

describe('where the repository lies', () => {
  it('a workspace in a subdirectory of the repository', async () => {
    const repository = committed({
      'x/y/src/a': '1',
      'x/other': '2',
      '.gitignore': '*.log\n',
      'x/.gitignore': 'y/src/no\n',
    });
    repository.patchIndex(idOf(repository, 'x/y/src/a'), MARK);
    repository.write({ 'x/y/src/new': 'n', 'x/y/src/b.log': 'l', 'x/y/src/no': 'x' });
    const index = repository.open({ git: repository.location, root: repository.path('x', 'y') });
    assert.deepEqual(await repository.inputs([], '', index), {
      'src/a': MARK,
      'src/new': idOf(repository, 'x/y/src/new'),
    });
    assert.deepEqual(await repository.inputs(['../../other'], 'src', index), {
      '../../other': idOf(repository, 'x/other'),
    });
  });

  it('a linked worktree', async () => {
    const repository = committed();
    const linked = join(temporaryDirectory(), 'linked');
    repository.git('worktree', 'add', '-q', linked);
    const other = new TestRepository(linked);
    const { gitDir, commonDir } = other.location;
    assert.notEqual(gitDir, commonDir);
    other.patchIndex(idOf(other, 'src/a.ts'), MARK, join(gitDir, 'index'));
    other.write({ 'src/b.ts': 'changed' });
    assert.deepEqual(await other.inputs(), { 'src/a.ts': MARK, 'src/b.ts': idOf(other, 'src/b.ts') });
  });

  it('a root that is reached through a link', async () => {
    const repository = committed();
    repository.patchIndex(idOf(repository, 'src/a.ts'), MARK);
    const link = join(temporaryDirectory(), 'link');
    symlinkSync(repository.root, link);
    const index = repository.open({ git: repository.location, root: link });
    assert.equal((await repository.inputs([], '', index))['src/a.ts'], MARK);
  });

  it('a repository that has nothing yet', async () => {
    const repository = TestRepository.withGit();
    repository.write({ a: '1', '.gitignore': 'b\n', b: '2' });
    assert.deepEqual(await repository.inputs(), repository.hashObject('.gitignore', 'a'));
  });

  it('no repository at all', async () => {
    const repository = new TestRepository();
    repository.write({
      'src/a': '1',
      'src/.gitignore': 'no\n',
      'src/no': '2',
      'node_modules/x/i': '3',
      'src/node_modules/y': '4',
    });
    mkdirSync(repository.path('.git'));
    writeFileSync(repository.path('.git/HEAD'), 'x');
    const ids = await repository.inputs([], '', repository.open({ git: undefined }));
    assert.deepEqual(Object.keys(ids), ['src/.gitignore', 'src/a']);
    assert.equal(ids['src/a'], '56a6051ca2b02b04ef92d5150c9ef600403cb1de');
  });

  it('a repository the workspace does not lie in counts as none', async () => {
    const [repository, elsewhere] = [committed(), new TestRepository()];
    elsewhere.write({ a: '1' });
    const ids = await elsewhere.inputs([], '', elsewhere.open({ git: repository.location }));
    assert.deepEqual(Object.keys(ids), ['a']);
  });
});

describe('what cannot be read', () => {
  it('is a failure that names the file', { skip: existsSync('/proc/self/mem') ? false : 'needs /proc' }, async () => {
    const repository = committed();
    // A regular file that nobody can read from its start, not even root.
    symlinkSync('/proc/self/mem', repository.path('src/mem'));
    const answer = await repository.open({ git: repository.location }).inputsOf('src', toSpec([]), NO_OUTPUTS);
    assert.equal(!answer.ok && answer.failure.code, 'fingerprint/unreadable-input');
    assert.match(JSON.stringify(answer), /mem","detail":"E[A-Z]+"/);
  });

  it('a name that is not UTF-8 is a failure, not a file left out', async () => {
    const repository = committed();
    writeFileSync(Buffer.concat([Buffer.from(`${repository.root}/src/`), Buffer.from([0xff, 0xfe])]), 'x');
    const answer = await repository.open({ git: repository.location }).inputsOf('', toSpec([]), NO_OUTPUTS);
    assert.equal(!answer.ok && answer.failure.code, 'fingerprint/unreadable-input');
  });
});
