import assert from 'node:assert/strict';
import { rmSync, utimesSync } from 'node:fs';
import { describe, it } from 'node:test';
import { NO_OUTPUTS, TestRepository, toSpec } from './rig/repository.js';

const CRLF = 'one\r\ntwo\r\n';
const LF = 'one\ntwo\n';

async function expectGitIds(repository: TestRepository, paths: readonly string[]): Promise<void> {
  assert.deepEqual(await repository.inputs(['f/**']), repository.hashObject(...paths));
}

describe('ids equal those of `git hash-object --path`', () => {
  for (const [what, files, config] of [
    ['no attributes', {}, {}],
    ['* text eol=lf', { '.gitattributes': '* text eol=lf\n' }, {}],
    ['* text=auto', { '.gitattributes': '* text=auto\n' }, {}],
    ['only some files', { '.gitattributes': '*.txt text\n' }, {}],
    ['nested attributes', { 'f/.gitattributes': '*.txt text\n' }, {}],
    ['a nested exception', { '.gitattributes': '* text\n', 'f/.gitattributes': '*.txt -text\n' }, {}],
    ['info/attributes', { '.git/info/attributes': '*.txt text\n' }, {}],
    ['core.autocrlf=true', {}, { 'core.autocrlf': 'true' }],
    ['core.autocrlf=input', {}, { 'core.autocrlf': 'input' }],
    ['ident', { '.gitattributes': '* ident\n' }, {}],
    ['binary', { '.gitattributes': '* binary\n' }, { 'core.autocrlf': 'true' }],
    ['a macro', { '.gitattributes': '[attr]words text\n*.txt words\n' }, {}],
    ['another encoding', { '.gitattributes': 'f/utf16.txt text working-tree-encoding=UTF-16LE\n' }, {}],
    ['a filter', { '.gitattributes': '*.up filter=upper\n' }, { 'filter.upper.clean': 'tr a-z A-Z' }],
    [
      'a filter in a macro',
      { '.gitattributes': '[attr]u filter=upper\n*.up u\n' },
      { 'filter.upper.clean': 'tr a-z A-Z' },
    ],
  ] as const) {
    it(what, async () => {
      const repository = TestRepository.withGit();
      for (const [name, value] of Object.entries(config)) repository.git('config', name, value);
      repository.write({
        ...files,
        'f/crlf.txt': CRLF,
        'f/lf.txt': LF,
        'f/crlf.bin': `\0${CRLF}`,
        'f/id.txt': '$Id: 123 $\n',
        'f/utf16.txt': Buffer.from('hi\r\n', 'utf16le'),
        'f/x.up': 'lower',
        'f/quote"\\\nname.txt': CRLF,
      });
      const paths = ['crlf.bin', 'crlf.txt', 'id.txt', 'lf.txt', 'quote"\\\nname.txt', 'utf16.txt', 'x.up'].map(
        (name) => `f/${name}`,
      );
      const expected = 'f/.gitattributes' in files ? ['f/.gitattributes', ...paths] : paths;
      await expectGitIds(repository, expected);
      repository.commit();
      const clean = await repository.inputs(['f/**']);
      assert.deepEqual(Object.keys(clean), expected);
      for (const path of paths) utimesSync(repository.path(path), 1, 1);
      assert.deepEqual(await repository.inputs(['f/**']), clean);
    });
  }

  it('blanks beyond ASCII and vertical ones are part of a pattern', async () => {
    const repository = TestRepository.withGit();
    repository.git('config', 'filter.upper.clean', 'tr a-z A-Z');
    // As macOS calls its screenshots.
    const paths = ['f/9.41\u202fAM.png', 'f/a\u00a0b.up', 'f/a\vb.up'];
    repository.write(Object.fromEntries(paths.map((path) => [path, 'lower'])));
    repository.write({ '.gitattributes': paths.map((path) => `${path} filter=upper\n`).join('') });
    await expectGitIds(repository, paths);
  });

  it('with an attributes file that is named from the top of the work tree', async () => {
    const repository = TestRepository.withGit();
    repository.git('config', 'core.attributesFile', 'own-attributes');
    repository.write({ 'f/a.txt': CRLF, 'own-attributes': '*.txt text\n' });
    await expectGitIds(repository, ['f/a.txt']);
  });

  it('with the attributes file of the user', async () => {
    const repository = TestRepository.withGit();
    new TestRepository(repository.home).write({ '.config/git/attributes': '*.txt text\n' });
    repository.write({ 'f/a.txt': CRLF });
    await expectGitIds(repository, ['f/a.txt']);
  });

  it('with the configuration of the user, included and conditional', async () => {
    const repository = TestRepository.withGit();
    new TestRepository(repository.home).write({
      '.gitconfig': `[include]\n\tpath = more\n[includeIf "gitdir:${repository.root}/"]\n\tpath = ~/here\n`,
      more: '[core]\n\tautocrlf = true ; as on Windows\n',
    });
    repository.write({ 'f/a.txt': CRLF });
    await expectGitIds(repository, ['f/a.txt']);
    new TestRepository(repository.home).write({ here: '[core]\n\tautocrlf = "false"\n' });
    await expectGitIds(repository, ['f/a.txt']);
  });

  it('in a workspace below the top, whose attributes are above it', async () => {
    const repository = TestRepository.withGit();
    repository.write({ '.gitattributes': '/x/y/*.txt text\n', 'x/y/a.txt': CRLF, 'x/y/z/b.txt': CRLF });
    const index = repository.open({ git: repository.location, root: repository.path('x/y') });
    const expected = repository.hashObject('x/y/a.txt', 'x/y/z/b.txt');
    assert.deepEqual(await repository.inputs([], '', index), {
      'a.txt': expected['x/y/a.txt'],
      'z/b.txt': expected['x/y/z/b.txt'],
    });
  });
});

