// Follows random histories of step files: `npm run histories -- [--app=sql|django|rails] [--count=50] [--length=6] [--seed=N] [--also=<clone>]`. Prints every seed.
// `--also` (several times): older clones of this repository, built and bundled, whose programs take turns with ours on one cache.
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { OWN_PROGRAM, programIn } from '../rig/program.js';
import { APPLICATIONS } from './applications.js';
import { followHistory } from './history.js';

const { values } = parseArgs({
  options: {
    app: { type: 'string', default: 'sql' },
    count: { type: 'string', default: '50' },
    length: { type: 'string', default: '6' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    also: { type: 'string', multiple: true, default: [] },
  },
});

const create = APPLICATIONS[values.app];
if (create === undefined) throw new RangeError(`--app is one of ${Object.keys(APPLICATIONS).join(', ')}.`);

const older = values.also.map((directory) => programIn(resolve(directory), basename(directory)));
const programs = [OWN_PROGRAM, ...older];

for (let at = 0; at < Number(values.count); at += 1) {
  const application = create();
  const seed = Number(values.seed) + at;
  try {
    const report = await followHistory(application, { seed, length: Number(values.length), programs });
    const { continued, taken, fromNothing, failed } = report;
    process.stdout.write(
      `${values.app}, seed ${seed}: ${continued} continued, ${taken} taken, ${fromNothing} from nothing, ${failed} impossible\n`,
    );
  } finally {
    application.workspace.dispose();
  }
}
