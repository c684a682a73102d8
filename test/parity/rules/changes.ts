import type { TestWorkspace, Tree } from '../../rig/workspace.js';
import { refused, repository, type Rule, type RuleCall } from './rule.js';

const CONFIG = {
  globalDependencies: ['global.txt', './plain.txt'],
  tasks: { build: { dependsOn: ['^build'] }, lint: {} },
};
const PACKAGES = { base: {}, mid: { needs: ['base'] }, app: { needs: ['mid'] }, alone: {} };
const FILES = {
  'global.txt': 'g',
  'plain.txt': 'p',
  'other.txt': 'o',
  ...Object.fromEntries(Object.keys(PACKAGES).map((name) => [`packages/${name}/src/x`, name])),
};
const LOCKFILE = (version: string): string => `lockfileVersion: '9.0'
importers:
  .: {}
  packages/alone: {}
  packages/app:
    dependencies:
      mid: {specifier: 'workspace:*', version: link:../mid}
  packages/base:
    dependencies:
      left-pad: {specifier: '*', version: ${version}}
  packages/mid:
    dependencies:
      base: {specifier: 'workspace:*', version: link:../base}
packages:
  left-pad@${version}:
    resolution: {integrity: sha512-XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQGinBN9yTQT3bFlCBy/aVx2HrNcqQGsdot8ghrjyrvMCoEA==}
snapshots:
  left-pad@${version}: {}
`;
const TREE: Tree = repository({
  turbo: CONFIG,
  packages: { ...PACKAGES, base: { dependencies: { 'left-pad': '*' } } },
  files: { ...FILES, 'pnpm-lock.yaml': LOCKFILE('1.3.0') },
});

/** What GitHub says about pushes; with names for commits whose ids differ each time. */
const PUSHES = {
  push: { before: 'HEAD~2', forced: false, commits: [{ id: 'HEAD' }] },
  'new-branch': { before: '0'.repeat(40), forced: false, commits: [{ id: 'HEAD~1' }, { id: 'HEAD' }] },
  'new-branch-of-old-commits': { before: '0'.repeat(40), forced: false, commits: [] },
  forced: { before: 'HEAD', forced: true, commits: [{ id: 'HEAD~1' }] },
  'not-fetched': { before: '1'.repeat(40), commits: [{ id: 'HEAD' }] },
  'of-the-root': { before: '0'.repeat(40), commits: [{ id: 'HEAD~3' }] },
  'other-event': { action: 'started' },
};

const onPush = (event: string, env: Readonly<Record<string, string>> = {}): RuleCall => ({
  args: 'lint --affected',
  env: { GITHUB_ACTIONS: 'true', GITHUB_EVENT_PATH: `.git/${event}.json`, ...env },
});

const edit = (
  name: string,
  prepare: (workspace: TestWorkspace) => void,
  calls: readonly RuleCall[] = ['lint --affected', 'lint --filter=[HEAD]'],
): Rule => ({
  name,
  tree: TREE,
  prepare,
  calls,
});