describe('a file that lies on disk as git stores it, by a filter that was not applied, is marked', () => {
  const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'1'.repeat(64)}\nsize 7\n`;
  const ENCRYPTED = '\0GITCRYPT\0abc';
  /** A filter as Git LFS and git-crypt have them: what is stored says it all, and stays as it is. */
  const clean = (stored: string): string => `printf '${stored.replaceAll('\0', '\\0').replaceAll('\n', '\\n')}'`;
  const large = `${POINTER}${'x'.repeat(1024)}`;

  for (const [what, attributes, stored, contents] of [
    ['a pointer of Git LFS', 'x.bin filter=lfs diff=lfs merge=lfs -text', POINTER, ['content', large]],
    ['what git-crypt encrypted', 'x.bin filter=git-crypt diff=git-crypt', ENCRYPTED, ['secret', ENCRYPTED.slice(1)]],
    ['what git-crypt encrypted, large', 'x.bin filter=git-crypt', ENCRYPTED + 'x'.repeat(4096), ['secret']],
    ['by a macro', '[attr]big filter=lfs\nx.bin big', POINTER, ['content']],
  ] as const) {
    it(what, async () => {
      const repository = TestRepository.withGit();
      for (const name of ['lfs', 'git-crypt']) repository.git('config', `filter.${name}.clean`, clean(stored));
      repository.write({ '.gitattributes': `${attributes}\n`, 'a/x.bin': contents[0] });
      repository.commit();
      const { 'a/x.bin': id, ...others } = await repository.inputs();
      assert.deepEqual({ id }, { id: repository.hashObject('a/x.bin')['a/x.bin'] });
      repository.write({ 'a/x.bin': stored });
      const marked = { 'a/x.bin': `${id}+stored`, ...others };
      assert.deepEqual(await repository.inputs(), marked);
      repository.git('add', '-A');
      repository.settle();
      assert.deepEqual(await repository.inputs(), marked);
      const below = repository.open({ git: repository.location, root: repository.path('a') });
      assert.equal((await repository.inputs([], '', below))['x.bin'], `${id}+stored`);
      for (const content of contents) {
        repository.write({ 'a/x.bin': content });
        assert.equal((await repository.inputs())['a/x.bin'], id);
      }
      rmSync(repository.path('.git'), { recursive: true });
      repository.write({ 'a/x.bin': stored });
      assert.match(
        String((await repository.inputs([], '', repository.open({ git: undefined })))['a/x.bin']),
        /\+stored$/,
      );
    });
  }
});

it('a pointer of Git LFS where none of its files belong is a text like any other', async () => {
  const repository = TestRepository.withGit();
  const text = 'version https://git-lfs.github.com/spec/v1\n';
  repository.write({ '.gitattributes': '*.bin filter=lfs\n', 'a.txt': text, 'b/.gitattributes': '*.txt filter=lfs\n' });
  repository.write({ 'b/c/a.txt': text, 'd.txt/a.md': text });
  const ids = await repository.inputs(['**/a.*']);
  assert.deepEqual(
    Object.keys(ids).filter((path) => ids[path]?.endsWith('+stored')),
    ['b/c/a.txt'],
  );
});

describe('git is started', () => {
  it('never where no conversion can matter', async () => {
    const repository = TestRepository.withGit();
    repository.write({ '.gitattributes': '* text=auto\n*.png filter=lfs\n', a: LF, b: 'x' });
    assert.deepEqual(await repository.inputs(), repository.hashObject('.gitattributes', 'a', 'b'));
    assert.deepEqual(repository.gitCalls, []);
  });

  it('once for all files of a walk, and not again for what it answered', async () => {
    const repository = TestRepository.withGit();
    repository.write({ '.gitattributes': '* text=auto\n', a: CRLF, b: `${CRLF}b` });
    for (const name of ['a', 'b']) utimesSync(repository.path(name), 1, 1);
    const first = repository.open({ git: repository.location });
    const ids = await repository.inputs([], '', first);
    first.save();
    assert.equal(repository.gitCalls.length, 1);
    assert.deepEqual(await repository.inputs(), ids);
    assert.equal(repository.gitCalls.length, 1);
  });

  it('again when the rules changed', async () => {
    const repository = TestRepository.withGit();
    repository.write({ '.gitattributes': '* text=auto\n', a: CRLF });
    utimesSync(repository.path('a'), 1, 1);
    const first = repository.open({ git: repository.location });
    await repository.inputs([], '', first);
    first.save();
    for (const attributes of ['* -text\n', '* text eol=lf\n', undefined, '* text\n']) {
      if (attributes === undefined) rmSync(repository.path('.gitattributes'));
      else repository.write({ '.gitattributes': attributes });
      const index = repository.open({ git: repository.location });
      const ids = await repository.inputs([], '', index);
      index.save();
      assert.equal(ids['a'], repository.hashObject('a')['a'], String(attributes));
    }
    repository.git('config', 'core.autocrlf', 'true');
    rmSync(repository.path('.gitattributes'));
    assert.deepEqual(await repository.inputs(), repository.hashObject('a'));
  });

  it('and its failure is one', async () => {
    const repository = TestRepository.withGit();
    repository.git('config', 'filter.broken.clean', 'exit 3');
    repository.git('config', 'filter.broken.required', 'true');
    repository.write({ '.gitattributes': '*.x filter=broken\n', 'a.x': '1' });
    const answer = await repository.open({ git: repository.location }).inputsOf('', toSpec([]), NO_OUTPUTS);
    assert.equal(!answer.ok && answer.failure.code, 'fingerprint/git-failed');
    const without = await repository
      .open({ git: repository.location, runGit: undefined })
      .inputsOf('', toSpec([]), NO_OUTPUTS);
    assert.equal(!without.ok && without.failure.code, 'fingerprint/git-failed');
  });
});
