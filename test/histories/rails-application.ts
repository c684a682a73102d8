import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createRoot, createWorkspace, type Tree } from '../rig/workspace.js';
import { Branches } from './branches.js';
import type { MigratedApplication } from './history.js';
import { LOOK } from './look.js';
import { Random } from './random.js';

const MIGRATIONS = 'db/migrate';
/** Versions are times of making; steps between them leave room for what other branches made meanwhile. */
const FIRST_VERSION = 20_250_101_000_000;
const STEP = 100;

const FILES: Tree = {
  'turbo-like.config.json': {
    json: {
      services: { db: { type: 'postgres', database: 'app_test' } },
      tasks: {
        migrate: {
          command: 'RAILS_ENV=test bundle exec rake db:migrate',
          inputs: ['config/**', 'Gemfile*', 'Rakefile'],
          tools: ['ruby --version'],
          snapshot: { service: 'db', steps: ['db/migrate/*.rb'] },
        },
        look: {
          command: 'sh look.sh',
          inputs: ['look.sh'],
          dependsOn: ['migrate'],
          services: ['db'],
          outputs: ['seen.txt'],
        },
      },
    },
  },
  // No source is named because nothing is ever downloaded.
  Gemfile: 'gem "rails", "~> 6.1"\ngem "pg"\n',
  Rakefile: 'require_relative "config/application"\nRails.application.load_tasks\n',
  'config/application.rb': `ENV["BUNDLE_GEMFILE"] ||= File.expand_path("../Gemfile", __dir__)
require "bundler/setup"
require "rails"
require "active_record/railtie"
Bundler.require(*Rails.groups)

class HistoryApplication < Rails::Application
  config.load_defaults 6.1
  config.eager_load = false
  config.secret_key_base = "only for tests"
  config.active_record.dump_schema_after_migration = false
end
`,
  'config/environment.rb': 'require_relative "application"\nRails.application.initialize!\n',
  'config/database.yml': 'test:\n  adapter: postgresql\n  encoding: unicode\n  database: app_test\n',
  'look.sh': LOOK,
  '.gitignore': 'seen.txt\n/log/*\n/tmp/*\n',
};

/** A small Rails application; its migrations are what a history changes. */
export function createRailsApplication(): MigratedApplication {
  const root = createRoot();
  // PostgreSQL runs as another user when we are root.
  chmodSync(root, 0o711);
  const workspace = createWorkspace(FILES, { root, git: false });
  const locked = spawnSync('bundle', ['lock', '--local'], { cwd: root, encoding: 'utf8' });
  if (locked.status !== 0) throw new Error(`bundle lock: ${locked.stdout}${locked.stderr}`);
  workspace.git('init', '-q', '-b', 'main');
  const branches = new Branches(workspace);
  let made = 0;
  const list = (): readonly string[] =>
    workspace.exists(MIGRATIONS) ? readdirSync(join(root, MIGRATIONS)).toSorted() : [];
  const write = (file: string, version: number, random: Random): void => {
    const earlier = list().filter((other) => other < file);
    workspace.write({ [`${MIGRATIONS}/${file}`]: toRuby(file, { version, random, earlier }) });
  };
  const add = (random: Random): string => {
    made += 1;
    const last = Math.max(FIRST_VERSION, ...list().map((file) => Number.parseInt(file, 10)));
    // Mostly the next one; else one in between, as when a branch is merged.
    const between = FIRST_VERSION + 1 + random.below(last - FIRST_VERSION + 1);
    const file = `${random.below(4) === 0 ? between : last + STEP}_create_m${made}.rb`;
    if (list().some((other) => Number.parseInt(other, 10) === Number.parseInt(file, 10))) return 'nothing';
    write(file, 1, random);
    return `add ${file}`;
  };
  const edit = (random: Random): string => {
    // Mostly the last one, which is not released yet.
    const file = random.below(4) > 0 ? (list().at(-1) ?? '') : random.pick(list());
    made += 1;
    write(file, 1 + made, random);
    return `edit ${file}`;
  };
  const remove = (random: Random): string => {
    const file = random.below(4) > 0 ? (list().at(-1) ?? '') : random.pick(list());
    workspace.remove(`${MIGRATIONS}/${file}`);
    return `remove ${file}`;
  };
  const renumber = (random: Random): string => {
    const file = list().at(-1) ?? '';
    const next = `${Number.parseInt(file, 10) + 1 + random.below(STEP)}_create_${tableOf(file)}.rb`;
    const text = workspace.read(`${MIGRATIONS}/${file}`);
    workspace.remove(`${MIGRATIONS}/${file}`);
    workspace.write({ [`${MIGRATIONS}/${next}`]: text });
    return `rename ${file} to ${next}`;
  };
  const first = new Random(7);
  for (let at = 0; at < 6; at += 1) add(first);
  workspace.commit('the first migrations');
  return {
    workspace,
    task: 'look',
    seen: 'seen.txt',
    change: (random) => {
      const kinds = [
        add,
        add,
        add,
        edit,
        edit,
        remove,
        renumber,
        (seed: Random) => branches.merge(seed),
        (seed: Random) => branches.merge(seed),
        (seed: Random) => branches.goBack(seed),
      ];
      return random.pick(list().length < 2 ? [add] : kinds)(random);
    },
  };
}

function tableOf(file: string): string {
  return file.replace(/^\d+_create_|\.rb$/g, '');
}

/** A table with rows, which may refer to an earlier one and may add a column to another. */
function toRuby(
  file: string,
  {
    version,
    random,
    earlier,
  }: { readonly version: number; readonly random: Random; readonly earlier: readonly string[] },
): string {
  const table = tableOf(file);
  const pick = (): string | undefined =>
    earlier.length > 0 && random.below(2) === 0 ? tableOf(random.pick(earlier)) : undefined;
  const [target, changed] = [pick(), pick()];
  const lines = [
    `create_table :${table} do |t|`,
    `  t.string :made_by, null: false, limit: ${40 + random.below(3)}`,
    ...(random.below(2) === 0 ? ['  t.index :made_by'] : []),
    ...(target === undefined ? [] : [`  t.references :other, foreign_key: { to_table: :${target} }`]),
    'end',
    `${1 + random.below(5)}.times { |n| execute "insert into ${table} (made_by) values ('${table} v${version} #{n}')" }`,
    ...(changed === undefined
      ? []
      : [
          `add_column :${changed}, :by_${table}, :string, default: "v${version}"`,
          `execute "update ${changed} set by_${table} = 'v${version} of ' || made_by"`,
        ]),
  ];
  const body = lines.map((line) => `    ${line}`).join('\n');
  return `class Create${table.toUpperCase()} < ActiveRecord::Migration[6.1]\n  def up\n${body}\n  end\nend\n`;
}
