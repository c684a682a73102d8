import type { PackageName, RelativePath, TaskId } from './ids.js';
import type { TaskDefinition } from './task-definition.js';

/** One node of the graph: a configured task of one package. */
export interface TaskNode {
  readonly id: TaskId;
  readonly package: PackageName;
  readonly task: string;
  /** Package directory relative to the workspace root. */
  readonly directory: RelativePath;
  readonly definition: TaskDefinition;
  /**
   * The script text, else the configured `command`; undefined when the package has neither: such a node
   * (`<NONEXISTENT>`) executes nothing but keeps its edges.
   */
  readonly command: string | undefined;
  /** True when `command` is a package.json script (then pre/post scripts apply). */
  readonly isScript: boolean;
  /**
   * True when the package opted out of the task with `extends: false` and nothing else: the node (`<OPT OUT>`) is
   * there for its dependents, executes nothing and has no dependencies. Absent means false.
   */
  readonly isOptedOut?: boolean;
  /** Direct edges, sorted, no duplicates. */
  readonly dependencies: readonly TaskId[];
  readonly dependents: readonly TaskId[];
  /** Sibling tasks started together, sorted. */
  readonly with: readonly TaskId[];
  /** True when the request named it, false when it was pulled in by an edge. */
  readonly isEntryPoint: boolean;
}

/** A valid, acyclic graph of tasks. */
export interface TaskGraph {
  /** Sorted by id. */
  readonly nodes: ReadonlyMap<TaskId, TaskNode>;
  /** Every id after all of its dependencies: by the length of the longest chain below it, then by id. */
  readonly topologicalOrder: readonly TaskId[];
  /** What the filters selected, sorted: the `packages` of the dry run. */
  readonly packagesInScope: readonly PackageName[];
}
