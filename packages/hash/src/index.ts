/**
 * Digests of bytes, the one JSON text of a value, and the value of JSON that anybody may have written.
 * Owns: SHA-256 of bytes, whole or in pieces, canonical JSON, parsing JSON bytes, git blob ids.
 * Refuses: knowing what is hashed or where it is stored.
 * Terms: a digest is SHA-256 and size.
 */
export * from './canonical-json.js';
export * from './git-blob-id.js';
export * from './parse-json-bytes.js';
export * from './running-digest.js';
export * from './sha256.js';
