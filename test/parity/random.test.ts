/** Workspaces made at random, edited and asked about; fixed seeds. `npm run parity -- --random=50` makes others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runRandom } from './random/run-random.js';
import { renderReport } from './report.js';

for (const seed of [1, 2, 3])
  test(`as turbo on a workspace made at random: seed ${seed}`, async () => {
    const results = await runRandom(seed);
    const open = results.flatMap(({ differences }) => differences.filter(({ known }) => known === undefined));
    assert.deepEqual(open, [], renderReport(results, false));
    assert.ok(results.some(({ tasks }) => tasks > 0));
  });
