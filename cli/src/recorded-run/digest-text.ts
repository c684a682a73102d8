/**
 * MurmurHash3 x86_128 (Austin Appleby, public domain) of the UTF-16 units of a text, as 32 hexadecimal digits. For names that
 * stay on this machine and that nobody gains by forging; `node:crypto` takes 3 ms to load, as long as all else it takes to repeat a run.
 */
export function digestText(text: string): string {
  let [h1, h2, h3, h4] = [0, 0, 0, 0];
  const length = text.length;
  for (let at = 0; at < length; at += 8) {
    // Units behind the end are NaN, which counts as 0; the length tells such texts apart.
    const word = (index: number): number => text.charCodeAt(at + index) | (text.charCodeAt(at + index + 1) << 16);
    h1 = Math.imul(rotate(h1 ^ mix(word(0), 0x239b961b, 15, 0xab0e9789), 19) + h2, 5) + 0x561ccd1b;
    h2 = Math.imul(rotate(h2 ^ mix(word(2), 0xab0e9789, 16, 0x38b34ae5), 17) + h3, 5) + 0x0bcaa747;
    h3 = Math.imul(rotate(h3 ^ mix(word(4), 0x38b34ae5, 17, 0xa1e38b93), 15) + h4, 5) + 0x96cd1c35;
    h4 = Math.imul(rotate(h4 ^ mix(word(6), 0xa1e38b93, 18, 0x239b961b), 13) + h1, 5) + 0x32ac3b17;
  }
  const sums = spread([h1 ^ length, h2 ^ length, h3 ^ length, h4 ^ length]);
  return spread(sums.map(finish))
    .map((sum) => (sum >>> 0).toString(16).padStart(8, '0'))
    .join('');
}

const rotate = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

function mix(word: number, first: number, bits: number, second: number): number {
  return Math.imul(rotate(Math.imul(word, first), bits), second);
}

/** Each part goes into every other one. */
function spread(parts: readonly number[]): readonly number[] {
  const [first = 0, ...others] = parts;
  const sum = others.reduce((total, part) => total + part, first);
  return [sum, ...others.map((part) => part + sum)];
}

function finish(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}
