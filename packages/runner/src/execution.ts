import type { Failure, TaskFailure, TaskId, TaskNode } from '@tr/model';
import { toExitCode } from './exit-code.js';
import { findMentionedNames } from './mentioned-names.js';
import type { Clock, LaunchPlan, ProcessEnd, RunningProcess, Spawner, StandardInput } from './ports.js';
import type { TaskLog } from './task-log.js';

/** How long a process tree may take to end after it was asked to. */
const GRACE_MS = 5000;

/** What an execution needs. */
export interface ExecutionOptions {
  readonly node: TaskNode;
  readonly plan: LaunchPlan;
  readonly log: TaskLog;
  readonly stdin: StandardInput;
  readonly spawner: Spawner;
  readonly clock: Clock;
  readonly onAttempt: (attempt: number) => void;
  /** Before another attempt; a failure ends the execution. */
  readonly renew: () => Promise<Failure | undefined>;
}

/** How the execution of a task ended. */
export interface ExecutionEnd {
  readonly verdict: 'passed' | 'failed' | 'stopped';
  readonly attempts: number;
  readonly exitCode: number | undefined;
  readonly failure: Failure | undefined;
  /** Of the last attempt, milliseconds. */
  readonly durationMs: number;
  /** A command left processes behind. */
  readonly leftBehind: boolean;
}

/** The commands of one task, tried as often as its definition allows. */
export class TaskExecution {
  readonly #options: ExecutionOptions;
  #process: RunningProcess | undefined;
  #stopped = false;
  #timedOut = false;
  #leftBehind = false;

  constructor(options: ExecutionOptions) {
    this.#options = options;
  }

  get node(): TaskNode {
    return this.#options.node;
  }

  /** Ends the process tree; `run` then settles with the verdict `stopped`, unless it had ended by itself before. */
  stop(signal: NodeJS.Signals): void {
    this.#stopped = true;
    void this.#process?.stop(signal, GRACE_MS);
  }

  async run(): Promise<ExecutionEnd> {
    const { clock, node, log, onAttempt, renew } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      onAttempt(attempt);
      const startedAt = clock.now();
      const end = await this.#attempt();
      log.flush();
      const verdict = this.#judge(end);
      const isLast = verdict !== 'failed' || attempt > node.definition.retries;
      const obstacle = isLast ? undefined : await renew();
      if (isLast || obstacle !== undefined) {
        return {
          verdict,
          attempts: attempt,
          exitCode: this.#timedOut ? undefined : toExitCode(end),
          failure: verdict === 'failed' ? (obstacle ?? this.#describe(node.id, end)) : undefined,
          durationMs: clock.now() - startedAt,
          leftBehind: this.#leftBehind,
        };
      }
    }
  }

  #judge(end: ProcessEnd): ExecutionEnd['verdict'] {
    if (this.#stopped) return 'stopped';
    return end.kind === 'exited' && end.exitCode === 0 && !this.#timedOut ? 'passed' : 'failed';
  }

  async #attempt(): Promise<ProcessEnd> {
    const { clock, node } = this.#options;
    this.#timedOut = false;
    const { timeoutMs } = node.definition;
    if (timeoutMs === undefined) return this.#runSteps();
    const cancel = clock.schedule(timeoutMs, () => {
      this.#timedOut = true;
      void this.#process?.stop('SIGTERM', GRACE_MS);
    });
    try {
      return await this.#runSteps();
    } finally {
      cancel();
    }
  }

  async #runSteps(): Promise<ProcessEnd> {
    const { plan, log, spawner, stdin } = this.#options;
    let end: ProcessEnd = { kind: 'not-started', detail: 'no command' };
    for (const step of plan.steps) {
      if (this.#stopped) break;
      const process = spawner.spawn({
        command: step.command,
        cwd: plan.cwd,
        env: step.env,
        shell: plan.shell,
        stdin,
        onOutput: (stream, bytes) => log.add(stream, bytes),
      });
      this.#process = process;
      end = await process.ended;
      this.#process = undefined;
      if (end.kind !== 'not-started' && end.leftBehind) this.#leftBehind = true;
      if (this.#stopped || this.#timedOut || end.kind !== 'exited' || end.exitCode !== 0) break;
    }
    return end;
  }

  /** The commonest trouble of a strict environment: a variable the script needs is there, but not for the script. */
  #findWithheld(): { readonly withheld?: readonly string[] } {
    const { plan, log } = this.#options;
    const texts = [...plan.steps.map(({ command }) => command), new TextDecoder().decode(log.readTail())];
    const withheld = findMentionedNames(plan.findWithheld(), texts);
    return withheld.length === 0 ? {} : { withheld };
  }

  #describe(task: TaskId, end: ProcessEnd): TaskFailure {
    const { timeoutMs } = this.#options.node.definition;
    if (this.#timedOut && timeoutMs !== undefined) return { code: 'task/timeout', task, timeoutMs };
    switch (end.kind) {
      case 'exited':
        return { code: 'task/exit-nonzero', task, exitCode: end.exitCode, ...this.#findWithheld() };
      case 'signalled':
        return { code: 'task/killed', task, signal: end.signal };
      case 'not-started':
        return { code: 'task/spawn-failed', task, detail: end.detail };
    }
  }
}
