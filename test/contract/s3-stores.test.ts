import { randomBytes } from 'node:crypto';
import { after, before, describe } from 'node:test';
import type { Sha256 } from '@tr/model';
import { blobKey, createS3Stores, type Bucket, type S3Stores } from '@tr/store-s3';
import { S3_KINDS, startS3Server, type S3Server } from '../rig/s3-server.js';
import { describeBlobStore } from './blob-store.js';
import { describeEntryStore } from './entry-store.js';

for (const kind of S3_KINDS) {
  describe(kind, () => {
    let server: S3Server;
    before(async () => {
      server = await startS3Server(kind);
      Object.assign(process.env, server.credentials);
    });
    after(() => server.close());

    /** A prefix of its own for each test. */
    const openPrefix = (): { readonly stores: S3Stores; readonly bucket: Bucket } => {
      const bucket = server.open(`test/${randomBytes(6).toString('hex')}`);
      return { stores: createS3Stores(bucket), bucket };
    };
    const overwrite = async (bucket: Bucket, key: string, bytes: Uint8Array): Promise<void> =>
      void (await bucket.put(key, bytes));

    describeBlobStore(`S3 on ${kind}`, () => {
      const { stores, bucket } = openPrefix();
      const tamper = (hash: string, bytes: Uint8Array) => overwrite(bucket, blobKey(hash as Sha256), bytes);
      return { store: stores.blobs, tamper, dispose: () => stores.close() };
    });

    describeEntryStore(`S3 on ${kind}`, () => {
      const { stores } = openPrefix();
      return { store: stores.entries, dispose: () => stores.close() };
    });
  });
}
