import { closeSync, openSync, readSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { toError, type EventSink, type RemoteFailure, type TaskGraph } from '@tr/model';
import { LateAbort } from '@tr/quick';
import { createJsonReporter, createTerminalReporter, resolveLogStyle, type RunReporter } from '@tr/reporter';
import { createShutdown, findTooManyPersistent, runTasks, systemClock, type Shutdown } from '@tr/runner';
import type { SnapshotServices } from '@tr/snapshot';
import { computePriorities } from '@tr/task-graph';
import type { CliContext } from './context.js';
import { createEngine, type Engine } from './engine.js';
import { openRemote } from './remote/open-remote.js';
import { isCi } from './is-ci.js';
import { noteRemoteHits, noteRun } from './outcomes-seen.js';
import type { Project } from './project.js';
import { describeRerun } from './rerun.js';
import type { RunRequest } from './run-request.js';
import { openTaskDurations } from './task-durations.js';
import { isWholeWorkspace, warnBeforeEnd, watchInputs } from './unmatched-inputs.js';
import { VERSION } from './version.js';
import { refuse } from './with-project.js';

/** A graph to run, and how. */
export interface PlannedRun {
  readonly project: Project;
  readonly graph: TaskGraph;
  /** The graph without `--only`; undefined where nothing is left out, or that would be no graph. */
  readonly wholeGraph: TaskGraph | undefined;
  readonly request: RunRequest;
  readonly context: CliContext;
}

/** Turborepo's default. */
const DEFAULT_CONCURRENCY = '10';

/** Runs the graph, tells about it, and returns the exit code. */
export async function runPlan(run: PlannedRun): Promise<number> {
  const { project, request, context } = run;
  const graph = applyOutputLogs(run.graph, request.outputLogs);
  const concurrency = request.parallel
    ? Infinity
    : resolveConcurrency(request.concurrency ?? project.config.concurrency ?? DEFAULT_CONCURRENCY);
  const tooMany = findTooManyPersistent(graph, concurrency);
  if (tooMany !== undefined) return refuse(context, [toError(tooMany)]);
  const remoteWarnings: RemoteFailure[] = [];
  let warnRemote = (failure: RemoteFailure): void => void remoteWarnings.push(failure);
  const remote = await openRemote({
    config: project.config.remoteCache,
    environment: context.environment,
    policy: request.policy.remote,
    warn: (failure) => warnRemote(failure),
  });
  const reporter = createReporter(run, remote !== undefined);
  warnRemote = (failure) => reporter.sink({ type: 'warning', failure });
  remoteWarnings.forEach(warnRemote);
  const shutdown = createShutdown(process);
  const engine = await createEngine({ ...run, remote, emit: reporter.sink });
  shutdown.onRequest(() => engine.services.stopWaiting());
  if (shutdown.requested !== undefined) engine.services.stopWaiting();
  const services = await createServices({ ...run, graph }, engine, reporter.sink);
  const durations = openTaskDurations(engine.directories.cache, request.policy.local);
  const inputs = watchInputs(engine.fingerprinter, isWholeWorkspace(graph, project.workspace.packages));
  engine.cache.tasks.expect(graph.nodes.values());
  try {
    const result = await runTasks({
      fingerprinter: inputs.fingerprinter,
      cache: engine.cache.tasks,
      spawner: engine.spawner,
      launcher: engine.launcher,
      conditions: engine.conditions,
      locks: engine.locks,
      services,
      stateEdges: request.parallel ? services?.listStateEdges() : undefined,
      graph,
      priorities: computePriorities(graph, durations.known),
      concurrency,
      continueMode: request.continueMode,
      parallel: request.parallel,
      force: !request.policy.local.read && !request.policy.remote.read,
      shutdown,
      clock: systemClock,
      emit: noteRemoteHits(warnBeforeEnd(reporter.sink, inputs.warnings)),
      logDirectory: engine.directories.logs,
    });
    durations.learn(result);
    // Servers of a killed run are stopped by the next one that uses services, and a given server is asked who it is. Each JSON
    // line has the time of its event.
    const isRepeatable = services === undefined && request.logFormat !== 'json';
    noteRun(result, isRepeatable ? engine.directories.own : undefined);
    return result.exitCode;
  } finally {
    await finishRemote(engine, shutdown);
    await engine.finish();
    shutdown.dispose();
    reporter.dispose();
  }
}

/** What gets the services of tasks ready; undefined when no task names one. */
async function createServices(
  { graph, wholeGraph = graph }: PlannedRun,
  engine: Engine,
  emit: EventSink,
): Promise<SnapshotServices | undefined> {
  if ([...graph.nodes.values()].every(({ definition }) => definition.services.length === 0)) return undefined;
  return await engine.services.createSnapshots({ graph, wholeGraph }, emit);
}

/** Sends what waits; a signal ends that. */
async function finishRemote({ cache }: Engine, shutdown: Shutdown): Promise<void> {
  const interrupt = new LateAbort();
  const forget = shutdown.onRequest(() => interrupt.abort());
  if (shutdown.requested !== undefined) interrupt.abort();
  await cache.finishRemote(() => interrupt.signal);
  forget();
}

/** `--output-logs` wins over what the configuration says about each task. */
function applyOutputLogs(graph: TaskGraph, outputLogs: RunRequest['outputLogs']): TaskGraph {
  if (outputLogs === undefined) return graph;
  const nodes = [...graph.nodes].map(
    ([id, node]) => [id, { ...node, definition: { ...node.definition, outputLogs } }] as const,
  );
  return { ...graph, nodes: new Map(nodes) };
}

/** A number, or a percentage of the cores, at least one. */
export function resolveConcurrency(text: string): number {
  if (!text.endsWith('%')) return Number(text);
  return Math.max(1, Math.floor((availableParallelism() * Number(text.slice(0, -1))) / 100));
}

function createReporter({ project, graph, request, context }: PlannedRun, hasRemote: boolean): RunReporter {
  const { out, environment } = context;
  if (request.logFormat === 'json') return createJsonReporter(out, systemClock);
  const isGithub = (environment['GITHUB_ACTIONS'] ?? '') !== '';
  return createTerminalReporter({
    output: out,
    clock: systemClock,
    version: VERSION,
    kind: project.workspace.kind,
    requestedTasks: request.tasks,
    remoteCache: hasRemote ? 'enabled' : 'disabled',
    ...resolveLogStyle({
      logOrder: request.logOrder,
      logPrefix: request.logPrefix,
      ci: isGithub ? 'github' : undefined,
    }),
    // A dumb terminal cannot take it back.
    statusLine: out.isTTY && environment['TERM'] !== 'dumb' && !isGithub && !isCi(environment),
    readLog,
    parallel: request.parallel,
    describeRerun: (task) =>
      describeRerun(task, {
        graph,
        kind: project.workspace.kind,
        requested: request.tasks,
        taskArguments: request.taskArguments,
      }),
  });
}

/** Reads a log in pieces, so that a long one is never in memory as a whole. */
function* readPieces(fd: number): Iterable<Uint8Array> {
  try {
    for (;;) {
      const piece = Buffer.allocUnsafe(1 << 16);
      const bytes = readSync(fd, piece);
      if (bytes === 0) return;
      yield piece.subarray(0, bytes);
    }
  } finally {
    closeSync(fd);
  }
}

function readLog(path: string): Iterable<Uint8Array> | undefined {
  try {
    return readPieces(openSync(path, 'r'));
  } catch {
    return undefined;
  }
}
