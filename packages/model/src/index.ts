/**
 * The nouns every package shares, and pure helpers on them.
 * Owns: ids, Result, Failure, Diagnostic, workspace, task graph, fingerprint, manifest and run records.
 * Refuses: I/O, Node APIs, words for people (those are made in `reporter`).
 */
export * from './cache.js';
export * from './config-names.js';
export * from './error-code.js';
export * from './failures/config.js';
export * from './failures/failure.js';
export * from './failures/fingerprint.js';
export * from './failures/graph.js';
export * from './failures/lockfile.js';
export * from './failures/export.js';
export * from './failures/remote.js';
export * from './failures/service.js';
export * from './failures/store.js';
export * from './failures/task.js';
export * from './failures/usage.js';
export * from './failures/workspace.js';
export * from './file-times.js';
export * from './fingerprint.js';
export * from './ids.js';
export * from './invariant.js';
export * from './json.js';
export * from './manifest.js';
export * from './miss-reason.js';
export * from './nearest.js';
export * from './order.js';
export * from './own-secrets.js';
export * from './path-glob.js';
export * from './position.js';
export * from './proc-stat.js';
export * from './relative-path.js';
export * from './result.js';
export * from './run.js';
export * from './service.js';
export * from './snapshot-path.js';
export * from './star-pattern.js';
export * from './state-directory.js';
export * from './task-definition.js';
export * from './task-graph.js';
export * from './workspace.js';
