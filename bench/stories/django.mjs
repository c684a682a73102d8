import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run, freePort, Story, TR } from './machine.mjs';

/** Both sides use the system's Python, whatever a version manager has in PATH. */
const PYTHON = { PYTHON: '/usr/bin/python3' };
const EDITED = 'backend/apps/orders/migrations/0019_order_note.py';

/** What a developer did, in the order of the story; the branch that is built. */
const PHASES = [
  { name: 'from zero' },
  {
    name: 'second commit: a view and its test',
    change: (story) => append(story, 'backend/apps/orders/views.py', 'backend/apps/orders/tests/test_orders.py'),
  },
  { name: 'only a test', change: (story) => append(story, 'backend/apps/catalog/tests/test_pricing.py') },
  { name: 'code the fixture is made with', change: (story) => append(story, 'backend/apps/billing/invoicing.py') },
  { name: 'nothing changed, built again' },
  { name: 'one new migration', change: (story) => addMigration(story, 'orders') },
  {
    name: 'new branch with one leaf migration',
    branch: 'feature/note',
    change: (story) => {
      story.git('checkout', '-q', '-b', 'feature/note');
      addMigration(story, 'audit');
    },
  },
  {
    name: 'old migration edited',
    change: (story) => {
      story.git('checkout', '-q', 'develop');
      append(story, EDITED);
    },
  },
  {
    name: 'dependency bump',
    change: (story) => {
      const path = 'backend/requirements.txt';
      story.write(path, story.read(path).replace(/^sqlparse==.*$/m, 'sqlparse==0.4.3'));
    },
  },
];

function append(story, ...paths) {
  for (const path of paths) story.write(path, `${story.read(path)}\n# Changed.\n`);
}

function addMigration(story, app) {
  run(join(story.origin, 'backend'), [PYTHON.PYTHON, 'scripts/add_migration.py', app]);
}

/** Their pipeline and ours, phase by phase. */
export async function djangoStory(report) {
  const story = new Story('django');
  try {
    story.commit('first');
    const cache = { theirs: story.kept('their-cache'), ours: story.kept('our-cache') };
    for (const { name, change, branch = 'develop' } of PHASES) {
      change?.(story);
      if (change !== undefined) story.commit(name);
      // Memory for their containers, as ours has it.
      const memory = mkdtempSync('/dev/shm/ci-containers-');
      run('/', ['chmod', '711', memory]);
      const ports = { PGPORT: await freePort(), REDISPORT: await freePort(), TMPDIR: memory };
      const theirs = () => story.measure(['baseline/ci.sh', '.', branch, cache.theirs], { ...PYTHON, ...ports });
      const ours = () => story.measure([...TR, 'run', 'test', `--cache-dir=${cache.ours}`], PYTHON);
      report.phase(name, { before: theirs, ours });
      rmSync(memory, { recursive: true, force: true });
    }
  } finally {
    story.dispose();
  }
}

/** CPU of the part that ends with a migrated and seeded database: from zero, one migration, a hit. Dependencies are there. */
export function djangoDatabase(report) {
  const story = new Story('django');
  try {
    story.commit('first');
    const cache = story.kept('our-cache');
    const make = (task) => () => story.measure([...TR, 'run', task, `--cache-dir=${cache}`], PYTHON);
    make('install')();
    report.part('from zero', make('seed'));
    report.part('stored', make('seed'));
    addMigration(story, 'orders');
    story.commit('one new migration');
    report.part('one new migration, migrated', make('migrate'));
    report.part('one new migration, seeded', make('seed'));
  } finally {
    story.dispose();
  }
}
