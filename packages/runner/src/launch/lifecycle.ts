import type { Package, PackageManager, TaskNode } from '@tr/model';

/** One command of a task as its package has it. */
export interface LifecycleStep {
  /** `npm_lifecycle_event`: the script's name; undefined for a `command` from the configuration. */
  readonly event: string | undefined;
  /** As written. */
  readonly script: string;
  /** True for the task's own command, which gets the pass-through arguments. */
  readonly isMain: boolean;
}

/**
 * The commands of a task in order: `pre<name>`, the script and `post<name>` where the package manager runs them, else
 * just the one. pnpm leaves out a pre or post script that the script itself mentions. None for a task without command.
 */
export function findLifecycleSteps(
  node: TaskNode,
  owner: Package,
  manager: PackageManager | undefined,
): readonly LifecycleStep[] {
  if (node.command === undefined) return [];
  const main: LifecycleStep = { event: node.isScript ? node.task : undefined, script: node.command, isMain: true };
  if (!node.isScript || manager?.runsPrePost !== true) return [main];
  const around = (event: string): readonly LifecycleStep[] => {
    const script = owner.scripts[event];
    if (script === undefined || script === '') return [];
    return manager.name === 'pnpm' && main.script.includes(event) ? [] : [{ event, script, isMain: false }];
  };
  return [...around(`pre${node.task}`), main, ...around(`post${node.task}`)];
}
