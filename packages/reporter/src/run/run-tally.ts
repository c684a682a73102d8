import type { NotSavedReason, Outcome, RunEvent, TaskId, TaskResult } from '@tr/model';

/** A task whose result was not stored. */
export interface NotSaved {
  readonly task: TaskId;
  readonly reason: NotSavedReason;
  readonly unsoundDependency: TaskId | undefined;
}

/** What the status line and the totals are made of: a fold over the events, without words. */
export class RunTally {
  readonly outcomes: Record<Outcome, number> = {
    fresh: 0,
    restored: 0,
    executed: 0,
    skipped: 0,
    failed: 0,
    aborted: 0,
  };
  readonly failed: TaskResult[] = [];
  readonly flaky: TaskResult[] = [];
  readonly notSaved: NotSaved[] = [];
  /** Running tasks, the longest running first. */
  readonly running = new Set<TaskId>();
  /** Tasks that have a command. */
  total = 0;
  /** Those of them that have ended. */
  done = 0;
  restoredFromRemote = 0;
  skippedForDependency = 0;
  skippedByWhen = 0;
  timeSavedMs = 0;
  startedAt = 0;
  /** The signal that asked for the end. */
  stoppedBy: string | undefined;
  #remote = new Set<TaskId>();
  #withCommand = new Set<TaskId>();

  add(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        this.startedAt = event.at;
        for (const task of event.tasks) if (task.hasCommand) this.#withCommand.add(task.id);
        this.total = this.#withCommand.size;
        return;
      case 'task-started':
        this.running.add(event.task);
        return;
      case 'cache-hit':
        if (event.tier === 'remote' && event.outcome === 'restored') this.#remote.add(event.task);
        return;
      case 'cache-not-saved':
        this.notSaved.push({ task: event.task, reason: event.reason, unsoundDependency: event.unsoundDependency });
        return;
      case 'task-finished':
        this.running.delete(event.task);
        this.#addResult(event.result);
        return;
      case 'run-stopping':
        this.stoppedBy = event.signal;
        return;
      case 'task-queued':
      case 'snapshot-ancestor':
      case 'task-output':
      case 'cache-miss':
      case 'cache-saved':
      case 'warning':
      case 'run-finished':
        return;
    }
  }

  /** Tasks that ended well, as Turborepo counts them. */
  get successful(): number {
    return this.cached + this.outcomes.executed;
  }

  /** Tasks taken from the cache, whether their outputs had to be written or were right already. */
  get cached(): number {
    return this.outcomes.fresh + this.outcomes.restored;
  }

  /** Tasks that were tried, as Turborepo counts them: skipped and aborted ones are not. */
  get attempted(): number {
    return this.successful + this.outcomes.failed;
  }

  #addResult(result: TaskResult): void {
    if (!this.#withCommand.has(result.task)) return;
    this.done += 1;
    this.outcomes[result.outcome] += 1;
    this.timeSavedMs += result.timeSavedMs ?? 0;
    if (result.outcome === 'restored' && this.#remote.has(result.task)) this.restoredFromRemote += 1;
    if (result.outcome === 'failed') this.failed.push(result);
    if (result.flaky) this.flaky.push(result);
    if (result.skipReason === 'dependency-failed') this.skippedForDependency += 1;
    if (result.skipReason === 'when') this.skippedByWhen += 1;
  }
}
