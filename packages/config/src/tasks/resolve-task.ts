import {
  DEFAULT_TASK_DEFINITION,
  InvariantError,
  sorted,
  sortedUnique,
  type DeferredInput,
  type InputSpec,
  type OutputSpec,
  type TaskDefinition,
} from '@tr/model';
import { parseDuration } from '../formats/duration.js';
import { DEFAULT_MARKER, EXTENDS_MARKER, ROOT_MARKER } from '../formats/markers.js';
import type { TaskValue } from '../schema/config-schema.js';

/** What the same task may resolve differently for. */
export interface TaskSurroundings {
  /** Directories between the root and the package: 0 at the root. */
  readonly depth: number;
  /** `global.inputs`, as written. */
  readonly globalInputs: readonly string[];
}

type InputEntry = NonNullable<TaskValue['inputs']>[number];
type StructuredInput = Exclude<InputEntry, string>;

/** Fills in every default of a merged task. */
export function resolveTask(task: TaskValue, surroundings: TaskSurroundings): TaskDefinition {
  const snapshot = task.snapshot && {
    service: task.snapshot.service,
    steps: toList(task.snapshot.steps).map((glob) => atRoot(glob, surroundings.depth)),
    base: task.snapshot.base,
  };
  const inputs = withSteps(resolveInputs(task.inputs ?? [], surroundings), snapshot?.steps ?? []);
  return {
    cache: task.cache ?? DEFAULT_TASK_DEFINITION.cache,
    command: task.command,
    dependsOn: toList(task.dependsOn),
    with: toList(task.with),
    inputs,
    outputs: resolveOutputs(task.outputs ?? [], surroundings.depth),
    env: toList(task.env),
    passThroughEnv: task.passThroughEnv === undefined ? undefined : toList(task.passThroughEnv),
    outputLogs: task.outputLogs ?? DEFAULT_TASK_DEFINITION.outputLogs,
    tags: (task.tags ?? []).filter((tag) => tag !== EXTENDS_MARKER),
    persistent: task.persistent ?? DEFAULT_TASK_DEFINITION.persistent,
    interactive: task.interactive ?? DEFAULT_TASK_DEFINITION.interactive,
    interruptible: task.interruptible ?? DEFAULT_TASK_DEFINITION.interruptible,
    tools: toList(task.tools),
    envFiles: (task.envFiles ?? []).map((path) => toPlainPath(atRoot(path, surroundings.depth))),
    restore: task.restore ?? DEFAULT_TASK_DEFINITION.restore,
    when:
      task.when === undefined
        ? undefined
        : { branches: task.when.branches && sorted(task.when.branches), env: task.when.env && sorted(task.when.env) },
    timeoutMs: resolveTimeout(task.timeout),
    retries: task.retries ?? DEFAULT_TASK_DEFINITION.retries,
    services: sortedUnique([...toList(task.services), ...(snapshot === undefined ? [] : [snapshot.service])]),
    workers: task.workers,
    snapshot,
  };
}

/** Steps decide the state, so they are inputs whatever `inputs` says. */
function withSteps(inputs: InputSpec, steps: readonly string[]): InputSpec {
  const wanted = steps.filter((glob) => !glob.startsWith('!'));
  return wanted.length === 0 ? inputs : { ...inputs, include: sortedUnique([...inputs.include, ...wanted]) };
}

/** Turborepo drops a marker that has nothing to stand for, and keeps duplicates. */
function toList(values: readonly string[] | undefined): readonly string[] {
  return sorted((values ?? []).filter((value) => value !== EXTENDS_MARKER));
}

function resolveInputs(entries: readonly InputEntry[], { depth, globalInputs }: TaskSurroundings): InputSpec {
  const texts = toList(entries.flatMap(textsOf));
  const deferred = entries.flatMap((entry) => (typeof entry === 'string' ? [] : resolveDeferred(entry, depth)));
  const globals = globalInputs.map((glob) => fromRoot(glob, depth));
  const { include, exclude } = split([...texts.map((text) => atRoot(text, depth)), ...globals]);
  const isJit = deferred.some(({ mode }) => mode === 'jit');
  const spec = {
    includeDefault: texts.includes(DEFAULT_MARKER) || (texts.length === 0 && !isJit),
    include: include.filter((glob) => glob !== DEFAULT_MARKER),
    exclude,
  };
  return deferred.length === 0 ? spec : { ...spec, deferred };
}

/** What is known at the start: plain entries, and structured ones that say nothing else. */
function textsOf(entry: InputEntry): readonly string[] {
  if (typeof entry === 'string') return [entry];
  if (entry.mode !== 'startup') return [];
  return [...(entry.globs ?? []), ...(entry.withDefaults === true ? [DEFAULT_MARKER] : [])];
}

/** An entry of the mode `jit` that names nothing is none, as in Turborepo. */
function resolveDeferred(entry: StructuredInput, depth: number): readonly DeferredInput[] {
  const { mode, globs = [], withDefaults = false, from } = entry;
  if (mode === 'startup' || (mode === 'jit' && globs.length === 0 && !withDefaults)) return [];
  const files = { includeDefault: withDefaults, ...split(globs.map((glob) => atRoot(glob, depth))) };
  return [{ mode, ...files, from: from === undefined ? undefined : sorted(from) }];
}

function resolveOutputs(globs: readonly string[], depth: number): OutputSpec {
  return split(toList(globs).map((glob) => atRoot(glob, depth)));
}

function split(globs: readonly string[]): OutputSpec {
  return {
    include: sorted(globs.filter((glob) => !glob.startsWith('!'))),
    exclude: sorted(globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1))),
  };
}

/** Replaces `$TURBO_ROOT$/` at the start by the way up from the package. */
function atRoot(text: string, depth: number): string {
  const start = text.startsWith('!') ? 1 : 0;
  if (!text.startsWith(`${ROOT_MARKER}/`, start)) return text;
  return text.slice(0, start) + wayUp(depth) + text.slice(start + ROOT_MARKER.length + 1);
}

/** Without a leading `./`. */
function toPlainPath(path: string): string {
  return path.startsWith('./') ? path.slice(2) : path;
}

/** A glob of the root as seen from the package. */
function fromRoot(glob: string, depth: number): string {
  return glob.startsWith('!') ? `!${wayUp(depth)}${glob.slice(1)}` : wayUp(depth) + glob;
}

/** `./` at the root itself, as Turborepo prints it. */
function wayUp(depth: number): string {
  return depth === 0 ? './' : '../'.repeat(depth);
}

function resolveTimeout(timeout: TaskValue['timeout']): number | undefined {
  if (timeout === undefined) return undefined;
  const milliseconds = typeof timeout === 'number' ? timeout * 1000 : parseDuration(timeout);
  if (milliseconds === undefined) throw new InvariantError('a timeout was not validated');
  return milliseconds;
}
