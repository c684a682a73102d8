// Follows random histories of step files: `npm run histories -- [--count=50] [--length=6] [--seed=N]`. Prints every seed.
import { parseArgs } from 'node:util';
import { followHistory } from './history.js';
import { createSqlApplication } from './sql-application.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '50' },
    length: { type: 'string', default: '6' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

for (let at = 0; at < Number(values.count); at += 1) {
  const application = createSqlApplication();
  const seed = Number(values.seed) + at;
  try {
    const report = await followHistory(application, { seed, length: Number(values.length) });
    const { continued, taken, fromNothing, failed } = report;
    process.stdout.write(
      `seed ${seed}: ${continued} continued, ${taken} taken, ${fromNothing} from nothing, ${failed} impossible\n`,
    );
  } finally {
    application.workspace.dispose();
  }
}
