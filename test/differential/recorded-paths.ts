import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scene } from './scene.js';

/** What a recorded run has looked at, read from its file. */
export interface RecordedPaths {
  readonly looked: readonly string[];
  readonly absent: readonly string[];
  readonly present: readonly string[];
  readonly resolved: readonly string[];
  readonly variables: readonly string[];
}

/** Where the runs of a scene are recorded. */
export function recordsOf({ root }: Scene): string {
  return join(root, '.tr/state/v1/runs');
}

/** All that are recorded. */
export function readRecords(directory: string): readonly RecordedPaths[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => /^[0-9a-f]{32}$/.test(name))
    .map((name) => parseRecord(readFileSync(join(directory, name))));
}

/** Of `recorded-run.ts`, which see. */
interface Header {
  readonly variables: readonly [names: readonly string[], digest: string];
  readonly resolved: readonly (readonly [path: string, target: string])[];
  readonly counts: readonly [looked: number, absent: number, present: number];
  readonly pathBytes: number;
}

function parseRecord(bytes: Buffer): RecordedPaths {
  const end = bytes.indexOf('\n') + 1;
  const { variables, resolved, counts, pathBytes } = JSON.parse(bytes.toString('utf8', 0, end)) as Header;
  const paths = bytes.toString('utf8', end, end + pathBytes).split('\0');
  const [looked, absent, present] = counts;
  return {
    looked: paths.slice(0, looked),
    absent: paths.slice(looked, looked + absent),
    present: paths.slice(looked + absent, looked + absent + present),
    resolved: resolved.map(([path]) => path),
    variables: variables[0],
  };
}
