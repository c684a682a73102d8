/** The path of the entry that was read last: where it stands in `bytes`, which keep it until the next one of the same kind is read. */
export interface EntryName {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Reads the paths of an index file, one entry after the other. */
export interface EntryNames extends EntryName {
  /**
   * Reads the name that begins at `at`; false when it does not end, is empty, or has another length than the entry says: at most
   * {@link LONGEST}, which stands for any length from there on.
   */
  read(at: number, length: number): boolean;
  /** What comes after the name and the NUL at its end. */
  readonly next: number;
}

/** What the length field can say. */
const LONGEST = 0x0fff;

/** Names as they are: versions 2 and 3. That a name which says its length has no NUL inside is for the reader of its bytes to see. */
export class WholeNames implements EntryNames {
  start = 0;
  end = 0;
  next = 0;

  constructor(readonly bytes: Buffer) {}

  read(at: number, length: number): boolean {
    this.start = at;
    this.end = length < LONGEST ? at + length : this.bytes.indexOf(0, at);
    this.next = this.end + 1;
    return this.bytes[this.end] === 0 && length > 0 && this.end - at >= length;
  }
}

/**
 * Names as what differs from the one before, which are put together here: version 4. All of them are kept, in one buffer that moves when
 * it grows; what has been read stays at its place in it.
 */
export class ShortenedNames implements EntryNames {
  readonly #file: Buffer;
  bytes: Buffer = Buffer.allocUnsafe(65_536);
  start = 0;
  end = 0;
  next = 0;

  constructor(file: Buffer) {
    this.#file = file;
  }

  read(at: number, length: number): boolean {
    const strip = readVariableLength(this.#file, at);
    const nameEnd = this.#file.indexOf(0, strip.next);
    const kept = this.end - this.start - strip.value;
    if (nameEnd < 0 || kept < 0) return false;
    const start = this.end;
    const end = start + kept + nameEnd - strip.next;
    if (end > this.bytes.length) this.bytes = Buffer.concat([this.bytes], end * 2);
    this.bytes.copyWithin(start, this.start, this.start + kept);
    this.#file.copy(this.bytes, start + kept, strip.next, nameEnd);
    this.start = start;
    this.end = end;
    this.next = nameEnd + 1;
    return length > 0 && Math.min(end - start, LONGEST) === length;
  }
}

/** Git's variable-length number: most significant digits first, with an offset per continuation. */
function readVariableLength(bytes: Buffer, at: number): { readonly value: number; readonly next: number } {
  let byte = bytes[at] ?? 0;
  let value = byte & 0x7f;
  let next = at + 1;
  while ((byte & 0x80) !== 0 && next < at + 8) {
    byte = bytes[next] ?? 0;
    value = (value + 1) * 128 + (byte & 0x7f);
    next++;
  }
  return { value, next };
}
