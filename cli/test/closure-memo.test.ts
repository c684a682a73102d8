import assert from 'node:assert/strict';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { sha256 } from '@tr/hash';
import type { PackageName } from '@tr/model';
import { openClosureMemo, type ClosureDigests } from '../src/closures/closure-memo.js';

const BOTH = { read: true, write: true };
const QUESTION = sha256('question');
const DIGESTS: ClosureDigests = new Map([
  ['//' as PackageName, { digest: sha256('root') }],
  ['constructor' as PackageName, { digest: sha256('a'), linked: ['vendor/x', '../y'] }],
  ['__proto__' as PackageName, { digest: sha256('b') }],
]);

function createDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'tr-memo-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

/** As a memo is written. */
const sealed = (json: string): string => `${sha256(json)}\n${json}`;

const memosIn = (directory: string): readonly string[] =>
  readdirSync(join(directory, 'closures-v3')).filter((name) => name.endsWith('.json'));

test('is read as it was written, for that question only', (t) => {
  const directory = createDirectory(t);
  const memo = openClosureMemo(directory, BOTH);
  assert.equal(memo.read(QUESTION), undefined);
  memo.write(QUESTION, DIGESTS);
  assert.deepEqual(openClosureMemo(directory, BOTH).read(QUESTION), DIGESTS);
  assert.equal(memo.read(sha256('another')), undefined);
  assert.equal(readFileSync(join(directory, 'closures-v3/.gitignore'), 'utf8'), '*\n');
});

test('what may not be read or written is left alone', (t) => {
  const directory = createDirectory(t);
  openClosureMemo(directory, { read: true, write: false }).write(QUESTION, DIGESTS);
  assert.deepEqual(readdirSync(directory), []);
  openClosureMemo(directory, { read: false, write: true }).write(QUESTION, DIGESTS);
  assert.equal(openClosureMemo(directory, { read: false, write: true }).read(QUESTION), undefined);
});

test('a directory that cannot be made is no trouble', (t) => {
  const directory = createDirectory(t);
  writeFileSync(join(directory, 'file'), '');
  openClosureMemo(join(directory, 'file'), BOTH).write(QUESTION, DIGESTS);
  assert.equal(openClosureMemo(join(directory, 'file'), BOTH).read(QUESTION), undefined);
});

test('what is torn or damaged, of another question or no digest counts as nothing', (t) => {
  const directory = createDirectory(t);
  const memo = openClosureMemo(directory, BOTH);
  memo.write(QUESTION, DIGESTS);
  const path = join(directory, 'closures-v3', `${QUESTION}.json`);
  const whole = readFileSync(path, 'utf8');
  const json = whole.slice(whole.indexOf('\n') + 1);
  const changed = (from: string | RegExp, to: string): string => sealed(json.replace(from, to));
  assert.equal(sealed(json), whole);
  for (const text of [
    '',
    whole.slice(0, -20),
    json,
    // A digest that stands for other packages would be believed as long as the lockfile stays.
    whole.replace(sha256('a'), sha256('b')),
    ...['[]', 'null', '{}'].map(sealed),
    changed(QUESTION, sha256('another')),
    changed(sha256('a'), sha256('a').slice(1)),
    changed('"vendor/x"', '7'),
    changed('["vendor/x","../y"]', '7'),
    changed(/"digests":.*/, '"digests":{"a":1}}'),
    changed(/"digests":.*/, '"digests":[["a",null]]}'),
  ]) {
    writeFileSync(path, text);
    assert.equal(memo.read(QUESTION), undefined, text);
  }
  writeFileSync(path, whole);
  assert.deepEqual(memo.read(QUESTION), DIGESTS);
});

test('the last sixteen are kept, and what a killed process left is removed', (t) => {
  const directory = createDirectory(t);
  const memo = openClosureMemo(directory, BOTH);
  for (let at = 0; at < 20; at++) {
    const question = sha256(`question ${at}`);
    memo.write(question, DIGESTS);
    const writtenAt = 1_700_000_000 + at;
    utimesSync(join(directory, 'closures-v3', `${question}.json`), writtenAt, writtenAt);
  }
  for (const [name, writtenAt] of [
    ['.1.tmp', 1_700_000_000],
    ['.2.tmp', Date.now() / 1000],
  ] as const) {
    writeFileSync(join(directory, 'closures-v3', name), '');
    utimesSync(join(directory, 'closures-v3', name), writtenAt, writtenAt);
  }
  memo.write(QUESTION, DIGESTS);
  const kept = [QUESTION, ...Array.from({ length: 15 }, (_, at) => sha256(`question ${at + 5}`))];
  assert.deepEqual(new Set(memosIn(directory)), new Set(kept.map((question) => `${question}.json`)));
  assert.deepEqual(
    readdirSync(join(directory, 'closures-v3')).filter((name) => name.endsWith('.tmp')),
    ['.2.tmp'],
  );
});

test('of a directory that a link leads to nothing is removed', (t) => {
  const [directory, outside] = [createDirectory(t), createDirectory(t)];
  const names = Array.from({ length: 20 }, (_, at) => `${at}.json`);
  for (const name of [...names, 'old.tmp']) {
    writeFileSync(join(outside, name), '');
    utimesSync(join(outside, name), 1, 1);
  }
  symlinkSync(outside, join(directory, 'closures-v3'));
  openClosureMemo(directory, BOTH).write(QUESTION, DIGESTS);
  for (const name of [...names, 'old.tmp']) assert.ok(existsSync(join(outside, name)), name);
});
