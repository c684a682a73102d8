/**
 * What a run does so often, or so early, that Node's own way to it costs too much.
 * Owns: `lstat` without its objects, watching every look, a clock without `performance`.
 * Refuses: reading files, and being right where Node does not look as it always has (then there is no quick way).
 */
export * from './quick-clock.js';
export * from './quick-stat.js';
