import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Random } from '../../histories/random.js';
import type { Scene } from '../scene.js';
import { pickDirectory, pickFile, pickSome, pickText, type Change, type Changes } from './change.js';

/** Calls of git, given where there is a repository. */
const calls =
  (...lists: readonly (readonly string[])[]): Change =>
  (scene) => {
    if (scene.top === undefined) return undefined;
    const done = lists.map((args) => `git ${args.join(' ')}${scene.git(...args) === undefined ? ' (failed)' : ''}`);
    return done.join('; ');
  };

const ofFile =
  (...args: readonly string[]): Change =>
  (scene, random) => {
    const path = pickFile(scene, random);
    if (path === undefined || scene.top === undefined) return undefined;
    const full = relative(scene.top, join(scene.root, path));
    return `git ${args.join(' ')} ${full}${scene.git(...args, '--', full) === undefined ? ' (failed)' : ''}`;
  };

const listBranches = (scene: Scene): string[] =>
  (scene.git('for-each-ref', '--format=%(refname:short)', 'refs/heads') ?? '').split('\n').filter(Boolean);

const onBranch =
  (abort: readonly string[], ...args: readonly string[]): Change =>
  (scene, random) => {
    const branch = pickSome(random, listBranches(scene));
    if (branch === undefined) return undefined;
    if (scene.git(...args, branch) !== undefined) return `git ${args.join(' ')} ${branch}`;
    if (abort.length > 0) scene.git(...abort);
    return `git ${args.join(' ')} ${branch} (failed)`;
  };

/** Adds a line to a file, or takes its last one away. */
function editLines(path: string, random: Random, lines: readonly string[]): string {
  mkdirSync(dirname(path), { recursive: true });
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (random.below(3) === 0 && text.split('\n').length > 9) {
    writeFileSync(path, text.replace(/[^\n]*\n$/, ''));
    return `take the last line of ${path} away`;
  }
  const line = random.pick(lines);
  appendFileSync(path, `${line}\n`);
  return `add ${line} to ${path}`;
}

const IGNORES = [
  '*.log',
  '!*.log',
  'new',
  'two.txt',
  '!two.txt',
  '/src/deep',
  'deep/er/',
  'z.*',
  '**/new/**',
  '!x.tmp',
  'src/*.g',
  '\\-a',
  '*.TXT',
];
/** As macOS calls its screenshots: the blank is a narrow one. */
const SCREENSHOT = '9.41\u202fAM.txt';
const ATTRIBUTES = [
  '* text=auto',
  '*.txt text',
  '*.txt -text',
  '*.txt eol=crlf',
  '*.g ident',
  '*.txt filter=marks',
  '*.txt !filter',
  '* -ident',
  'src/*.txt ident',
  '[attr]mine filter=marks',
  '*.txt mine',
  '* text',
  `${SCREENSHOT} filter=marks`,
];
const CONDITIONS = ['gitdir:**/.git', 'gitdir:main/', 'gitdir:~/', 'gitdir:/nowhere/', 'onbranch:main', 'onbranch:br*'];

const lines =
  (choices: readonly string[], where: (scene: Scene, random: Random) => string | undefined): Change =>
  (scene, random) => {
    const path = where(scene, random);
    return path === undefined || scene.top === undefined ? undefined : editLines(path, random, choices);
  };

const commonDir = (scene: Scene): string | undefined => {
  const path = scene.git('rev-parse', '--git-common-dir')?.trim();
  return path === undefined ? undefined : join(path.startsWith('/') ? '' : (scene.top ?? ''), path);
};
const inDirectory =
  (name: string) =>
  (scene: Scene, random: Random): string | undefined => {
    const directory = pickDirectory(scene, random);
    return directory === undefined ? undefined : join(scene.root, directory, name);
  };
const inGitDirectory =
  (name: string) =>
  (scene: Scene): string | undefined => {
    const directory = commonDir(scene);
    return directory === undefined ? undefined : join(directory, name);
  };

const setting =
  (name: string, ...values: readonly string[]) =>
  (scene: Scene, random: Random): string | undefined => {
    const value = random.pick(values);
    const done = value === '' ? scene.git('config', '--unset', name) : scene.git('config', name, value);
    return scene.top === undefined ? undefined : `git config ${name} ${value}${done === undefined ? ' (failed)' : ''}`;
  };

