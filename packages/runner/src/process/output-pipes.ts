import { closeSync, constants, mkdtempSync, openSync, rmdirSync, unlinkSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '@tr/model';

/** Pipes made by one call of `mkfifo`. */
const BATCH = 32;

/** A pipe that both output streams of a process write to. */
export interface OutputPipe {
  /** The end for the process; {@link closeWriter} as soon as it has been started. */
  readonly writer: number;
  readonly reader: Socket;
  closeWriter(): void;
}

/** Makes the named pipes; false when it cannot. */
export type MakePipes = (paths: readonly string[]) => boolean;

/**
 * Real pipes for the output of processes. Node's own `'pipe'` is a socket pair per stream: the order between stdout and
 * stderr is lost, and a script cannot open `/dev/stdout` (as in `| tee /dev/stderr`). Node cannot make a plain pipe, so
 * a named one is opened at both ends and its name is removed at once; names are made in batches, as that takes a
 * process. Gives undefined from the first trouble on: the caller then uses Node's.
 */
export class OutputPipes {
  readonly #makePipes: MakePipes;
  #directory: string | undefined;
  #names: string[] = [];
  #usable = process.platform === 'linux';

  constructor(makePipes: MakePipes) {
    this.#makePipes = makePipes;
  }

  /** Where the names are; undefined before the first one and after {@link dispose}. */
  get directory(): string | undefined {
    return this.#directory;
  }

  open(): OutputPipe | undefined {
    if (!this.#usable) return undefined;
    try {
      const path = this.#nextName();
      if (path !== undefined) return openPipe(path);
    } catch {
      // The system, or Node, has none to give: Node's own pipes do as well.
    }
    this.#usable = false;
    return undefined;
  }

  /** Removes what was made and not used. */
  dispose(): void {
    this.#usable = false;
    try {
      for (const path of this.#names.splice(0)) unlinkSync(path);
      if (this.#directory !== undefined) rmdirSync(this.#directory);
    } catch (error) {
      // Somebody cleaned up the directory of temporary files: nothing is left to do.
      if (errorCode(error) === undefined) throw error;
    }
  }

  #nextName(): string | undefined {
    if (this.#names.length === 0) {
      const directory = (this.#directory ??= mkdtempSync(join(tmpdir(), 'tr-pipes-')));
      const names = Array.from({ length: BATCH }, (_, index) => join(directory, String(index)));
      if (!this.#makePipes(names)) return undefined;
      this.#names = names.reverse();
    }
    return this.#names.pop();
  }
}

/** The reader is opened first and without waiting, so that opening the writer does not wait either. */
function openPipe(path: string): OutputPipe {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  let writer: number | undefined;
  let reader: Socket;
  try {
    writer = openSync(path, constants.O_WRONLY);
    unlinkSync(path);
    reader = new Socket({ fd, readable: true, writable: false });
  } catch (error) {
    closeSync(fd);
    if (writer !== undefined) closeSync(writer);
    throw error;
  }
  let open = true;
  return {
    writer,
    reader,
    closeWriter: () => {
      if (open) closeSync(writer);
      open = false;
    },
  };
}
