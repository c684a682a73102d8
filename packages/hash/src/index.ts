/**
 * Names for bytes, and the JSON that they are made of.
 * Owns: SHA-256 of bytes, whole or in pieces, git blob ids, canonical JSON, parsing JSON bytes that anybody may have written.
 * Refuses: knowing what is hashed or where it is stored, reading files.
 * Terms: a digest is SHA-256 and size.
 */
export * from './canonical-json.js';
export * from './git-blob-id.js';
export * from './parse-json-bytes.js';
export * from './running-digest.js';
export * from './sha256.js';
