import type { ActionKey, MissReason, NotSavedReason, TaskFailure, TaskFingerprint, TaskNode } from '@tr/model';
import { TaskExecution, type ExecutionEnd } from './execution.js';
import type { ServiceSession, StandardInput } from './ports.js';
import { isCacheable } from './restore-task.js';
import type { RunContext } from './run-context.js';
import type { ResultParts } from './run-task.js';
import { openSession, withServices } from './service-session.js';
import type { Slot } from './slots.js';
import { TaskLog } from './task-log.js';

/** Undefined for a task without services. */
type Session = ServiceSession | undefined;

/** A task that has a slot and nothing in the cache. */
export interface ReadyTask {
  readonly node: TaskNode;
  readonly fingerprint: TaskFingerprint;
  readonly slot: Slot;
  readonly missReasons: readonly MissReason[];
}

/** Executes a task and stores what it made. */
export async function executeTask(run: RunContext, task: ReadyTask): Promise<ResultParts> {
  const { node, fingerprint, missReasons } = task;
  run.emit({ type: 'cache-miss', task: node.id, key: fingerprint.key, reasons: missReasons });
  await run.cache.forgetOutputs(node);
  if (run.isEnding()) return { outcome: 'aborted', missReasons };

  const opened = await openSession(run, task, executeTask);
  if (!opened.ok) return { outcome: run.isEnding() ? 'aborted' : 'failed', failure: opened.failure, missReasons };
  try {
    return await executeWith(run, task, opened.session);
  } finally {
    await opened.session?.release();
  }
}

async function executeWith(run: RunContext, task: ReadyTask, session: Session): Promise<ResultParts> {
  const { node, fingerprint, missReasons } = task;
  const log = openLog(run, node);
  const end = await runCommands(run, task, { log, session });
  log.close();
  run.quiet.noteEnd();
  run.fingerprinter.forgetListings(node);
  warnAbout(run, node, { end, log });

  // The tasks that depend on it need the state, stored or not.
  const unknown = end.verdict === 'passed' ? await session?.capture() : undefined;
  const changed = await findChangedInputs(run, node, fingerprint);
  const stored = end.verdict === 'passed' ? await store(run, { node, fingerprint, end, log, unknown, changed }) : {};
  await run.cache.settleOutputs?.(node, changed);
  const parts = { missReasons, attempts: end.attempts, ...(log.broken === undefined ? { logPath: log.path } : {}) };
  switch (end.verdict) {
    case 'stopped':
      // A server that was stopped because all other work is done has done its own.
      return { ...parts, outcome: node.definition.persistent && !run.isEnding() ? 'executed' : 'aborted' };
    case 'failed':
      return { ...parts, outcome: 'failed', logTail: log.readTail(), ...pick(end) };
    case 'passed': {
      const flaky = end.attempts > 1;
      return { ...parts, outcome: 'executed', exitCode: 0, flaky, ...stored };
    }
  }
}

function pick(end: ExecutionEnd): Pick<ResultParts, 'exitCode' | 'failure'> {
  return {
    ...(end.exitCode === undefined ? {} : { exitCode: end.exitCode }),
    ...(end.failure === undefined ? {} : { failure: end.failure }),
  };
}

function openLog(run: RunContext, node: TaskNode): TaskLog {
  const sink = (stream: 'stdout' | 'stderr', bytes: Uint8Array): void =>
    run.emit({ type: 'task-output', task: node.id, stream, bytes, replay: false });
  return new TaskLog(run.logPathOf(node.id), sink, !node.definition.interactive);
}

async function runCommands(
  run: RunContext,
  { node, fingerprint, slot }: ReadyTask,
  { log, session }: { readonly log: TaskLog; readonly session: Session },
): Promise<ExecutionEnd> {
  const plan = withServices(run.launcher.plan(node, fingerprint), session);
  const commands = plan.steps.map((step) => step.command);
  const execution = new TaskExecution({
    node,
    plan,
    log,
    stdin: chooseInput(node, slot),
    spawner: run.spawner,
    clock: run.clock,
    renew: async () => await session?.renew(),
    onAttempt: (attempt) => run.emit({ type: 'task-started', task: node.id, attempt, commands }),
  });
  run.onExecutionStart(execution);
  try {
    return await execution.run();
  } finally {
    run.onExecutionEnd(execution);
  }
}

