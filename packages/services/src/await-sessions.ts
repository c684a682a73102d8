import { setTimeout as delay } from 'node:timers/promises';

/** A client that has just closed its connection, or has ended, may still be listed for a moment, milliseconds. */
const GRACE_MS = 2000;
const LOOK_MS = 5;

/** True when nobody is connected any more, after a moment at the most. `count`: how many are, without us. */
export async function areSessionsGone(count: () => Promise<number>): Promise<boolean> {
  for (let waited = 0; ; waited += LOOK_MS) {
    if ((await count()) === 0) return true;
    if (waited >= GRACE_MS) return false;
    await delay(LOOK_MS);
  }
}

/** The same, where anybody who is left is in the way. */
export async function expectNoSessions(count: () => Promise<number>): Promise<void> {
  if (!(await areSessionsGone(count))) throw new Error('somebody is still connected');
}
