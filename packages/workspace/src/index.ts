/**
 * Packages, the package graph, package managers and git facts of a workspace.
 * Owns: where the workspace is, which packages it has and how they depend on each other, how its package manager
 * links and runs, which lockfiles apply, what changed since a commit.
 * Refuses: configuration of tasks (`config`), what is in a lockfile (`lockfile`), filters (`task-graph`), reading the
 * environment (`cli`). Processes are started only in git.ts.
 * Terms: a *config-only package* is a directory that only our configuration declares; a *foreign lockfile* is one of
 * another language, counted whole.
 */
export * from './affected-base.js';
export * from './changed-packages.js';
export { listPastFiles } from './past-files.js';
export { type ConfigPackageRules } from './config-packages.js';
export { findWorkspaceRoot } from './find-workspace-root.js';
export * from './foreign-lockfiles.js';
export * from './git.js';
export * from './git-head.js';
export { addLinkedPlaces } from './linked-places.js';
export * from './load-workspace.js';
export * from './locate-git.js';
export { type UserSettings } from './manager-settings.js';
export { createPackageGraph, reachOver, type PackageGraph } from './package-graph.js';
