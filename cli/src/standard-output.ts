import { fstatSync, writeSync } from 'node:fs';

/** `/dev/null` and its like, by Linux's list of devices. */
const LINUX_MEMORY_DEVICES = 1;

/** False only where standard output is no terminal: to find out what a pipe, a file or `/dev/null` is costs Node two milliseconds. */
export function mayBeTerminal(): boolean {
  if (process.platform === 'win32') return true;
  const stats = fstatSync(1);
  const isMemory = process.platform === 'linux' && stats.rdev >> 8 === LINUX_MEMORY_DEVICES;
  return stats.isCharacterDevice() && !isMemory;
}

/**
 * Writes to standard output without opening it as a stream, which costs Node one to two milliseconds. Returns what a full pipe
 * that does not block left over; throws what the system says about anything else.
 */
export function writeOutput(bytes: Uint8Array): Uint8Array {
  let rest = bytes;
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
  return rest;
}

/** Writes all of it; the stream is opened for what a full pipe left over. Throws as {@link writeOutput} does. */
export function print(bytes: Uint8Array): void {
  const rest = writeOutput(bytes);
  if (rest.length > 0) process.stdout.write(rest);
}
