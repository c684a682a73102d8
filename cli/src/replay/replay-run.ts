import { writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openQuickStat, type QuickStat } from '@tr/fingerprint';
import { formatDuration } from '@tr/reporter';
import { STATE_DIRECTORY } from '../state-directory.js';
import { digestValues } from './call.js';
import { isAbsent, looksSame } from './looks-same.js';
import { readRun, type RecordedRun } from './recorded-run.js';

/** Where recorded runs are, below the state directory. */
export const RUNS_DIRECTORY = 'state/v1/runs';

/**
 * What a run decides by time (how long results are kept, when to clean up) may wait this long, milliseconds. After that one run
 * goes the long way and is recorded anew.
 */
const MAX_AGE_MS = 60 * 60 * 1000;

/**
 * Says again what the call of this name said when it last found every output in place, if everything that it looked at is as it
 * was then: a run is a function of what it looks at. True when it did; false means that the run has to be made.
 */
export function replayRun(name: string): boolean {
  const startedAt = performance.now();
  const quickStat = openQuickStat(process.cwd());
  if (quickStat === undefined) return false;
  const run = findRun(name, quickStat);
  if (run === undefined || digestValues(run.variables[0]) !== run.variables[1] || !looksSame(run, quickStat))
    return false;
  const [before, after] = run.output;
  print(`${before}${formatDuration(performance.now() - startedAt)}${after}`);
  return true;
}

/** The record lies in the workspace, above this directory or here. One that another user wrote is none. */
function findRun(name: string, quickStat: QuickStat): RecordedRun | undefined {
  for (let directory = process.cwd(); ; directory = dirname(directory)) {
    const path = join(directory, STATE_DIRECTORY, RUNS_DIRECTORY, name);
    if (isOwn(path, quickStat)) return readYoungRun(path);
    if (directory === dirname(directory)) return undefined;
  }
}

function isOwn(path: string, quickStat: QuickStat): boolean {
  return !isAbsent(quickStat, path) && quickStat(path)?.uid === process.getuid?.();
}

function readYoungRun(path: string): RecordedRun | undefined {
  const run = readRun(path);
  const age = run && Date.now() - run.madeAt;
  return age !== undefined && age >= 0 && age < MAX_AGE_MS ? run : undefined;
}

/** Writes to standard output without opening it as a stream, which takes a millisecond. */
function print(text: string): void {
  let rest: Uint8Array = Buffer.from(text, 'latin1');
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
  } catch (error) {
    // A pipe that does not block and is full; what else can go wrong means that nobody reads.
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') process.stdout.write(rest);
  }
}