/** Another list of what is ignored, for settings that count only under a condition, or for one work tree, or for one command. */
const ownRules = (scene: Scene, random: Random): string => {
  const home = join(scene.base, 'home');
  writeFileSync(join(home, 'more'), '[core]\n\texcludesFile = ~/rules\n');
  writeFileSync(join(home, 'rules'), random.pick(['*.log\n', '*.log\n!y.log\n']));
  const path = join(pickDirectory(scene, random) ?? '', 'y.log');
  scene.write(path, pickText(random));
  return `a list of ${readFileSync(join(home, 'rules'), 'utf8').replaceAll('\n', ' ')}and ${path}`;
};

let branches = 0;

/** What git does to a work tree, and what decides how it sees it. */
export const GIT_CHANGES: Changes = {
  add: ofFile('add'),
  addForce: ofFile('add', '-f'),
  addIntent: ofFile('add', '-N'),
  addAll: calls(['add', '-A']),
  commit: calls(['add', '-A'], ['commit', '-q', '--allow-empty', '-m', 'state']),
  commitTracked: calls(['commit', '-q', '-a', '-m', 'state']),
  branch: (scene) => calls(['checkout', '-q', '-b', `branch-${(branches += 1)}`])(scene, NO_RANDOM),
  checkout: onBranch([], 'checkout', '-q'),
  checkoutForce: onBranch([], 'checkout', '-q', '-f'),
  checkoutBack: calls(['checkout', '-q', '--detach', 'HEAD~1']),
  checkoutFile: ofFile('checkout', '-q'),
  merge: onBranch(['merge', '--abort'], 'merge', '-q', '--no-edit', '-X', 'theirs'),
  mergeConflict: onBranch(['reset', '-q', '--hard'], 'merge', '-q', '--no-edit'),
  rebase: onBranch(['rebase', '--abort'], 'rebase', '-q', '-X', 'theirs'),
  stash: calls(['stash', '-q', '-u']),
  stashPop: calls(['stash', 'pop', '-q']),
  reset: calls(['reset', '-q', '--hard']),
  resetBack: calls(['reset', '-q', '--hard', 'HEAD~1']),
  resetMixed: calls(['reset', '-q', 'HEAD~1']),
  clean: calls(['clean', '-q', '-fd']),
  removeCached: ofFile('rm', '-q', '--cached'),
  assume: ofFile('update-index', '--assume-unchanged'),
  assumeNot: ofFile('update-index', '--no-assume-unchanged'),
  skip: ofFile('update-index', '--skip-worktree'),
  skipNot: ofFile('update-index', '--no-skip-worktree'),
  refresh: calls(['update-index', '-q', '--refresh']),
  status: calls(['status', '--short']),
  version4: calls(['update-index', '--index-version', '4']),
  version2: calls(['update-index', '--index-version', '2']),
  splitIndex: calls(['update-index', '--split-index']),
  noSplitIndex: calls(['update-index', '--no-split-index']),
  untrackedCache: calls(['update-index', '--untracked-cache']),
  sparse: calls(['sparse-checkout', 'set', '--no-cone', '/*', '!*two.txt']),
  sparseRules: calls(['sparse-checkout', 'set', '--no-cone', '/*', '!.gitignore', '!.gitattributes']),
  sparseIndex: calls([
    'sparse-checkout',
    'set',
    '--cone',
    '--sparse-index',
    'packages',
    'services',
    'inner',
    'elsewhere',
    'repository',
    'src',
  ]),
  sparseNot: calls(['sparse-checkout', 'disable']),
  touchIndex: (scene) => {
    const path = scene.git('rev-parse', '--git-path', 'index')?.trim();
    if (path === undefined || scene.top === undefined) return undefined;
    const index = path.startsWith('/') ? path : join(scene.top, path);
    if (!existsSync(index)) return undefined;
    utimesSync(index, new Date(), new Date());
    return 'touch the index';
  },
  indexBack: (scene, random) => {
    const path = scene.git('rev-parse', '--path-format=absolute', '--git-path', 'index')?.trim();
    if (path === undefined || !existsSync(path)) return undefined;
    const seconds = Date.now() / 1000 - random.pick([0.02, 1, 1e6]);
    utimesSync(path, seconds, seconds);
    return 'turn the time of the index back';
  },
  removeIndex: (scene) => {
    const path = scene.git('rev-parse', '--git-path', 'index')?.trim();
    if (path === undefined || scene.top === undefined) return undefined;
    rmSync(path.startsWith('/') ? path : join(scene.top, path), { force: true });
    scene.git('reset', '-q');
    return 'make the index anew';
  },
  autocrlf: setting('core.autocrlf', 'true', 'input', 'false', ''),
  fileMode: setting('core.fileMode', 'true', 'false'),
  eol: setting('core.eol', 'crlf', 'lf', ''),
  filter: setting('filter.marks.clean', "sed 's/@@[^@]*@@/@@@@/g'", ''),
  trustCtime: setting('core.trustctime', 'true', 'false'),
  manyFiles: setting('feature.manyFiles', 'true', ''),
  conditional: (scene, random) =>
    [ownRules(scene, random), setting(`includeIf.${random.pick(CONDITIONS)}.path`, '~/more', '')(scene, random)].join(
      '; ',
    ),
  ofWorkTree: (scene, random) => {
    const path = scene.git('rev-parse', '--path-format=absolute', '--git-dir')?.trim();
    if (path === undefined) return undefined;
    writeFileSync(join(path, 'config.worktree'), '[include]\n\tpath = ~/more\n');
    return [ownRules(scene, random), setting('extensions.worktreeConfig', 'true', 'false')(scene, random)].join('; ');
  },
  ofCommand: (scene, random) => {
    const text = random.pick(["'core.autocrlf'='input'", "'include.path=~/more'", '']);
    if (text === '') scene.variables.delete('GIT_CONFIG_PARAMETERS');
    else scene.variables.set('GIT_CONFIG_PARAMETERS', text);
    return `${ownRules(scene, random)}; git -c ${text}`;
  },
  screenshot: (scene, random) => {
    const path = join(pickDirectory(scene, random) ?? '', SCREENSHOT);
    scene.write(path, pickText(random));
    return `write ${path}`;
  },
  ignoreRoot: lines(IGNORES, (scene) => join(scene.root, '.gitignore')),
  ignoreNested: lines(IGNORES, inDirectory('.gitignore')),
  exclude: lines(IGNORES, inGitDirectory('info/exclude')),
  excludesFile: lines(IGNORES, (scene) => join(scene.base, 'home/.config/git/ignore')),
  attributesRoot: lines(ATTRIBUTES, (scene) => join(scene.root, '.gitattributes')),
  attributesNested: lines(ATTRIBUTES, inDirectory('.gitattributes')),
  attributesInfo: lines(ATTRIBUTES, inGitDirectory('info/attributes')),
  inSubmodule: (scene, random) => {
    const path = pickSome(random, ['packages/a/src/vendor', 'packages/b']) ?? '';
    if (scene.shape.kind !== 'submodule' || !existsSync(join(scene.root, path))) return undefined;
    const file = random.pick(['w.tmp', 'dist/d.txt', 'v.txt', 'lib/l.txt', 'src/one.txt']);
    const target = join(scene.root, path, file);
    if (!existsSync(target)) return undefined;
    writeFileSync(target, random.pick(['aaaa\n', 'bbbb\n', 'cccc\n']));
    if (random.below(2) === 0) scene.git('-C', path, 'commit', '-q', '-a', '-m', 'inner');
    return `write ${file} in the submodule ${path}`;
  },
  submoduleBack: (scene, random) => {
    const path = random.pick(['packages/a/src/vendor', 'packages/b']);
    if (scene.shape.kind !== 'submodule') return undefined;
    return `check out an earlier commit of ${path}: ${scene.git('-C', path, 'checkout', '-q', '--detach', 'HEAD~1') ?? 'failed'}`;
  },
};

const NO_RANDOM = { below: () => 0, pick: <T>([first]: readonly T[]): T => first as T } as unknown as Random;
