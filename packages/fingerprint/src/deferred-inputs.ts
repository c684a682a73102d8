import { posix } from 'node:path';
import {
  ok,
  parseTaskId,
  type DeferredInput,
  type FingerprintFailure,
  type InputSpec,
  type Result,
  type TaskId,
  type TaskNode,
} from '@tr/model';
import type { FileAnswer, FileIndex } from './files/file-index.js';
import { createDeclaredMatcher, createPathMatcher } from './globs/path-matcher.js';
import type { FileRecord } from './inputs/input-collector.js';
import { ALWAYS_INPUTS } from './inputs/package-inputs.js';

/** What structured entries of `inputs` came to. */
export interface DeferredFiles {
  /** By path relative to the package. */
  readonly files: FileRecord;
  /** Dependencies that count by the outputs chosen of them, not by their keys. */
  readonly replaced: ReadonlySet<TaskId>;
}

const NONE: DeferredFiles = { files: {}, replaced: new Set() };

/**
 * Reads the files of structured entries, as Turborepo has them: `jit` what is there now that the dependencies have
 * ended, `dependencyOutputs` the chosen part of what dependencies declare as outputs, in place of their keys. A
 * dependency that executes nothing or declares no outputs keeps its key: nothing else would stand for it. So does one that
 * leads to the state that a service of the task starts from, which is in no file.
 */
export async function readDeferredInputs(
  task: TaskNode,
  files: FileIndex,
  nodeOf: (id: TaskId) => TaskNode | undefined,
): Promise<Result<DeferredFiles, FingerprintFailure>> {
  const entries = task.definition.inputs.deferred ?? [];
  if (entries.length === 0) return ok(NONE);
  // Pairs, as a plain assignment to `__proto__` would lose that file.
  const found: [string, FileRecord[string]][] = [];
  const replaced = new Set<TaskId>();
  for (const entry of entries) {
    const sources = entry.mode === 'jit' ? [task] : selectDependencies(task, entry, nodeOf);
    for (const source of sources) {
      const read = entry.mode === 'jit' ? await readNow(source, entry, files) : await readChosen(source, entry, files);
      if (!read.ok) return read;
      if (source !== task) replaced.add(source.id);
      for (const [path, id] of Object.entries(read.value))
        found.push([posix.relative(task.directory, posix.join(source.directory, path)), id]);
    }
  }
  return ok({ files: Object.fromEntries(found), replaced });
}

/** True when nothing but structured entries of the mode `jit` says what the inputs are. */
export function hasNoInputsAtStart({ includeDefault, include, exclude, deferred }: InputSpec): boolean {
  return deferred !== undefined && !includeDefault && include.length === 0 && exclude.length === 0;
}

async function readNow({ directory }: TaskNode, entry: DeferredInput, files: FileIndex): Promise<FileAnswer> {
  const { includeDefault, include, exclude } = entry;
  const read = await files.inputsOf(directory, { includeDefault, include, exclude }, { include: [], exclude: [] });
  if (!read.ok || includeDefault) return read;
  const isNamed = createPathMatcher(include);
  return ok(keepNames(read.value, (name) => !ALWAYS_INPUTS.includes(name) || isNamed(name)));
}

/** What lies where the task writes and fits the globs, both seen from its package. */
async function readChosen(
  { directory, definition }: TaskNode,
  { include, exclude }: DeferredInput,
  files: FileIndex,
): Promise<FileAnswer> {
  const read = await files.outputsOf(directory, definition.outputs);
  if (!read.ok) return read;
  const isChosen = createDeclaredMatcher('', { include: include.length === 0 ? ['**'] : include, exclude });
  return ok(keepNames(read.value, isChosen));
}

function keepNames(record: FileRecord, isKept: (name: string) => boolean): FileRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => isKept(name)));
}

function selectDependencies(
  task: TaskNode,
  { from = [] }: DeferredInput,
  nodeOf: (id: TaskId) => TaskNode | undefined,
): readonly TaskNode[] {
  const nodes = task.dependencies.flatMap((id) => nodeOf(id) ?? []);
  const isMeant = (node: TaskNode): boolean =>
    from.length === 0 || from.some((reference) => names(reference, node, task));
  const { services } = task.definition;
  return nodes.filter(
    (node) =>
      isMeant(node) &&
      node.command !== undefined &&
      node.definition.outputs.include.length > 0 &&
      !(services.length > 0 && hasStateOf(services, node, nodeOf)),
  );
}

/** Whether a task, or one below it, leaves a state of one of these services behind. */
function hasStateOf(
  services: readonly string[],
  node: TaskNode,
  nodeOf: (id: TaskId) => TaskNode | undefined,
): boolean {
  const below = new Set([node]);
  // A set that grows while it is walked.
  for (const { definition, dependencies } of below) {
    if (definition.snapshot !== undefined && services.includes(definition.snapshot.service)) return true;
    for (const id of dependencies) {
      const next = nodeOf(id);
      if (next !== undefined) below.add(next);
    }
  }
  return false;
}

/** `^t`, `pkg#t` or `t`, as in `dependsOn`. */
function names(reference: string, node: TaskNode, task: TaskNode): boolean {
  if (reference.startsWith('^')) return node.package !== task.package && node.task === reference.slice(1);
  return parseTaskId(reference) === undefined
    ? node.package === task.package && node.task === reference
    : node.id === reference;
}
