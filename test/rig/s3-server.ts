import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBucket, parseS3Url, type Bucket } from '@tr/store-s3';
import { startCephServer, type CephOptions } from './ceph-server.js';

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
  /**
   * Credentials of somebody who may do with the bucket what this policy says, and nothing else. Its statements name the bucket
   * `bucket`. Only one policy at a time, and only on Ceph.
   */
  restrict(name: string, policy: BucketPolicy): Promise<Readonly<Record<string, string>>>;
  /** Takes the key of such a somebody away, or gives it back. Only on Ceph. */
  setKey(name: string, isGood: boolean): void;
  close(): Promise<void>;
}

/** A policy, as the documentation writes it. */
export interface BucketPolicy {
  readonly Version: string;
  readonly Statement: readonly { readonly Action: string | readonly string[]; readonly Resource: string }[];
}

export type S3Kind = 'ceph' | 's3rver';

/**
 * The two that every suite runs on: Ceph's gateway, which honours conditional writes, and s3rver, which is light, ignores
 * them without a word and answers some things in its own way.
 */
export const S3_KINDS: readonly S3Kind[] = ['ceph', 's3rver'];

const BUCKET = 'cache';

/** Starts one on free ports; options are for Ceph. */
export async function startS3Server(kind: S3Kind = 's3rver', options: CephOptions = {}): Promise<S3Server> {
  const started = kind === 'ceph' ? await startCeph(options) : await startLight();
  const { url, key, secret, createUser, setKey } = started;
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
    restrict: async (name, policy) => {
      if (createUser === undefined) throw new Error(`${kind} has no users`);
      const user = createUser(name);
      const Statement = policy.Statement.map((statement) => ({
        ...statement,
        Principal: { AWS: [`arn:aws:iam:::user/${name}`] },
        Resource: statement.Resource.replace(':::bucket', `:::${BUCKET}`),
      }));
      await withSdk(url, { key, secret }, async ({ send, sdk }) => {
        await send(
          new sdk.PutBucketPolicyCommand({ Bucket: BUCKET, Policy: JSON.stringify({ ...policy, Statement }) }),
        );
      });
      return { AWS_ACCESS_KEY_ID: user.accessKey, AWS_SECRET_ACCESS_KEY: user.secretKey };
    },
    setKey: (name, isGood) => {
      if (setKey === undefined) throw new Error(`${kind} has no users`);
      setKey(name, isGood);
    },
    close: () => started.close(),
  };
}

interface Started {
  readonly url: string;
  readonly key: string;
  readonly secret: string;
  readonly createUser?: (name: string) => { readonly accessKey: string; readonly secretKey: string };
  readonly setKey?: (name: string, isGood: boolean) => void;
  close(): Promise<void>;
}

async function startCeph(options: CephOptions): Promise<Started> {
  const ceph = await startCephServer(options);
  await withSdk(ceph.url, { key: ceph.accessKey, secret: ceph.secretKey }, async ({ send, sdk }) => {
    await send(new sdk.CreateBucketCommand({ Bucket: BUCKET }));
  });
  const { url, accessKey: key, secretKey: secret } = ceph;
  return {
    url,
    key,
    secret,
    createUser: (name) => ceph.createUser(name),
    setKey: (name, isGood) => ceph.setKey(name, isGood),
    close: () => ceph.close(),
  };
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

/** The part of the SDK that no code of ours needs: we make neither buckets nor policies. */
interface AdminSdk {
  readonly S3Client: new (options: object) => { send(command: object): Promise<unknown>; destroy(): void };
  readonly CreateBucketCommand: new (input: { readonly Bucket: string }) => object;
  readonly PutBucketPolicyCommand: new (input: { readonly Bucket: string; readonly Policy: string }) => object;
}

async function withSdk(
  endpoint: string,
  { key, secret }: { readonly key: string; readonly secret: string },
  use: (tools: { readonly sdk: AdminSdk; readonly send: (command: object) => Promise<unknown> }) => Promise<void>,
): Promise<void> {
  const sdk = createRequire(import.meta.url)('@aws-sdk/client-s3') as AdminSdk;
  const credentials = { accessKeyId: key, secretAccessKey: secret };
  const client = new sdk.S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  try {
    await use({ sdk, send: (command) => client.send(command) });
  } finally {
    client.destroy();
  }
}
