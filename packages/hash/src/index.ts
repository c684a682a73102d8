/**
 * Digests of bytes, the one JSON text of a value, the value of JSON that anybody may have written, a quick look at a file.
 * Owns: SHA-256 of bytes, whole or in pieces, canonical JSON, parsing JSON bytes, git blob ids, `lstat` without its objects.
 * Refuses: knowing what is hashed or where it is stored, reading files.
 * Terms: a digest is SHA-256 and size.
 */
export * from './canonical-json.js';
export * from './git-blob-id.js';
export * from './parse-json-bytes.js';
export * from './quick-stat.js';
export * from './running-digest.js';
export * from './sha256.js';
