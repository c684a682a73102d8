import { setTimeout as delay } from 'node:timers/promises';
import { findMarked } from './process-table.js';
import { trySignal } from './signals.js';

/** What is found gets this long to end by itself after SIGTERM, milliseconds. */
const GRACE_MS = 1000;
const LOOK_MS = 10;

/** Ends every process that carries `marker` in its environment. Linux only; elsewhere nothing can be found. */
export async function sweepMarked(marker: string): Promise<void> {
  let left = findMarked(marker);
  for (const pid of left) trySignal(pid, 'SIGTERM');
  for (let waited = 0; left.length > 0 && waited < GRACE_MS; waited += LOOK_MS) {
    await delay(LOOK_MS);
    left = findMarked(marker);
  }
  for (let round = 0; left.length > 0 && round < GRACE_MS / LOOK_MS; round += 1) {
    for (const pid of left) trySignal(pid, 'SIGKILL');
    await delay(LOOK_MS);
    left = findMarked(marker);
  }
}
