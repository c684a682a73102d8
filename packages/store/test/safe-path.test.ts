import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLinkHazard, findPathHazard } from '../src/index.js';

const SAFE = [
  'a',
  'dist/a.js',
  'packages/web/.next/static/[slug]-1.js',
  'a/..b/c..d/...e',
  '.gitignore',
  '.github/x',
  '.trx/y',
  'auxiliary/console/nullable/com10',
  'é/日本/ñ',
  'a b/c d',
  `${'x'.repeat(255)}/${'y'.repeat(255)}`,
  'web/:colon',
  'man/Foo::Bar.3pm',
  'a/.github:x',
  'a/\u{1f469}\u200d\u{1f4bb}.txt',
];

const UNSAFE: readonly [string, RegExp][] = [
  ['', /empty path/],
  ['/etc/passwd', /absolute/],
  ['C:/windows', /absolute/],
  ['c:x', /absolute/],
  ['..', /`\.\.`/],
  ['../x', /`\.\.`/],
  ['a/../../x', /`\.\.`/],
  ['./a', /`\.`/],
  ['a/./b', /`\.`/],
  ['a//b', /empty segment/],
  ['a/', /empty segment/],
  ['a\\..\\b', /backslash/],
  ['a\0b', /control/],
  ['a\nb', /control/],
  ['a\u009fb', /control/],
  ['a/\ud800', /half/],
  ['a/b.', /trailing/],
  ['a./b', /trailing/],
  ['a/b ', /trailing/],
  ['a/CON', /device/],
  ['nul.txt', /device/],
  ['aux.tar.gz/x', /device/],
  ['Com1', /device/],
  ['lpt9.x', /device/],
  ['conin$', /device/],
  ['a/com¹', /device/],
  ['.git/config', /`\.git`/],
  ['a/.GIT/hooks/x', /`\.GIT`/],
  ['GIT~1/config', /`GIT~1`/],
  ['.tr/cache', /`\.tr`/],
  ['.git::$INDEX_ALLOCATION/hooks/x', /`\.git::\$INDEX_ALLOCATION`/],
  ['a/git~1:x', /`git~1:x`/],
  ['TR~1/cache/v1/format.json', /`TR~1`/],
  ['a/aux:x', /device/],
  ['a/.g\u200cit/config', /`\.git`/],
  ['\ufeff.tr/cache', /`\.tr`/],
  ['a/\u200d/b', /empty segment/],
  ['a/.Tr', /`\.Tr`/],
  ['x'.repeat(256), /too long/],
  ['x/'.repeat(3000), /too long/],
];

test('paths that are the same everywhere are safe', () => {
  for (const path of SAFE) assert.equal(findPathHazard(path), undefined, path);
});

test('what is plain enough not to be looked at closely would pass that, too', () => {
  const parts = ['a', 'B1', 'con', 'COM1', 'com10', 'nul', '.', '..', '/', '.git', '.tr', 'git~1', '-', '_', '@', '+'];
  const closely = (path: string): string | undefined => findPathHazard(`é/${path}`);
  for (const a of parts)
    for (const b of parts)
      for (const c of parts)
        for (const d of ['', ...parts]) {
          const path = a + b + c + d;
          if (!path.startsWith('/')) assert.equal(findPathHazard(path), closely(path), path);
        }
});

test('paths that lead out, or mean something else on some system, are not', () => {
  for (const [path, expected] of UNSAFE) assert.match(findPathHazard(path) ?? 'safe', expected, JSON.stringify(path));
});

test('links inside the workspace are safe', () => {
  const links = [
    ['a/b/link', 'x'],
    ['a/b/link', './x/y'],
    ['a/b/link', '../x'],
    ['a/b/link', '../../x/y'],
    ['a/link', '..'],
    ['a/link', '.'],
    ['a/b/link', '../../node_modules/.pnpm/x@1/node_modules/x'],
    ['a/link', 'x/'],
  ] as const;
  for (const [path, target] of links) assert.equal(findLinkHazard(path, target), undefined, `${path} -> ${target}`);
});

test('links that lead out, or may, are not', () => {
  const links = [
    ['link', '..', /out of/],
    ['a/link', '../..', /out of/],
    ['a/link', '../../x', /out of/],
    ['a/link', '/etc/passwd', /absolute/],
    ['a/link', 'C:/x', /absolute/],
    ['a/link', '..\\..\\x', /plain path/],
    ['a/link', 'x\0', /plain path/],
    ['a/link', '', /nowhere/],
    // Through another link `x` this leaves the workspace, whatever it looks like.
    ['a/link', 'x/../../y', /down and up/],
    ['a/link', 'x/..', /down and up/],
    ['a/link', '../.git/hooks', /git or tr/],
    ['a/link', '../.TR/cache', /git or tr/],
    ['a/link', '../.git::$INDEX_ALLOCATION/hooks', /git or tr/],
    ['a/link', '../.g\u200cit/hooks', /git or tr/],
  ] as const;
  for (const [path, target, expected] of links)
    assert.match(findLinkHazard(path, target) ?? 'safe', expected, `${path} -> ${target}`);
});
