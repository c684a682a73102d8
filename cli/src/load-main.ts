import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { findQuickV8 } from '@tr/quick';
import { readOwnFile } from './own-file.js';
import { StoredCode } from './stored-code.js';

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
const DEFAULT_INTERRUPT_BUDGET = 67_584;

/** What the program loads at once, before the flag is another one. */
const BUILTINS = ['node:vm'];

/** What every call loads that is not answered before. */
const MAIN = 'main.cjs';

/** A file of the bundle that asks for an ES module, which only Node can load: `bundle.mjs` leaves it as it is. */
const FOR_NODE = './cache-server.cjs';

/** What `bundle.mjs` lets the file ask for that executes commands. */
const BEFORE_COMMANDS = 'before-commands';

/** Loads `main.cjs`; see `Program`. `isRun`: this call does what most calls do, so its code is worth keeping. */
export function loadMain(
  directory: string,
  options: { readonly buildId: string; readonly isRun: boolean },
): MainModule {
  BUILTINS.forEach(require);
  setInterruptBudget(INTERRUPT_BUDGET);
  const program = new Program(directory, new StoredCode(directory, options.buildId));
  const main = program.load(MAIN) as MainModule;
  // After the run, when the functions that it needed have been compiled.
  if (options.isRun) process.once('exit', () => program.keepCode(main.kindsOfWork()));
  return main;
}

function setInterruptBudget(bytes: number): void {
  // V8 of Node 20; later ones know no such flag, and would say so on stderr.
  if (process.versions.v8.startsWith('11.')) findQuickV8().setFlagsFromString(`--interrupt-budget=${bytes}`);
}

/** Node's own compiled code is only accepted under the flags it was made with: compiling it takes three times as long as loading. */
function requireBuiltin(id: string): unknown {
  setInterruptBudget(DEFAULT_INTERRUPT_BUDGET);
  try {
    return require(id);
  } finally {
    setInterruptBudget(INTERRUPT_BUDGET);
  }
}

/** A file of the program is gone; its words may be in another one. `main.ts`, another bundle, knows it by its name. */
class ReplacedProgramError extends Error {
  override readonly name = 'ReplacedProgramError';
}

function readPart(path: string): Buffer {
  try {
    return readOwnFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new ReplacedProgramError(
      `the program was replaced while it ran, or was not installed whole: ${path} is gone`,
    );
  }
}

interface LoadedFile {
  readonly module: { readonly exports: unknown };
  readonly script: Script;
  /** Kinds of work (see outcomes-seen.ts) whose functions its stored code has; undefined without such code. */
  readonly kinds: string | undefined;
}

/**
 * The files of the bundle, taken over from the code that V8 compiled in earlier runs: compiling them anew takes a third of a run
 * that finds everything in place. (Node has this built in from 22.1 on; doing it here serves all versions alike.)
 */
class Program {
  readonly #directory: string;
  readonly #stored: StoredCode;
  readonly #loaded = new Map<string, LoadedFile>();
  readonly #builtins = new Map<string, unknown>();
  /** What is not loaded yet; see `#hold`. */
  readonly #held = new Map<string, Buffer>();

  constructor(directory: string, stored: StoredCode) {
    this.#directory = directory;
    this.#stored = stored;
  }

  load(file: string): unknown {
    const known = this.#loaded.get(file);
    if (known !== undefined) return known.module.exports;
    const filename = join(this.#directory, file);
    const stored = this.#stored.read(file);
    // The bundler writes ASCII only, and the function around it.
    const source = (this.#held.get(file) ?? readPart(filename)).toString('latin1');
    const script = new Script(source, { filename, ...(stored === undefined ? {} : { cachedData: stored.code }) });
    const kinds = script.cachedDataRejected === true ? undefined : stored?.kinds;
    const module = { exports: {} };
    // Before it runs, as Node has it: what it asks for may ask for it.
    this.#loaded.set(file, { module, script, kinds });
    const run = script.runInThisContext() as (...args: unknown[]) => void;
    try {
      run.call(module.exports, module.exports, (id: string) => this.#require(id), module, filename, this.#directory);
    } catch (error) {
      this.#loaded.delete(file);
      throw error;
    }
    return module.exports;
  }

  /** A hundred files of the program ask for the same few modules, and Node takes its time to find one again. */
  #require(id: string): unknown {
    if (id === BEFORE_COMMANDS) return this.#hold();
    if (id.startsWith('./') && id !== FOR_NODE) return this.load(id.slice(2));
    if (!this.#builtins.has(id)) this.#builtins.set(id, requireBuiltin(id));
    return this.#builtins.get(id);
  }

  /** Reads whatever may be loaded later: a command may be an installation that replaces this program. */
  #hold(): void {
    try {
      for (const file of readdirSync(this.#directory))
        if (file.endsWith('.cjs') && !this.#loaded.has(file))
          this.#held.set(file, readOwnFile(join(this.#directory, file)));
    } catch {
      // Somebody is at it already.
    }
  }

  /**
   * Stores the code of each file that was used for a kind of work for the first time. Of the file that all load without what only
   * executing calls: that is an eighth, and takes who restores longer to load than who executes to compile.
   */
  keepCode(seen: ReadonlySet<string>): void {
    for (const [file, { script, kinds = '' }] of this.#loaded) {
      if (file === MAIN && seen.has('e')) continue;
      const all = [...new Set([...kinds.split(''), ...seen])].sort().join('');
      if (all !== kinds && !this.#stored.keep(file, all, script)) return;
    }
  }
}
