import { basename } from 'node:path';
import type { TestWorkspace } from '../../rig/workspace.js';
import { refused, repository, type Rule } from './rule.js';

const FILES = {
  'root.txt': 'r',
  'packages/a/src/a.ts': 'a',
  'packages/a/src/b.ts': 'b',
  'packages/a/src/deep/c.ts': 'c',
  'packages/a/.env': 'E=1',
  'packages/a/.dot/d': 'd',
  'packages/a/README.md': 'r',
  'packages/a/[x].txt': 'brackets',
  'packages/b/src/b.ts': 'b',
};
const PACKAGES = { a: {}, b: {} };

/** One task per list of inputs, so that one call shows them all. */
function lists(name: string, inputs: readonly (readonly string[])[], prepare?: Rule['prepare']): Rule {
  const tasks = Object.fromEntries(inputs.map((list, index) => [`t${index}`, { inputs: list }]));
  return {
    name,
    tree: repository({ turbo: { tasks }, packages: PACKAGES, files: FILES }),
    ...(prepare === undefined ? {} : { prepare }),
    calls: [Object.keys(tasks).join(' ')],
  };
}

const ignored = (workspace: TestWorkspace): void =>
  workspace.write({
    'packages/a/.gitignore': '*.log\nbuild/\n',
    'packages/a/x.log': 'l',
    'packages/a/build/y': 'y',
    'packages/a/dist/z': 'z',
  });

/** Structured entries: what is known at the start. */
const STRUCTURED: Rule = {
  name: 'structured entries: what is known at the start; what cannot be meant',
  tree: repository({
    turbo: {
      tasks: {
        build: { outputs: ['dist/**'] },
        jit: { inputs: [{ mode: 'jit', globs: ['src/**'] }] },
        both: { inputs: ['README.md', { mode: 'jit', globs: ['src/**', '!src/b.ts'] }] },
        now: { inputs: ['$TURBO_DEFAULT$', '!src/**', { mode: 'jit', globs: ['src/**'], withDefaults: true }] },
        nothing: { inputs: [{ mode: 'jit' }] },
        startup: { inputs: [{ mode: 'startup', globs: ['src/*.ts'] }] },
        defaults: { inputs: [{ mode: 'startup', globs: ['.dot/**'], withDefaults: true }] },
        outputs: {
          dependsOn: ['^build'],
          inputs: [{ mode: 'dependencyOutputs', globs: ['dist/**'], from: ['^build'] }],
        },
      },
    },
    packages: { a: { needs: ['b'] }, b: {} },
    files: FILES,
  }),
  calls: ['jit both now nothing startup defaults', 'outputs --filter=a'],
};

const WRONG_ENTRIES = [
  { globs: ['src/**'] },
  { mode: 'later', globs: ['src/**'] },
  { mode: 'jit', globs: ['src/**'], from: ['build'] },
  { mode: 'startup', globs: ['src/**'], from: ['build'] },
  { mode: 'dependencyOutputs', withDefaults: true },
].map((entry): Rule => ({
  name: `no structured entry: ${JSON.stringify(entry)}`,
  tree: repository({
    turbo: { tasks: { build: { outputs: ['dist/**'] }, test: { dependsOn: ['build'], inputs: [entry] } } },
  }),
  calls: [refused('test')],
}));

