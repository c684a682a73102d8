import type { Readable } from 'node:stream';
import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { fail, ok, type StoreFailure } from '@tr/model';
import type { StoreResult } from '@tr/store';
import type { S3Location } from './s3-url.js';

/** An object as a listing or a HEAD shows it. */
export interface ObjectInfo {
  /** Below the prefix of the location. */
  readonly key: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** The part of S3 that every server has (see the README), with trouble as values. Keys are below the location's prefix. */
export interface Bucket {
  head(key: string): Promise<StoreResult<ObjectInfo | undefined>>;
  /** Undefined when there is none. The stream may fail: read it inside {@link attemptS3}. */
  get(
    key: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<StoreResult<Readable | undefined>>;
  /** `taken`: asked for a new object, and there was one. Only a bucket that supports conditions ever says so. */
  put(key: string, body: Uint8Array, options?: { readonly mustBeNew: boolean }): Promise<StoreResult<'done' | 'taken'>>;
  /** Puts a body of any size in parts; memory holds one part. */
  putParts(key: string, parts: AsyncIterable<Uint8Array>): Promise<StoreResult<undefined>>;
  delete(key: string): Promise<StoreResult<undefined>>;
  /** Makes its modification time now. */
  refresh(key: string): Promise<StoreResult<undefined>>;
  list(prefix: string, visit: (info: ObjectInfo) => void | Promise<void>): Promise<StoreResult<undefined>>;
  close(): void;
}

/** How long one request may go without a byte, milliseconds. */
export interface BucketOptions {
  readonly requestMs: number;
}

const CONNECT_MS = 5_000;

/**
 * Opens a bucket with the credentials that AWS libraries find by themselves. Checksums only where S3 requires them: the
 * SDK's own are sent in a way that other servers refuse, and every content here has a digest of ours.
 */
export function openBucket(location: S3Location, { requestMs }: BucketOptions): Bucket {
  const { bucket: Bucket, prefix, endpoint, region, forcePathStyle } = location;
  const client = new S3Client({
    region,
    forcePathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: requestMs, socketTimeout: requestMs },
  });
  const at = (key: string): { readonly Bucket: string; readonly Key: string } => ({ Bucket, Key: `${prefix}${key}` });
  const run = <T>(key: string, operation: () => Promise<T>): Promise<StoreResult<T>> =>
    attemptS3(`s3://${Bucket}/${prefix}${key}`, operation);

  return {
    head: (key) =>
      run(key, async () => {
        const head = await orUndefined(client.send(new HeadObjectCommand(at(key))));
        if (head === undefined) return undefined;
        return { key, size: head.ContentLength ?? 0, modifiedAt: head.LastModified?.getTime() ?? 0 };
      }),
    get: (key, range) =>
      run(key, async () => {
        const Range = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` };
        const got = await orUndefined(client.send(new GetObjectCommand({ ...at(key), ...Range })));
        return got?.Body as Readable | undefined;
      }),
    put: (key, body, options) =>
      run(key, async () => {
        const condition = options?.mustBeNew === true ? { IfNoneMatch: '*' } : {};
        try {
          await client.send(new PutObjectCommand({ ...at(key), Body: body, ContentLength: body.length, ...condition }));
          return 'done';
        } catch (error) {
          // 409: another conditional write of the same key is under way.
          if (isStatus(error, 412) || (options?.mustBeNew === true && isStatus(error, 409))) return 'taken';
          throw error;
        }
      }),
    putParts: (key, parts) => run(key, () => putParts(client, at(key), parts)),
    delete: (key) =>
      run(key, async () => {
        await orUndefined(client.send(new DeleteObjectCommand(at(key))));
        return undefined;
      }),
    refresh: (key) =>
      run(key, async () => {
        const CopySource = encodeURI(`${Bucket}/${prefix}${key}`);
        await client.send(new CopyObjectCommand({ ...at(key), CopySource, MetadataDirective: 'REPLACE' }));
        return undefined;
      }),
    list: (below, visit) =>
      run(below, async () => {
        for (let ContinuationToken: string | undefined, isMore = true; isMore;) {
          const page = await client.send(
            new ListObjectsV2Command({
              Bucket,
              Prefix: `${prefix}${below}`,
              ...(ContinuationToken && { ContinuationToken }),
            }),
          );
          for (const { Key, Size, LastModified } of page.Contents ?? []) {
            if (Key === undefined) continue;
            await visit({ key: Key.slice(prefix.length), size: Size ?? 0, modifiedAt: LastModified?.getTime() ?? 0 });
          }
          ContinuationToken = page.NextContinuationToken;
          isMore = page.IsTruncated === true && ContinuationToken !== undefined;
        }
        return undefined;
      }),
    close: () => client.destroy(),
  };
}

async function putParts(
  client: S3Client,
  target: { readonly Bucket: string; readonly Key: string },
  parts: AsyncIterable<Uint8Array>,
): Promise<undefined> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  try {
    const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
    for await (const Body of parts) {
      const PartNumber = Parts.length + 1;
      const { ETag } = await client.send(
        new UploadPartCommand({ ...target, UploadId, PartNumber, Body, ContentLength: Body.length }),
      );
      Parts.push({ ETag, PartNumber });
    }
    await client.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
    return undefined;
  } catch (error) {
    await client.send(new AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => undefined);
    throw error;
  }
}

/** Runs something against S3; what S3 or the network say becomes a failure, anything else is a bug and is thrown on. */
export async function attemptS3<T>(path: string, operation: () => Promise<T>): Promise<StoreResult<T>> {
  try {
    return ok(await operation());
  } catch (error) {
    return fail(toS3Failure(error, path));
  }
}

/** What an error of the SDK, or of a body's stream, means. */
function toS3Failure(error: unknown, path: string): StoreFailure {
  if (!(error instanceof Error)) throw error;
  if (isStatus(error, 401) || isStatus(error, 403)) return { code: 'store/denied', path };
  if (isStatus(error, 507)) return { code: 'store/no-space', path };
  if (error.name === 'CredentialsProviderError') return { code: 'store/denied', path };
  return { code: 'store/io', path, detail: nameOf(error) };
}

/** A 404 is an answer, unless it is about the bucket itself. */
async function orUndefined<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isStatus(error, 404) && !(error instanceof Error && error.name === 'NoSuchBucket')) return undefined;
    throw error;
  }
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}

function nameOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
