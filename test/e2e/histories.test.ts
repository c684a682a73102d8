/** A database continued from an earlier state holds what one migrated from nothing holds. `npm run histories` follows many more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { APPLICATIONS } from '../histories/applications.js';
import { followHistory } from '../histories/history.js';

const LENGTHS: Readonly<Record<string, number>> = { sql: 7, django: 4, rails: 4 };

for (const [name, create] of Object.entries(APPLICATIONS))
  test(`a random history of ${name} migrations`, async (context) => {
    const application = create();
    context.after(() => application.workspace.dispose());
    const seed = Date.now() % 1_000_000;
    const report = await followHistory(application, { seed, length: LENGTHS[name] ?? 4 });
    context.diagnostic(`seed ${seed}: ${report.changes.join('; ')}`);
    assert.ok(report.fromNothing > 0);
  });
