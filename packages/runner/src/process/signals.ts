import { errorCode } from '@tr/model';

/** Sends a signal; `pid` negative = the process group. False when nobody is there (any more) to get it. */
export function trySignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    const code = errorCode(error);
    // Somebody is there, but not ours to signal (it changed its user).
    if (code === 'EPERM') return true;
    if (code === 'ESRCH') return false;
    throw error;
  }
}
