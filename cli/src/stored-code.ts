import { closeSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Script } from 'node:vm';
import { findQuickV8, quickHash } from '@tr/quick';
import { readOwnFile } from './own-file.js';

/** Digits of the SHA-256 at its end. V8 runs into code that is damaged (a power failure, a bad disk) without looking, and crashes. */
const DIGEST_BYTES = 64;

/** Of any build; and what a killed process was writing. */
const NAME = /^\.code-([0-9a-f]{16})-/;
const UNFINISHED = /\.cjs\.\d+$/;
/** Longer than any code is written, milliseconds. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000;

/**
 * The code that V8 compiled of the files of the bundle in earlier runs, a file for each beside it, named by the build (V8 compares
 * only the length of the source), by what V8 itself refuses code by, and by the kinds of work (see outcomes-seen.ts) whose functions
 * it has. What cannot be written is compiled every time.
 */
export class StoredCode {
  readonly #directory: string;
  readonly #buildId: string;
  readonly #prefix: string;
  #isSwept = false;
  /** File and kinds of each stored code, as they were there at the start; those with the most kinds last. */
  readonly #listed: readonly (readonly [file: string, kinds: string])[];
  /** File -> kinds; of several the most. */
  readonly #kinds: ReadonlyMap<string, string>;

  /** `directory`: the bundle's, absolute. */
  constructor(directory: string, buildId: string) {
    this.#directory = directory;
    this.#buildId = buildId;
    // The tag is of V8's version and flags (`NODE_OPTIONS`) and of what the processor can do.
    const tag = findQuickV8().cachedDataVersionTag().toString(16);
    this.#prefix = `.code-${buildId}-${process.version}-${process.arch}-${tag}-`;
    this.#listed = this.#list().sort(([, a], [, b]) => a.length - b.length);
    this.#kinds = new Map(this.#listed);
  }

  /** Undefined also for code that is damaged. */
  read(file: string): { readonly kinds: string; readonly code: Buffer } | undefined {
    const kinds = this.#kinds.get(file);
    const code = kinds === undefined ? undefined : readCode(this.#pathOf(file, kinds));
    return kinds === undefined || code === undefined ? undefined : { kinds, code };
  }

  /** In place of what was stored. False where it cannot be, which is found out before V8 makes the code: that takes long. */
  keep(file: string, kinds: string, script: Script): boolean {
    const temporary = join(this.#directory, `${this.#prefix}${file}.${process.pid}`);
    try {
      writeCode(temporary, () => script.createCachedData());
      renameSync(temporary, this.#pathOf(file, kinds));
      this.#sweep();
      for (const [other, less] of this.#listed)
        if (other === file && less !== kinds) rmSync(this.#pathOf(file, less), { force: true });
      return true;
    } catch {
      removeUnfinished(temporary);
      return false;
    }
  }

  #pathOf(file: string, kinds: string): string {
    return join(this.#directory, `${this.#prefix}${file}-${kinds}`);
  }

  /** Removes the code of other builds, where an installation kept the directory, and what killed processes left. */
  #sweep(): void {
    if (this.#isSwept) return;
    this.#isSwept = true;
    for (const name of readdirSync(this.#directory)) {
      const buildId = NAME.exec(name)?.[1];
      if (buildId === undefined) continue;
      const path = join(this.#directory, name);
      if (buildId !== this.#buildId || (UNFINISHED.test(name) && Date.now() - statSync(path).mtimeMs > LEFTOVER_AGE_MS))
        rmSync(path, { force: true });
    }
  }

  #list(): [file: string, kinds: string][] {
    try {
      return readdirSync(this.#directory).flatMap((name): [string, string][] => {
        const at = name.lastIndexOf('-');
        return name.startsWith(this.#prefix) && at >= this.#prefix.length
          ? [[name.slice(this.#prefix.length, at), name.slice(at + 1)]]
          : [];
      });
    } catch {
      return [];
    }
  }
}

function readCode(path: string): Buffer | undefined {
  try {
    const bytes = readOwnFile(path);
    const code = bytes.subarray(0, -DIGEST_BYTES);
    return quickHash('sha256', code) === bytes.toString('latin1', code.length) ? code : undefined;
  } catch {
    // Another process has put more in its place.
    return undefined;
  }
}

function writeCode(path: string, make: () => Buffer): void {
  const file = openSync(path, 'w');
  try {
    const code = make();
    for (const part of [code, Buffer.from(quickHash('sha256', code))])
      for (let at = 0; at < part.length;) at += writeSync(file, part, at);
  } finally {
    closeSync(file);
  }
}

function removeUnfinished(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where nothing can be written nothing was.
  }
}
