import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { GitLocation } from '@tr/model';
import { currentBranch, headSha, locateGit } from '../src/index.js';
import { commitAll, git, makeRepository, makeTree, writeTree, type Tree } from './support/tree.js';

/** What git itself says, to compare with. */
function askGit(cwd: string): Omit<GitLocation, 'mainWorkTree'> {
  const [workTree = '', gitDir = '', commonDir = ''] = git(
    cwd,
    'rev-parse',
    '--path-format=absolute',
    '--show-toplevel',
    '--absolute-git-dir',
    '--git-common-dir',
  ).split('\n');
  return { workTree, gitDir, commonDir };
}

function checkLocation(cwd: string, mainWorkTree: string | undefined): GitLocation {
  const found = locateGit(cwd);
  assert.deepEqual(found, { ...askGit(cwd), mainWorkTree });
  assert.ok(found);
  return found;
}

function checkHead(cwd: string, branch: string | undefined): void {
  const found = locateGit(cwd);
  assert.ok(found);
  assert.equal(currentBranch(found), branch);
  assert.equal(headSha(found), git(cwd, 'rev-parse', 'HEAD'));
}

describe('locateGit', () => {
  it('finds a plain repository, from a directory deep inside', () => {
    const root = makeRepository({ 'a/b/x': '' });
    checkLocation(join(root, 'a/b'), root);
    checkHead(root, 'main');
  });

  it('finds a linked work tree and its main one', () => {
    const root = makeRepository({ x: '' });
    const linked = join(makeTree(), 'linked');
    git(root, 'worktree', 'add', '-q', '-b', 'feature/one', linked);
    writeTree(linked, { y: '' });
    commitAll(linked);
    checkLocation(linked, root);
    checkHead(linked, 'feature/one');
  });

  it('follows relative paths between work trees', () => {
    const root = makeRepository({ x: '' });
    const linked = join(makeTree(), 'linked');
    git(root, 'worktree', 'add', '-q', '-b', 'b', linked);
    const back = join('..', '..', root.split('/').at(-1) ?? '', '.git', 'worktrees', 'linked');
    writeTree(linked, { '.git': `gitdir: ${back}\n` });
    checkLocation(linked, root);
  });

  it('finds no main work tree beside a bare repository', () => {
    const bare = join(makeTree(), 'bare.git');
    git(makeRepository({ x: '' }), 'clone', '-q', '--bare', '.', bare);
    const linked = join(makeTree(), 'linked');
    git(bare, 'worktree', 'add', '-q', linked, 'main');
    checkLocation(linked, undefined);
  });

  it('does not take the parent of a bare `.git` for a work tree', () => {
    const top = makeTree();
    git(makeRepository({ x: '' }), 'clone', '-q', '--bare', '.', join(top, '.git'));
    const linked = join(top, 'main');
    git(join(top, '.git'), 'worktree', 'add', '-q', linked, 'main');
    checkLocation(linked, undefined);
  });

  it('finds a submodule, and a linked work tree of it', () => {
    const inner = makeRepository({ x: '' });
    const root = makeRepository({ y: '' });
    git(root, 'submodule', 'add', '-q', inner, 'sub');
    checkLocation(join(root, 'sub'), join(root, 'sub'));
    const linked = join(makeTree(), 'linked');
    git(join(root, 'sub'), 'worktree', 'add', '-q', '-b', 'b', linked);
    checkLocation(linked, join(root, 'sub'));
  });

  it('finds a separate git directory', () => {
    const [root, elsewhere] = [makeTree({ x: '' }), join(makeTree(), 'store')];
    git(root, 'init', '-q', `--separate-git-dir=${elsewhere}`);
    checkLocation(root, root);
  });

  it('passes over a .git that is no repository, as git does', () => {
    const root = makeRepository({ 'a/x': '' });
    mkdirSync(join(root, 'a/.git'));
    checkLocation(join(root, 'a'), root);
  });

  it('does not take the repository around a work tree that has lost its own', () => {
    for (const pointer of ['gitdir: /nowhere/.git/worktrees/a\n', 'gitdir: \n', '']) {
      const root = makeRepository({ '.gitignore': 'a/**\n', x: '' });
      writeTree(root, { 'a/.git': pointer, 'a/x': '' });
      assert.equal(locateGit(join(root, 'a')), undefined, pointer);
      assert.throws(() => askGit(join(root, 'a')));
    }
  });

  it('finds nothing where there is nothing', () => {
    const root = makeTree({ 'a/.git': 'gitdir: nowhere\n' });
    assert.equal(locateGit(join(root, 'a')), undefined);
  });

  const ODD: Readonly<Record<string, Tree>> = {
    'a link to itself': { '.git': { link: '.git' } },
    'a path with a zero byte': { '.git': 'gitdir: a\0b\n' },
    'a path that is too long': { '.git': `gitdir: ${'x'.repeat(5000)}\n` },
    'a path through a file': { '.git': 'gitdir: .git/x\n' },
    'a HEAD that is a link to itself': { '.git/HEAD': { link: 'HEAD' }, '.git/objects/': '', '.git/refs/': '' },
  };
  for (const [what, tree] of Object.entries(ODD)) {
    it(`is no repository: ${what}`, () => {
      const root = makeTree(tree);
      assert.equal(locateGit(root), undefined);
      assert.throws(() => askGit(root));
    });
  }
});

