/** Bytes of a log kept in memory for the summary of a failed task. */
export const LOG_TAIL_BYTES = 16 * 1024;

const NEWLINE = 0x0a;

/** Remembers the last {@link LOG_TAIL_BYTES} of a stream. */
export class LogTail {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #cut = false;

  add(chunk: Uint8Array): void {
    const part = chunk.length > LOG_TAIL_BYTES ? chunk.subarray(chunk.length - LOG_TAIL_BYTES) : chunk;
    if (part.length < chunk.length) this.#cut = true;
    this.#parts.push(part.slice());
    this.#bytes += part.length;
    while (this.#bytes - (this.#parts[0]?.length ?? 0) >= LOG_TAIL_BYTES) {
      this.#bytes -= this.#parts.shift()?.length ?? 0;
      this.#cut = true;
    }
  }

  /** The end of the stream, from the start of a line where that is possible. */
  read(): Uint8Array {
    const all = concat(this.#parts, this.#bytes);
    const end = all.length > LOG_TAIL_BYTES ? all.subarray(all.length - LOG_TAIL_BYTES) : all;
    if (!this.#cut && end === all) return all;
    const firstLine = end.indexOf(NEWLINE) + 1;
    return firstLine > 0 && firstLine < end.length ? end.subarray(firstLine) : end;
  }
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
