import { join } from 'node:path';
import {
  createFingerprinter,
  type FileIndex,
  type RootDependency,
  type TaskFingerprinter,
  type ToolRunner,
} from '@tr/fingerprint';
import { ROOT_PACKAGE, sorted, type Package, type PackageName, type TaskGraph, type TaskNode } from '@tr/model';
import { findLifecycleSteps, systemClock, type Spawner } from '@tr/runner';
import { createForeignLockfileFinder, reachOver } from '@tr/workspace';
import type { Closures } from './closures/closures.js';
import { isNamed } from './is-named.js';
import { createLeftOutFinder } from './plan/left-out-tasks.js';
import type { Project } from './project.js';
import type { RunRequest } from './run-request.js';
import type { ProjectServices } from './services.js';

/** Where what decides keys comes from, besides the disk. */
export interface FingerprinterSources {
  readonly project: Project;
  readonly environment: Readonly<Record<string, string>>;
  readonly request: Pick<RunRequest, 'tasks' | 'taskArguments' | 'envMode' | 'frameworkInference'>;
  readonly graph: TaskGraph;
  /** The graph without `--only`; undefined where that is the same, or not possible. */
  readonly wholeGraph: TaskGraph | undefined;
  readonly files: FileIndex;
  readonly closures: Closures;
  readonly spawner: Spawner;
  readonly services: Pick<ProjectServices, 'describe'>;
}

/** Answers every question of the fingerprinter from the parts of a run. */
export function wireFingerprinter(sources: FingerprinterSources): TaskFingerprinter {
  const { project, request, graph, wholeGraph, files, closures } = sources;
  const { workspace, config } = project;
  const packageOf = (name: PackageName): Package | undefined => workspace.packages.get(name);
  const foreignLockfiles = createForeignLockfileFinder(workspace.root);
  const fingerprinter: TaskFingerprinter = createFingerprinter({
    nodeOf: (id) => (wholeGraph ?? graph).nodes.get(id),
    leftOutOf: wholeGraph && createLeftOutFinder({ graph, wholeGraph }, (...args) => fingerprinter.compute(...args)),
    processEnv: sources.environment,
    globalEnv: config.globalEnv,
    globalPassThroughEnv: config.globalPassThroughEnv,
    envMode: request.envMode ?? config.envMode,
    files,
    absoluteDirectory: (directory) => join(workspace.root, directory),
    globalDependencies: config.globalDependencies,
    rootDependencies: listRootDependencies(project),
    wholeLockfiles: closures.countsWhole
      ? ['package.json', ...(workspace.lockfile ? [workspace.lockfile.path] : [])]
      : [],
    engines: packageOf(ROOT_PACKAGE)?.engines,
    frameworkInference: request.frameworkInference,
    externalDependenciesOf: (name) => packageOf(name)?.externalDependencies ?? {},
    closureOf: (name) => closures.of(name),
    findChangedLockfile: () => closures.findChanged(),
    foreignLockfilesOf: (name) => foreignLockfiles(packageOf(name)?.directory ?? ''),
    linkedPathsOf: (name) => closures.linkedPathsOf(name),
    commandsOf: (node) => commandsOf(project, node),
    launchOf: (node) => launchOf(project, node),
    argumentsOf: (node) => (isNamed(request.tasks, node) ? request.taskArguments : []),
    runTool: createToolRunner(sources.spawner),
    describeServices: (task) => sources.services.describe(task),
  });
  return fingerprinter;
}

/** Every package finds them in the root's `node_modules`. */
function listRootDependencies({ workspace, definitions }: Project): readonly RootDependency[] {
  const names = reachOver((name) => workspace.packages.get(name)?.internalDependencies ?? [], ROOT_PACKAGE);
  return sorted([...names].filter((name) => name !== ROOT_PACKAGE)).flatMap((name) => {
    const directory = workspace.packages.get(name)?.directory;
    if (directory === undefined) return [];
    const outputs = definitions.taskNames().flatMap((task) => definitions.find(name, task)?.outputs ?? []);
    return [{ directory, outputs: outputs.filter(({ include }) => include.length > 0) }];
  });
}

function commandsOf({ workspace }: Project, node: TaskNode): readonly string[] {
  const owner = workspace.packages.get(node.package);
  return owner === undefined
    ? []
    : findLifecycleSteps(node, owner, workspace.packageManager).map(({ script }) => script);
}

/** What of the way a script is started can change what it does. */
function launchOf({ workspace, config }: Project, node: TaskNode): Readonly<Record<string, string>> | undefined {
  const manager = workspace.packageManager;
  if (manager === undefined || !node.isScript) return undefined;
  const { name, version, scriptShell } = manager;
  if (config.launch === 'package-manager') {
    return { mode: config.launch, manager: name, ...(version && { version }), ...(scriptShell && { scriptShell }) };
  }
  return scriptShell === undefined ? undefined : { scriptShell };
}

/** A command that tells a version and takes longer than this hangs. */
const TOOL_LIMIT_MS = 60_000;

/** Runs a tool command like a task's, with a limit. */
function createToolRunner(spawner: Spawner): ToolRunner {
  return async (command, cwd, env) => {
    const output: Uint8Array[] = [];
    const tool = spawner.spawn({
      command,
      cwd,
      env,
      shell: undefined,
      stdin: 'none',
      onOutput: (_stream, bytes) => output.push(bytes),
    });
    const cancel = systemClock.schedule(TOOL_LIMIT_MS, () => void tool.stop('SIGTERM', 1000));
    const end = await tool.ended;
    cancel();
    const text = Buffer.concat(output).toString('utf8');
    if (end.kind === 'exited') return { exitCode: end.exitCode, output: text };
    return { exitCode: undefined, output: end.kind === 'not-started' ? end.detail : `${text}\nended by ${end.signal}` };
  };
}