/** What `[ref]` and `--affected` select. */
export const CHANGE_RULES: readonly Rule[] = [
  edit(
    'TURBO_SCM_HEAD ends the commits that count, and what is not committed counts; `a..b` compares two commits',
    (workspace) => {
      workspace.git('switch', '-q', '-c', 'topic');
      workspace.write({ 'packages/base/src/x': 'changed' });
      workspace.commit();
      workspace.git('switch', '-q', '-c', 'next');
      workspace.write({ 'packages/alone/src/x': 'changed' });
      workspace.commit();
      workspace.write({ 'packages/app/new': 'n' });
      workspace.git('switch', '-q', '--detach');
    },
    [
      ...['topic', 'main', 'next', ''].map((head) => ({ args: 'lint --affected', env: { TURBO_SCM_HEAD: head } })),
      { args: 'lint --affected', env: { TURBO_SCM_BASE: 'topic', TURBO_SCM_HEAD: 'next' } },
      { args: 'lint --affected', env: { TURBO_SCM_HEAD: 'nowhere' }, refused: true },
      ...['[main..topic]', '[topic..next]', '[next..main]', '...[main..topic]'].map(
        (range) => `lint --filter=${range}`,
      ),
      ...['[topic..]', '[..topic]'].map((range) => refused(`lint --filter=${range}`)),
    ],
  ),
  edit(
    'a range counts the work tree, narrows names and directories, and dependents come on top',
    (workspace) => {
      workspace.write({ 'packages/mid/src/x': 'changed', 'packages/alone/new': 'n' });
      workspace.commit();
      workspace.write({ 'packages/mid/src/x': 'again' });
    },
    [
      'lint --affected',
      ...[
        '[HEAD]',
        '[HEAD~1]',
        '[HEAD~1...HEAD]',
        '...[HEAD~1]',
        '[HEAD~1]...',
        'app...[HEAD~1]',
        'app[HEAD~1]',
        '...mid[HEAD]',
        '{packages/*}[HEAD]',
        './packages/*[HEAD]',
        '!...[HEAD]',
        '*a*[HEAD~1]',
      ].map((filter) => `lint --filter=${filter}`),
      { args: 'lint --affected', env: { TURBO_SCM_BASE: 'HEAD~1' } },
      { args: 'build --affected --filter=app...', env: { TURBO_SCM_BASE: 'HEAD~1' } },
      { args: 'build --affected --filter=!app', env: { TURBO_SCM_BASE: 'HEAD~1' } },
    ],
  ),
  edit(
    '--affected starts at the common ancestor, a bare ref does not',
    (workspace) => {
      workspace.git('checkout', '-q', '-b', 'feature');
      workspace.write({ 'packages/mid/src/x': 'feature' });
      workspace.commit();
      workspace.git('checkout', '-q', 'main');
      workspace.write({ 'packages/alone/src/x': 'moved on' });
      workspace.commit();
      workspace.git('checkout', '-q', 'feature');
    },
    ['lint --affected', 'lint --filter=[main]', 'lint --filter=[main...HEAD]'],
  ),
  edit(
    'without a base branch everything is affected; a wrong TURBO_SCM_BASE is an error',
    (workspace) => workspace.git('branch', '-q', '-m', 'trunk'),
    [
      'lint --affected',
      { args: 'lint --affected', env: { TURBO_SCM_BASE: 'nope' }, refused: true },
      { args: 'lint --affected', env: { GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'nope' } },
    ],
  ),
  edit(
    'under GitHub Actions a push is compared with the commit before it, one that made or forced a branch with the parent of its first commit',
    (workspace) => {
      for (const name of ['base', 'mid', 'alone']) {
        workspace.write({ [`packages/${name}/src/x`]: 'changed' });
        workspace.commit();
      }
      for (const [name, event] of Object.entries(PUSHES))
        workspace.write({ [`.git/${name}.json`]: JSON.stringify(event) });
    },
    [
      ...Object.keys(PUSHES).map((name) => onPush(name)),
      ...[
        { TURBO_SCM_BASE: 'HEAD~1' },
        { GITHUB_BASE_REF: 'HEAD~1' },
        { GITHUB_BASE_REF: 'nope' },
        { GITHUB_BASE_REF: '' },
      ].map((env) => onPush('push', env)),
      onPush('push', { GITHUB_ACTIONS: '' }),
      onPush('nothing'),
    ],
  ),
  edit('a file of the root', (workspace) => workspace.write({ 'other.txt': 'changed' })),
  edit('the root package.json', (workspace) =>
    workspace.write({ 'package.json': `${workspace.read('package.json')}\n` }),
  ),
  edit('the root configuration', (workspace) => workspace.write({ 'turbo.json': `${workspace.read('turbo.json')}\n` })),
  edit('a global dependency', (workspace) => workspace.write({ 'global.txt': 'changed' })),
  edit('a global dependency written with ./', (workspace) => workspace.write({ 'plain.txt': 'changed' })),
  edit('.gitattributes', (workspace) => workspace.write({ '.gitattributes': '*.x text\n' })),
  edit('a deleted package', (workspace) => workspace.remove('packages/mid')),
  edit('a lockfile in which one package changed', (workspace) =>
    workspace.write({ 'pnpm-lock.yaml': LOCKFILE('1.3.1') }),
  ),
  edit('a lockfile written differently', (workspace) =>
    workspace.write({ 'pnpm-lock.yaml': `${LOCKFILE('1.3.0')}\n\n` }),
  ),
  edit('a lockfile that is gone', (workspace) => workspace.remove('pnpm-lock.yaml')),
  edit('a lockfile that cannot be read', (workspace) => workspace.write({ 'pnpm-lock.yaml': '{ <<<<' })),
  {
    name: 'a global dependency inside a package, or that is a lockfile, is none here',
    tree: repository({
      turbo: { ...CONFIG, globalDependencies: ['packages/base/**', 'pnpm-lock.yaml'] },
      packages: { ...PACKAGES, base: { dependencies: { 'left-pad': '*' } } },
      files: { ...FILES, 'pnpm-lock.yaml': LOCKFILE('1.3.0') },
    }),
    prepare: (workspace) => workspace.write({ 'packages/base/src/x': 'changed', 'pnpm-lock.yaml': LOCKFILE('1.3.1') }),
    calls: ['lint --affected'],
  },
  {
    name: 'everything, when something changed that the root depends on',
    tree: repository({
      turbo: CONFIG,
      packages: PACKAGES,
      files: FILES,
      root: { devDependencies: { mid: 'workspace:*' } },
    }),
    prepare: (workspace) => workspace.write({ 'packages/base/src/x': 'changed' }),
    calls: ['lint --affected', 'lint --filter=[HEAD]'],
  },
  ...byTaskInputs(),
];

