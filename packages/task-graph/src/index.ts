/**
 * From configuration and package graph to the tasks of a run: filters, `--affected`, expansion of `dependsOn`, cycles,
 * priorities.
 * Owns: the filter grammar, which packages and tasks a run has, the order they may run in.
 * Refuses: disk, git, environment and output: what it needs to know about them is passed in as values or questions.
 * Terms: selector (one filter), scope (the packages of a run), entry point (a task asked for), dependency and
 * dependent (upstream and downstream edge), sibling (`with`: started together, no edge).
 */
export { computePriorities } from './compute-priorities.js';
export type { PackageScope } from './filter/package-scope.js';
export type { GitRange, PackageSelector } from './filter/package-selector.js';
export { parseFilter } from './filter/parse-filter.js';
export { selectPackages } from './filter/select-packages.js';
export type { Selection, SelectionRequest } from './filter/select-packages.js';
export { selectTasks } from './filter/select-tasks.js';
export { findPersistentDependencies } from './graph/check-tasks.js';
export { createTaskGraph } from './graph/create-task-graph.js';
export type { CreatedTaskGraph, TaskGraphRequest } from './graph/create-task-graph.js';
export { findAffected, keepAffected } from './graph/keep-affected.js';
export type { TaskLookup } from './graph/task-lookup.js';
