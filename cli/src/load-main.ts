import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** The bundle is CommonJS; its files lie in one directory, so that they can share this. */
declare const require: (id: string) => unknown;

/** What `main.cjs` exports. */
export interface MainModule {
  main(args: readonly string[], record?: string): Promise<void>;
  /** See outcomes-seen.ts. */
  kindsOfWork(): ReadonlySet<string>;
}

/**
 * Bytes of bytecode a function may run through before V8 thinks of optimizing it: 15 times its default. A run is over in a
 * few hundred milliseconds, and with the default a quarter of its instructions go into optimizing code that is hardly used
 * afterwards. What loops over 100,000 files is optimized all the same.
 */
const INTERRUPT_BUDGET = 1_000_000;

/** What the program loads at once. Node's own compiled code is only accepted under the flags it was made with. */
const BUILTINS = ['node:crypto', 'node:os', 'node:util'];

/** A file of the bundle that asks for an ES module, which only Node can load: `bundle.mjs` leaves it as it is. */
const FOR_NODE = './cache-server.cjs';

/** Loads `main.cjs`; see `Program`. `isRun`: this call does what most calls do, so its code is worth keeping. */
export function loadMain(
  directory: string,
  options: { readonly buildId: string; readonly isRun: boolean },
): MainModule {
  BUILTINS.forEach(require);
  // V8 of Node 20; later ones know no such flag, and would say so on stderr.
  if (process.versions.v8.startsWith('11.')) setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
  const program = new Program(directory, `.code-${options.buildId}-${process.version}-${process.arch}-`);
  const main = program.load('main.cjs') as MainModule;
  // After the run, when the functions that it needed have been compiled.
  if (options.isRun) process.once('exit', () => program.keepCode(main.kindsOfWork()));
  return main;
}

interface LoadedFile {
  readonly exports: unknown;
  readonly script: Script;
  /** Kinds of work (see outcomes-seen.ts) whose functions its stored code has; undefined without such code. */
  readonly kinds: string | undefined;
}

/**
 * The files of the bundle, taken over from the code that V8 compiled in earlier runs: compiling them anew takes a third of a run
 * that finds everything in place. (Node has this built in from 22.1 on; doing it here serves all versions alike.) The code lies
 * beside the bundle, under the digest of the source it was made from, since V8 itself compares only the length. Where that
 * directory cannot be written the program is compiled every time.
 */
class Program {
  readonly #directory: string;
  readonly #prefix: string;
  /** File -> the kinds of its stored code, where there is some. */
  readonly #stored: ReadonlyMap<string, string>;
  readonly #loaded = new Map<string, LoadedFile>();
  readonly #builtins = new Map<string, unknown>();

  constructor(directory: string, prefix: string) {
    this.#directory = directory;
    this.#prefix = prefix;
    this.#stored = new Map(this.#listCode().sort(([, a], [, b]) => a.length - b.length));
  }

  load(file: string): unknown {
    const known = this.#loaded.get(file);
    if (known !== undefined) return known.exports;
    const filename = join(this.#directory, file);
    const kinds = this.#stored.get(file);
    const cachedData = kinds === undefined ? undefined : readIfThere(this.#pathOfCode(file, kinds));
    // The bundler writes ASCII only, and the function around it.
    const source = readFileSync(filename, 'latin1');
    const script = new Script(source, { filename, ...(cachedData === undefined ? {} : { cachedData }) });
    const module = { exports: {} };
    const run = script.runInThisContext() as (...args: unknown[]) => void;
    run.call(module.exports, module.exports, (id: string) => this.#require(id), module, filename, this.#directory);
    const isTaken = cachedData !== undefined && script.cachedDataRejected !== true;
    this.#loaded.set(file, { exports: module.exports, script, kinds: isTaken ? kinds : undefined });
    return module.exports;
  }

  /** A hundred files of the program ask for the same few modules, and Node takes its time to find one again. */
  #require(id: string): unknown {
    if (id.startsWith('./') && id !== FOR_NODE) return this.load(id.slice(2));
    if (!this.#builtins.has(id)) this.#builtins.set(id, require(id));
    return this.#builtins.get(id);
  }

  /** Stores the code of each file that was used for a kind of work for the first time. */
  keepCode(seen: ReadonlySet<string>): void {
    for (const [file, { script, kinds = '' }] of this.#loaded) {
      const all = [...new Set([...kinds.split(''), ...seen])].sort().join('');
      if (all === kinds) continue;
      try {
        const temporary = join(this.#directory, `${this.#prefix}${file}.${process.pid}`);
        writeFileSync(temporary, script.createCachedData());
        renameSync(temporary, this.#pathOfCode(file, all));
        // Others of this build: with fewer kinds, or code that this version of V8 did not accept.
        for (const [other, less] of this.#listCode())
          if (other === file && less !== all) rmSync(this.#pathOfCode(file, less), { force: true });
      } catch {
        // Read-only: every start compiles.
      }
    }
  }

  #pathOfCode(file: string, kinds: string): string {
    return join(this.#directory, `${this.#prefix}${file}-${kinds}`);
  }

  /** File and kinds of each stored code of this build. */
  #listCode(): [file: string, kinds: string][] {
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

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
