/**
 * What a run does so often, or so early, that Node's own way to it costs too much.
 * Owns: `lstat` without its objects, watching every look, digests and flags without the modules that Node has them in, a clock, reading a
 * file without ever waiting for it.
 * Refuses: being right where Node does not look as it always has (then there is no quick way).
 */
export * from './late-abort.js';
export * from './look.js';
export * from './quick-clock.js';
export * from './quick-hash.js';
export * from './quick-io.js';
export * from './quick-stat.js';
export * from './quick-v8.js';
export * from './read-file.js';
export * from './unique-name.js';
