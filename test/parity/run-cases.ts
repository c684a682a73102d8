import { compareAnswers } from './compare.js';
import { asList, asRecord, type ParityCase, type Tools } from './dry-run.js';
import { findKnown } from './known-differences.js';
import type { CaseResult } from './report.js';

/** Runs every case with both tools on the checkout at `root`, one case after the other. */
export async function runCases(
  tools: Tools,
  root: string,
  cases: readonly ParityCase[],
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const parityCase of cases) results.push(await runCase(tools, root, parityCase));
  return results;
}

/** Asks both tools at the same time. */
export async function runCase(tools: Tools, root: string, parityCase: ParityCase): Promise<CaseResult> {
  const [turbo, ours] = await Promise.all([tools.turbo(parityCase), tools.ours(parityCase)]);
  const differences = compareAnswers(turbo, ours);
  return {
    parityCase,
    turbo,
    ours,
    tasks: asList(asRecord(turbo.json)['tasks']).length,
    isRefused: turbo.json === undefined && ours.json === undefined,
    differences: differences.map((difference) => ({
      ...difference,
      known: findKnown(difference, { root, turbo })?.row,
    })),
  };
}
