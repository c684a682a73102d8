import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readGitConfig } from '../src/git/git-config.js';
import { parseConfig } from '../src/git/parse-config.js';
import { temporaryDirectory, TestRepository } from './rig/repository.js';

const TEXTS: readonly string[] = [
  '[core]\nautocrlf = true\n',
  '[core] eol = lf\n\tignorecase\n',
  '[core]\n# C:\\work\\\nautocrlf = true\n',
  '[core]\na = b ; C:\\\nautocrlf = true\n',
  '[core]\na = b \\\n  c\n',
  '[core]\na = "b\\\n c" # d\n',
  '[core]\na = b\\\\\nc = d\n',
  '[core]\na = " b " \n',
  '[core]\na =   b  c \t\n',
  '[core]\na =\nb = # c\n',
  '[core]\na = "x;y" ; z\n',
  '[core]\r\na = b\r\nc = d\\\r\ne\r\n',
  '[filter "a\\"b\\\\c"]\nclean = a -- %f\n',
  '[Filter.LFS]\nClean = x\n[filter "LFS"]\nCLEAN = y\n',
  '[a]\nx-y = \\t\\n\\"\n[b][c] d = e\n',
  '\uFEFF[core]\na = b',
];

describe("git's configuration is read as git reads it", () => {
  const repository = TestRepository.withGit();
  for (const text of TEXTS)
    it(JSON.stringify(text), () => {
      writeFileSync(repository.path('config.txt'), text);
      const listed = repository.git('config', '--file', 'config.txt', '--list', '-z').split('\0').slice(0, -1);
      const expected = listed.map((entry) => {
        const [name, ...value] = entry.split('\n');
        return [name, value.length === 0 ? 'true' : value.join('\n')];
      });
      assert.deepEqual(parseConfig(text), expected);
    });
});

/** What git and {@link readGitConfig} take for `core.excludesFile`. */
function expectExcludesFile(repository: TestRepository, expected: string | undefined, variables = {}): void {
  const env = { ...repository.env, ...variables };
  const config = readGitConfig({ git: repository.location, processEnv: env, findBranch: () => repository.branch });
  assert.equal(config.get('core.excludesfile'), expected);
  const said = spawnSync('git', ['config', 'core.excludesFile'], { cwd: repository.root, env, encoding: 'utf8' });
  assert.equal(said.stdout, expected === undefined ? '' : `${expected}\n`);
}

const MORE = '[core]\n\texcludesFile = rules\n';

describe('what a condition includes counts where git takes it', () => {
  for (const [condition, isMet] of [
    ['gitdir:~/work/', true],
    ['gitdir:~/other/', false],
    ['gitdir:~/work', false],
    ['gitdir:work/', true],
    ['gitdir:WORK/', false],
    ['gitdir/i:WORK/', true],
    ['gitdir:**/shop/.git', true],
    ['gitdir:*/work/.git', false],
    ['gitdir:/nowhere/', false],
    ['gitdir:./work/', true],
    ['gitdir:./', true],
    ['gitdir/i:./WORK/**', true],
    ['gitdir:./other/', false],
    ['onbranch:main', true],
    ['onbranch:ma*', true],
    ['onbranch:feature/', false],
    ['hasconfig:remote.*.url:https://example.org/**', true],
    ['hasconfig:remote.*.url:https://example.com/**', false],
    ['hasconfig:remote.*.url:https://example.org/', false],
    ['somewhere:else', false],
  ] as const)
    it(condition, () => {
      const home = new TestRepository();
      home.write({ '.gitconfig': `[includeIf "${condition}"]\n\tpath = more\n`, more: MORE, 'work/shop/a': '1' });
      const repository = new TestRepository(home.path('work/shop'), home.root);
      repository.git('init', '-q', '-b', 'main');
      repository.git('remote', 'add', 'origin', 'https://example.org/shop.git');
      expectExcludesFile(repository, isMet ? 'rules' : undefined);
    });

  it('a branch that is not checked out', () => {
    const repository = TestRepository.withGit();
    repository.write({ '.git/more': MORE });
    repository.git('config', 'includeIf.onbranch:feature/.path', 'more');
    expectExcludesFile(repository, undefined);
    repository.git('symbolic-ref', 'HEAD', 'refs/heads/feature/a');
    expectExcludesFile(repository, 'rules');
  });

  it('an address that a file or a variable brings', () => {
    const home = new TestRepository();
    const condition = 'hasconfig:remote.*.url:https://example.org/**';
    home.write({ '.gitconfig': `[include]\n\tpath = urls\n[includeIf "${condition}"]\n\tpath = more\n`, more: MORE });
    const repository = new TestRepository(temporaryDirectory(), home.root);
    repository.git('init', '-q');
    expectExcludesFile(repository, undefined);
    const variables = { GIT_CONFIG_PARAMETERS: "'remote.o.url'='https://example.org/a'" };
    expectExcludesFile(repository, 'rules', variables);
    home.write({ urls: '[remote "o"]\n\turl = https://example.org/a\n' });
    expectExcludesFile(repository, 'rules');
  });

  it('a home that is a link', () => {
    const real = new TestRepository();
    real.write({ '.gitconfig': '[includeIf "gitdir:~/work/"]\n\tpath = more\n', more: MORE, 'work/a': '1' });
    const home = join(temporaryDirectory(), 'home');
    symlinkSync(real.root, home);
    const repository = new TestRepository(real.path('work'), home);
    repository.git('init', '-q');
    expectExcludesFile(repository, 'rules');
  });
});

