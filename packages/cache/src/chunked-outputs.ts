import type { ContentStream } from '@tr/artifact';
import { fail, ok, type Manifest, type Result, type StoreFailure } from '@tr/model';
import type { ChunkList, StreamBlobStore } from '@tr/store';
import { readContents, unpackStream, type ChunkSource, type StreamFlaw } from '@tr/transport';

/** The outputs of an entry that lie in chunks of this machine. */
export interface ChunkedOutputs {
  readonly manifest: Manifest;
  readonly list: ChunkList;
  readonly blobs: StreamBlobStore;
}

/** Reads them in the order in which they lie. */
export function openChunkedOutputs({ manifest, list, blobs }: ChunkedOutputs): ContentStream {
  return {
    read: async (wanted, sink) => {
      const { manifest: manifestBytes, chunks } = list;
      const source = readStored(blobs);
      const read = await readContents({ manifest, manifestBytes, chunks, source, wanted, sink });
      return read.ok ? read : fail(toStoreFailure(read.failure, manifest));
    },
  };
}

/** Gives them blobs of their own: for hard links, and for whoever wants to send them. */
export async function unpackChunkedOutputs(outputs: ChunkedOutputs): Promise<Result<undefined, StoreFailure>> {
  const { manifest, list, blobs } = outputs;
  const unpacked = await unpackStream({ entry: list, manifest, blobs, source: readStored(blobs) });
  return unpacked.ok ? ok(undefined) : fail(toStoreFailure(unpacked.failure, manifest));
}

function readStored(blobs: StreamBlobStore): ChunkSource<StoreFailure> {
  return async function* (chunks) {
    for (const chunk of chunks) {
      const pieces: Uint8Array[] = [];
      const whole = { start: 0, end: chunk.size - 1 };
      // Those that this process has just put need no second look.
      const read = await blobs.readRange(chunk, whole, (piece) => void pieces.push(piece));
      if (!read.ok) {
        yield read;
        return;
      }
      const [first = Buffer.alloc(0)] = pieces;
      yield ok({ verified: pieces.length === 1 ? first : Buffer.concat(pieces) });
    }
  };
}

function toStoreFailure(failure: StoreFailure | StreamFlaw, { actionKey }: Manifest): StoreFailure {
  if (failure.code !== 'stream/flaw') return failure;
  return { code: 'store/corrupt', kind: 'manifest', name: actionKey, detail: failure.detail };
}
