import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, Story, TR } from './machine.mjs';

const PHASES = [
  { name: 'from zero' },
  {
    name: 'second commit: a service and its spec',
    change: (story) => append(story, 'app/services/payment_booking.rb', 'spec/services/payment_booking_spec.rb'),
  },
  { name: 'only a spec', change: (story) => append(story, 'spec/models/currency_spec.rb') },
  { name: 'code the fixture is made with', change: (story) => append(story, 'app/services/company_defaults.rb') },
  { name: 'nothing changed, built again' },
  { name: 'one new migration', change: addMigration },
  { name: 'old migration edited', change: (story) => append(story, lastMigrations(story).at(-20)) },
];

/** Their pipeline keeps nothing from one run to the next, so that each phase is the same work for it. */
const MEASURED_ONCE = new Set(['second commit: a service and its spec']);

function append(story, ...paths) {
  for (const path of paths) story.write(path, `${story.read(path)}\n# Changed.\n`);
}

function lastMigrations(story) {
  return readdirSync(join(story.origin, 'db/migrate'))
    .sort()
    .map((name) => `db/migrate/${name}`);
}

/** A table of its own, in a migration and in the schema that their containers load. */
function addMigration(story) {
  const version = '20300101000000';
  const table = 'create_table "remarks" do |t|\n    t.string "text"\n  end';
  story.write(
    `db/migrate/${version}_create_remarks.rb`,
    `class CreateRemarks < ActiveRecord::Migration[6.1]\n  def change\n    ${table}\n  end\nend\n`,
  );
  const schema = story.read('db/schema.rb');
  story.write(
    'db/schema.rb',
    schema
      .replace(/version: [\d_]+/, 'version: 2030_01_01_000000')
      .replace(/^ {2}create_table/m, `  ${table.replace(' do', ', force: :cascade do')}\n\n  create_table`),
  );
}

/** Their pipeline before, with the fix they made by hand, and ours. */
export function railsStory(report, { containers, once }) {
  const story = new Story('rails');
  try {
    // This machine's versions of the packages may be other ones.
    run(story.origin, ['bundle', 'lock', '--local', '--update'], { RAILS_ENV: 'test' });
    story.commit('first');
    const cache = story.kept('our-cache');
    const theirs = (env) => () => story.measure(['baseline/ci', String(containers)], env);
    for (const { name, change } of PHASES) {
      change?.(story);
      if (change !== undefined) story.commit(name);
      const ours = () => story.measure([...TR, 'run', 'test', `--cache-dir=${cache}`]);
      if (once && !MEASURED_ONCE.has(name)) report.phase(name, { ours });
      else report.phase(name, { before: theirs({}), fixed: theirs({ REUSE_FACTORIES: '1' }), ours });
    }
  } finally {
    story.dispose();
  }
}

/** As `djangoDatabase`. */
export function railsDatabase(report) {
  const story = new Story('rails');
  try {
    run(story.origin, ['bundle', 'lock', '--local', '--update'], { RAILS_ENV: 'test' });
    story.commit('first');
    const cache = story.kept('our-cache');
    const make = (task) => () => story.measure([...TR, 'run', task, `--cache-dir=${cache}`]);
    report.part('from zero', make('seed'));
    report.part('stored', make('seed'));
    addMigration(story);
    story.commit('one new migration');
    report.part('one new migration, migrated', make('migrate'));
    report.part('one new migration, seeded', make('seed'));
  } finally {
    story.dispose();
  }
}
