import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** The bundle is CommonJS; its files lie in one directory, so that they can share this. */
declare const require: (id: string) => unknown;

/** What `main.cjs` exports. */
export interface MainModule {
  main(args: readonly string[]): Promise<void>;
}

/**
 * Bytes of bytecode a function may run through before V8 thinks of optimizing it: 15 times its default. A run is over in a
 * few hundred milliseconds, and with the default a quarter of its instructions go into optimizing code that is hardly used
 * afterwards. What loops over 100,000 files is optimized all the same.
 */
const INTERRUPT_BUDGET = 1_000_000;

/** How many runs add what they had to compile: one may have executed everything, another only restored. */
const GENERATIONS = 3;

/**
 * Loads `main.cjs` with the code that V8 compiled in earlier runs: compiling it anew takes a third of a run that finds
 * everything in place. (Node has this built in from 22.1 on; doing it here serves all versions alike.) The code lies beside
 * the bundle, under the digest of the source it was made from, since V8 itself compares only the length. Where that directory
 * cannot be written the program is compiled every time. `isRun`: this call does what most calls do, so its code is worth
 * keeping.
 */
export function loadMain(
  directory: string,
  options: { readonly buildId: string; readonly isRun: boolean },
): MainModule {
  const filename = join(directory, 'main.cjs');
  const prefix = join(directory, `.code-${options.buildId}-${process.version}-${process.arch}`);
  const stored = findCode(prefix);
  // The bundler writes ASCII only, and the function around it.
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    ...(stored === undefined ? {} : { cachedData: stored.code }),
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...args: unknown[]) => void;
  run.call(module.exports, module.exports, require, module, filename, directory);
  const generation = stored === undefined || script.cachedDataRejected === true ? 0 : stored.generation;
  if (generation === GENERATIONS) {
    // Only now: compiled code, Node's own included, is only accepted under the flags it was made with.
    setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
  } else if (options.isRun) {
    // After the run, when the functions that a run needs have been compiled.
    process.once('exit', () => keep(prefix, generation + 1, script));
  }
  return module.exports as MainModule;
}

interface StoredCode {
  readonly generation: number;
  readonly code: Buffer;
}

function findCode(prefix: string): StoredCode | undefined {
  for (let generation = GENERATIONS; generation > 0; generation--) {
    const code = readIfThere(`${prefix}-${generation}`);
    if (code !== undefined) return { generation, code };
  }
  return undefined;
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function keep(prefix: string, generation: number, script: Script): void {
  try {
    const temporary = `${prefix}.${process.pid}`;
    writeFileSync(temporary, script.createCachedData());
    renameSync(temporary, `${prefix}-${generation}`);
    // Others of this build: an earlier generation, or code that this version of V8 did not accept.
    for (let other = 1; other <= GENERATIONS; other++)
      if (other !== generation) rmSync(`${prefix}-${other}`, { force: true });
  } catch {
    // Read-only: every start compiles.
  }
}
