import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createSqlWorkspace } from '../rig/sql-workspace.js';
import { Branches } from './branches.js';
import type { MigratedApplication } from './history.js';
import type { Random } from './random.js';

const MIGRATIONS = 'api/migrations';

/**
 * Plain SQL files: each makes a table with rows, notes what was applied before it, and may add a column to the table of an
 * earlier one, so that order, edits and removals matter.
 */
export function createSqlApplication(): MigratedApplication {
  const workspace = createSqlWorkspace();
  const list = (): readonly string[] => readdirSync(join(workspace.root, MIGRATIONS)).sort();
  const tableOf = (name: string): string => name.replace(/^\d+_|\.sql$/g, '');
  const branches = new Branches(workspace);
  let made = 0;
  const write = (name: string, version: number, random: Random): void => {
    const table = tableOf(name);
    const earlier = list().filter((other) => other < name);
    const target = earlier.length > 0 && random.below(2) === 0 ? tableOf(random.pick(earlier)) : undefined;
    const text = [
      `create table t_${table} (id serial primary key, made_by text not null);`,
      `insert into t_${table} (made_by) select '${table} v${version} ' || n from generate_series(1, ${1 + random.below(5)}) n;`,
      `insert into t_${table} (made_by) select 'after ' || string_agg(name, ' ' order by name) from applied;`,
      ...(target === undefined ? [] : [`alter table t_${target} add column by_${table} text default 'v${version}';`]),
    ];
    workspace.write({ [`${MIGRATIONS}/${name}`]: `${text.join('\n')}\n` });
  };
  const add = (random: Random): string => {
    const numbers = list().map((name) => Number.parseInt(name, 10));
    const last = Math.max(0, ...numbers);
    // Mostly the next number; else one in between, as when a branch is merged.
    const number = random.below(4) === 0 ? 1 + random.below(Math.max(1, last)) : last + 1 + random.below(2);
    made += 1;
    const name = `${String(number).padStart(4, '0')}_m${made}.sql`;
    write(name, 1, random);
    return `add ${name}`;
  };
  const edit = (random: Random): string => {
    const name = random.pick(list());
    made += 1;
    write(name, 1 + made, random);
    return `edit ${name}`;
  };
  const remove = (random: Random): string => {
    const name = random.below(2) === 0 ? (list().at(-1) ?? '') : random.pick(list());
    workspace.remove(`${MIGRATIONS}/${name}`);
    return `remove ${name}`;
  };
  const renumber = (random: Random): string => {
    const name = random.pick(list());
    const text = workspace.read(`${MIGRATIONS}/${name}`);
    const next = `${String(1 + random.below(12)).padStart(4, '0')}_${tableOf(name)}.sql`;
    workspace.remove(`${MIGRATIONS}/${name}`);
    workspace.write({ [`${MIGRATIONS}/${next}`]: text });
    return `rename ${name} to ${next}`;
  };
  const goBack = (random: Random): string => branches.goBack(random);
  const merge = (random: Random): string => branches.merge(random);
  return {
    workspace,
    task: 'look',
    seen: 'api/seen.txt',
    change: (random) => {
      const names = list();
      const kinds = names.length < 2 ? [add] : [add, add, add, edit, remove, renumber, goBack, merge];
      return random.pick(kinds)(random);
    },
  };
}
