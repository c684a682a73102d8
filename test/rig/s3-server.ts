import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A light S3 server in this process, with one bucket. It ignores conditional writes, as some servers do. */
export interface S3Server {
  readonly url: string;
  readonly bucket: string;
  /** Where it keeps its files. */
  readonly directory: string;
  /** What an AWS client needs in its environment. */
  readonly credentials: Readonly<Record<string, string>>;
  /** `s3://…` for a prefix. */
  remote(prefix: string): string;
  /** The file that has the bytes of an object. */
  objectFile(key: string): string;
  close(): Promise<void>;
}

/** The part of the library that is used. */
interface LightServer {
  run(): Promise<AddressInfo>;
  close(): Promise<void>;
}
type LightServerClass = new (options: object) => LightServer;

/** Starts it on a free port. */
export async function startS3Server(): Promise<S3Server> {
  const LightS3 = createRequire(import.meta.url)('s3rver') as LightServerClass;
  const directory = mkdtempSync(join(tmpdir(), 'tr-s3-'));
  const bucket = 'cache';
  const server = new LightS3({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: bucket }],
  });
  const { port } = await server.run();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    bucket,
    directory,
    credentials: { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' },
    remote: (prefix) => `s3://${bucket}/${prefix}?endpoint=${encodeURIComponent(url)}&forcePathStyle=true`,
    objectFile: (key) => join(directory, bucket, `${key}._S3rver_object`),
    close: async () => {
      await server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
