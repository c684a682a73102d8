import { accessSync, constants, readFileSync, statfsSync, statSync } from 'node:fs';
import type { Account } from '../process.js';
import { canReach } from './account.js';

/** `f_type` of tmpfs on Linux. */
const TMPFS = 0x01021994;
/** Left to everybody else: a full memory file system hurts more than a slower database. */
const MEMORY_MARGIN = 256 * 1024 * 1024;

/** A folder in memory that `bytes` fit into, undefined when there is none. Linux only. */
export function findMemory(bytes: number, runtimeDirectory: string | undefined): string | undefined {
  return ['/dev/shm', ...(runtimeDirectory === undefined ? [] : [runtimeDirectory])].find(
    (path) => (roomInMemory(path) ?? -1) >= bytes,
  );
}

/** The first folder of a disk that the server's account can reach. The last is the fallback. */
export function findDisk(candidates: readonly string[], account: Account | undefined): string {
  return candidates.find((path) => canReach(path, account)) ?? '/tmp';
}

/** Those of `candidates` that are there, ours to write, and on other file systems than `path` and each other. */
export function listOtherDisks(path: string, candidates: readonly string[]): readonly string[] {
  const seen = new Set([deviceOf(path)]);
  return candidates.filter((candidate) => {
    const device = deviceOf(candidate);
    if (device === undefined || seen.has(device)) return false;
    seen.add(device);
    return true;
  });
}

function deviceOf(path: string): number | undefined {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return statSync(path).dev;
  } catch {
    return undefined;
  }
}

/** Bytes of a tmpfs that may be used; undefined when it is none, or not ours to write. */
function roomInMemory(path: string): number | undefined {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    const stat = statfsSync(path);
    if (stat.type !== TMPFS) return undefined;
    return Math.min(stat.bavail * stat.bsize, freeMemory() - MEMORY_MARGIN);
  } catch {
    return undefined;
  }
}

/** What the machine and our control group have left, bytes. */
function freeMemory(): number {
  const meminfo = tryRead('/proc/meminfo');
  const available = Number(/^MemAvailable:\s+(\d+) kB/m.exec(meminfo)?.[1] ?? 0) * 1024;
  const limit = Number(tryRead('/sys/fs/cgroup/memory.max').trim());
  const used = Number(tryRead('/sys/fs/cgroup/memory.current').trim());
  return limit > 0 && Number.isFinite(limit) ? Math.min(available, limit - used) : available;
}

function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
