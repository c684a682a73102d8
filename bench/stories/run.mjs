// Two teams' pipelines, their own way and with `tr`, on one machine in one run, in turns; prints wall and CPU seconds per
// phase with ratios. Each run has a new clone; only the folder that the CI would keep outlives it.
//   npm run bench:stories -- [--only=django,rails] [--rounds=3] [--containers=4] [--once]     after `npm run build`; Linux
import { parseArgs } from 'node:util';
import { ensureCommands } from '../../scripts/ensure-commands.mjs';
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
ensureCommands({
  '/usr/lib/postgresql/*/bin/initdb': 'postgresql',
  'redis-server': 'redis-server',
  'python3:django': 'python3-django',
  'python3:django_redis': 'python3-django-redis',
  'python3:psycopg2': 'python3-psycopg2',
  'python3:redis': 'python3-redis',
  'python3:tblib': 'python3-tblib',
  bundle: 'bundler',
  'ruby:database_cleaner': 'ruby-database-cleaner',
  'ruby:factory_bot_rails': 'ruby-factory-bot-rails',
  'ruby:parallel_tests': 'ruby-parallel-tests',
  'ruby:pg': 'ruby-pg',
  'ruby:rails': 'ruby-rails',
  'ruby:redis': 'ruby-redis',
  'ruby:rspec-rails': 'ruby-rspec-rails',
  'ruby:rspec_junit_formatter': 'ruby-rspec-junit-formatter',
});

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
