import type { RunResult, TaskId, TaskNode, TaskResult } from '@tr/model';
import { LateAbort } from '@tr/quick';
import { sep } from 'node:path';
import type { TaskExecution } from './execution.js';
import { computeExitCode } from './exit-code.js';
import { Foresight } from './foresight.js';
import { Frontier, nodeOf } from './frontier.js';
import { KnownKeys } from './known-keys.js';
import { toLogFileNames } from './log-file-name.js';
import { computeRanks, distrustOrder } from './order.js';
import type { ShutdownRequest } from './ports.js';
import { PriorityQueue } from './priority-queue.js';
import { QuietTime } from './quiet-time.js';
import type { RunContext, RunTasksOptions } from './run-context.js';
import { runTask, toResult, type ResultParts } from './run-task.js';
import { findWantedServers, isServer } from './servers.js';
import { Slots } from './slots.js';

/** Keys are mostly computed in one go on this thread: a few at once hide the waiting, more would delay the first start. */
const KEYS_AT_ONCE = 4;
/** Tasks that may be looked up and restored at once, besides those that wait for a slot. */
const CHECKS_AT_ONCE = 32;

/**
 * Runs every task of the graph and tells everything through `emit`. Resolves when every task has ended and no process
 * is left, whatever happened; rejects only for a bug, after everything was stopped.
 */
export function runTasks(options: RunTasksOptions): Promise<RunResult> {
  return new Run(options).run();
}

/** One run: what may start, what is running, and what one end means for the others. */
class Run {
  readonly #context: RunContext;
  readonly #frontier: Frontier;
  readonly #ready: PriorityQueue<TaskNode>;
  readonly #results: TaskResult[] = [];
  readonly #executions = new Set<TaskExecution>();
  /** Persistent tasks the user asked for, and those that belong to them: they keep the run going. */
  readonly #wanted: ReadonlySet<TaskId>;
  readonly #finished: Promise<void>;
  #resolveFinished: () => void = () => undefined;
  #computing = 0;
  #checking = 0;
  /** Tasks given out by the frontier that have not ended, persistent ones apart. */
  #openTasks: number;
  #openWanted: number;
  readonly #earlyEnd = new LateAbort();
  #ending: 'signal' | 'failure' | 'bug' | undefined;
  #bug: { readonly error: unknown } | undefined;

  constructor(options: RunTasksOptions) {
    const { graph, parallel, stateEdges = new Map() } = options;
    this.#context = this.#createContext(options);
    this.#frontier = new Frontier(graph, parallel ? stateEdges : undefined);
    const { rankOf } = this.#context;
    this.#ready = new PriorityQueue((a, b) => rankOf(a.id) < rankOf(b.id));
    this.#wanted = findWantedServers(graph);
    this.#openTasks = [...graph.nodes.values()].filter((node) => !isServer(node)).length;
    this.#openWanted = this.#wanted.size;
    this.#finished = new Promise((resolve) => (this.#resolveFinished = resolve));
    if (parallel) distrustOrder(this.#context);
  }

  async run(): Promise<RunResult> {
    const { clock, shutdown, graph, emit } = this.#context;
    const startedAt = clock.now();
    this.#announce(startedAt);
    const unsubscribe = shutdown.onRequest((request) => this.#shutDown(request));
    if (shutdown.requested !== undefined) this.#shutDown(shutdown.requested);
    this.#enqueue(this.#frontier.start());
    if (graph.nodes.size > 0) await this.#finished;
    unsubscribe();
    if (this.#bug !== undefined) throw this.#bug.error;
    const { requested } = shutdown;
    const result: RunResult = {
      exitCode: computeExitCode(this.#results, requested),
      tasks: this.#results,
      startedAt,
      durationMs: clock.now() - startedAt,
      ...(requested === undefined ? {} : { signal: requested.signal }),
    };
    emit({ type: 'run-finished', result });
    return result;
  }

  #createContext(options: RunTasksOptions): RunContext {
    const { graph, logDirectory } = options;
    let names: ReadonlyMap<TaskId, string> | undefined;
    const ranks = computeRanks(options);
    return {
      ...options,
      keys: new KnownKeys(),
      slots: new Slots(options.concurrency),
      logPathOf: (task) => {
        names ??= toLogFileNames(graph.nodes.keys());
        return `${logDirectory}${sep}${names.get(task) ?? 'unknown.log'}`;
      },
      rankOf: (task) => ranks.get(task) ?? 0,
      isEnding: () => this.#ending !== undefined,
      endSignal: () => this.#earlyEnd.signal,
      fingerprints: new Map(),
      remakes: new Map(),
      awaitsRemake: new Set(),
      foresight: new Foresight(),
      quiet: new QuietTime(options.cache, options.clock),
      foresee: () => {
        this.#context.foresight.begin(this.#context).catch((error: unknown) => this.#endForBug(error));
      },
      onExecutionStart: (execution) => {
        this.#executions.add(execution);
        // The command was being prepared when the end came.
        if (this.#ending !== undefined) execution.stop('SIGTERM');
        else this.#stopServers();
      },
      onExecutionEnd: (execution) => this.#executions.delete(execution),
    };
  }

  #announce(at: number): void {
    const { graph, concurrency, emit } = this.#context;
    const tasks = graph.topologicalOrder.map((id) => {
      const { command, definition } = nodeOf(graph, id);
      const { outputLogs, persistent, interactive } = definition;
      const task = { id, hasCommand: command !== undefined, log: outputLogs, persistent };
      return interactive ? { ...task, interactive } : task;
    });
    emit({ type: 'run-started', at, packages: graph.packagesInScope, tasks, concurrency });
  }

  #enqueue(ids: readonly TaskId[]): void {
    for (const id of ids) this.#ready.add(nodeOf(this.#context.graph, id));
    this.#pump();
  }

  #pump(): void {
    while (this.#computing < KEYS_AT_ONCE && this.#checking - this.#waitingOrRunning() < CHECKS_AT_ONCE) {
      const node = this.#ready.take();
      if (node === undefined) return;
      this.#start(node);
    }
  }

  #waitingOrRunning(): number {
    return this.#context.slots.waiting + this.#executions.size;
  }

