import type { Failure, TaskId } from '@tr/model';
import type { LaunchPlan, LaunchStep, ServiceSession, SessionOpening } from './ports.js';
import type { ReadyTask } from './execute-task.js';
import type { RunContext } from './run-context.js';
import type { ResultParts } from './run-task.js';
import { acquireLock, tellWaiting } from './wait-for-lock.js';

/** What a task got that asked for services; `session` is undefined when it needs none. */
export type OpenedSession =
  | { readonly ok: true; readonly session: ServiceSession | undefined }
  | { readonly ok: false; readonly failure: Failure };

/** Executes a task; handed in, since it opens sessions itself. */
type Execute = (run: RunContext, task: ReadyTask) => Promise<ResultParts>;

/**
 * Gets a task's services ready. A state that a dependency left and that turns out to be of no use is made anew by
 * executing that dependency again, in the slot of this task and once in a run.
 * It is executed under a lock of its own. The lock that this task has is kept meanwhile and is no obstacle, even where both
 * write to one directory: this task writes nothing until the other one has ended. No two processes wait for each other, as
 * whoever has a lock waits only for those of tasks that it depends on.
 */
export async function openSession(run: RunContext, task: ReadyTask, execute: Execute): Promise<OpenedSession> {
  const { services, endSignal } = run;
  if (services === undefined || task.node.definition.services.length === 0) return { ok: true, session: undefined };
  const remade = new Set<TaskId>();
  for (;;) {
    const opening = await services.open(task.node, task.fingerprint, endSignal());
    if (opening.kind === 'open') return { ok: true, session: opening.session };
    if (opening.kind === 'failed' || remade.has(opening.task)) return { ok: false, failure: opening.failure };
    remade.add(opening.task);
    run.awaitsRemake.add(task.node.id);
    const failure = await remake(run, { task, opening, execute });
    run.awaitsRemake.delete(task.node.id);
    if (failure !== undefined) return { ok: false, failure };
  }
}

interface Remake {
  readonly task: ReadyTask;
  readonly opening: Extract<SessionOpening, { readonly kind: 'remake' }>;
  readonly execute: Execute;
}

/** All who need the state wait for the one execution. */
function remake(run: RunContext, request: Remake): Promise<Failure | undefined> {
  const id = request.opening.task;
  let running = run.remakes.get(id);
  if (running === undefined) run.remakes.set(id, (running = executeAgain(run, request)));
  return running;
}

async function executeAgain(run: RunContext, { task, opening, execute }: Remake): Promise<Failure | undefined> {
  const node = run.graph.nodes.get(opening.task);
  const fingerprint = run.fingerprints.get(opening.task);
  if (node === undefined || fingerprint === undefined) return opening.failure;
  run.emit({ type: 'warning', task: node.id, failure: opening.failure });
  // Its own part of the output is closed: what it prints now is shown with the task that waits for it.
  const emit: RunContext['emit'] = (event) => {
    if (event.type === 'task-output') run.emit({ ...event, task: task.node.id });
    else if (event.type !== 'cache-miss' && event.type !== 'task-started') run.emit(event);
  };
  const missReasons = [{ reason: 'integrity', path: 'state', detail: 'cannot be used' } as const];
  const onWait = (holder?: number): void => tellWaiting(run, task.node.id, holder);
  const lock = await acquireLock(run, node, { onWait, paused: run.awaitsRemake });
  if (lock === undefined) return opening.failure;
  try {
    const result = await execute({ ...run, emit }, { node, fingerprint, slot: task.slot, missReasons });
    return result.outcome === 'executed' ? undefined : (result.failure ?? opening.failure);
  } finally {
    lock.release();
  }
}

/** The commands of a task as they run with its services: their settings win over everything else. */
export function withServices(plan: LaunchPlan, session: ServiceSession | undefined): LaunchPlan {
  if (session === undefined) return plan;
  const extend = (step: LaunchStep): LaunchStep => ({ ...step, env: { ...step.env, ...session.environment } });
  const [first] = plan.steps;
  const before = session.before.map((command): LaunchStep => ({ command, env: first?.env ?? {} }));
  return { ...plan, steps: [...before, ...plan.steps].map(extend) };
}
