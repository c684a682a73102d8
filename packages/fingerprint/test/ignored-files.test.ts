import assert from 'node:assert/strict';
import { existsSync, renameSync, symlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { TestRepository } from './rig/repository.js';

describe('ignored files', () => {
  it('are those git would leave out, at every level', async () => {
    const repository = TestRepository.withGit();
    repository.write({
      '.gitignore': '*.tmp\nout/\n/only-top\n',
      'p/.gitignore': '!keep.tmp\nlocal\n',
      'p/keep.tmp': '',
      'p/a.tmp': '',
      'p/local/x': '',
      'p/out/x': '',
      'p/only-top': '',
      'only-top': '',
      'excluded-here': '',
      'excluded-by-user': '',
      'p/src/a': '',
    });
    repository.write({ '.git/info/exclude': 'excluded-here\n' });
    repository.git('config', 'core.excludesFile', '~/my-ignore');
    new TestRepository(repository.home).write({ 'my-ignore': 'excluded-by-user\n' });
    const git = repository.git('ls-files', '-z', '--others', '--exclude-standard').split('\0').filter(Boolean).sort();
    assert.deepEqual(Object.keys(await repository.inputs()), git);
    assert.ok(git.includes('p/keep.tmp') && !git.includes('excluded-by-user'));
  });

  it('are told without git being started, in the default place of the user too', async () => {
    const repository = TestRepository.withGit();
    repository.write({ a: '', b: '', C: '' });
    new TestRepository(repository.home).write({
      '.config/git/ignore': 'b\n',
      '.gitconfig': '[core]\n\tignoreCase = true\n',
    });
    repository.write({ '.gitignore': 'c\n' });
    const git = repository.git('ls-files', '-z', '--others', '--exclude-standard').split('\0').filter(Boolean).sort();
    assert.deepEqual(Object.keys(await repository.inputs()), git);
    assert.deepEqual(git, ['.gitignore', 'a']);
    assert.deepEqual(repository.gitCalls, []);
  });
});

describe('git sees the same files', () => {
  /** What git tracks or would track, of what is there. */
  const listed = (repository: TestRepository, prefix = ''): readonly string[] =>
    repository
      .git('ls-files', '-z', '--cached', '--others', '--exclude-standard')
      .split('\0')
      .filter((path) => path !== '' && !path.startsWith('.tr/') && path.startsWith(prefix))
      .filter((path) => existsSync(repository.path(path)))
      .map((path) => path.slice(prefix.length))
      .sort();

  it('where a sparse checkout leaves `.gitignore` files out', async () => {
    const repository = TestRepository.withGit();
    repository.write({
      '.gitignore': 'dist\n*.log\n',
      'p/.gitignore': '!b.log\n',
      'p/a': '1',
      'q/.gitignore': 'x\n',
      'q/a': '',
    });
    repository.commit();
    repository.git('sparse-checkout', 'set', '--no-cone', 'p/a');
    repository.write({ 'p/dist/o.js': '', 'p/a.log': '', 'p/b.log': '' });
    const expected = ['p/a', 'p/b.log'];
    assert.deepEqual(listed(repository), expected);
    assert.deepEqual(Object.keys(await repository.inputs()), expected);
    // Where it is needed, and no further.
    assert.deepEqual(repository.gitCalls, [['cat-file', '--batch']]);
    repository.git('update-index', '--split-index');
    assert.deepEqual(Object.keys(await repository.inputs()), expected);
    repository.git('update-index', '--no-split-index');
    repository.write({ 'p/.gitignore': '' });
    assert.deepEqual(Object.keys(await repository.inputs()), listed(repository));
  });

  it('where a `.gitignore` above the workspace, or `.git`, is a link', async () => {
    const repository = TestRepository.withGit();
    repository.write({ rules: 'a\n', 'in/a': '1', 'in/b': '2' });
    symlinkSync('rules', repository.path('.gitignore'));
    renameSync(repository.path('.git'), repository.path('in/git-of-it'));
    symlinkSync('in/git-of-it', repository.path('.git'));
    repository.write({ 'in/git-of-it/info/exclude': 'git-of-it\n' });
    assert.deepEqual(Object.keys(await repository.inputs()), ['.gitignore', 'in/a', 'in/b', 'rules']);
    assert.deepEqual(listed(repository), ['.gitignore', 'in/a', 'in/b', 'rules']);
    const index = repository.open({ root: repository.path('in'), git: repository.location });
    assert.deepEqual(Object.keys(await repository.inputs([], '', index)), ['a', 'b']);
  });

  it('where a list of ignored files is named from the top of the work tree', async () => {
    const repository = TestRepository.withGit();
    repository.git('config', 'core.excludesFile', 'own-rules');
    repository.write({ 'own-rules': '*.log\n', 'in/a': '1', 'in/b.log': '2' });
    assert.deepEqual(Object.keys(await repository.inputs()), listed(repository));
    const index = repository.open({ root: repository.path('in'), git: repository.location });
    assert.deepEqual(Object.keys(await repository.inputs([], '', index)), listed(repository, 'in/'));
  });

  it('in a submodule that has a list of its own', async () => {
    const repository = TestRepository.withGit();
    repository.write({ '.gitignore': '*.skip\n', 'sub/a': '1' });
    repository.git('init', '-q', 'sub');
    repository.git('-C', 'sub', 'add', '-A');
    repository.git('-C', 'sub', 'commit', '-q', '-m', 'x');
    repository.commit();
    repository.git('config', 'core.excludesFile', '~/outer');
    repository.git('-C', 'sub', 'config', 'core.excludesFile', '~/inner');
    new TestRepository(repository.home).write({ outer: '*.log\n', inner: '*.tmp\n' });
    repository.write({ 'sub/a.log': '', 'sub/a.tmp': '', 'sub/a.skip': '', 'b.log': '', 'b.tmp': '' });
    assert.deepEqual(Object.keys(await repository.inputs()), [
      '.gitignore',
      'b.tmp',
      'sub/a',
      'sub/a.log',
      'sub/a.skip',
    ]);
  });
});
