import type { CasDigest } from './cas-digest.js';

/** How the bytes of a blob travel; its digest is of the plain ones. */
export type BlobForm = 'plain' | 'zstd';

/** What a ByteStream call is about. */
export interface BlobResource {
  readonly instance: string;
  readonly digest: CasDigest;
  readonly form: BlobForm;
}

const BLOB = '(?<kind>blobs|compressed-blobs\\/zstd)\\/(?<hash>[0-9a-f]{64})\\/(?<size>\\d{1,15})';
/** None at all, or an empty one with its slash, as sbt sends it, and Pants once did. */
const INSTANCE = '(?:(?<instance>.{0,256})\\/)?';
const READ = new RegExp(`^${INSTANCE}${BLOB}$`, 's');
const WRITE = new RegExp(`^${INSTANCE}uploads\\/[^/]{1,128}\\/${BLOB}(?:\\/.*)?$`, 's');

/** Reads `{instance}/blobs/{hash}/{size}` or `{instance}/compressed-blobs/zstd/{hash}/{size}`; undefined for another form. */
export function parseReadName(name: string): BlobResource | undefined {
  return toResource(READ.exec(name));
}

/** Reads `{instance}/uploads/{uuid}/` and what {@link parseReadName} reads, with anything behind; undefined for another form. */
export function parseWriteName(name: string): BlobResource | undefined {
  return toResource(WRITE.exec(name));
}

function toResource(match: RegExpExecArray | null): BlobResource | undefined {
  const { instance = '', kind, hash, size } = match?.groups ?? {};
  if (hash === undefined || size === undefined) return undefined;
  return { instance, digest: { hash, size: Number(size) }, form: kind === 'blobs' ? 'plain' : 'zstd' };
}
