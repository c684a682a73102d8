import { fail, ok, type Failure, type Manifest, type Result } from '@tr/model';
import { BrokenStreamError, ByteReader } from '@tr/protocol';
import { createFileActionStore, createFileStreamBlobStore, listBlobs, noteWritten, type CacheFolder } from '@tr/store';
import { readExport, type ExportFlaw, type TrustedKeys } from '@tr/transport';

/** A file to import into a cache. */
export interface ImportResult {
  readonly source: AsyncIterable<Uint8Array>;
  readonly folder: CacheFolder;
  readonly trustedKeys: TrustedKeys | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A result that is in the cache now. */
export interface Imported {
  readonly manifest: Manifest;
  /** `kept`: there was a whole one of the same key, which stays. */
  readonly outcome: 'imported' | 'kept';
}

/** Reads a file that anybody may have made; nothing of it counts before its last byte was verified. */
export async function importResult(request: ImportResult): Promise<Result<Imported, Failure>> {
  const { source, folder, trustedKeys, now } = request;
  const blobs = createFileStreamBlobStore(folder);
  const actions = createFileActionStore(folder, { now });
  const manifest = await readWhole(new ByteReader(source), (reader) => readExport({ reader, blobs, trustedKeys }));
  if (!manifest.ok) return manifest;
  const { value } = manifest;
  const there = await actions.get(value.actionKey);
  if (there.ok && there.value !== undefined) {
    const missing = await blobs.findMissing(listBlobs(there.value.manifest));
    if (!missing.ok) return missing;
    if (missing.value.length === 0) return ok({ manifest: there.value.manifest, outcome: 'kept' });
  }
  const put = await actions.put(value, { replace: true });
  if (!put.ok) return put;
  const bytes = listBlobs(value).reduce((sum, { size }) => sum + size, 0);
  noteWritten(folder, bytes, now());
  return ok({ manifest: value, outcome: 'imported' });
}

async function readWhole(
  reader: ByteReader,
  read: (reader: ByteReader) => ReturnType<typeof readExport>,
): Promise<Result<Manifest, Failure>> {
  try {
    const result = await read(reader);
    if (result.ok) return result;
    return fail('kind' in result.failure && !('code' in result.failure) ? toFailure(result.failure) : result.failure);
  } catch (error) {
    if (!(error instanceof BrokenStreamError)) throw error;
    return fail({ code: 'export/damaged', detail: error.message });
  }
}

function toFailure(flaw: ExportFlaw): Failure {
  switch (flaw.kind) {
    case 'damaged':
      return { code: 'export/damaged', detail: flaw.detail };
    case 'other-version':
      return { code: 'export/other-version', version: flaw.version };
    case 'untrusted':
      return { code: 'export/untrusted', detail: flaw.detail };
  }
}
