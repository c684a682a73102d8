/**
 * Runs a TaskGraph.
 * Owns: what starts when (slots, priorities, failure modes, signals), processes and their trees, logs on disk, how a
 * script is started as its package manager would, the outcome of every task. Declares the ports it needs.
 * Refuses: how keys are computed, what the cache does, words and printing, the configuration.
 * Terms: slot, attempt, tree (a process and all it started), unsound (a result its key does not stand for).
 */
export { createConditions, type ConditionFacts } from './conditions.js';
export { createLauncher, type LauncherOptions, type LaunchMode } from './launch/launcher.js';
export { quoteForPosix } from './launch/quote.js';
export { findLifecycleSteps, type LifecycleStep } from './launch/lifecycle.js';
export * from './ports.js';
export { findTooManyPersistent } from './persistent-limit.js';
export { createProcessSpawner, MARKER_VARIABLE, type ProcessSpawner, type ProcessSpawnerOptions } from './process.js';
export type { ContinueMode, RunTasksOptions } from './run-context.js';
export { runTasks } from './run-tasks.js';
export { createShutdown, type SignalShutdown, type SignalSource } from './shutdown.js';
export { systemClock } from './system-clock.js';
