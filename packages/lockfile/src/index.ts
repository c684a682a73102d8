/**
 * Lockfiles narrowed to what one workspace package gets from outside.
 * Owns: the lockfile formats of npm, pnpm, Yarn 1, Yarn 2+ and Bun; external closures and their comparison.
 * Refuses: disk access (text in, values out), lockfiles of other languages (those count whole), node_modules.
 * Terms: entry = one resolved package of a lockfile; closure = every entry reachable from a package's own external
 * dependencies; dependent = the workspace package that is asked about.
 */
export * from './changed-packages.js';
export type { LockedDependent } from './locked-dependent.js';
export { computeExternalClosure } from './lockfile.js';
export type { Lockfile } from './lockfile.js';
export { parseLockfile } from './parse-lockfile.js';
export type { LockfileSource } from './parse-lockfile.js';