describe('a setting counts from where git takes it', () => {
  it('of one work tree, when the repository has such settings', () => {
    const repository = TestRepository.withGit();
    repository.write({ '.git/config.worktree': MORE });
    expectExcludesFile(repository, undefined);
    repository.git('config', 'extensions.worktreeConfig', 'true');
    expectExcludesFile(repository, 'rules');
  });

  for (const [what, variables, expected] of [
    ['git -c', { GIT_CONFIG_PARAMETERS: "'core.excludesFile'='a'" }, 'a'],
    ['git -c before 2.31', { GIT_CONFIG_PARAMETERS: "'core.excludesFile=a=b'" }, 'a=b'],
    [
      'several, the last one',
      { GIT_CONFIG_PARAMETERS: "'core.excludesfile'='a' 'x.y'='z' 'core.excludesFile=b'" },
      'b',
    ],
    ['in other letters', { GIT_CONFIG_PARAMETERS: "'CORE.ExcludesFILE'='a'" }, 'a'],
    ['with quotes', { GIT_CONFIG_PARAMETERS: "'core.excludesFile'='it'\\''s'\\!'' 'a.b'" }, "it's!"],
    ['with blanks', { GIT_CONFIG_PARAMETERS: "'a.b'= 'core.excludesFile'='a b'" }, 'a b'],
    ['numbered', { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'core.excludesFile', GIT_CONFIG_VALUE_0: 'a' }, 'a'],
    [
      'both',
      {
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'core.excludesFile',
        GIT_CONFIG_VALUE_0: 'a',
        GIT_CONFIG_PARAMETERS: "'core.excludesFile'='b'",
      },
      'b',
    ],
  ] as const)
    it(`of a variable: ${what}`, () => expectExcludesFile(TestRepository.withGit(), expected, variables));

  it('of a variable that has no value: yes', () => {
    const repository = TestRepository.withGit();
    for (const GIT_CONFIG_PARAMETERS of ["'core.ignoreCase'", "'core.ignoreCase'="]) {
      const env = { ...repository.env, GIT_CONFIG_PARAMETERS };
      const config = readGitConfig({ git: repository.location, processEnv: env, findBranch: () => repository.branch });
      assert.equal(config.get('core.ignorecase'), 'true');
      const said = spawnSync('git', ['config', '--type=bool', 'core.ignoreCase'], { cwd: repository.root, env });
      assert.equal(String(said.stdout), 'true\n');
    }
  });

  it('of a file that a variable includes', () => {
    const repository = TestRepository.withGit();
    repository.write({ '.git/more': MORE });
    expectExcludesFile(repository, 'rules', {
      GIT_CONFIG_PARAMETERS: `'include.path'='${repository.path('.git/more')}'`,
    });
  });
});
