import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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

/**
 * Kinds of work (see outcomes-seen.ts) whose functions stored code has, as in the names of its files. A run that does another kind
 * adds what it had to compile.
 */
const ALL_KINDS = 'efmr';

/** What the program loads at once. Node's own compiled code is only accepted under the flags it was made with. */
const BUILTINS = ['node:crypto', 'node:os', 'node:util'];

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
  BUILTINS.forEach(require);
  // V8 of Node 20; later ones know no such flag, and would say so on stderr.
  if (process.versions.v8.startsWith('11.')) setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
  // The bundler writes ASCII only, and the function around it.
  const script = new Script(readFileSync(filename, 'latin1'), {
    filename,
    ...(stored === undefined ? {} : { cachedData: stored.code }),
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...args: unknown[]) => void;
  run.call(module.exports, module.exports, remember(require), module, filename, directory);
  const main = module.exports as MainModule;
  const kinds = stored === undefined || script.cachedDataRejected === true ? '' : stored.kinds;
  // After the run, when the functions that it needed have been compiled.
  if (options.isRun && kinds !== ALL_KINDS)
    process.once('exit', () => keep(prefix, { kinds, seen: main.kindsOfWork(), script }));
  return main;
}

/** A hundred files of the program ask for the same few modules, and Node takes its time to find one again. */
function remember(load: (id: string) => unknown): (id: string) => unknown {
  const loaded = new Map<string, unknown>();
  return (id) => {
    if (!loaded.has(id)) loaded.set(id, load(id));
    return loaded.get(id);
  };
}

interface StoredCode {
  readonly kinds: string;
  readonly code: Buffer;
}

/** That of the most kinds of work. */
function findCode(prefix: string): StoredCode | undefined {
  const [kinds] = listKinds(prefix).sort((a, b) => b.length - a.length);
  const code = kinds === undefined ? undefined : readIfThere(`${prefix}-${kinds}`);
  return kinds === undefined || code === undefined ? undefined : { kinds, code };
}

/** The kinds of work of each stored code of this build. */
function listKinds(prefix: string): string[] {
  const start = `${basename(prefix)}-`;
  try {
    return readdirSync(dirname(prefix))
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice(start.length));
  } catch {
    return [];
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function keep(
  prefix: string,
  { kinds, seen, script }: { readonly kinds: string; readonly seen: ReadonlySet<string>; readonly script: Script },
): void {
  const all = [...new Set([...kinds.split(''), ...seen])].sort().join('');
  if (all === kinds) return;
  try {
    const temporary = `${prefix}.${process.pid}`;
    writeFileSync(temporary, script.createCachedData());
    renameSync(temporary, `${prefix}-${all}`);
    // Others of this build: with fewer kinds, or code that this version of V8 did not accept.
    for (const other of listKinds(prefix)) if (other !== all) rmSync(`${prefix}-${other}`, { force: true });
  } catch {
    // Read-only: every start compiles.
  }
}
