import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseProcStat } from '@tr/model';
import { runProgram, trySignal } from '../process.js';

/** Where process ids mean what they mean here: machine (or container), boot, namespace. */
export interface Machine {
  readonly host: string;
  /** Empty where the system does not tell. */
  readonly boot: string;
  readonly namespace: string;
}

/** A process, told apart from a later one with its id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in whatever form the system has; empty when that is unknown. */
  readonly start: string;
}

/** The machine we run on. */
export function readMachine(): Machine {
  return {
    host: hostname(),
    boot: tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? '',
    namespace: tryRead(() => readlinkSync('/proc/self/ns/pid')) ?? '',
  };
}

/** Undefined when there is no such process (any more). */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  if (process.platform === 'linux') {
    const start = startFromProc(pid);
    return start === undefined ? undefined : { pid, start };
  }
  if (!trySignal(pid, 0)) return undefined;
  const ps = await runProgram(
    {
      file: 'ps',
      args: ['-o', 'lstart=', '-p', String(pid)],
      env: { LC_ALL: 'C', PATH: '/bin:/usr/bin' },
      cwd: '/',
      account: undefined,
    },
    5000,
  );
  return { pid, start: ps.stdout.trim() };
}

/** True when the very process that was identified is still there. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(identity.pid))?.start === identity.start;
}

/** A zombie is no process. */
function startFromProc(pid: number): string | undefined {
  const text = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const stat = text === undefined ? undefined : parseProcStat(text);
  return stat?.isZombie === false ? stat.started : undefined;
}

function tryRead(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