describe('head', () => {
  it('reads packed refs', () => {
    const root = makeRepository({ x: '' });
    git(root, 'pack-refs', '--all');
    rmSync(join(root, '.git/refs/heads/main'), { force: true });
    checkHead(root, 'main');
  });

  it('prefers a loose ref to an older packed one', () => {
    const root = makeRepository({ x: '' });
    git(root, 'pack-refs', '--all');
    writeTree(root, { y: '' });
    commitAll(root);
    checkHead(root, 'main');
  });

  it('knows no branch on a detached HEAD', () => {
    const root = makeRepository({ x: '' });
    git(root, 'checkout', '-q', '--detach');
    checkHead(root, undefined);
  });

  it('knows the branch but no commit before the first one', () => {
    const root = makeTree();
    git(root, 'init', '-q', '-b', 'trunk');
    const found = locateGit(root);
    assert.ok(found);
    assert.deepEqual([currentBranch(found), headSha(found)], ['trunk', undefined]);
  });

  it('asks git where HEAD is kept elsewhere (reftable)', () => {
    const root = makeRepository({ x: '' });
    const found = locateGit(root);
    assert.ok(found);
    // In place of a git that knows the format: not every machine has one.
    const calls = { topic: ['refs/heads/topic', 'a'.repeat(40)], '': ['', ''] } as const;
    const path = process.env['PATH'];
    for (const [branch, [ref, commit]] of Object.entries(calls)) {
      const program = `#!/bin/sh\ncase "$*" in
        --git-dir=${root}/.git\\ *\\ symbolic-ref\\ *HEAD) answer=${ref} ;;
        --git-dir=${root}/.git\\ *\\ rev-parse\\ *HEAD) answer=${commit} ;;
      esac\necho $answer\n[ -n "$answer" ]\n`;
      const programs = makeTree({ git: program });
      chmodSync(join(programs, 'git'), 0o755);
      writeTree(root, { '.git/HEAD': 'ref: refs/heads/.invalid\n' });
      process.env['PATH'] = `${programs}:${path}`;
      try {
        assert.deepEqual([currentBranch(found) ?? '', headSha(found) ?? ''], [branch, commit]);
      } finally {
        process.env['PATH'] = path;
      }
    }
  });

  it('does not leave the repository for a hostile HEAD', () => {
    const root = makeRepository({ x: '', outside: 'a'.repeat(40) });
    writeTree(root, { '.git/HEAD': 'ref: refs/../../outside\n' });
    const found = locateGit(root);
    assert.ok(found);
    assert.equal(headSha(found), undefined);
  });
});
