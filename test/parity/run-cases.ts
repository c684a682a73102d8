import { compareAnswers } from './compare.js';
import type { Answer, ParityCase, Tools } from './dry-run.js';
import type { CaseResult } from './report.js';

/** Runs every case with both tools, one case after the other. */
export async function runCases(tools: Tools, cases: readonly ParityCase[]): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const parityCase of cases) {
    const [turbo, ours] = await Promise.all([tools.turbo(parityCase), tools.ours(parityCase)]);
    results.push({
      parityCase,
      refused: turbo.json === undefined && ours.json === undefined,
      tasks: countTasks(turbo),
      differences: compareAnswers(turbo, ours),
    });
  }
  return results;
}

function countTasks({ json }: Answer): number {
  if (json === null || typeof json !== 'object' || !('tasks' in json)) return 0;
  return Array.isArray(json.tasks) ? json.tasks.length : 0;
}