  #start(node: TaskNode): void {
    if (this.#ending !== undefined) {
      this.#finishUnstarted(node.id, { outcome: 'aborted' });
      return;
    }
    this.#computing += 1;
    this.#checking += 1;
    let computing = true;
    const computed = (): void => {
      if (!computing) return;
      computing = false;
      this.#computing -= 1;
      this.#pump();
    };
    runTask(this.#context, node, computed).then(
      (result) => {
        computed();
        this.#checking -= 1;
        this.#finish(node, result);
      },
      (error: unknown) => {
        computed();
        this.#checking -= 1;
        this.#failForBug(node, error);
      },
    );
  }

  #finish(node: TaskNode, result: TaskResult): void {
    this.#record(node, result);
    this.#judge(node, result);
    if (result.outcome === 'failed') this.#fail(node);
    else if (result.outcome !== 'aborted') this.#enqueue(this.#frontier.complete(node.id));
    this.#stopServers();
    this.#pump();
  }

  /** Decides whether others may build on this result. */
  #judge(node: TaskNode, { outcome, skipReason }: TaskResult): void {
    const { keys } = this.#context;
    if (outcome === 'fresh' || outcome === 'restored') return;
    const root =
      keys.findUnsoundDependency(node)?.root ?? (outcome === 'failed' || skipReason === 'when' ? node.id : undefined);
    if (root !== undefined) keys.distrust(node.id, root);
  }

  #fail(node: TaskNode): void {
    const { continueMode } = this.#context;
    if (continueMode === 'always') {
      this.#enqueue(this.#frontier.complete(node.id));
      return;
    }
    for (const id of this.#frontier.dropDependents(node.id)) {
      this.#finishUnstarted(id, { outcome: 'skipped', skipReason: 'dependency-failed' });
    }
    if (continueMode === 'never') this.#end('failure', 'SIGTERM');
  }

  #failForBug(node: TaskNode, error: unknown): void {
    this.#endForBug(error);
    this.#record(node, toResult(node, 0, { outcome: 'aborted' }));
    this.#stopServers();
  }

  #endForBug(error: unknown): void {
    this.#bug ??= { error };
    this.#end('bug', 'SIGTERM');
  }

  #shutDown(request: ShutdownRequest): void {
    if (!request.force) {
      this.#context.emit({ type: 'run-stopping', signal: request.signal });
      this.#end('signal', request.signal);
      return;
    }
    for (const execution of this.#executions) execution.stop('SIGKILL');
  }

  /** Nothing new starts, what runs is stopped: servers last. */
  #end(reason: 'signal' | 'failure' | 'bug', signal: NodeJS.Signals): void {
    if (this.#ending !== undefined) return;
    this.#ending = reason;
    this.#earlyEnd.abort();
    this.#context.slots.close();
    for (let node = this.#ready.take(); node !== undefined; node = this.#ready.take()) {
      this.#finishUnstarted(node.id, { outcome: 'aborted' });
    }
    for (const id of this.#frontier.dropAll()) this.#finishUnstarted(id, { outcome: 'aborted' });
    for (const execution of this.#executions) {
      if (!isServer(execution.node)) execution.stop(signal);
    }
    this.#stopServers();
  }

  /** Stops persistent tasks once nothing is left that wants them. */
  #stopServers(): void {
    if (this.#openTasks > 0) return;
    if (this.#ending === undefined && this.#openWanted > 0) return;
    const signal = this.#ending === 'signal' ? (this.#context.shutdown.requested?.signal ?? 'SIGTERM') : 'SIGTERM';
    for (const execution of this.#executions) execution.stop(signal);
  }

  #finishUnstarted(id: TaskId, parts: ResultParts): void {
    const node = nodeOf(this.#context.graph, id);
    this.#context.keys.settle(id, undefined);
    this.#record(node, toResult(node, 0, parts));
  }

  #record(node: TaskNode, result: TaskResult): void {
    this.#results.push(result);
    if (!isServer(node)) this.#openTasks -= 1;
    else if (this.#wanted.has(node.id)) this.#openWanted -= 1;
    this.#context.emit({ type: 'task-finished', task: node.id, result });
    if (this.#results.length === this.#context.graph.nodes.size) this.#resolveFinished();
  }
}
