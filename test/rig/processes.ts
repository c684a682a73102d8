import { readdirSync, readFileSync } from 'node:fs';

/** Ids of running processes (this one apart) whose command line or environment contains `text`. */
export function processesMentioning(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && mentions(pid, text));
}

function mentions(pid: number, text: string): boolean {
  try {
    // A zombie has neither a command line nor an environment.
    return `${readFileSync(`/proc/${pid}/cmdline`, 'latin1')}${readFileSync(`/proc/${pid}/environ`, 'latin1')}`.includes(
      text,
    );
  } catch {
    return false;
  }
}

/** Polls until `condition` holds; rejects after `limitMs`, with `what` in the message. */
export async function waitUntil(what: string, condition: () => boolean, limitMs = 30_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited ${limitMs} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
