import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toByteString } from '../../src/run/byte-string.js';
import { tameLines } from '../../src/run/tame-lines.js';

const tamed = (text: string): string => Buffer.from(tameLines(toByteString(text)), 'latin1').toString('utf8');

for (const [title, sequence] of [
  ['where the cursor is', '\u001B[6n'],
  ['what it is', '\u001B[c\u001B[>0c\u001B[=c\u001BZ\u001B[>q'],
  ['its background, with BEL or ST', '\u001B]11;?\u0007\u001B]10;?\u001B\\'],
  ['a colour of its palette', '\u001B]4;1;?\u0007'],
  ['what is in the clipboard', '\u001B]52;c;?\u0007'],
  ['whether it has a mode', '\u001B[?2026$p\u001B[?u'],
  ['its size in pixels', '\u001B[14t'],
  ['what it has in its database', '\u001BP+q544e\u001B\\'],
] as const) {
  test(`a task that asks the terminal ${title} gets no answer, which would be typed after the run`, () => {
    assert.equal(tamed(`a${sequence}é\n`), 'aé\n');
  });
}

test('keys, characters, title and scrolling stay as they are', () => {
  for (const sequence of ['\u001B[>4;1m', '\u001B(0', '\u001B]0;title\u0007', '\u001BM', '\u001B=', '\u001B[4 q'])
    assert.equal(tamed(`a${sequence}b\n`), 'ab\n', JSON.stringify(sequence));
});

test('colours and hyperlinks are shown', () => {
  const shown =
    '\u001B[31mred\u001B[0m \u001B[38:2::1:2:3mx\u001B[m \u001B]8;;https://a.b/?c\u001B\\link\u001B]8;;\u001B\\\n';
  assert.equal(tamed(shown), shown);
});

test('a sequence that does not end in its line takes no text with it', () => {
  assert.equal(tamed('\u001B]11;?\nnext\u0007\n'), '\u001B]11;?\nnext\u0007\n');
});
