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
  /** Direct dependencies, each once. */
  readonly dependencies: Draft[];
  /** Siblings, each once. */
  readonly with: Draft[];
  /** The last dependent that took this node as a dependency: tells a second edge between the two without a set. */
  lastDependent: Draft | undefined;
  /** Place among the nodes sorted by id; -1 before there is such an order. */
  index: number;
}
