import { join } from 'node:path';
import { createExecutionLocks, openLocalCache, type ExecutionLocks, type LocalCache } from '@tr/cache';
import {
  createFileIndex,
  createFingerprinter,
  createPathMatcher,
  type TaskFingerprinter,
  type ToolRunner,
} from '@tr/fingerprint';
import type { EventSink, Package, PackageName, TaskId, TaskNode } from '@tr/model';
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
import { askGit, createForeignLockfileFinder, currentBranch } from '@tr/workspace';
import { toCacheLimits } from './cache-limits.js';
import { loadClosures } from './closures.js';
import type { CliContext } from './context.js';
import { createMissExplainer } from './explain.js';
import type { Project } from './project.js';
import type { RunRequest } from './run-request.js';
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
  /** Warnings go here. */
  readonly emit: EventSink;
}

/** Wires the packages together for one project and one request. */
export async function createEngine({ project, context, request, emit }: EngineRequest): Promise<Engine> {
  const { workspace, config } = project;
  const { root, git } = workspace;
  const directories = resolveStateDirectories(root, git, request.cacheDir ?? config.cache.dir);
  for (const directory of new Set([directories.own, join(directories.cache, '..')])) {
    if (directory.endsWith(STATE_DIRECTORY)) createStateDirectory(directory);
  }
  const closures = await loadClosures(workspace, join(directories.own, 'state/v1/lockfile'));
  for (const { failure } of closures.warnings) emit({ type: 'warning', failure });

  const files = createFileIndex({
    root,
    git,
    memoPath: join(directories.own, 'state/v1/files'),
    excludedDirectories: [STATE_DIRECTORY],
    processEnv: context.environment,
    runGit: git && ((args, input) => Promise.resolve(askGit(git, args, input))),
  });
  const packageOf = (name: PackageName): Package | undefined => workspace.packages.get(name);
  const foreignLockfiles = createForeignLockfileFinder(root);
  const spawner = createProcessSpawner({ inheritedMarker: context.environment[MARKER_VARIABLE] });
  const fingerprinter = createFingerprinter({
    processEnv: context.environment,
    globalEnv: config.globalEnv,
    globalPassThroughEnv: config.globalPassThroughEnv,
    envMode: request.envMode ?? config.envMode,
    files,
    absoluteDirectory: (directory) => join(root, directory),
    globalDependencies: config.globalDependencies,
    wholeLockfiles: closures.countsWhole
      ? ['package.json', ...(workspace.lockfile ? [workspace.lockfile.path] : [])]
      : [],
    engines: packageOf('//' as PackageName)?.engines,
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
  });
  const explainer = createMissExplainer();
  const cache = openLocalCache({
    directory: directories.cache,
    root,
    stateDirectory: directories.own,
    policy: request.policy.local,
    producer: VERSION,
    now: () => Date.now(),
    warn: (failure, task?: TaskId) => emit({ type: 'warning', failure, ...(task === undefined ? {} : { task }) }),
    explain: explainer.explain,
  });
  return {
    fingerprinter,
    cache,
    spawner,
    launcher: createLauncher({
      workspace,
      mode: config.launch,
      nodeExecPath: process.execPath,
      facts: {
        nodeVersion: process.version,
        platform: process.platform,
        arch: process.arch,
        environment: context.environment,
      },
      invocationDirectory: context.cwd,
    }),
    conditions: createConditions({
      findBranch: () => git && currentBranch(git),
      environment: context.environment,
      matches: (glob, name) => createPathMatcher([glob])(name),
    }),
    locks: createExecutionLocks({
      directory: join(directories.own, 'state/v1/locks'),
      runId: spawner.runId,
      startedBy: context.environment[MARKER_VARIABLE],
    }),
    directories,
    finish: async () => {
      await spawner.dispose();
      files.save();
      await cache.finish(toCacheLimits(config.cache));
    },
  };
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

/** Pass-through arguments are for the tasks the user named, not for what these depend on. */
function isNamed(requested: readonly string[], node: TaskNode): boolean {
  return requested.includes(node.task) || requested.includes(node.id);
}

/** Runs a tool command like a task's, with a limit: a version that takes longer than this hangs. */
function createToolRunner(spawner: Spawner): ToolRunner {
  const LIMIT_MS = 60_000;
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
    const cancel = systemClock.schedule(LIMIT_MS, () => void tool.stop('SIGTERM', 1000));
    const end = await tool.ended;
    cancel();
    const text = Buffer.concat(output).toString('utf8');
    if (end.kind === 'exited') return { exitCode: end.exitCode, output: text };
    return { exitCode: undefined, output: end.kind === 'not-started' ? end.detail : `${text}\nended by ${end.signal}` };
  };
}
