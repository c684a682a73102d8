/**
 * `npm run parity -- <checkout> [--filter=…] [--edits] [--all] [task…]`: the dry run of the registry's turbo and of ours,
 * compared on a real checkout; with `--random=<count> [--seed=N]` on small workspaces that seeds decide, with edits. Exit code 1 on
 * any difference marked C that known-differences.ts does not explain.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createCases } from './cases.js';
import { hasTurboConfig, openCheckout } from './checkout.js';
import { openTools } from './dry-run.js';
import { runOnEdits } from './edits.js';
import { runRandom } from './random/run-random.js';
import { computeTotals, renderReport, type CaseResult } from './report.js';
import { runCases } from './run-cases.js';

const USAGE = `npm run parity -- <checkout> [--filter=<selector>]... [--edits] [--all] [task...]
  --filter  compare with these filters only
  --edits   also clone the checkout, edit the clone in several ways, and compare each time
  --all     list every case, not only those that differ
npm run parity -- --random=<count> [--seed=<first>] [--all]
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      filter: { type: 'string', multiple: true, short: 'F' },
      edits: { type: 'boolean' },
      all: { type: 'boolean' },
      random: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  if (values.random !== undefined) {
    const results: CaseResult[] = [];
    for (let at = 0; at < Number(values.random); at += 1) results.push(...(await runRandom(Number(values.seed) + at)));
    return report(results, values.all === true);
  }
  const [path, ...tasks] = positionals;
  if (path === undefined || !hasTurboConfig(resolve(path))) {
    process.stderr.write(path === undefined ? USAGE : `${path} has no turbo.json\n`);
    return 2;
  }
  const root = resolve(path);
  const tools = openTools(root);
  try {
    const checkout = await openCheckout(root, tools);
    const cases = createCases(checkout, { tasks, filters: values.filter ?? [] });
    const results = [...(await runCases(tools, root, cases))];
    if (values.edits === true) results.push(...(await runOnEdits(checkout)));
    return report(results, values.all === true);
  } finally {
    tools.dispose();
  }
}

function report(results: readonly CaseResult[], all: boolean): number {
  process.stdout.write(renderReport(results, all));
  return computeTotals(results).c > 0 ? 1 : 0;
}

process.exitCode = await main();
