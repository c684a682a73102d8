import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '@tr/hash';
import { fromManifestBytes, parseManifest, toManifestBytes } from '../src/index.js';
import { keyOf, manifestOf } from './temp-folder.js';

const digest = digestOf(Buffer.from('x'));
const file = { type: 'file', path: 'dist/a', executable: false, digest };
const KEY = keyOf('key');
const valid = { ...manifestOf('key'), entries: [file] };

test('a valid manifest comes back as it was', () => {
  assert.deepEqual(parseManifest(valid, KEY), { ok: true, value: valid });
  assert.deepEqual(fromManifestBytes(toManifestBytes(manifestOf('key')), KEY), { ok: true, value: manifestOf('key') });
});

test('a manifest with packs comes back as it was', () => {
  const packed = { ...valid, packs: [digest] };
  assert.deepEqual(parseManifest(packed, KEY), { ok: true, value: packed });
  const parsed = parseManifest(packed, KEY);
  assert.ok(parsed.ok);
  assert.deepEqual(fromManifestBytes(toManifestBytes(parsed.value), KEY), parsed);
});

test('equal manifests have equal bytes, whatever the order of their fields', () => {
  const { entries, ...rest } = manifestOf('key');
  assert.deepEqual(toManifestBytes({ entries, ...rest }), toManifestBytes({ ...rest, entries }));
});

const HOSTILE: readonly [string, unknown, RegExp][] = [
  ['null', null, /object/],
  ['a list', [], /object/],
  ['version 1, without packs', { ...valid, formatVersion: 1 }, /format version 1/],
  ['version 2, with one pack', { ...valid, formatVersion: 2 }, /format version 2/],
  ['a version to come', { ...valid, formatVersion: 4 }, /format version 4/],
  ['a version as text', { ...valid, formatVersion: '1' }, /format version/],
  ['another key', { ...valid, actionKey: keyOf('other') }, /action key/],
  ['no task', { ...valid, task: undefined }, /wrong type/],
  ['a task without a package', { ...valid, task: '#build' }, /wrong type/],
  ['a negative duration', { ...valid, durationMs: -1 }, /wrong type/],
  ['a duration that is no number', { ...valid, durationMs: Number.NaN }, /wrong type/],
  ['a huge producer', { ...valid, producer: 'x'.repeat(300) }, /wrong type/],
  ['no log', { ...valid, log: undefined }, /digest/],
  ['a path as log', { ...valid, log: { hash: '../../x', size: 1 } }, /digest/],
  ['an upper-case hash', { ...valid, log: { hash: digest.hash.toUpperCase(), size: 1 } }, /digest/],
  ['packs that are no list', { ...valid, packs: digest }, /malformed list of packs/],
  ['a list of no packs', { ...valid, packs: [] }, /other sizes/],
  ['a pack that is no digest', { ...valid, packs: ['x'] }, /malformed pack/],
  ['a pack that is longer than its files', { ...valid, packs: [{ ...digest, size: 2 }] }, /other sizes/],
  ['a pack that is shorter than its files', { ...valid, packs: [{ ...digest, size: 0 }] }, /other sizes/],
  ['more packs than its files fill', { ...valid, packs: [digest, digest] }, /other sizes/],
  ['a file of another size than the log of the same hash', { ...valid, log: { ...digest, size: 2 } }, /two sizes/],
  [
    'two files of one hash and two sizes',
    { ...valid, entries: [file, { ...file, path: 'dist/b', digest: { ...digest, size: 2 } }] },
    /two sizes/,
  ],
  ['a closure that is no digest', { ...valid, externalClosure: { hash: 'x', size: 1 } }, /digest/],
  ['no entries', { ...valid, entries: undefined }, /list/],
  ['entries as object', { ...valid, entries: { length: 1 } }, /list/],
  ['an entry that is null', { ...valid, entries: [null] }, /malformed entry/],
  ['an entry without a path', { ...valid, entries: [{ ...file, path: 7 }] }, /malformed entry/],
  ['an unknown type', { ...valid, entries: [{ ...file, type: 'device' }] }, /type "device"/],
  ['a path that leads out', { ...valid, entries: [{ ...file, path: '../a' }] }, /`\.\.`/],
  ['a mode that is no boolean', { ...valid, entries: [{ ...file, executable: 'yes' }] }, /mode/],
  ['a negative size', { ...valid, entries: [{ ...file, digest: { ...digest, size: -1 } }] }, /digest/],
  ['half a byte', { ...valid, entries: [{ ...file, digest: { ...digest, size: 0.5 } }] }, /digest/],
  ['an infinite size', { ...valid, entries: [{ ...file, digest: { ...digest, size: Infinity } }] }, /digest/],
  ['the same path twice', { ...valid, entries: [file, file] }, /order/],
  [
    'unsorted entries',
    {
      ...valid,
      entries: [
        { ...file, path: 'b' },
        { ...file, path: 'a' },
      ],
    },
    /order/,
  ],
  ['a link out', { ...valid, entries: [{ type: 'symlink', path: 'a/l', target: '../../x' }] }, /out of/],
  ['a link to a number', { ...valid, entries: [{ type: 'symlink', path: 'a/l', target: 7 }] }, /link/],
  [
    'more bytes than there can be',
    {
      ...valid,
      entries: ['a', 'b'].map((path) => ({ ...file, path, digest: { ...digest, size: 2 ** 39 + 1 } })),
    },
    /bytes of files/,
  ],
  ['too many entries', { ...valid, entries: { __proto__: Array.prototype, length: 2e6 } }, /list/],
  ['more entries than there can be', { ...valid, entries: Array.from({ length: 1_000_001 }) }, /1000001 entries/],
];

for (const [title, value, expected] of HOSTILE) {
  test(`refuses ${title}`, () => {
    const parsed = parseManifest(value, KEY);
    assert.ok(!parsed.ok);
    assert.match(parsed.failure.detail, expected);
    assert.ok(parsed.failure.detail.length < 250 && !parsed.failure.detail.includes('\n'));
  });
}

test('bytes that are not JSON or not UTF-8 are refused', () => {
  for (const bytes of [Buffer.from(''), Buffer.from('{'), Buffer.from([0xff, 0xfe]), Buffer.from('[1,2')])
    assert.deepEqual(fromManifestBytes(bytes, KEY), { ok: false, failure: { detail: 'not JSON' } });
});
