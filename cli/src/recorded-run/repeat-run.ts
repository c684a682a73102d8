import { dirname, join } from 'node:path';
import { STATE_DIRECTORY } from '@tr/model';
import { openQuickStat, quickNow, type QuickStat } from '@tr/quick';
import { formatDuration } from '@tr/reporter';
import { print } from '../standard-output.js';
import { digestValues, nameCall } from './call.js';
import { looksSame, tryLook } from './looks-same.js';
import { readRun } from './recorded-run.js';

/**
 * What a run decides by time (how long results are kept, when to clean up) may wait this long, milliseconds. After that one run
 * goes the long way and is recorded anew.
 */
const MAX_AGE_MS = 60 * 60 * 1000;

/** Where runs are recorded, below the state directory, which a first run makes. */
const STATE = `${STATE_DIRECTORY}/state/v1`;

/** Where a call is recorded, and how to look at what its record names. */
export interface RecordPlace {
  readonly path: string;
  readonly quickStat: QuickStat;
}

/** What is a dry run is no run to repeat, and to observe it takes a tenth of its time. */
const DRY = /^--dry(?:-run)?(?:=|$)/;

/**
 * The file in which this call would be recorded: in the workspace, here or above. Undefined where nothing has run yet, and nothing
 * can be in place. A directory of another user says nothing.
 */
export function findRecord(args: readonly string[]): RecordPlace | undefined {
  if (args.some((word) => DRY.test(word))) return undefined;
  const start = findCurrentDirectory();
  const quickStat = start === undefined ? undefined : openQuickStat(start);
  for (let directory = start; directory !== undefined && quickStat !== undefined; directory = dirname(directory)) {
    const state = join(directory, STATE);
    const look = tryLook(quickStat, state);
    if (look !== undefined && look.uid === (process.getuid?.() ?? look.uid)) {
      return { path: join(state, 'runs', nameCall(args)), quickStat };
    }
    if (directory === dirname(directory)) return undefined;
  }
  return undefined;
}

/** Undefined where it has been removed. */
function findCurrentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/**
 * Says again what the call said when it last found every output in place, if everything that it looked at is as it was
 * then: a run is a function of what it looks at. True when it did; false means that the run has to be made.
 */
export function repeatRun({ path, quickStat }: RecordPlace): boolean {
  const startedAt = quickNow();
  const read = readRun(path);
  if (read === undefined) return false;
  const { run, identity } = read;
  const age = Date.now() - run.madeAt;
  if (!(age >= 0 && age < MAX_AGE_MS) || digestValues(run.variables[0], identity) !== run.variables[1]) return false;
  if (!looksSame(run, quickStat)) return false;
  const [before, after] = run.output;
  const text = `${before}${formatDuration(quickNow() - startedAt)}${after}`;
  try {
    print(Buffer.from(text, 'latin1'));
  } catch {
    // Nobody reads.
  }
  return true;
}
