import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineAssembler } from '../../src/run/line-assembler.js';
import { lastLines } from '../../src/run/last-lines.js';
import { type ByteString, fromByteString, toByteString } from '../../src/run/byte-string.js';
import { prefixLines } from '../../src/run/prefix-lines.js';

const PREFIX = 'ü:x: ';

function pieces(log: Uint8Array, prefix: string): ByteString[] {
  const printed: ByteString[] = [];
  prefixLines(log, { prefix: toByteString(prefix), print: (lines) => printed.push(lines) });
  return printed;
}

function prefixed(log: Uint8Array, prefix = PREFIX): Buffer {
  return Buffer.concat(pieces(log, prefix).map(fromByteString));
}

for (const [text, expected] of [
  ['', ''],
  ['a', 'ü:x: a\n'],
  ['a\n', 'ü:x: a\n'],
  ['\n', 'ü:x: \n'],
  ['a\n\nb', 'ü:x: a\nü:x: \nü:x: b\n'],
  ['$& $1\n', 'ü:x: $& $1\n'],
  ['日本\r\n✓\n', 'ü:x: 日本\r\nü:x: ✓\n'],
] as const) {
  test(`prefixes ${JSON.stringify(text)}`, () => {
    assert.equal(prefixed(Buffer.from(text)).toString(), expected);
  });
}

test('bytes that are no text come through unchanged', () => {
  const all = Uint8Array.from({ length: 256 }, (_, index) => index);
  const expected = [Buffer.from('p '), all.subarray(0, 11), Buffer.from('p '), all.subarray(11), Buffer.from('\n')];
  assert.deepEqual(prefixed(all, 'p '), Buffer.concat(expected));
  assert.deepEqual(prefixed(all, ''), Buffer.concat([all, Buffer.from('\n')]));
});

test('a log of several blocks is prefixed as one', () => {
  const line = `${'x'.repeat(700)}\n`;
  const log = Buffer.from(line.repeat(5000));
  assert.ok(pieces(log, PREFIX).length > 1);
  assert.ok(prefixed(log).toString() === `${PREFIX}${line}`.repeat(5000));
});

test('a block may be one endless line', () => {
  const long = Buffer.alloc(3 << 20, 'x');
  assert.equal(prefixed(long).length, long.length + Buffer.byteLength(PREFIX) + 1);
});

test('an assembler gives whole lines however the bytes are cut, multi-byte characters too', () => {
  const text = Buffer.from('één\n日本\n\n🦊 fox\nrest');
  for (let size = 1; size <= text.length; size++) {
    const lines = new LineAssembler();
    const pieces: string[] = [];
    for (let at = 0; at < text.length; at += size) {
      const piece = Buffer.from(lines.push(text.subarray(at, at + size))).toString();
      assert.ok(piece === '' || piece.endsWith('\n'));
      pieces.push(piece);
    }
    assert.equal(pieces.join(''), 'één\n日本\n\n🦊 fox\n', `cut every ${size} bytes`);
    assert.equal(Buffer.from(lines.takeRest()).toString(), 'rest');
    assert.equal(lines.takeRest().length, 0);
  }
});

test('an assembler keeps its own copy of a torn line', () => {
  const chunk = Buffer.from('torn');
  const lines = new LineAssembler();
  lines.push(chunk);
  chunk.fill('x');
  assert.equal(Buffer.from(lines.push(Buffer.from('\n'))).toString(), 'torn\n');
});

test('an endless line is let go in pieces', () => {
  const lines = new LineAssembler();
  let out = 0;
  for (let index = 0; index < 40; index++) out += lines.push(Buffer.alloc(100_000, 'x')).length;
  out += lines.takeRest().length;
  assert.equal(out, 4_000_000);
});

for (const [name, log, count, expected] of [
  ['the last lines', 'a\nb\nc\n', 2, ['b', 'c']],
  ['fewer than asked for', 'a', 5, ['a']],
  ['nothing', '', 5, []],
  ['no escape codes', '\u001B[1m\u001B[31mred\u001B[0m\u0007\n', 5, ['red']],
  ['progress as it ended', '1%\r50%\r100%\r\n', 5, ['100%']],
  ['tabs', '\ta\n', 5, ['\ta']],
] as const) {
  test(`tail: ${name}`, () => assert.deepEqual(lastLines(Buffer.from(log), count), expected));
}

test('tail: a long line is cut', () => {
  assert.equal(lastLines(Buffer.from('x'.repeat(100_000)), 1)[0]?.length, 501);
});
