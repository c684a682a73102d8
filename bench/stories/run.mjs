// Two teams' pipelines, their own way and with `tr`, on one machine in one run, in turns; prints wall and CPU seconds per
// phase with ratios. Each run has a new clone; only the folder that the CI would keep outlives it.
//   npm run bench:stories -- [--only=django,rails] [--rounds=3] [--containers=4] [--once]     after `npm run build`; Linux
import { parseArgs } from 'node:util';
import { DJANGO, ensureCommands, RAILS, SERVICES } from '../../scripts/ensure-commands.mjs';
import { djangoDatabase, djangoStory } from './django.mjs';
import { railsDatabase, railsStory } from './rails.mjs';
import { StoryReport } from './report.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'django,rails' },
    rounds: { type: 'string', default: '3' },
    /** The Rails team's side in one phase only, which takes minutes on two cores. */
    once: { type: 'boolean', default: false },
    containers: { type: 'string', default: '4' },
  },
});
const wanted = values.only.split(',');
const containers = Number(values.containers);
ensureCommands({ ...SERVICES, ...DJANGO, ...RAILS });

const stories = {
  django: {
    report: new StoryReport('Django', ['before', 'ours']),
    run: async (report) => {
      djangoDatabase(report);
      await djangoStory(report);
    },
  },
  rails: {
    report: new StoryReport('Rails', ['before', 'fixed', 'ours']),
    run: (report) => {
      railsDatabase(report);
      railsStory(report, { containers, once: values.once });
    },
  },
};
for (let round = 0; round < Number(values.rounds); round += 1)
  for (const name of wanted) await stories[name].run(stories[name].report);
for (const name of wanted) stories[name].report.print();
