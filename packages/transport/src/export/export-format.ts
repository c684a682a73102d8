import { TAR_BLOCK, toGlobalComment } from '../tar/tar-header.js';

/**
 * Version of an exported file: a global `pax` header with the comment `tr export <version>`, a member `signature.json` when it
 * is signed, then the tar stream of the result as it travels. An unknown version is refused. History: 1 (0.1): first.
 */
const EXPORT_VERSION = 1;
const COMMENT = /comment=tr export (\d{1,9})\n/;

/** Name of the member with the signature. */
export const SIGNATURE_PATH = 'signature.json';
/** A larger one is none, bytes. */
export const MAX_SIGNATURE_BYTES = 4096;
/** Bytes of the preamble. */
export const PREAMBLE_BYTES = 2 * TAR_BLOCK;

/** What an exported file begins with. */
export function toPreamble(): Buffer {
  return toGlobalComment(`tr export ${EXPORT_VERSION}`);
}

/** The version that a preamble names; undefined when it is none, true when it is ours. */
export function readPreamble(bytes: Buffer): number | true | undefined {
  if (bytes.equals(toPreamble())) return true;
  const found = COMMENT.exec(bytes.toString('latin1'))?.[1];
  return found === undefined || Number(found) === EXPORT_VERSION ? undefined : Number(found);
}
