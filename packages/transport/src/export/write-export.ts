import type { StoreFailure } from '@tr/model';
import { signManifest, type SigningKey } from '../entry/entry-signature.js';
import { paddingAfter, toTarHeader } from '../tar/tar-header.js';
import { digestManifest, writeStream, type StreamRequest } from '../tar/write-stream.js';
import { SIGNATURE_PATH, toPreamble } from './export-format.js';

/** A result to export. */
export interface ExportRequest extends StreamRequest {
  readonly signingKey: SigningKey | undefined;
  /** Takes the next bytes; what it returns holds them back, what it throws ends the export. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
}

/**
 * Writes a stored result as one tar file: a function of the result (and of the key) alone. A blob that turns out damaged ends it;
 * what was written by then has no end and is refused by `readExport`.
 */
export async function writeExport(request: ExportRequest): Promise<StoreFailure | undefined> {
  const { manifest, signingKey, write } = request;
  await write(toPreamble());
  if (signingKey !== undefined) {
    const signature = signManifest(digestManifest(manifest).digest.hash, signingKey);
    await write(toMember(SIGNATURE_PATH, Buffer.from(`${JSON.stringify(signature)}\n`)));
  }
  return await writeStream(request, { push: write, cut: () => Promise.resolve() });
}

function toMember(path: string, content: Buffer): Buffer {
  const header = toTarHeader({ path, type: 'file', size: content.length, executable: false, target: '' });
  return Buffer.concat([header, content, Buffer.alloc(paddingAfter(content.length))]);
}
