/**
 * From a task, its files, its environment and the keys of its dependencies to a Fingerprint and its ActionKey.
 * Owns: which files are inputs and what they hold (git's index, ignore and attribute rules, globs, the stat memo),
 * which variables count and which a task sees, tool outputs, the action key, and what differs between two fingerprints.
 * Refuses: starting processes (git and tools are ports), knowing what a key is used for.
 * Terms: an input is a declared file read; a blob id is git's id of its content; the memo never leaves the machine.
 */
export * from './environment/frameworks.js';
export * from './environment/task-environment.js';
export type { FileAnswer, FileIndex, FileIndexOptions } from './files/file-index.js';
export { createFileIndex } from './files/file-index.js';
export type { GitAnswer, GitRunner } from './git/git-runner.js';
export { createChangedInputs, type ChangedFiles } from './inputs/changed-inputs.js';
export type { FileRecord } from './inputs/input-collector.js';
export * from './fingerprinter.js';
export type { FingerprinterOptions, LeftOutTasks } from './fingerprinter-options.js';
export { createPathMatcher } from './globs/path-matcher.js';
export * from './record/action-key.js';
export { diffFingerprints } from './record/diff-fingerprints.js';
export type { ClosurePair } from './record/diff-fingerprints.js';
export * from './record/parse-fingerprint.js';
export type { RootDependency } from './root-dependencies.js';
export type { ToolAnswer, ToolRunner } from './tool-outputs.js';
