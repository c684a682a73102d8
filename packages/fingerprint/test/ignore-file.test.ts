import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseIgnoreFile } from '../src/git/ignore-file.js';
import { TestRepository } from './rig/repository.js';

const PATHS = [
  'a',
  'b',
  'foo',
  'foo/bar',
  'foo/bar/baz',
  'x/foo',
  'x/y/foo',
  'build/',
  'x/build/',
  'a.log',
  'x/a.log',
  'a b',
  'a ',
  '#x',
  '!x',
  'doc/frotz',
  'x/doc/frotz',
  'é.log',
  'abc',
  'a-c',
  'ABC',
  'a]c',
  'a1c',
  'x/y/z/a',
  'foo/x/y/bar',
  'é',
  'x/\u{1F600}',
  '[a',
  'z',
];

const FILES: readonly (readonly string[])[] = [
  ['foo'],
  ['foo/'],
  ['/foo'],
  ['foo/*'],
  ['foo/**'],
  ['**/foo'],
  ['**/foo/bar'],
  ['foo/**/bar'],
  ['x/**'],
  ['/**/foo'],
  ['build'],
  ['build/'],
  ['/build/'],
  ['*.log', '!a.log'],
  ['!a.log', '*.log'],
  ['*.log', '!x/*.log'],
  ['doc/frotz'],
  ['/doc/frotz'],
  ['a b'],
  ['a\\ '],
  ['a '],
  ['\\#x'],
  ['#x'],
  ['\\!x'],
  ['!x'],
  ['a[bB]c'],
  ['A[B]C'],
  ['FOO/B*'],
  ['*.LOG'],
  ['É.log'],
  ['a[[:upper:]]c'],
  ['[A-C]*'],
  ['a[!b]c'],
  ['a[^b]c'],
  ['a[[:digit:]]c'],
  ['a[]]c'],
  ['a[b-'],
  ['a?c'],
  ['a*c'],
  ['a**c'],
  ['f**o/bar'],
  ['*'],
  ['*', '!foo'],
  ['/*', '!/foo'],
  ['/'],
  ['//'],
  ['foo//bar'],
  ['**'],
  ['**/'],
  ['\uFEFFfoo'],
  ['foo\r'],
  ['a\\b\\c'],
  ['x/*/foo'],
  ['abc\\'],
  // One byte, which no letter beyond ASCII is.
  ['?'],
  ['??'],
  ['[!a]'],
  ['[é]'],
  ['/[^a]/'],
  ['x/?'],
  ['x/[\u{1F600}]'],
  // Sets that are not in order, not closed, not of a known class, or hold a slash.
  ['[z-a]'],
  ['[a*'],
  ['[a'],
  ['a[[:foo:]]c'],
  ['a[[:foo]c'],
  ['[a/b]'],
  ['a[/]c'],
  ['a[a-é]c'],
  ['a[\\a-z]c'],
  ['f**/bar'],
  ['foo/**/**/bar'],
  ['x/**/a/**'],
];

for (const ignoreCase of [false, true])
  describe(`an ignore file says what git says, ${ignoreCase ? 'without' : 'with'} case`, () => {
    const repository = TestRepository.withGit();
    repository.git('config', 'core.ignoreCase', String(ignoreCase));
    for (const path of PATHS) {
      if (path.endsWith('/')) mkdirSync(repository.path(path), { recursive: true });
    }
    for (const lines of FILES) {
      it(JSON.stringify(lines.join('\n')), () => {
        repository.write({ '.gitignore': lines.join('\n') });
        const rules = parseIgnoreFile(lines.join('\n'), ignoreCase);
        const ours = PATHS.filter((path) => isIgnored(path, (each, isDirectory) => rules.verdict(each, isDirectory)));
        assert.deepEqual(ours, ignoredByGit(repository));
      });
    }
  });

describe('a class in an ignore file', () => {
  // Every name but those with the end of the text or a slash in them.
  const characters = Array.from({ length: 0x7f }, (_, at) => String.fromCharCode(at + 1)).filter(
    (char) => char !== '/',
  );
  const names = [
    'alnum',
    'alpha',
    'blank',
    'cntrl',
    'digit',
    'graph',
    'lower',
    'print',
    'punct',
    'space',
    'upper',
    'xdigit',
  ];
  for (const ignoreCase of [false, true]) {
    const repository = TestRepository.withGit();
    repository.git('config', 'core.ignoreCase', String(ignoreCase));
    for (const name of [...names, 'constructor', 'Alpha']) {
      it(`[:${name}:] is git's, ${ignoreCase ? 'without' : 'with'} case`, () => {
        repository.write({ '.gitignore': `x[[:${name}:]]` });
        const rules = parseIgnoreFile(`x[[:${name}:]]`, ignoreCase);
        const paths = characters.map((char) => `x${char}`);
        const ours = paths.filter((path) => rules.verdict(path, false) === 'ignored');
        assert.deepEqual(ours, ignoredByGit(repository, paths));
        assert.equal(ours.length > 0, names.includes(name));
      });
    }
  }
});

describe('an ignore file with many stars', () => {
  it('is compared in time', () => {
    const rules = parseIgnoreFile(`${'*a'.repeat(60)}b\nx/${'**/a/'.repeat(60)}b\nx/${'**/'.repeat(200)}b`, false);
    assert.equal(rules.verdict('a'.repeat(250), false), undefined);
    assert.equal(rules.verdict(`x/${'a/'.repeat(200)}c`, false), undefined);
  });
});

/** A path is ignored with a directory above it. */
function isIgnored(path: string, verdict: (path: string, isDirectory: boolean) => string | undefined): boolean {
  const names = path.replace(/\/$/, '').split('/');
  return names.some((_, at) => {
    const isDirectory = at < names.length - 1 || path.endsWith('/');
    return verdict(names.slice(0, at + 1).join('/'), isDirectory) === 'ignored';
  });
}

function ignoredByGit(repository: TestRepository, paths = PATHS): readonly string[] {
  const done = spawnSync('git', ['check-ignore', '--no-index', '-z', '--stdin'], {
    cwd: repository.root,
    env: repository.env,
    // A slash at the end would be taken for one more, empty name.
    input: paths.map((path) => path.replace(/\/$/, '')).join('\0'),
    encoding: 'utf8',
  });
  const ignored = new Set(done.stdout.split('\0'));
  return paths.filter((path) => ignored.has(path.replace(/\/$/, '')));
}
