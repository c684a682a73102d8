import type { ActionKey, MissReason, OutputLogs, PackageName, RunEvent, TaskId, TaskResult } from '@tr/model';

/** The key whose 16 first digits repeat a digit: readable in snapshots. */
export function key(digit: string): ActionKey {
  return digit.repeat(64) as ActionKey;
}

export function id(text: string): TaskId {
  return text as TaskId;
}

type Tasks = Record<
  string,
  {
    readonly log?: OutputLogs;
    readonly hasCommand?: boolean;
    readonly persistent?: boolean;
    readonly interactive?: boolean;
  }
>;

/** `run-started` with the packages of the tasks. */
export function start(tasks: Tasks): RunEvent {
  const names = [...new Set(Object.keys(tasks).map((task) => task.slice(0, task.indexOf('#'))))].sort();
  return {
    type: 'run-started',
    at: 1_000_000,
    packages: names as PackageName[],
    tasks: Object.entries(tasks).map(([task, { log = 'full', hasCommand = true, persistent = false, ...rest }]) => ({
      id: id(task),
      log,
      hasCommand,
      persistent,
      ...rest,
    })),
    concurrency: 10,
  };
}

export function hit(
  task: string,
  digit: string,
  about: Partial<Extract<RunEvent, { type: 'cache-hit' }>> = {},
): RunEvent {
  return {
    type: 'cache-hit',
    task: id(task),
    key: key(digit),
    tier: 'local',
    outcome: 'fresh',
    timeSavedMs: 100,
    ...about,
  };
}

export function miss(task: string, digit: string, ...reasons: MissReason[]): RunEvent {
  return {
    type: 'cache-miss',
    task: id(task),
    key: key(digit),
    reasons: reasons.length > 0 ? reasons : [{ reason: 'no-entry' }],
  };
}

export function started(task: string, attempt = 1): RunEvent {
  return { type: 'task-started', task: id(task), attempt, commands: ['true'] };
}

export function output(task: string, text: string | Uint8Array, stream: 'stdout' | 'stderr' = 'stdout'): RunEvent {
  return { type: 'task-output', task: id(task), stream, bytes: Buffer.from(text), replay: false };
}

export function replay(task: string, text: string): RunEvent {
  return { type: 'task-output', task: id(task), stream: 'stdout', bytes: Buffer.from(text), replay: true };
}

export function result(task: string, outcome: TaskResult['outcome'], about: Partial<TaskResult> = {}): TaskResult {
  return { task: id(task), outcome, durationMs: 112, attempts: 1, flaky: false, ...about };
}

export function finished(task: string, outcome: TaskResult['outcome'], about: Partial<TaskResult> = {}): RunEvent {
  return { type: 'task-finished', task: id(task), result: result(task, outcome, about) };
}

/** A failed task as the runner reports one. */
export function failedWith(task: string, exitCode: number, tail: string): RunEvent {
  return finished(task, 'failed', {
    exitCode,
    failure: { code: 'task/exit-nonzero', task, exitCode },
    logTail: Buffer.from(tail),
    logPath: `/w/.tr/logs/${task.replace('#', '-')}.log`,
  });
}

export function ended(exitCode = 0, about: { readonly signal?: string; readonly durationMs?: number } = {}): RunEvent {
  return {
    type: 'run-finished',
    result: {
      exitCode,
      tasks: [],
      startedAt: 1_000_000,
      durationMs: about.durationMs ?? 298,
      ...(about.signal === undefined ? {} : { signal: about.signal }),
    },
  };
}
