import type { Output } from '../../src/output.js';

/** An output that keeps what is written, as bytes and write by write. */
export class MemoryOutput implements Output {
  readonly writes: Buffer[] = [];
  readonly isTTY: boolean;
  readonly colors: boolean;
  width: number;
  listeners = new Set<() => void>();

  constructor(about: { readonly isTTY?: boolean; readonly colors?: boolean; readonly width?: number } = {}) {
    this.isTTY = about.isTTY ?? false;
    this.colors = about.colors ?? false;
    this.width = about.width ?? 80;
  }

  write(chunk: string | Uint8Array): void {
    this.writes.push(Buffer.from(chunk));
  }

  columns(): number {
    return this.width;
  }

  onResize(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  resize(width: number): void {
    this.width = width;
    for (const listener of this.listeners) listener();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.writes);
  }

  get text(): string {
    return this.bytes.toString('utf8');
  }
}
