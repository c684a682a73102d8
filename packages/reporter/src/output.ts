/** Where a reporter writes. The caller owns it: nothing here opens, ends or configures a stream. */
export interface Output {
  /** Takes text or bytes as they are, in order; never throws. */
  write(chunk: string | Uint8Array): void;
  /** True when a person watches: a status line may be drawn. */
  readonly isTTY: boolean;
  /** Width of the terminal now, in cells; any positive number when it is none. */
  columns(): number;
  /** Calls back after every change of width; the returned function ends that. */
  onResize?(listener: () => void): () => void;
  /** The only thing that decides about colours. */
  readonly colors: boolean;
}
