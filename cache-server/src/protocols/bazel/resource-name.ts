import type { CasDigest } from './cas-digest.js';

/** What a ByteStream call is about. */
export interface BlobResource {
  readonly instance: string;
  readonly digest: CasDigest;
}

const READ = /^(?:(?<instance>.{1,256})\/)?blobs\/(?<hash>[0-9a-f]{64})\/(?<size>\d{1,15})$/s;
const WRITE =
  /^(?:(?<instance>.{1,256})\/)?uploads\/[^/]{1,128}\/blobs\/(?<hash>[0-9a-f]{64})\/(?<size>\d{1,15})(?:\/.*)?$/s;

/** Reads `{instance}/blobs/{hash}/{size}`; undefined for another form, compressed blobs among them. */
export function parseReadName(name: string): BlobResource | undefined {
  return toResource(READ.exec(name));
}

/** Reads `{instance}/uploads/{uuid}/blobs/{hash}/{size}[/…]`; undefined for another form. */
export function parseWriteName(name: string): BlobResource | undefined {
  return toResource(WRITE.exec(name));
}

function toResource(match: RegExpExecArray | null): BlobResource | undefined {
  const { instance = '', hash, size } = match?.groups ?? {};
  if (hash === undefined || size === undefined) return undefined;
  return { instance, digest: { hash, size: Number(size) } };
}
