import { readFileSync, renameSync, writeFileSync } from 'node:fs';
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

/**
 * Loads `main.cjs` with the code that V8 compiled the last time: compiling it anew takes a third of a run that finds everything
 * in place. (Node has this built in from 22.1 on; doing it here serves all versions alike.) The code lies beside the bundle,
 * under the digest of the source it was made from, since V8 itself compares only the length. Where that directory cannot be
 * written the program is compiled every time.
 */
export function loadMain(directory: string, buildId: string): MainModule {
  const filename = join(directory, 'main.cjs');
  const cacheFile = join(directory, `.code-${buildId}-${process.version}-${process.arch}`);
  const cachedData = readIfThere(cacheFile);
  // The bundler writes ASCII only, and the function around it.
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...args: unknown[]) => void;
  run.call(module.exports, module.exports, require, module, filename, directory);
  // After the run, when the functions that a run needs have been compiled.
  if (cachedData === undefined || script.cachedDataRejected === true) {
    process.once('exit', () => keep(cacheFile, script));
  } else {
    // Not before: compiled code, Node's own included, is only accepted under the flags it was made with.
    setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
  }
  return module.exports as MainModule;
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function keep(path: string, script: Script): void {
  try {
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, script.createCachedData());
    renameSync(temporary, path);
  } catch {
    // Read-only: every start compiles.
  }
}
