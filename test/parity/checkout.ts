import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadPackageConfig, loadRootConfig } from '@tr/config';
import { TURBO_CONFIG_NAMES, type RelativePath } from '@tr/model';
import { asList, asRecord, type Tools } from './dry-run.js';

/** What the cases are made from. */
export interface Checkout {
  readonly root: string;
  /** Every task name of the configuration files, generic and `pkg#task`; sorted. */
  readonly taskNames: readonly string[];
  /** Variables that the configuration names (patterns left out). */
  readonly variables: readonly string[];
  /** As turbo lists them: name -> directory. The root is not among them. Empty when turbo refuses the checkout. */
  readonly packages: ReadonlyMap<string, RelativePath>;
  /** How many commits can be reached from HEAD. 0 = no git. */
  readonly commits: number;
}

/** Reads the checkout: its configuration by our parser, its packages by turbo. */
export async function openCheckout(root: string, tools: Tools): Promise<Checkout> {
  const rootConfig = loadRootConfig(root).config;
  const rootTasks = [...(rootConfig?.tasks.keys() ?? [])];
  const packages = await askPackages(tools, rootTasks);
  const configs = [...packages.values()].flatMap((directory) => loadPackageConfig(root, directory).config ?? []);
  const tasks = [...new Set([...rootTasks, ...configs.flatMap((config) => [...config.tasks.keys()])])].sort();
  const values = [...(rootConfig?.tasks.values() ?? []), ...configs.flatMap((config) => [...config.tasks.values()])];
  const variables = [
    ...(rootConfig?.globalEnv ?? []),
    ...(rootConfig?.globalPassThroughEnv ?? []),
    ...values.flatMap(({ value }) => [...(value.env ?? []), ...(value.passThroughEnv ?? [])]),
  ];
  return {
    root,
    taskNames: tasks,
    variables: [...new Set(variables)].filter((name) => /^[A-Z][A-Z0-9_]*$/.test(name) && !RESERVED.test(name)).sort(),
    packages,
    commits: countCommits(root),
  };
}

/** Variables that steer one of the tools or the process itself. */
const RESERVED = /^(TURBO_|TR_|PATH$|HOME$|GITHUB_ACTIONS$|GITHUB_BASE_REF$|NODE_OPTIONS$)/;

/** Whether there is something for turbo to read. */
export function hasTurboConfig(root: string): boolean {
  return TURBO_CONFIG_NAMES.some((name) => existsSync(join(root, name)));
}

/** The packages on which turbo would run some task. */
async function askPackages(tools: Tools, tasks: readonly string[]): Promise<ReadonlyMap<string, RelativePath>> {
  const packages = new Map<string, RelativePath>();
  for (const task of tasks.filter((name) => !name.includes('#'))) {
    const { json } = await tools.turbo({ name: 'packages', args: [task] });
    for (const each of asList(asRecord(json)['tasks'])) {
      const { package: name, directory } = asRecord(each);
      if (typeof name === 'string' && name !== '//' && typeof directory === 'string') packages.set(name, directory);
    }
    // A generic task is a node in every package: the first one that is answered tells all.
    if (packages.size > 0) break;
  }
  return packages;
}

function countCommits(root: string): number {
  const { status, stdout } = spawnSync('git', ['rev-list', '--count', 'HEAD'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? Number(stdout) : 0;
}
