import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import { errorCode, parseProcStat } from '@tr/model';

/** Who left a file. A process is told from a later one of the same number by when it was started. */
export interface ProcessMark {
  readonly host: string;
  readonly pid: number;
  /** Undefined where there is no /proc. */
  readonly processStart: string | undefined;
  /** When this was noted, milliseconds since the epoch. */
  readonly notedAt: number;
}

/** This process. */
export function markOwnProcess(): ProcessMark {
  return { host: hostname(), pid: process.pid, processStart: findProcessStart(process.pid), notedAt: Date.now() };
}

/** Reads the mark in a record of JSON; undefined when there is none. */
export function parseProcessMark({
  host,
  pid,
  processStart,
  notedAt,
}: Partial<Record<string, unknown>>): ProcessMark | undefined {
  if (typeof host !== 'string' || typeof notedAt !== 'number') return undefined;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return { host, pid, processStart: typeof processStart === 'string' ? processStart : undefined, notedAt };
}

/**
 * Undefined for a process of another machine (or container), of which nothing tells. Where the system does not say when a process
 * started, its number is at least none from before the machine was.
 */
export function isRunning({ host, pid, processStart, notedAt }: ProcessMark): boolean | undefined {
  if (host !== hostname()) return undefined;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  return processStart === undefined ? notedAt >= Date.now() - uptime() * 1000 : findProcessStart(pid) === processStart;
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
