import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunResult, TaskId } from '@tr/model';
import { writeMemoFile } from './memo-file.js';

/** Version of the memo, part of its directory's name. History: 1 (0.1): first. */
const MEMO_VERSION = 1;
const FILE = 'durations.json';
/** More than the largest workspaces have. */
const MAX_TASKS = 50_000;

/** How long tasks took when they were last executed, here or where their result comes from. */
export interface TaskDurations {
  /** Milliseconds. */
  readonly known: ReadonlyMap<TaskId, number>;
  /** Adds what a run has learned; tasks found in place teach nothing new. */
  learn(result: RunResult): void;
}

/**
 * The memo in a cache directory: it outlives a checkout as results do. It decides the order of tasks and nothing else, so it is
 * read even when results are not.
 */
export function openTaskDurations(cacheDirectory: string, policy: { readonly write: boolean }): TaskDurations {
  const directory = join(cacheDirectory, `durations-v${MEMO_VERSION}`);
  const known = readDurations(join(directory, FILE));
  return {
    known,
    learn: (result) => {
      const learned = listLearned(result, known);
      if (!policy.write || learned.length === 0) return;
      const newest = new Map(learned);
      // The newest last; what another run has learned meanwhile is lost, and guessed.
      const kept = [...known].filter(([task]) => !newest.has(task));
      try {
        writeMemoFile(directory, FILE, JSON.stringify([...kept, ...newest].slice(-MAX_TASKS)));
      } catch {
        // Guessed again next time.
      }
    },
  };
}

function listLearned({ tasks }: RunResult, known: ReadonlyMap<TaskId, number>): readonly (readonly [TaskId, number])[] {
  return tasks.flatMap(({ task, outcome, durationMs, timeSavedMs }) => {
    if (outcome === 'executed') return [[task, Math.round(durationMs)] as const];
    return timeSavedMs === undefined || known.has(task) ? [] : [[task, Math.round(timeSavedMs)] as const];
  });
}

function readDurations(path: string): ReadonlyMap<TaskId, number> {
  try {
    const pairs = JSON.parse(readFileSync(path, 'utf8')) as readonly (readonly [TaskId, unknown])[];
    const whole = pairs.filter(
      (pair): pair is readonly [TaskId, number] => Number.isFinite(pair[1]) && Number(pair[1]) >= 0,
    );
    return new Map(whole);
  } catch {
    // Not there, or torn.
    return new Map();
  }
}
