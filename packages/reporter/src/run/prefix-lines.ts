/** Bytes handled at once: keeps the strings in between small whatever the size of a log. */
const BLOCK = 1 << 20;
const NEWLINE = 10;

/**
 * Puts `prefix` before every line and a newline after the last one. Works on bytes: one native replace per block,
 * on strings that hold one byte per character, so that no encoding can be damaged.
 */
export function prefixLines(bytes: Uint8Array, prefix: Uint8Array): Uint8Array {
  if (bytes.length === 0) return bytes;
  if (prefix.length === 0) return withFinalNewline(bytes);
  const text = toByteString(prefix);
  const pieces: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = endOfBlock(bytes, start);
    pieces.push(prefixBlock(bytes.subarray(start, end), text));
    start = end;
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

/** The same bytes, with a newline at the end if there was none. */
export function withFinalNewline(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0 || bytes[bytes.length - 1] === NEWLINE) return bytes;
  return Buffer.concat([bytes, Uint8Array.of(NEWLINE)]);
}

/** A block ends after a newline, except for a last line without one; a line longer than a block is not cut. */
function endOfBlock(bytes: Uint8Array, start: number): number {
  if (bytes.length - start <= BLOCK) return bytes.length;
  const newline = bytes.indexOf(NEWLINE, start + BLOCK);
  return newline === -1 ? bytes.length : newline + 1;
}

function prefixBlock(block: Uint8Array, prefix: string): Buffer {
  const end = block[block.length - 1] === NEWLINE ? block.length - 1 : block.length;
  const body = toByteString(block.subarray(0, end)).replaceAll('\n', `\n${prefix}`);
  return Buffer.from(`${prefix}${body}\n`, 'latin1');
}

function toByteString(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
