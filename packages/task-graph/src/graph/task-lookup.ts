import type { PackageName, SourcePosition, TaskDefinition } from '@tr/model';

/** The configured tasks as the graph asks for them; the configuration implements it. */
export interface TaskLookup {
  /**
   * The definition that applies to a task of a package; undefined when none does. For the root of a monorepo only
   * what is declared as `//#task` applies.
   */
  find(packageName: PackageName, task: string): TaskDefinition | undefined;
  /**
   * As `find`, for a task that an edge leads to: a task its package opted out of (`"extends": false` and nothing else)
   * is no entry point but still a node, with every setting at its default.
   */
  findReached(packageName: PackageName, task: string): TaskDefinition | undefined;
  /** True when any package has a task of this name. */
  isKnown(task: string): boolean;
  /** Every task name, without packages. */
  taskNames(): Iterable<string>;
  /** Where the entry `reference` of the task's `dependsOn` or `with` is written, else where the task is. */
  position(packageName: PackageName, task: string, reference?: string): SourcePosition | undefined;
}
