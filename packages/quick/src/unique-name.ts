/** Hexadecimal digits that one random number gives. */
const DIGITS = 12;

/**
 * So many hexadecimal digits that no other process and no earlier one has come to: for names of files and of processes. Not a
 * secret; Node has the sequence begin at 64 random bits of its own in each process. `node:crypto` would take 3 ms to load.
 */
export function uniqueDigits(count: number): string {
  let digits = '';
  while (digits.length < count)
    digits += Math.floor(Math.random() * 16 ** DIGITS)
      .toString(16)
      .padStart(DIGITS, '0');
  return digits.slice(0, count);
}
