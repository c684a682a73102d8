/**
 * The state of a service as the output of a task.
 * Owns: which state a task starts from, the chain of steps, the nearest stored ancestor.
 * Refuses: starting servers (`services`), storing (`cache`).
 * Terms: a step is one file of the chain; an ancestor is a stored state whose steps are all still there, unchanged.
 */
export { describeService } from './describe-service.js';
export { findAncestors, type Ancestor, type AncestorSources } from './find-ancestor.js';
export { SnapshotServices } from './snapshot-services.js';
export type { SnapshotServicesOptions, StateStore } from './ports.js';
export type { Steps } from './steps.js';