/** Many servers end at the end of their input, so a persistent task never gets there. */
function chooseInput(node: TaskNode, slot: Slot): StandardInput {
  if (slot.terminal) return 'terminal';
  return node.definition.persistent || node.definition.interactive ? 'open' : 'none';
}

interface Ended {
  readonly end: ExecutionEnd;
  readonly log: TaskLog;
}

function warnAbout(run: RunContext, node: TaskNode, { end, log }: Ended): void {
  const warn = (failure: TaskFailure): void => run.emit({ type: 'warning', task: node.id, failure });
  if (end.leftBehind && end.verdict !== 'stopped') warn({ code: 'task/left-processes', task: node.id });
  if (log.broken !== undefined) {
    warn({ code: 'task/log-unwritable', task: node.id, path: log.path, detail: log.broken });
  }
}

interface Passed extends Ended {
  readonly node: TaskNode;
  readonly fingerprint: TaskFingerprint;
  /** Why the state that it leaves is not known. */
  readonly unknown: NotSavedReason | undefined;
  readonly changed: readonly string[];
}

/** Of a task that somebody builds upon: other tasks, or whoever gets what is stored here or by the next execution. */
async function findChangedInputs(
  run: RunContext,
  node: TaskNode,
  fingerprint: TaskFingerprint,
): Promise<readonly string[]> {
  if (!isCacheable(node) && node.dependents.length === 0) return [];
  return await run.fingerprinter.findChangedInputs(node, fingerprint);
}

/** Stores a passed task, or says why not. Distrusts it where its outputs are not what its key stands for. */
async function store(run: RunContext, passed: Passed): Promise<Pick<ResultParts, 'unsoundDependency'>> {
  const { node, unknown, changed: paths } = passed;
  const unsound = run.keys.findUnsoundDependency(node);
  if (unsound !== undefined) {
    if (!isCacheable(node)) return {};
    const unsoundDependency = unsound.dependency;
    run.emit({ type: 'cache-not-saved', task: node.id, reason: { reason: 'not-cacheable' }, unsoundDependency });
    return { unsoundDependency };
  }
  if (paths.length > 0 || unknown?.reason === 'inputs-changed') run.keys.distrust(node.id, node.id);
  if (!isCacheable(node)) return {};
  const reason: NotSavedReason | undefined =
    paths.length > 0 ? { reason: 'inputs-changed', paths } : (unknown ?? findObstacle(passed));
  if (reason === undefined) await save(run, passed);
  else run.emit({ type: 'cache-not-saved', task: node.id, reason });
  return {};
}

function findObstacle({ end, log }: Ended): NotSavedReason | undefined {
  if (end.attempts > 1) return { reason: 'flaky' };
  return log.broken === undefined ? undefined : { reason: 'store-trouble', detail: `log: ${log.broken}` };
}

async function save(run: RunContext, { node, fingerprint, end, log }: Passed): Promise<void> {
  const task = node.id;
  const { key }: { readonly key: ActionKey } = fingerprint;
  const saved = await run.cache.save(node, fingerprint, { durationMs: end.durationMs, logPath: log.path });
  if (!saved.saved) {
    const { reason } = saved.reason;
    if (reason === 'outputs-changed' || reason === 'inputs-changed') run.keys.distrust(task, task);
    run.emit({ type: 'cache-not-saved', task, reason: saved.reason });
    return;
  }
  run.emit({ type: 'cache-saved', task, key, files: saved.files, bytes: saved.bytes });
  if (saved.emptyOutputs.length > 0) {
    run.emit({ type: 'warning', task, failure: { code: 'task/empty-outputs', task, globs: saved.emptyOutputs } });
  }
}
