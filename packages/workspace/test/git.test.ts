import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  findMergeBase,
  listAffectedFiles,
  listChangedFiles,
  locateGit,
  readFileAtRef,
  resolveCommit,
  type GitWorkspace,
  type ScmFacts,
} from '../src/index.js';
import { commitAll, git, makeRepository, makeTree, writeTree } from './support/tree.js';

function at(root: string): GitWorkspace {
  const found = locateGit(root);
  assert.ok(found);
  return { root, git: found };
}

function changed(root: string, from: string, to?: string, mergeBase = false): readonly string[] {
  const result = listChangedFiles({ ...at(root), from, to, mergeBase });
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

const TREE = { 'a/x': 'x\n', 'a/y': 'y\n', 'b/z': 'z\n', '.gitignore': 'ignored\n' };

/** [what, change, changed files since HEAD] */
const WORK_TREE: readonly (readonly [string, (root: string) => void, readonly string[]])[] = [
  ['nothing', () => undefined, []],
  ['a modified file', (root) => writeTree(root, { 'a/x': 'new' }), ['a/x']],
  ['a staged file', (root) => (writeTree(root, { 'a/x': 'new' }), void git(root, 'add', 'a/x')), ['a/x']],
  ['an untracked file', (root) => writeTree(root, { 'a/new': '' }), ['a/new']],
  ['state of ours that nothing ignores', (root) => writeTree(root, { '.tr/state/v1/x': '', '.tr-x': '' }), ['.tr-x']],
  ['a staged new file', (root) => (writeTree(root, { 'a/new': '' }), void git(root, 'add', '-A')), ['a/new']],
  ['an intended file', (root) => (writeTree(root, { 'a/new': '1' }), void git(root, 'add', '-N', 'a/new')), ['a/new']],
  ['an ignored file', (root) => writeTree(root, { 'a/ignored': '' }), []],
  ['a deleted file', (root) => rmSync(join(root, 'a/x')), ['a/x']],
  ['a file deleted from the index', (root) => void git(root, 'rm', '-q', 'a/x'), ['a/x']],
  ['a rename', (root) => void git(root, 'mv', 'a/x', 'b/x'), ['a/x', 'b/x']],
  ['a touched file', (root) => utimesSync(join(root, 'a/x'), 1, 1), []],
  ['odd names', (root) => writeTree(root, { 'a/ü "\n': '', 'a/*': '' }), ['a/*', 'a/ü "\n']],
  ['two commits later', (root) => (writeTree(root, { 'a/x': '1' }), commitAll(root), commitAll(root)), []],
];

describe('listChangedFiles', () => {
  for (const [what, change, expected] of WORK_TREE) {
    it(`since HEAD: ${what}`, () => {
      const root = makeRepository(TREE);
      change(root);
      assert.deepEqual(changed(root, 'HEAD'), expected);
    });
  }

  /** main: base, then `b/z`; feature: base, then `a/x`, uncommitted `a/y`. */
  function branched(): string {
    const root = makeRepository(TREE);
    git(root, 'checkout', '-q', '-b', 'feature');
    writeTree(root, { 'a/x': 'feature' });
    commitAll(root);
    git(root, 'checkout', '-q', 'main');
    writeTree(root, { 'b/z': 'main' });
    commitAll(root);
    git(root, 'checkout', '-q', 'feature');
    writeTree(root, { 'a/y': 'uncommitted' });
    return root;
  }

  it('[main] compares with main itself, work tree included', () => {
    assert.deepEqual(changed(branched(), 'main'), ['a/x', 'a/y', 'b/z']);
  });
  it('[main...feature] has commits of the branch only', () => {
    assert.deepEqual(changed(branched(), 'main', 'feature', true), ['a/x']);
  });
  it('merge base against the work tree has both', () => {
    assert.deepEqual(changed(branched(), 'main', undefined, true), ['a/x', 'a/y']);
  });
  it('two commits without a merge base are compared directly', () => {
    assert.deepEqual(changed(branched(), 'main', 'feature'), ['a/x', 'b/z']);
  });

  it('works in a linked work tree', () => {
    const root = makeRepository(TREE);
    const linked = join(makeTree(), 'linked');
    git(root, 'worktree', 'add', '-q', '-b', 'other', linked);
    writeTree(linked, { 'a/x': 'linked' });
    writeTree(root, { 'b/z': 'main' });
    assert.deepEqual(changed(linked, 'HEAD'), ['a/x']);
  });

  it('is relative to a workspace below the top, and leaves out what is beside it', () => {
    const root = makeRepository({ 'ws/a/x': '', 'ws[1]/x': '', 'wsx/x': '' });
    writeTree(root, { 'ws/a/x': '1', 'ws/new': '', 'ws[1]/x': '1', 'wsx/x': '1', top: '' });
    assert.deepEqual(changed(join(root, 'ws'), 'HEAD'), ['a/x', 'new']);
    assert.deepEqual(changed(join(root, 'ws[1]'), 'HEAD'), ['x']);
  });

  it('shows a submodule as its path when it moved or is dirty', () => {
    const root = makeRepository({ x: '' });
    git(root, 'submodule', 'add', '-q', makeRepository({ y: '' }), 'sub');
    commitAll(root);
    assert.deepEqual(changed(root, 'HEAD'), []);
    writeTree(root, { 'sub/y': 'dirty' });
    assert.deepEqual(changed(root, 'HEAD'), ['sub']);
    assert.deepEqual(changed(join(root, 'sub'), 'HEAD'), ['y']);
  });

  it('does not depend on settings of the user', () => {
    const root = makeRepository(TREE);
    git(root, 'mv', 'a/x', 'b/ü');
    for (const [key, value] of [
      ['diff.noprefix', 'true'],
      ['diff.external', 'false'],
      ['diff.renames', 'copies'],
      ['core.quotePath', 'true'],
      ['color.ui', 'always'],
      ['diff.relative', 'true'],
      ['core.fsmonitor', 'touch fsmonitor-ran; false'],
    ] as const) {
      git(root, 'config', key, value);
    }
    const index = readFileSync(join(root, '.git/index'));
    assert.deepEqual(changed(root, 'HEAD'), ['a/x', 'b/ü']);
    assert.deepEqual(readFileSync(join(root, '.git/index')), index);
  });

  it('is not led astray by a repository in the environment', () => {
    const [root, other] = [makeRepository(TREE), makeRepository({ q: '' })];
    writeTree(root, { 'a/x': 'new' });
    const before = process.env['GIT_DIR'];
    process.env['GIT_DIR'] = join(other, '.git');
    try {
      assert.deepEqual(changed(root, 'HEAD'), ['a/x']);
    } finally {
      if (before === undefined) delete process.env['GIT_DIR'];
      else process.env['GIT_DIR'] = before;
    }
  });

  for (const ref of ['nope', '', '--output=hacked', '-h', 'main:a/x', 'HEAD~9', 'main..feature', 'a\0b']) {
    it(`does not know the ref ${JSON.stringify(ref)}`, () => {
      const root = makeRepository(TREE);
      const expected = { ok: false, failure: { code: 'workspace/unknown-ref', ref } };
      assert.deepEqual(listChangedFiles({ ...at(root), from: ref, to: undefined, mergeBase: false }), expected);
      assert.deepEqual(listChangedFiles({ ...at(root), from: 'HEAD', to: ref, mergeBase: true }), expected);
    });
  }

  it('says when there is no common ancestor', () => {
    const root = makeRepository(TREE);
    git(root, 'checkout', '-q', '--orphan', 'alone');
    writeTree(root, { alone: '' });
    commitAll(root);
    const expected = { ok: false, failure: { code: 'workspace/no-merge-base', from: 'main', to: 'alone' } };
    assert.deepEqual(findMergeBase(at(root).git, 'main', 'alone'), expected);
  });

  it('reports a repository that git cannot read', () => {
    const root = makeRepository(TREE);
    const [where, head] = [at(root), git(root, 'rev-parse', 'HEAD')];
    appendFileSync(join(root, '.git/config'), '[core\n');
    const result = resolveCommit(where.git, head);
    assert.equal(!result.ok && result.failure.code, 'workspace/unknown-ref');
  });
});

describe('readFileAtRef', () => {
  it('reads a file as it was', () => {
    const root = makeRepository({ 'ws/lock': 'old ü\n' });
    writeTree(root, { 'ws/lock': 'new' });
    assert.deepEqual(readFileAtRef(at(join(root, 'ws')), 'HEAD', 'lock'), { ok: true, value: 'old ü\n' });
  });

  it('has nothing for a file or directory that was not there', () => {
    const root = makeRepository({ 'ws/a': '' });
    assert.deepEqual(readFileAtRef(at(root), 'HEAD', 'ws/b'), { ok: true, value: undefined });
  });

  it('fails for an unknown ref', () => {
    const result = readFileAtRef(at(makeRepository(TREE)), 'nope', 'a/x');
    assert.equal(!result.ok && result.failure.code, 'workspace/unknown-ref');
  });
});

const NO_FACTS: ScmFacts = { base: undefined, isGithubActions: false, githubBaseRef: undefined };
const NO_BASE = 'everything workspace/no-base';

/** Files, or the code of the warning or failure. */
function affected(root: string, facts: ScmFacts): readonly string[] | string {
  const result = listAffectedFiles(at(root), facts);
  if (!result.ok) return `failure ${result.failure.code}`;
  return result.value.kind === 'files' ? result.value.files : `everything ${result.value.warning.failure.code}`;
}

describe('listAffectedFiles', () => {
  function onBranch(main: string): string {
    const root = makeRepository(TREE);
    git(root, 'branch', '-m', 'main', main);
    git(root, 'checkout', '-q', '-b', 'feature');
    writeTree(root, { 'a/x': 'committed' });
    commitAll(root);
    git(root, 'checkout', '-q', main);
    writeTree(root, { 'b/z': 'moved on' });
    commitAll(root);
    git(root, 'checkout', '-q', 'feature');
    writeTree(root, { 'a/y': 'uncommitted', 'a/new': '' });
    return root;
  }
  const expected = ['a/new', 'a/x', 'a/y'];

  /** [what, name of the base branch, facts, files or the code of the warning or failure] */
  const cases: readonly (readonly [string, string, Partial<ScmFacts>, readonly string[] | string])[] = [
    ['main', 'main', {}, expected],
    ['master', 'master', {}, expected],
    ['TURBO_SCM_BASE', 'develop', { base: 'develop' }, expected],
    ['an empty TURBO_SCM_BASE', 'main', { base: '' }, expected],
    ['GITHUB_BASE_REF', 'develop', { isGithubActions: true, githubBaseRef: 'develop' }, expected],
    [
      'TURBO_SCM_BASE before GITHUB_BASE_REF',
      'main',
      { base: 'main', isGithubActions: true, githubBaseRef: 'x' },
      expected,
    ],
    ['an empty GITHUB_BASE_REF', 'main', { isGithubActions: true, githubBaseRef: '' }, expected],
    ['GITHUB_BASE_REF outside of GitHub', 'main', { githubBaseRef: 'nope' }, expected],
    [
      'GITHUB_BASE_REF only at origin, by the future flag',
      'origin/develop',
      { isGithubActions: true, githubBaseRef: 'develop', mayUseRemoteBase: true },
      expected,
    ],
    ['no base', 'trunk', {}, NO_BASE],
    ['GITHUB_BASE_REF unknown', 'main', { isGithubActions: true, githubBaseRef: 'x' }, NO_BASE],
    ['TURBO_SCM_BASE unknown', 'main', { base: 'nope' }, 'failure workspace/unknown-ref'],
  ];
  for (const [what, branch, facts, outcome] of cases) {
    it(what, () => assert.deepEqual(affected(onBranch(branch), { ...NO_FACTS, ...facts }), outcome));
  }

  const first = { id: 'HEAD~1' };
  const zeros = '0'.repeat(40);
  /** [what, the event of GitHub, files or the code of the warning]: on `main` after the commits of a, b and c */
  const pushes: readonly (readonly [string, unknown, readonly string[] | string])[] = [
    ['a push', { before: 'HEAD~2', forced: false, commits: [first] }, ['b', 'c']],
    ['a push whose commits are not told', { before: 'HEAD~1' }, ['c']],
    ['a new branch', { before: zeros, commits: [first] }, ['b', 'c']],
    ['a new branch without commits', { before: zeros, commits: [] }, []],
    ['a new branch with more commits than are told', { before: zeros, commits: Array(2048).fill(first) }, NO_BASE],
    ['a new branch of one commit', { before: zeros, commits: [first], head_commit: first }, ['b', 'c']],
    [
      'a new branch whose last commit is told first',
      { before: zeros, commits: [{ id: 'HEAD' }, first], head_commit: { id: 'HEAD' } },
      NO_BASE,
    ],
    ['a forced push', { before: 'HEAD', forced: true, commits: [first] }, ['b', 'c']],
    ['a push of which the first commit is there', { before: zeros, commits: [{ id: 'HEAD~3' }] }, NO_BASE],
    ['a commit that was not fetched', { before: '1'.repeat(40), commits: [first] }, NO_BASE],
    ['another event', { action: 'started' }, []],
    ['something else', [], []],
    ['no JSON', undefined, []],
  ];
  for (const [what, event, outcome] of pushes) {
    it(`under GitHub Actions: ${what}`, () => {
      const root = makeRepository(TREE);
      for (const path of ['a', 'b', 'c']) {
        writeTree(root, { [`${path}.txt`]: '' });
        commitAll(root);
      }
      writeTree(root, { '.git/event.json': event === undefined ? '{' : JSON.stringify(event) });
      const facts = { ...NO_FACTS, isGithubActions: true, githubEventPath: join(root, '.git/event.json') };
      assert.deepEqual(
        affected(root, facts),
        typeof outcome === 'string' ? outcome : outcome.map((each) => `${each}.txt`),
      );
      assert.deepEqual(affected(root, { ...facts, isGithubActions: false }), []);
      assert.deepEqual(affected(root, { ...facts, githubBaseRef: 'HEAD~1' }), ['c.txt']);
      assert.deepEqual(affected(root, { ...facts, base: 'HEAD~1' }), ['c.txt']);
    });
  }

  it('under GitHub Actions: an event that is not there', () => {
    const facts = { ...NO_FACTS, isGithubActions: true, githubEventPath: '/nowhere/event.json' };
    assert.deepEqual(affected(makeRepository(TREE), facts), []);
  });

  it('without a common ancestor: everything', () => {
    const root = makeRepository(TREE);
    git(root, 'checkout', '-q', '--orphan', 'alone');
    writeTree(root, { alone: '' });
    commitAll(root);
    const result = listAffectedFiles(at(root), NO_FACTS);
    assert.ok(result.ok && result.value.kind === 'everything');
    assert.equal(result.value.warning.failure.code, 'workspace/no-merge-base');
  });

  it('before the first commit: everything', () => {
    const root = makeTree({ x: '' });
    git(root, 'init', '-q');
    const result = listAffectedFiles(at(root), NO_FACTS);
    assert.ok(result.ok && result.value.kind === 'everything');
  });

  it('in a directory that git ignores: nothing', () => {
    const root = makeRepository({ '.gitignore': 'out\n' });
    mkdirSync(join(root, 'out'));
    writeTree(root, { 'out/x': '' });
    assert.deepEqual(changed(join(root, 'out'), 'HEAD'), []);
  });
});
