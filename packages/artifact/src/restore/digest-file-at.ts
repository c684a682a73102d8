import { createRunningDigest } from '@tr/hash';
import { errorCode, type Digest } from '@tr/model';
import type { Disk, Pacer } from '@tr/store';

const CHUNK_BYTES = 1024 * 1024;

/** Digest of the file at `path`; undefined when it cannot be read. */
export async function digestFileAt(disk: Disk, path: string, pacer: Pacer): Promise<Digest | undefined> {
  try {
    const file = disk.open(path, 'read');
    try {
      const running = createRunningDigest();
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, Math.max(disk.fstat(file).size, 1)));
      for (let count = disk.read(file, buffer); count > 0; count = disk.read(file, buffer)) {
        running.update(buffer.subarray(0, count));
        await pacer.turn();
      }
      return running.finish();
    } finally {
      disk.close(file);
    }
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