/** The future flag `affectedUsingTaskInputs`. */
function byTaskInputs(): readonly Rule[] {
  const tree = repository({
    turbo: {
      futureFlags: { affectedUsingTaskInputs: true },
      globalDependencies: ['global.txt'],
      tasks: {
        build: { dependsOn: ['^build'], inputs: ['src/**', '!src/no'] },
        lint: {},
        test: { dependsOn: ['build'] },
        '//#root': {},
        outside: { inputs: ['$TURBO_ROOT$/other.txt'] },
      },
    },
    packages: PACKAGES,
    files: { ...FILES, 'packages/mid/README.md': 'r' },
    root: { scripts: { root: 'echo' } },
  });
  const flagged = (name: string, files: Tree, calls: readonly RuleCall[]): Rule => ({
    name: `affected by inputs: ${name}`,
    tree,
    prepare: (workspace) => workspace.write(files),
    calls,
  });
  return [
    flagged('a source', { 'packages/mid/src/x': 'changed' }, [
      'build --affected',
      'lint --affected',
      'test --affected',
      'build --affected --filter=app',
      'build --affected --filter=!app',
      'root --affected',
      'test --affected --only',
      { args: 'lint --affected', cwd: 'packages/base' },
    ]),
    flagged('a file that only the default set has', { 'packages/mid/README.md': 'changed' }, [
      'build --affected',
      'lint --affected',
      'test --affected',
      'build lint --affected',
    ]),
    flagged(
      'an excluded file and the manifest',
      { 'packages/mid/src/no': 'x', 'packages/base/package.json': '{"name":"base","version":"1.0.1"}' },
      ['build --affected', 'lint --affected'],
    ),
    flagged('a file outside', { 'other.txt': 'changed' }, ['outside --affected', 'lint --affected']),
    flagged('a global dependency', { 'global.txt': 'changed' }, ['lint --affected', 'root --affected']),
    flagged('the lockfile', { 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n\n" }, ['lint --affected']),
  ];
}
