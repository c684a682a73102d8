import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { createHttpBackend, createStoreBackend, type RemoteBackend } from '@tr/cache';
import { sha256 } from '@tr/hash';
import { createMemoryBlobStore, createFileEntryStore, nodeDisk, openCacheFolder } from '@tr/store';
import { createS3Stores, type Bucket } from '@tr/store-s3';
import { startCacheServer, type CacheServer } from '../rig/cache-server.js';
import { S3_KINDS, startS3Server, type S3Server } from '../rig/s3-server.js';
import { describeRemoteBackend } from './remote-backend.js';
import { createTempDirectory } from './temp-directory.js';

const scope = { scope: 'main', parents: [], now: () => Date.now() } as const;

describeRemoteBackend('stores in memory and on disk', () => {
  const blobs = new Map<string, Uint8Array>();
  const directory = createTempDirectory();
  const folder = openCacheFolder({ directory: directory.path, disk: nodeDisk });
  const entries = createFileEntryStore(folder, scope);
  return {
    backend: createStoreBackend({ blobs: createMemoryBlobStore(blobs), entries, ...scope }),
    lose: (bytes) => void blobs.delete(sha256(bytes)),
    dispose: () => directory.dispose(),
  };
});

describe('HTTP client, server on a directory', () => {
  describeRemoteBackend('HTTP', async () => {
    const server = await startCacheServer();
    const backend = connect(server);
    return {
      backend,
      lose: (bytes) => loseFile(server.directory, bytes),
      dispose: () => (backend.close?.(), server.close()),
    };
  });
});

for (const kind of S3_KINDS) {
  describe(`S3 on ${kind}`, () => {
    let s3: S3Server;
    before(async () => {
      s3 = await startS3Server(kind);
      Object.assign(process.env, s3.credentials);
    });
    after(() => s3.close());

    describeRemoteBackend('the bucket itself', () => {
      const bucket = s3.open(createPrefix());
      const stores = createS3Stores(bucket);
      return {
        backend: createStoreBackend({ ...stores, ...scope }),
        lose: (bytes) => loseObject(bucket, bytes),
        dispose: () => stores.close(),
      };
    });

    describeRemoteBackend('HTTP client, server on the bucket', async () => {
      const prefix = createPrefix();
      const server = await startCacheServer(['--store', s3.remote(prefix)], s3.credentials);
      const bucket = s3.open(prefix);
      const backend = connect(server);
      return {
        backend,
        lose: (bytes) => loseObject(bucket, bytes),
        dispose: async () => {
          backend.close?.();
          bucket.close();
          await server.close();
        },
      };
    });
  });
}

/** A prefix of its own for each test. */
function createPrefix(): string {
  return `test/${randomBytes(6).toString('hex')}`;
}

function connect({ url, client }: CacheServer): RemoteBackend {
  return createHttpBackend({
    url: new URL(url),
    token: () => Promise.resolve(client['TR_TOKEN']),
    userAgent: 'contract',
  });
}

/** Whatever the layout is: what has the bytes in it, as they are or in JSON. */
function holds(content: Buffer, bytes: Uint8Array): boolean {
  const wanted = Buffer.from(bytes);
  return content.includes(wanted) || content.includes(wanted.toString('base64'));
}

function loseFile(directory: string, bytes: Uint8Array): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && holds(readFileSync(path), bytes)) unlinkSync(path);
  }
}

async function loseObject(bucket: Bucket, bytes: Uint8Array): Promise<void> {
  const keys: string[] = [];
  await bucket.list('', ({ key }) => void keys.push(key));
  for (const key of keys) {
    const object = await bucket.get(key);
    if (!object.ok || object.value === undefined) continue;
    const pieces: Uint8Array[] = [];
    for await (const piece of object.value.bytes) pieces.push(piece);
    if (holds(Buffer.concat(pieces), bytes)) await bucket.delete(key);
  }
}
