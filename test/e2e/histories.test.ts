/** A database continued from an earlier state holds what one migrated from nothing holds. `npm run histories` follows many more. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { followHistory } from '../histories/history.js';
import { createSqlApplication } from '../histories/sql-application.js';

const application = createSqlApplication();
after(() => application.workspace.dispose());

test('a random history of SQL files', async (context) => {
  const seed = Date.now() % 1_000_000;
  const report = await followHistory(application, { seed, length: 7 });
  context.diagnostic(`seed ${seed}: ${report.changes.join('; ')}`);
  assert.ok(report.fromNothing > 0);
});
