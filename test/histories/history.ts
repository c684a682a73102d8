import assert from 'node:assert/strict';
import type { TrResult } from '../rig/exec-tr.js';
import { OWN_PROGRAM, type Program } from '../rig/program.js';
import type { TestWorkspace } from '../rig/workspace.js';
import { Random } from './random.js';

/** An application whose database is migrated by step files, and ways to change them. */
export interface MigratedApplication {
  readonly workspace: TestWorkspace;
  /** The task that writes what the database holds, and the file it writes it to. */
  readonly task: string;
  readonly seen: string;
  /** Changes the step files as a developer would; says in a few words what it did. */
  change(random: Random): string;
  /** Variables of every call. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What one history came to. */
export interface HistoryReport {
  readonly changes: readonly string[];
  /** States that were continued from an earlier one, that were taken as they are, and that began at nothing. */
  readonly continued: number;
  readonly taken: number;
  readonly fromNothing: number;
  /** States that cannot be migrated at all, whichever way. */
  readonly failed: number;
}

/** Which history, and which programs take turns in it. */
export interface HistoryOptions {
  readonly seed: number;
  readonly length: number;
  readonly programs?: readonly Program[];
}

/**
 * Goes through a random history: after each change the database that `tr` comes to (by whatever ancestor it finds) has to
 * hold what one migrated from nothing holds, or both have to fail.
 */
export async function followHistory(
  application: MigratedApplication,
  { seed, length, programs = [OWN_PROGRAM] }: HistoryOptions,
): Promise<HistoryReport> {
  const { workspace, task, seen } = application;
  const random = new Random(seed);
  const changes: string[] = [];
  const counts = { continued: 0, taken: 0, fromNothing: 0, failed: 0 };
  const turns = new Random(seed);
  const run = async (
    program: Program,
    ...more: string[]
  ): Promise<{ readonly result: TrResult; readonly content: string | undefined }> => {
    workspace.remove(seen);
    const result = await workspace.tr(['run', task, '--log-format=json', ...more], {
      env: application.env ?? {},
      program,
    });
    return { result, content: result.exitCode === 0 ? workspace.read(seen) : undefined };
  };
  for (let at = 0; at < length; at += 1) {
    if (at > 0) changes.push(application.change(random));
    const program = turns.pick(programs);
    if (program !== OWN_PROGRAM) changes.push(`(by ${program.name})`);
    const story = `seed ${seed}: ${changes.join('; ')}`;
    const found = await run(program);
    // The whole way, with nothing of the cache, and nothing kept of it.
    const expected = await run(OWN_PROGRAM, '--cache=local:,remote:');
    // Everything that a failure without its seed's luck would need to be understood.
    const outputs = [found, expected].map(({ result }) => result.stdout + result.stderr).join('\n---\n');
    assert.equal(found.content, expected.content, `${story}\n${outputs}`);
    if (found.content === undefined) counts.failed += 1;
    else if (found.result.events.some((event) => event['type'] === 'snapshot-ancestor')) counts.continued += 1;
    else if (Object.values(found.result.outcomes).includes('executed')) counts.fromNothing += 1;
    else counts.taken += 1;
  }
  return { changes, ...counts };
}
