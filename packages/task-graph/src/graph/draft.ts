import type { Package, TaskDefinition, TaskId } from '@tr/model';

/** A node while the graph is being built. */
export interface Draft {
  readonly id: TaskId;
  readonly package: Package;
  readonly task: string;
  readonly definition: TaskDefinition;
  /** The package opted out of the task: `definition` is empty and nothing is executed. */
  readonly isOptedOut: boolean;
  isEntryPoint: boolean;
  /** Direct dependencies. */
  readonly dependencies: Set<Draft>;
  readonly with: Set<Draft>;
}
