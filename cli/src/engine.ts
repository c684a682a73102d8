import { join } from 'node:path';
import {
  createExecutionLocks,
  openLocalCache,
  type ExecutionLocks,
  type ExplainMiss,
  type LocalCache,
  type OpenRemoteTier,
} from '@tr/cache';
import { createFileIndex, createPathMatcher, type TaskFingerprinter } from '@tr/fingerprint';
import { STATE_DIRECTORY, type EventSink, type TaskGraph, type TaskId } from '@tr/model';
import {
  createConditions,
  createLauncher,
  createProcessSpawner,
  MARKER_VARIABLE,
  type Conditions,
  type Launcher,
  type ProcessSpawner,
} from '@tr/runner';
import { askGit, currentBranch, locateGit } from '@tr/workspace';
import { toCacheLimits } from './cache-limits.js';
import { openClosureMemo } from './closures/closure-memo.js';
import { loadClosures } from './closures/closures.js';
import type { CliContext } from './context.js';
import type { Project } from './project.js';
import type { RunRequest } from './run-request.js';
import { createProjectServices, type ProjectServices } from './services.js';
import { createStateDirectory, resolveStateDirectories, type StateDirectories } from './state-directory.js';
import { VERSION } from './version.js';
import { wireFingerprinter } from './wire-fingerprinter.js';

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
    findBranch: currentBranch,
    memoPath: join(directories.own, 'state/v1/files'),
    packageDirectories: [...workspace.packages.values()].map(({ directory }) => directory),
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
    fingerprinter: wireFingerprinter({
      project,
      environment: context.environment,
      request,
      graph: wanted.graph,
      wholeGraph: wanted.wholeGraph,
      files,
      closures,
      spawner,
      services,
    }),
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
