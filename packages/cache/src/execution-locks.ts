import { join } from 'node:path';
import { mkdirSync, readFileSync } from 'node:fs';
import { sha256 } from '@tr/hash';
import type { TaskId, TaskNode } from '@tr/model';
import { compileOutputs, type OutputMatcher } from '@tr/artifact';
import { isRunning, markOwnProcess, parseProcessMark, sweepLockFiles, tryLockFile, type ProcessMark } from '@tr/store';
import { mayOverlap } from './foreign-outputs.js';

/** The right to execute a task in this work tree, until it is released. */
export interface ExecutionLock {
  release(): void;
}

/** Keeps two processes from executing one task in one work tree at once; satisfies the runner's port. */
export interface ExecutionLocks {
  /**
   * Undefined while another process has it, or this one executes what may write the same outputs. `paused`: tasks that this
   * process holds and that write nothing until `task` has ended.
   */
  tryAcquire(task: TaskNode, paused?: ReadonlySet<TaskId>): ExecutionLock | undefined;
  /** The id of another process that executes the task; undefined when there is none. */
  findHolder(task: TaskNode): number | undefined;
}

/** Where locks lie, and who asks. */
export interface ExecutionLockOptions {
  /** Absolute native path; made when it is needed. One per work tree. */
  readonly directory: string;
  /** Names this run. */
  readonly runId: string;
  /** Runs that this one was started by, each name somewhere in the text: what they hold is no obstacle. */
  readonly startedBy: string | undefined;
}

/** What a lock file says. */
interface Owner extends ProcessMark {
  readonly runId: string;
}

/** What killed runs left beside locks is older, milliseconds. */
const LEFTOVER_AGE_MS = 60 * 60 * 1000;

/** For a task that needs no lock, or where none can be had. */
const NO_LOCK: ExecutionLock = { release: () => undefined };

/**
 * Locks as files. Two runs that execute the same command at once write into each other's outputs, and what the first one
 * then stores may be half of the second one's. Nor do two tasks of one package execute at once here whose outputs may lie
 * in one directory: nothing would tell which of them wrote a file. Restores take no lock, but wait for
 * an execution that is under way.
 * A lock of a process that is gone is taken over. One of another machine (a container on the same files) is not respected,
 * as nothing tells whether it still runs.
 */
export function createExecutionLocks(options: ExecutionLockOptions): ExecutionLocks {
  let known: Owner | undefined;
  // Found out when the first task executes: most runs find everything in place.
  const self = (): Owner => (known ??= { runId: options.runId, ...markOwnProcess() });
  const isObstacle = (owner: Owner): boolean =>
    options.startedBy?.includes(owner.runId) !== true && isRunning(owner) === true;
  let isSwept = false;
  /** What this process executes, by task. */
  const held = new Map<TaskId, { readonly directory: string; readonly outputs: OutputMatcher }>();
  const pathOf = (task: TaskId): string => join(options.directory, sha256(task).slice(0, 32));
  return {
    tryAcquire: ({ id, definition, directory }, paused) => {
      const writes = definition.cache && !definition.persistent && definition.outputs.include.length > 0;
      if (!writes) return NO_LOCK;
      const outputs = compileOutputs(definition.outputs, directory);
      for (const [other, theirs] of held) {
        if (other === id || paused?.has(other) === true) continue;
        if (theirs.directory === directory && mayOverlap(outputs, theirs.outputs)) return undefined;
      }
      const hold = (lock: ExecutionLock): ExecutionLock => {
        held.set(id, { directory, outputs });
        return {
          release: () => {
            held.delete(id);
            lock.release();
          },
        };
      };
      try {
        mkdirSync(options.directory, { recursive: true });
        if (!isSwept) sweepLockFiles(options.directory, Date.now() - LEFTOVER_AGE_MS);
        isSwept = true;
        const lock = tryLockFile(pathOf(id), JSON.stringify(self()), ({ text }) => {
          const owner = parseOwner(text);
          return owner !== undefined && isObstacle(owner);
        });
        return lock && hold(lock);
      } catch {
        // A disk that takes no lock file takes no record of outputs either: nothing of this run will be believed later.
        return hold(NO_LOCK);
      }
    },
    findHolder: ({ id }) => {
      const owner = readOwner(pathOf(id));
      return owner !== undefined && owner.pid !== process.pid && isObstacle(owner) ? owner.pid : undefined;
    },
  };
}

/** Undefined when it is gone or is not a lock. */
function readOwner(path: string): Owner | undefined {
  try {
    return parseOwner(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Undefined when it is not a lock. */
function parseOwner(text: string): Owner | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<string, unknown>>;
    const mark = parseProcessMark(value);
    const { runId } = value;
    return mark !== undefined && typeof runId === 'string' ? { runId, ...mark } : undefined;
  } catch {
    return undefined;
  }
}
