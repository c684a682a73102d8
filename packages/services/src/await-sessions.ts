import { setTimeout as delay } from 'node:timers/promises';

/** A client that has just closed its connection, or has ended, may still be listed for a moment, milliseconds. */
const GRACE_MS = 2000;
const LOOK_MS = 5;

/** True when nobody is connected any more, after a moment at the most. `count`: how many are, without us. */
export async function areSessionsGone(count: () => Promise<number>): Promise<boolean> {
  // By the clock: to count may take far longer than the pause, on a server that is far away or has much to do.
  for (const until = performance.now() + GRACE_MS; ; await delay(LOOK_MS)) {
    if ((await count()) === 0) return true;
    if (performance.now() >= until) return false;
  }
}

/** The same, where anybody who is left is in the way. */
export async function expectNoSessions(count: () => Promise<number>): Promise<void> {
  if (!(await areSessionsGone(count))) throw new Error('somebody is still connected');
}
