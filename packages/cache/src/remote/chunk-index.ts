import { isSha256 } from '@tr/hash';
import type { Digest, Manifest } from '@tr/model';
import type { Disk } from '@tr/store';
import { LARGE_CONTENT, mapStream, type EntryDocument } from '@tr/transport';
import { HintFile } from './hint-file.js';

/** Where the bytes of a chunk lie on this machine: in a blob, unpacked. */
export interface LocalChunk {
  readonly blob: Digest;
  readonly start: number;
  readonly length: number;
}

/** Larger indexes begin anew, bytes: about 60,000 chunks, 60 GB of content. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * What the chunks of large blobs are, so that of a blob which grew only the chunks that are new are fetched. One line for each
 * blob, `[hash, size, [[chunk hash, length], …]]`, appended by uploads and downloads. Merely a hint: whatever is made
 * of a local chunk is verified as a whole.
 */
export class ChunkIndex {
  readonly #file: HintFile;
  #chunks: Map<string, LocalChunk> | undefined;
  readonly #blobs = new Set<string>();
  #bytes = 0;

  /** `path`: absolute, of a file that may not be there. */
  constructor(disk: Disk, path: string) {
    this.#file = new HintFile(disk, path, 2 * MAX_BYTES);
  }

  /** Undefined when it is not known to be on this machine. The blob may be gone by now. */
  find(chunk: string): LocalChunk | undefined {
    return this.#load().get(chunk);
  }

  /** Remembers the chunks of the large contents of a result that is stored here now. */
  note(entry: Pick<EntryDocument, 'chunks' | 'manifest'>, manifest: Manifest): void {
    this.#load();
    const starts = new Map<number, number>();
    let at = 0;
    entry.chunks.forEach(({ length }, index) => {
      starts.set(at, index);
      at += length;
    });
    const lines: string[] = [];
    for (const { content, start, end } of mapStream(manifest, entry.manifest).places) {
      const first = starts.get(start);
      const last = starts.get(end);
      if (content.size < LARGE_CONTENT || first === undefined || this.#blobs.has(content.hash)) continue;
      const chunks = entry.chunks.slice(first, last).map(({ hash, length }) => [hash, length] as const);
      lines.push(`${JSON.stringify([content.hash, content.size, chunks])}\n`);
      this.#add(content, chunks);
    }
    if (lines.length > 0) this.#append(lines.join(''));
  }

  #load(): Map<string, LocalChunk> {
    if (this.#chunks !== undefined) return this.#chunks;
    this.#chunks = new Map();
    const text = this.#file.read();
    this.#bytes = text.length;
    for (const line of text.split('\n')) {
      const parsed = parseLine(line);
      if (parsed !== undefined) this.#add(parsed.blob, parsed.chunks);
    }
    return this.#chunks;
  }

  #add(blob: Digest, chunks: readonly (readonly [string, number])[]): void {
    this.#blobs.add(blob.hash);
    let start = 0;
    for (const [hash, length] of chunks) {
      this.#chunks?.set(hash, { blob, start, length });
      start += length;
    }
  }

  #append(lines: string): void {
    if (this.#bytes > MAX_BYTES) {
      this.#file.remove();
      this.#bytes = 0;
    }
    this.#file.append(lines);
    this.#bytes += lines.length;
  }
}

function parseLine(
  line: string,
): { readonly blob: Digest; readonly chunks: readonly (readonly [string, number])[] } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const [hash, size, chunks] = value as readonly unknown[];
  if (!isSha256(hash) || !isLength(size) || !Array.isArray(chunks)) return undefined;
  const isChunk = (chunk: unknown): chunk is readonly [string, number] =>
    Array.isArray(chunk) && isSha256(chunk[0]) && isLength(chunk[1]);
  const items = chunks as readonly unknown[];
  return items.every(isChunk) ? { blob: { hash, size }, chunks: items } : undefined;
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}
