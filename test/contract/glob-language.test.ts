import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileOutputs } from '@tr/artifact';
import { createPathMatcher } from '@tr/fingerprint';

/**
 * Inputs and outputs have matchers of their own: one steers a walk, the other checks untrusted paths. The language must be
 * the same. Left out is what is meant to differ: a directory that is named (`dist`, `dist/*`/`) is an output with all that
 * is in it, and no input, since inputs are files.
 */
const GLOBS = [
  ['**', '*', '**/*.js', 'dist/**', 'dist/*', 'dist/**/*', 'dist/**/*.js', 'dist/*.js', './dist/*.js', 'dist//*.js'],
  ['dist/../dist/*.js', 'dist/**/sub/**', 'dist/**/**/a.js', 'dist/.*', 'dist/**/.*', 'dist/?.js', 'dist/??.js'],
  ['dist/[ab].js', 'dist/[!a].js', 'dist/[^a].js', 'dist/[a-c]*', 'dist/[!.]*', 'dist/[!a-b]*.js', 'dist/[]].js'],
  ['dist/{a,b}.js', 'dist/{a,sub/b}.js', 'dist/{*.js,sub/**}', 'dist/*.{js,css}', 'dist/{a,}.js', 'dist/{a}*.js'],
  ['dist/{a..c}*.js', 'dist/{1..3}*.js', 'dist/{{a},b}*.js', 'dist/*(a).js', 'dist/@(a|b)*.js', 'dist/+(a)*.js'],
  [
    String.raw`dist/\*.*`,
    String.raw`dist/\[a]*`,
    String.raw`dist/\{a\}*`,
    'dist/a+b.*',
    'dist/$a.*',
    'dist/a b.*',
    'dist/!a*',
  ],
].flat();

const PATHS = [
  ['a.js', 'x', 'dist/a.js', 'dist/b.js', 'dist/c.js', 'dist/aa.js', 'dist/1.js', 'dist/x', 'dist/js', 'dist/ajs'],
  [
    'dist/*.js',
    'dist/(a).js',
    'dist/x(a).js',
    'dist/a+b.js',
    'dist/$a.js',
    'dist/a|b.js',
    'dist/a b.js',
    'dist/[a].js',
  ],
  [
    'dist/].js',
    'dist/{a}.js',
    'dist/{a',
    'dist/!a.js',
    'dist/!.js',
    'dist/^.js',
    'dist/@a.js',
    'dist/a..c.js',
    'dist/1..3.js',
    'dist/@(a|b).js',
    'dist/+(a).js',
    'dist/ü.js',
  ],
  ['dist/.hidden', 'dist/.hidden/x', 'dist/.js', 'dist/a.css', 'dist/x/y', 'dist/sub/a.js', 'dist/sub/b.js'],
  ['dist/sub/deep/a.js', 'dist/deep/sub/x/y', 'other/dist/a.js'],
].flat();

for (const glob of GLOBS) {
  test(`${glob} has the same files as input and as output`, () => {
    const isInput = createPathMatcher([glob]);
    const outputs = compileOutputs({ include: [glob], exclude: [] }, '');
    assert.deepEqual(
      PATHS.filter((path) => outputs.matches(path)),
      PATHS.filter((path) => isInput(path)),
    );
  });
}

test('every glob of the table has some path, so that agreeing means something', () => {
  assert.deepEqual(
    GLOBS.filter((glob) => !PATHS.some(createPathMatcher([glob]))),
    [],
  );
});
