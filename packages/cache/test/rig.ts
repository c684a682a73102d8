import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { canonicalJson, sha256 } from '@tr/hash';
import {
  DEFAULT_TASK_DEFINITION,
  FINGERPRINT_VERSION,
  type ActionKey,
  type Fingerprint,
  type PackageName,
  type Restoration,
  type SaveOutcome,
  type StoreFailure,
  type TaskDefinition,
  type TaskFingerprint,
  type TaskId,
  type TaskNode,
} from '@tr/model';
import { nodeDisk, openCacheFolder, type CacheFolder, type Disk } from '@tr/store';
import { openLocalCache, type LocalCache, type LocalCacheOptions } from '../src/index.js';

/** A workspace with a local cache; each `open` is what one run would open. */
export interface Rig {
  readonly directory: string;
  readonly root: string;
  /** Where its results lie. */
  readonly folder: CacheFolder;
  /** Warnings of every cache that was opened here, in order. */
  readonly warnings: StoreFailure[];
  open(options?: Partial<LocalCacheOptions>): LocalCache;
  write(path: string, text: string): void;
  read(path: string): string;
  remove(path: string): void;
  exists(path: string): boolean;
  /** Texts by path below a directory of the workspace. */
  tree(path: string): Readonly<Record<string, string>>;
  /** A run of one task: looked up and restored, or "executed" by `make` and saved. */
  run(step: Step): Promise<RunResult>;
}

export interface Step {
  readonly task: TaskNode;
  readonly fingerprint: TaskFingerprint;
  readonly make: () => void;
  readonly cache?: LocalCache;
}

export interface RunResult {
  readonly outcome: Restoration['outcome'] | 'executed';
  readonly reasons: readonly string[];
  readonly saved: SaveOutcome | undefined;
}

/** Makes a workspace; it is removed when the test ends. */
export function createRig(t: TestContext, options: { readonly disk?: Disk } = {}): Rig {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'tr-cache-')));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const root = join(directory, 'ws');
  mkdirSync(root);
  const warnings: StoreFailure[] = [];
  const logPath = join(directory, 'log');
  writeFileSync(logPath, 'the log\n');
  const rig: Rig = {
    directory,
    root,
    folder: openCacheFolder({ directory: join(directory, 'cache'), disk: options.disk ?? nodeDisk }),
    warnings,
    open: (changes = {}) =>
      openLocalCache({
        directory: join(directory, 'cache'),
        root,
        stateDirectory: join(root, '.tr'),
        policy: { read: true, write: true },
        producer: 'test',
        now: () => Date.now(),
        warn: (failure) => void warnings.push(failure),
        disk: options.disk ?? nodeDisk,
        ...changes,
      }),
    write: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    remove: (path) => rmSync(join(root, path), { recursive: true, force: true }),
    exists: (path) => statSync(join(root, path), { throwIfNoEntry: false }) !== undefined,
    tree: (path) => readTexts(join(root, path)),
    run: async ({ task, fingerprint, make, cache = rig.open() }) => {
      const { tasks } = cache;
      const lookup = await tasks.lookup(task, fingerprint);
      const restoration: Restoration = lookup.hit
        ? await tasks.restore(task, lookup.entry)
        : { outcome: 'miss', reasons: lookup.reasons };
      if (restoration.outcome !== 'miss') return { outcome: restoration.outcome, reasons: [], saved: undefined };
      const reasons = restoration.reasons.map(({ reason }) => reason);
      await tasks.forgetOutputs(task);
      letClockTick(directory);
      make();
      const saved = await tasks.save(task, fingerprint, { durationMs: 7, logPath });
      return { outcome: 'executed', reasons, saved };
    },
  };
  return rig;
}

/** A process takes longer to start than the clock of the file system takes to move on; `make` does not. */
export function letClockTick(directory: string): void {
  const path = join(directory, 'clock');
  const read = (): number => {
    writeFileSync(path, '');
    return statSync(path).mtimeMs;
  };
  const before = read();
  while (read() <= before);
}

