import { join } from 'node:path';
import {
  createExecutionLocks,
  openLocalCache,
  type ExecutionLocks,
  type ExplainMiss,
  type LocalCache,
  type OpenRemoteTier,
} from '@tr/cache';
import {
  createFileIndex,
  createFingerprinter,
  createPathMatcher,
  type FileIndex,
  type RootDependency,
  type TaskFingerprinter,
  type ToolRunner,
} from '@tr/fingerprint';
import {
  ROOT_PACKAGE,
  sorted,
  type EventSink,
  type Package,
  type PackageName,
  type TaskGraph,
  type TaskId,
  type TaskNode,
} from '@tr/model';
import {
  createConditions,
  createLauncher,
  createProcessSpawner,
  findLifecycleSteps,
  MARKER_VARIABLE,
  systemClock,
  type Conditions,
  type Launcher,
  type ProcessSpawner,
  type Spawner,
} from '@tr/runner';
import { askGit, createForeignLockfileFinder, currentBranch, locateGit, reachOver } from '@tr/workspace';
import { toCacheLimits } from './cache-limits.js';
import { openClosureMemo } from './closures/closure-memo.js';
import { loadClosures, type Closures } from './closures/closures.js';
import type { CliContext } from './context.js';
import { isNamed } from './is-named.js';
import type { Project } from './project.js';
import type { RunRequest } from './run-request.js';
import { createLeftOutFinder } from './plan/left-out-tasks.js';
import { createProjectServices, type ProjectServices } from './services.js';
import {
  createStateDirectory,
  resolveStateDirectories,
  STATE_DIRECTORY,
  type StateDirectories,
} from './state-directory.js';
import { VERSION } from './version.js';

/** Everything a run, a dry run or `tr why` computes with. */
export interface Engine {
  readonly fingerprinter: TaskFingerprinter;
  readonly cache: LocalCache;
  readonly spawner: ProcessSpawner;
  readonly launcher: Launcher;
  readonly conditions: Conditions;
  readonly locks: ExecutionLocks;
  readonly directories: StateDirectories;
  readonly services: ProjectServices;
  /** Writes what is remembered for the next run, and ends every process that is left. */
  finish(): Promise<void>;
}

/** What an engine is made for. */
export interface EngineRequest {
  readonly project: Project;
  readonly context: CliContext;
  readonly request: Pick<
    RunRequest,
    'tasks' | 'taskArguments' | 'policy' | 'cacheDir' | 'envMode' | 'frameworkInference'
  >;
  /** The tasks that are looked at. */
  readonly graph: TaskGraph;
  /** The graph without `--only`; undefined where that is the same, or not possible. */
  readonly wholeGraph?: TaskGraph | undefined;
  /** What is shared with other machines. */
  readonly remote?: OpenRemoteTier | undefined;
  /** Warnings go here. */
  readonly emit: EventSink;
}

/** Wires the packages together for one project and one request. */
export async function createEngine(wanted: EngineRequest): Promise<Engine> {
  const { project, context, request, remote, emit } = wanted;
  const { workspace, config } = project;
  const { root, git } = workspace;
  const directories = resolveStateDirectories(root, git, request.cacheDir ?? config.cache.dir);
  for (const directory of new Set([directories.own, join(directories.cache, '..')])) {
    if (directory.endsWith(STATE_DIRECTORY)) createStateDirectory(directory);
  }
  const closures = await loadClosures(workspace, openClosureMemo(directories.cache, request.policy.local));
  for (const failure of closures.warnings) emit({ type: 'warning', failure });

  const files = createFileIndex({
    root,
    git,
    locateGit,
    memoPath: join(directories.own, 'state/v1/files'),
    excludedDirectories: [STATE_DIRECTORY],
    processEnv: context.environment,
    runGit: git && ((args, input, submodule = git) => Promise.resolve(askGit(submodule, args, input))),
    countsModes: config.futureFlags.hashFilePermissions,
  });
  const inheritedMarker = context.environment[MARKER_VARIABLE];
  const spawner = createProcessSpawner({ inheritedMarker });
  const cache = openLocalCache({
    directory: directories.cache,
    root,
    stateDirectory: directories.own,
    policy: request.policy.local,
    remote,
    producer: VERSION,
    now: () => Date.now(),
    warn: (failure, task?: TaskId) => emit({ type: 'warning', failure, ...(task === undefined ? {} : { task }) }),
    explain: explainMisses(),
  });
  const services = createProjectServices({
    project,
    context,
    cache,
    stateDirectory: directories.own,
    readsCache: request.policy.local.read || request.policy.remote.read,
    marker: `${inheritedMarker ?? ''}${spawner.runId}.services;`,
    warn: (failure) => emit({ type: 'warning', failure }),
  });
  return {
    services,
    fingerprinter: wireFingerprinter(wanted, { files, closures, spawner, services }),
    cache,
    spawner,
    launcher: wireLauncher(wanted),
    conditions: createConditions({
      findBranch: () => git && currentBranch(git),
      environment: context.environment,
      matches: (glob, name) => createPathMatcher([glob])(name),
    }),
    locks: createExecutionLocks({
      directory: join(directories.own, 'state/v1/locks'),
      runId: spawner.runId,
      startedBy: inheritedMarker,
    }),
    directories,
    finish: async () => {
      await services.dispose();
      await spawner.dispose();
      files.save();
      await cache.finish(toCacheLimits(config.cache));
    },
  };
}

/** What a run does not load that finds everything stored. */
function explainMisses(): ExplainMiss {
  let explainer: Promise<ExplainMiss> | undefined;
  return async (...miss) => {
    explainer ??= import('./explain.js').then(({ createMissExplainer }) => createMissExplainer());
    return (await explainer)(...miss);
  };
}

function wireFingerprinter(
  wanted: EngineRequest,
  parts: {
    readonly files: FileIndex;
    readonly closures: Closures;
    readonly spawner: Spawner;
    readonly services: ProjectServices;
  },
): TaskFingerprinter {
  const { project, context, request } = wanted;
  const { workspace, config } = project;
  const { files, closures, spawner } = parts;
  const packageOf = (name: PackageName): Package | undefined => workspace.packages.get(name);
  const foreignLockfiles = createForeignLockfileFinder(workspace.root);
  const { graph, wholeGraph } = wanted;
  const fingerprinter: TaskFingerprinter = createFingerprinter({
    nodeOf: (id) => (wholeGraph ?? graph).nodes.get(id),
    leftOutOf: wholeGraph && createLeftOutFinder({ graph, wholeGraph }, (...args) => fingerprinter.compute(...args)),
    processEnv: context.environment,
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
    runTool: createToolRunner(spawner),
    describeServices: (task) => parts.services.describe(task),
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

function wireLauncher({ project, context }: EngineRequest): Launcher {
  return createLauncher({
    workspace: project.workspace,
    mode: project.config.launch,
    nodeExecPath: process.execPath,
    facts: {
      nodeVersion: process.version,
      platform: process.platform,
      arch: process.arch,
      environment: context.environment,
    },
    invocationDirectory: context.cwd,
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
