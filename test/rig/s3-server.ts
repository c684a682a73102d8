import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBucket, parseS3Url, type Bucket } from '@tr/store-s3';
import { startCephServer } from './ceph-server.js';

/** An S3 server with one bucket. */
export interface S3Server {
  readonly url: string;
  readonly bucket: string;
  /** What an AWS client needs in its environment. */
  readonly credentials: Readonly<Record<string, string>>;
  /** `s3://…` for a prefix, through another origin (a proxy) when one is given. */
  remote(prefix: string, origin?: string): string;
  /** The bucket itself, to look at objects and to damage them. Needs the credentials in the environment. */
  open(prefix: string): Bucket;
  close(): Promise<void>;
}

export type S3Kind = 'ceph' | 's3rver';

/**
 * The two that every suite runs on: Ceph's gateway, which honours conditional writes, and s3rver, which is light, ignores
 * them without a word and answers some things in its own way.
 */
export const S3_KINDS: readonly S3Kind[] = ['ceph', 's3rver'];

const BUCKET = 'cache';

/** Starts one on free ports. */
export async function startS3Server(kind: S3Kind = 's3rver'): Promise<S3Server> {
  const started = kind === 'ceph' ? await startCeph() : await startLight();
  const { url, key, secret } = started;
  const credentials = { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret };
  const remote = (prefix: string, origin = url): string =>
    `s3://${BUCKET}/${prefix}?endpoint=${encodeURIComponent(origin)}&forcePathStyle=true`;
  return {
    url,
    bucket: BUCKET,
    credentials,
    remote,
    open: (prefix) => {
      const location = parseS3Url(new URL(remote(prefix)));
      if (!location.ok) throw new Error(location.failure);
      return openBucket(location.value, { requestMs: 10_000 });
    },
    close: () => started.close(),
  };
}

interface Started {
  readonly url: string;
  readonly key: string;
  readonly secret: string;
  close(): Promise<void>;
}

async function startCeph(): Promise<Started> {
  const ceph = await startCephServer();
  await createBucket(ceph.url, { key: ceph.accessKey, secret: ceph.secretKey });
  return { url: ceph.url, key: ceph.accessKey, secret: ceph.secretKey, close: () => ceph.close() };
}

/** The part of the library that is used. */
interface LightServer {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}
type LightServerClass = new (options: object) => LightServer;

async function startLight(): Promise<Started> {
  const LightS3 = createRequire(import.meta.url)('s3rver') as LightServerClass;
  const directory = mkdtempSync(join(tmpdir(), 'tr-s3-'));
  const server = new LightS3({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET }],
  });
  const { port } = await server.run();
  return {
    url: `http://127.0.0.1:${port}`,
    key: 'S3RVER',
    secret: 'S3RVER',
    close: async () => {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The part of the SDK that no code of ours needs: we never make buckets. */
interface BucketMaker {
  readonly S3Client: new (options: object) => { send(command: object): Promise<unknown>; destroy(): void };
  readonly CreateBucketCommand: new (input: { readonly Bucket: string }) => object;
}

async function createBucket(endpoint: string, { key, secret }: { readonly key: string; readonly secret: string }) {
  const sdk = createRequire(import.meta.url)('@aws-sdk/client-s3') as BucketMaker;
  const credentials = { accessKeyId: key, secretAccessKey: secret };
  const client = new sdk.S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  await client.send(new sdk.CreateBucketCommand({ Bucket: BUCKET }));
  client.destroy();
}