/** Which files are inputs, and by which hash. */
export const INPUT_RULES: readonly Rule[] = [
  STRUCTURED,
  ...WRONG_ENTRIES,
  lists('explicit globs', [
    ['src'],
    ['src/'],
    ['./src/**'],
    ['src/*'],
    ['*'],
    ['**/*.ts', '!**/deep/**'],
    ['{src/a.ts,README.md}'],
    ['src/?.ts'],
    ['src/[b-c].ts'],
    ['src/[!a].ts'],
    ['\\[x\\].txt'],
    ['../b/src/**'],
    ['$TURBO_ROOT$/root.txt', '$TURBO_ROOT$/packages/b/**'],
    ['nothing/**'],
  ]),
  {
    name: 'files out of the repository: of a package, of the root',
    tree: repository({
      turbo: {
        tasks: {
          far: { inputs: ['../../../*.invocations/far.txt'] },
          '//#far': { inputs: ['../*.invocations/far.txt', 'root.txt'] },
        },
      },
      packages: PACKAGES,
      files: FILES,
    }),
    // The directory beside the workspace that goes with it.
    prepare: (workspace) => workspace.write({ [`../${basename(workspace.root)}.invocations/far.txt`]: 'far' }),
    calls: ['far'],
  },
  lists('exclusions win in any order, except over what always counts', [
    ['!src/**'],
    ['src/**', '!package.json'],
    ['!src/b.ts', 'src/**'],
    ['.env', '!.env*'],
    ['$TURBO_DEFAULT$', '!package.json'],
    ['$TURBO_DEFAULT$', '!src'],
    ['$TURBO_DEFAULT$', '!src/**', 'src/a.ts'],
    ['!$TURBO_ROOT$/packages/a/src/b.ts', '$TURBO_DEFAULT$'],
    [],
  ]),
  lists(
    'ignored files count for explicit globs, not for the default set',
    [[], ['**'], ['*.log', 'build/**'], ['$TURBO_DEFAULT$', 'dist/**']],
    ignored,
  ),
  lists('untracked, changed and deleted files', [[], ['**'], ['src/*']], (workspace) => {
    workspace.write({ 'packages/a/new ü.txt': 'new', 'packages/a/src/a.ts': 'changed' });
    workspace.remove('packages/a/src/b.ts');
    workspace.remove('packages/a/README.md');
  }),
  lists(
    'links: content of the file, directories followed, broken ones left out',
    [[], ['**'], ['l*'], ['ldir/**']],
    (workspace) => {
      workspace.write({
        'packages/a/lfile': { link: 'README.md' },
        'packages/a/lout': { link: '../../root.txt' },
        'packages/a/ldir': { link: 'src' },
        'packages/a/lbroken': { link: 'nowhere' },
      });
      workspace.commit();
    },
  ),
  {
    name: 'hashes after clean filters',
    tree: repository({
      turbo: { tasks: { build: {}, some: { inputs: ['*.txt'] } } },
      files: {
        '.gitattributes': '*.txt text eol=lf\n*.bin -text\n',
        'packages/a/crlf.txt': 'a\r\nb\r\n',
        'packages/a/raw.bin': 'a\r\n',
      },
    }),
    prepare: (workspace) =>
      workspace.write({ 'packages/a/crlf.txt': 'a\r\nchanged\r\n', 'packages/a/new.txt': 'n\r\n' }),
    calls: ['build some'],
  },
  lists('stars beside other characters reach below, braces name no directory', [
    ['**.ts'],
    ['src/**.ts', '!**b.ts'],
    ['s**'],
    ['{src,.dot}'],
    ['{src/a.ts,src/b.ts}', '!src/b.ts'],
  ]),
  lists('an exclusion that turbo takes no notice of is a known difference', [['$TURBO_DEFAULT$', '!**.ts']]),
  {
    ...lists('a glob that turbo cannot read is a known difference', [['app/(group)/**']]),
    calls: [refused('t0')],
  },
  {
    name: 'conversions that turbo does not know are known differences',
    tree: repository({
      turbo: { tasks: { build: { outputs: ['out/**'] } } },
      files: { 'packages/a/.gitattributes': '*.txt text eol=lf\n', 'packages/a/x.txt': 'x\n' },
    }),
    prepare: (workspace) => workspace.write({ 'packages/a/x.txt': 'a\r\n', 'packages/a/out/y': 'y' }),
    calls: ['build'],
  },
  {
    name: 'the configuration of a package always counts',
    tree: repository({
      turbo: { tasks: { build: { inputs: ['src/**'] } } },
      files: { ...FILES, 'packages/a/turbo.jsonc': '{ "extends": ["//"] }' },
    }),
    calls: ['build'],
  },
  {
    name: 'tracked files among the outputs are inputs',
    tree: repository({
      turbo: {
        tasks: {
          build: { inputs: ['src/**', '!README.md'], outputs: ['*.md', 'gen/**', '!LICENSE.md'] },
          lint: { inputs: ['x'], outputs: ['$TURBO_ROOT$/root.txt'] },
          test: { outputs: ['gen'] },
        },
      },
      files: { ...FILES, 'packages/a/LICENSE.md': 'l', 'packages/a/gen/g': 'g' },
    }),
    prepare: (workspace) => workspace.write({ 'packages/b/NEW.md': 'untracked', 'packages/a/gen/new': 'untracked' }),
    calls: ['build lint test'],
  },
  {
    name: 'outputs of a package are none of the files outside of it',
    tree: repository({
      turbo: {
        tasks: {
          all: { inputs: ['$TURBO_ROOT$/*.txt', '../b/**'], outputs: ['**'] },
          some: { inputs: ['$TURBO_ROOT$/**/*.txt'], outputs: ['**/*.txt'] },
        },
      },
      packages: PACKAGES,
      files: FILES,
    }),
    prepare: (workspace) => workspace.write({ 'new.txt': 'untracked' }),
    calls: ['all some --filter=a'],
  },
  {
    name: 'a submodule: files where it is checked out',
    tree: repository({ turbo: { tasks: { build: {} } }, files: FILES }),
    prepare: (workspace) => {
      workspace.git('submodule', 'add', '-q', workspace.root, 'packages/a/sub');
      workspace.commit();
      workspace.write({ 'packages/a/sub/new.txt': 'new' });
    },
    calls: ['build --filter=a'],
  },
  {
    name: 'a repository inside a package',
    tree: repository({ turbo: { tasks: { build: {}, all: { inputs: ['**'] } } }, files: FILES }),
    prepare: (workspace) => {
      workspace.write({ 'packages/a/repo/f': 'f' });
      workspace.git('init', '-q', 'packages/a/repo');
    },
    calls: ['build all'],
  },
  {
    name: 'global dependencies, .gitattributes; the lockfile only when it cannot be read',
    tree: repository({
      turbo: { globalDependencies: ['root.txt', 'cfg/**', '!cfg/no', '*.env'], tasks: { build: {} } },
      files: { ...FILES, 'cfg/yes': 'y', 'cfg/no': 'n', '.gitattributes': '*.x text\n' },
    }),
    prepare: (workspace) => workspace.write({ '.gitignore': '*.env\n', 'local.env': 'E=1' }),
    calls: ['build'],
  },
  {
    name: 'a lockfile that is broken or missing counts whole',
    tree: repository({ turbo: { tasks: { build: {} } }, files: { 'pnpm-lock.yaml': '{ <<<<' } }),
    calls: ['build'],
  },
];