/** A task of the package in the directory of its name. */
export function taskOf(id = 'web#build', changes: Partial<TaskDefinition> = {}): TaskNode {
  const [name = '', task = ''] = id.split('#');
  return {
    id: id as TaskId,
    package: name as PackageName,
    task,
    directory: name,
    definition: {
      ...DEFAULT_TASK_DEFINITION,
      outputs: { include: ['dist/**'], exclude: [] },
      ...changes,
    },
    command: 'make',
    isScript: true,
    dependencies: [],
    dependents: [],
    with: [],
    isEntryPoint: true,
  };
}

/** A fingerprint that differs by its one input. */
export function fingerprintOf(
  task: TaskNode,
  input: string,
  closure?: Readonly<Record<string, string>>,
): TaskFingerprint {
  const fingerprint: Fingerprint = {
    formatVersion: FINGERPRINT_VERSION,
    task: task.id,
    directory: task.directory,
    commands: ['make'],
    arguments: [],
    inputs: { 'src.txt': sha256(input).slice(0, 40) as Fingerprint['inputs'][string] },
    outputs: task.definition.outputs,
    env: {},
    envMode: 'strict',
    passThroughEnv: [],
    tools: {},
    globalFiles: {},
    globalEnv: {},
    dependencies: {},
    externalClosure: closure && sha256(canonicalJson(closure)),
    foreignLockfiles: {},
    engines: {},
  };
  return {
    task: task.id,
    key: sha256(canonicalJson(fingerprint)) as string as ActionKey,
    fingerprint,
    externalClosure: closure && {
      digest: sha256(canonicalJson(closure)),
      readPackages: () => Promise.resolve(closure),
    },
    environment: {},
  };
}

/** Every stored blob, absolute. */
export function blobFiles(rig: Rig): string[] {
  return filesBelow(join(rig.directory, 'cache/v1/blobs'));
}

/** Replaces a text in a stored manifest, as somebody would who knows the format. */
export function editManifest(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8').split('\n')[0] ?? '';
  const edited = `${text.replace(from, to)}\n`;
  writeFileSync(path, `${edited}${sha256(edited)}\n`);
}

/** Every stored manifest, absolute. */
export function manifestFiles(rig: Rig): string[] {
  return filesBelow(join(rig.directory, 'cache/v1/actions'));
}

/** The blob with this content. */
export function blobOf(rig: Rig, text: string): string {
  return blobFiles(rig).find((path) => readFileSync(path, 'utf8') === text) ?? '';
}

/** Writes to a stored file, read-only or not. */
export function overwrite(path: string, text: string): void {
  chmodSync(path, 0o644);
  writeFileSync(path, text);
}

function filesBelow(directory: string): string[] {
  return Object.keys(readTexts(directory)).map((path) => join(directory, path));
}

function readTexts(directory: string): Readonly<Record<string, string>> {
  if (statSync(directory, { throwIfNoEntry: false }) === undefined) return {};
  const paths = readdirSync(directory, { recursive: true }).map(String).sort();
  const files = paths.filter((path) => statSync(join(directory, path)).isFile());
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(directory, path), 'utf8')]));
}

/** What the task makes of each state of its inputs; the sets overlap, in paths and in content. */
export const SETS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  one: { a: 'same', b: 'one', 'deep/c': 'one', x: 'file' },
  two: { a: 'same', b: 'two', 'deep/d': 'two', empty: '', 'x/y': 'below' },
  three: { b: 'three', 'deep/c': 'one', 'new/e': 'three' },
};

/** Makes the outputs of one state, from nothing. */
export function writeOutputs(directory: string, word: string): void {
  rmSync(directory, { recursive: true, force: true });
  for (const [path, text] of Object.entries(SETS[word] ?? {})) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}
