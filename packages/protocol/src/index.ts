/**
 * What a cache client and a cache server say to each other.
 * Owns: paths, bodies and their parsers, limits, the version.
 * Refuses: sending, storing, and what is inside an entry (`transport`).
 * Terms: a framed body is one line of JSON and then bytes; a chunk is named by the SHA-256 of its packed bytes.
 */
export { parseJsonBytes } from '@tr/hash';
export * from './bodies.js';
export { BrokenStreamError, ByteReader } from './byte-reader.js';
export { GatheredBytes } from './gathered-bytes.js';
export * from './limits.js';
export { entryPathOf, parseActionKey, PATHS, PROTOCOL_VERSION } from './paths.js';
