import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import {
  canonicalJson,
  createRunningDigest,
  digestOf,
  gitBlobId,
  isSameDigest,
  isSha256,
  parseJsonBytes,
  sha256,
} from '../src/index.js';

describe('sha256', () => {
  it('has the published value of the empty string and of abc', () => {
    assert.equal(sha256(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    assert.equal(sha256('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.equal(sha256(Buffer.from('abc')), sha256('abc'));
  });

  it('accepts only 64 lower-case hex digits from outside', () => {
    assert.equal(isSha256(sha256('')), true);
    for (const bad of ['', 'E3'.repeat(32), 'e3'.repeat(31), `${'e3'.repeat(32)}\n`, 7, undefined]) {
      assert.equal(isSha256(bad), false);
    }
  });
});

describe('a running digest', () => {
  const bytes = Buffer.from('hello world');
  for (const pieces of [
    [],
    [bytes],
    [bytes.subarray(0, 4), bytes.subarray(4)],
    [...bytes].map((byte) => Buffer.of(byte)),
  ]) {
    it(`of ${pieces.length} pieces is that of the whole`, () => {
      const running = createRunningDigest();
      for (const piece of pieces) running.update(piece);
      assert.deepEqual(running.finish(), digestOf(Buffer.concat(pieces)));
    });
  }

  it('is the same as another when hash and size are', () => {
    const digest = digestOf(bytes);
    assert.ok(isSameDigest(digest, digestOf(Buffer.from('hello world'))));
    assert.ok(!isSameDigest(digest, digestOf(Buffer.from('hellO world'))));
    assert.ok(!isSameDigest(digest, { ...digest, size: digest.size + 1 }));
  });
});

describe('canonicalJson', () => {
  for (const [value, text] of [
    [{ b: 1, a: [true, null, 'x"\u2028'] }, '{"a":[true,null,"x\\"\u2028"],"b":1}'],
    [{ a: undefined, b: {} }, '{"b":{}}'],
    [{ 10: 'x', 9: 'y', a: -0 }, '{"10":"x","9":"y","a":0}'],
    [JSON.parse('{"__proto__":{"x":1}}'), '{"__proto__":{"x":1}}'],
    [{ é: 1, z: 2, Z: 3, '\u{1F600}': 4, '\uFB01': 5 }, '{"Z":3,"z":2,"é":1,"\u{1F600}":4,"\uFB01":5}'],
    ['\uD800', '"\\ud800"'],
  ] as const) {
    it(`is ${text}`, () => assert.equal(canonicalJson(value), text));
  }

  const hole: unknown[] = [1];
  hole[2] = 2;
  for (const bad of [
    NaN,
    Infinity,
    [undefined],
    hole,
    undefined,
    1n,
    () => 1,
    new Date(0),
    new Map(),
    Buffer.from('x'),
  ]) {
    it(`refuses a ${typeof bad} ${inspect(bad)}`, () =>
      assert.throws(() => canonicalJson(bad), { name: 'InvariantError' }));
  }

  it('does not depend on the order of keys', () => {
    const entries = Array.from({ length: 50 }, (_, at) => [`k${(at * 7919) % 50}`, { v: at }] as const);
    const text = canonicalJson(Object.fromEntries(entries));
    for (let turn = 0; turn < 20; turn++) {
      const shuffled = entries.map((entry, at) => entries[(at * 17 + turn) % entries.length] ?? entry);
      assert.equal(canonicalJson(Object.fromEntries(shuffled)), text);
    }
  });
});

describe('parseJsonBytes', () => {
  it('gives the value, one call after the other', () => {
    for (const value of [{ a: 'ä€😀' }, [], null, 0]) {
      assert.equal(parseJsonBytes(Buffer.from([0x22, 0xff, 0x22])), undefined);
      assert.equal(parseJsonBytes(Buffer.from('"\u00e4', 'utf8').subarray(0, -1)), undefined);
      assert.deepEqual(parseJsonBytes(Buffer.from(JSON.stringify(value))), value);
    }
  });
  for (const bad of ['', '{', '{"a":1}x', 'undefined'])
    it(`has no value for \`${bad}\``, () => assert.equal(parseJsonBytes(Buffer.from(bad)), undefined));
});

describe('gitBlobId', () => {
  it('has the ids git gives', () => {
    assert.equal(gitBlobId(Buffer.alloc(0)), 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
    assert.equal(gitBlobId(Buffer.from('hello\n')), 'ce013625030ba8dba906f756967f9e9ca394464a');
    const sha = createHash('sha256').update('blob 6\0hello\n').digest('hex');
    assert.equal(gitBlobId(Buffer.from('hello\n'), 'sha256'), sha);
  });
});
