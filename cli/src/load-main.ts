import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** What `main.cjs` exports. */
export interface MainModule {
  main(args: readonly string[]): Promise<void>;
}

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
  const source = `(function (exports, require, module, __filename, __dirname) { ${readFileSync(filename, 'utf8')}\n})`;
  const script = new Script(source, { filename, ...(cachedData === undefined ? {} : { cachedData }) });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...args: unknown[]) => void;
  run.call(module.exports, module.exports, createRequire(filename), module, filename, dirname(filename));
  // After the run, when the functions that a run needs have been compiled.
  if (cachedData === undefined || script.cachedDataRejected === true) {
    process.once('exit', () => keep(cacheFile, script));
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
