const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A duration in milliseconds as Turborepo prints it: `298ms`, `1.294s`, `1m1.102s`, `1h0m3.5s`. Rounded to whole
 * milliseconds; trailing zeros of the fraction are dropped.
 */
export function formatDuration(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < SECOND) return `${whole}ms`;
  const hours = Math.floor(whole / HOUR);
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  const seconds = `${(whole % MINUTE) / SECOND}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}

/** Elapsed time in whole seconds, for a line that is redrawn: `7s`, `1m05s`, `2h03m`. */
export function formatElapsed(ms: number): string {
  const seconds = Math.floor(Math.max(0, ms) / SECOND);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${pad(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`;
}

/** An age in its largest unit, for tables: `45s`, `12m`, `3h`, `9d`. */
export function formatAge(ms: number): string {
  const age = Math.max(0, ms);
  if (age < MINUTE) return `${Math.floor(age / SECOND)}s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)}m`;
  return age < DAY ? `${Math.floor(age / HOUR)}h` : `${Math.floor(age / DAY)}d`;
}

const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size in bytes: `512 B`, `1.5 KiB`, `20 GiB`. One decimal below ten. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${Math.max(0, Math.round(bytes))} B`;
  let size = bytes;
  let unit: string = 'B';
  for (const larger of UNITS) {
    if (size < 1023.5) break;
    size /= 1024;
    unit = larger;
  }
  return `${size < 9.95 ? trimZero(size.toFixed(1)) : Math.round(size)} ${unit}`;
}

/** `1 error`, `2 errors`, `2 entries` (with a plural given). */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

function pad(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function trimZero(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text;
}
