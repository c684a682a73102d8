import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { openQuickHash, quickHash } from '../src/index.js';

const CONTENTS: readonly (Uint8Array | string)[] = [
  '',
  'abc',
  'ünï \u{1f600}',
  '\ud800 alone',
  'x'.repeat(1 << 20),
  new Uint8Array(0),
  Buffer.from([0, 255, 128, 10]),
  Buffer.from('in the middle of another').subarray(3, 10),
  new Uint8Array(new SharedArrayBuffer(8)),
  Buffer.alloc(3 << 20, 7),
];

test('a quick digest is that of node:crypto, of bytes and of texts', () => {
  for (const algorithm of ['sha1', 'sha256'] as const)
    for (const [index, content] of CONTENTS.entries())
      assert.equal(quickHash(algorithm, content), createHash(algorithm).update(content).digest('hex'), `${index}`);
});

test('Node 20 and 22 have the quick way, other versions step back', () => {
  const major = Number(process.versions.node.split('.')[0]);
  assert.equal(openQuickHash() !== undefined, major === 20 || major === 22);
});

/** A digest that another Node process made, and what it said meanwhile. */
function hashIn(flags: readonly string[]): { readonly digest: string; readonly said: string } {
  const program = `const { quickHash } = await import(process.argv[1]); console.log(quickHash('sha256', 'abc'));`;
  const source = new URL('../src/quick-hash.js', import.meta.url).href;
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '--eval', program, source], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return { digest: stdout.trim(), said: stderr };
}

test('nothing is said of deprecated internals, whatever Node is told to do about such words', () => {
  for (const flags of [
    [],
    ['--trace-deprecation'],
    ['--throw-deprecation'],
    ['--pending-deprecation', '--no-warnings'],
  ]) {
    const { digest, said } = hashIn(flags);
    assert.equal(digest, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.equal(said, '', flags.join(' '));
  }
});
