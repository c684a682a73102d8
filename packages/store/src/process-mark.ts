import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode, parseProcStat } from '@tr/model';

/** Who left a file. A process is told from a later one of the same number by when it was started. */
export interface ProcessMark {
  readonly host: string;
  readonly pid: number;
  /** Undefined where there is no /proc. */
  readonly processStart: string | undefined;
}

/** This process. */
export function markOwnProcess(): ProcessMark {
  return { host: hostname(), pid: process.pid, processStart: findProcessStart(process.pid) };
}

/** Reads the mark in a record of JSON; undefined when there is none. */
export function parseProcessMark({
  host,
  pid,
  processStart,
}: Partial<Record<string, unknown>>): ProcessMark | undefined {
  if (typeof host !== 'string' || typeof pid !== 'number' || pid <= 0) return undefined;
  return { host, pid, processStart: typeof processStart === 'string' ? processStart : undefined };
}

/** Undefined for a process of another machine (or container), of which nothing tells. */
export function isRunning({ host, pid, processStart }: ProcessMark): boolean | undefined {
  if (host !== hostname()) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  return processStart === undefined || findProcessStart(pid) === processStart;
}

/** When a process started; undefined when it has ended, or where there is no /proc. */
function findProcessStart(pid: number): string | undefined {
  try {
    const stat = parseProcStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    return stat?.isZombie === false ? stat.started : undefined;
  } catch {
    // No such process, or no /proc.
    return undefined;
  }
}
