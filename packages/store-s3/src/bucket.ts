import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import type { StoreResult } from '@tr/store';
import { putParts } from './put-parts.js';
import { attemptS3, BrokenListError, isStatus, orUndefined, OtherRangeError } from './s3-failure.js';
import type { S3Location } from './s3-url.js';
import { createS3Client } from './send-s3.js';
import { watchBody } from './watch-body.js';

/** An object as a listing or a HEAD shows it. */
export interface ObjectInfo {
  /** Below the prefix of the location. */
  readonly key: string;
  readonly size: number;
  /** Another one after every write of other bytes; empty where S3 did not say. */
  readonly etag: string;
  /** Milliseconds since the epoch, by the clock of S3. */
  readonly modifiedAt: number;
}

/** An object that is being read. */
export interface ObjectBody {
  /** Breaks off when S3 stalls: read it inside {@link attemptS3}. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Another one after every write of other bytes. */
  readonly etag: string;
  /** Milliseconds since the epoch, by the clock of S3. */
  readonly modifiedAt: number;
}

/** What must hold for a put to be done. Servers may ignore it, see `conditional-writes.ts`. */
export type PutCondition =
  | { readonly kind: 'absent' }
  /** The object is still the one with this etag. */
  | { readonly kind: 'unchanged'; readonly etag: string };

/** The part of S3 that every server has (see the README), with trouble as values. Keys are below the location's prefix. */
export interface Bucket {
  head(key: string): Promise<StoreResult<ObjectInfo | undefined>>;
  /** Undefined when there is none, or it ends before the range. An answer that is not of this range is trouble. */
  get(
    key: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<StoreResult<ObjectBody | undefined>>;
  /** `refused`: the condition does not hold. Only a bucket that supports conditions ever says so. */
  put(key: string, body: Uint8Array, condition?: PutCondition): Promise<StoreResult<'done' | 'refused'>>;
  /** Puts a body of any size in parts; memory holds one part. */
  putParts(key: string, parts: AsyncIterable<Uint8Array>): Promise<StoreResult<undefined>>;
  delete(key: string): Promise<StoreResult<undefined>>;
  /** Makes its modification time now, by copying it onto itself; only while it is the one with this etag, if one is given. */
  refresh(key: string, etag?: string): Promise<StoreResult<undefined>>;
  list(prefix: string, visit: (info: ObjectInfo) => void | Promise<void>): Promise<StoreResult<undefined>>;
  /** Milliseconds since the epoch, by the clock of S3 to a few minutes; before its first answer by ours. */
  now(): number;
  close(): void;
}

/** How long one request may take, and a body go on with hardly a byte, milliseconds. */
export interface BucketOptions {
  readonly requestMs: number;
}

/** Opens a bucket. Nothing is asked of it yet. */
export function openBucket(location: S3Location, { requestMs }: BucketOptions): Bucket {
  const { bucket: Bucket, prefix } = location;
  const { send, now, close } = createS3Client(location, requestMs);
  const at = (key: string): { readonly Bucket: string; readonly Key: string } => ({ Bucket, Key: `${prefix}${key}` });
  const run = <T>(key: string, operation: () => Promise<T>): Promise<StoreResult<T>> =>
    attemptS3(`s3://${Bucket}/${prefix}${key}`, operation);

  return {
    head: (key) =>
      run(key, async () => {
        const head = await orUndefined(send(new HeadObjectCommand(at(key))));
        return head && { key, size: head.ContentLength ?? 0, etag: head.ETag ?? '', modifiedAt: timeOf(head) };
      }),
    get: (key, range) =>
      run(key, async () => {
        const Range = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` };
        const got = await orUndefined(send(new GetObjectCommand({ ...at(key), ...Range })), range && 416);
        if (got?.Body === undefined) return undefined;
        const body = got.Body as Readable;
        if (range !== undefined && got.ContentRange?.startsWith(`bytes ${range.start}-`) !== true) {
          body.destroy();
          throw new OtherRangeError();
        }
        const bytes = watchBody(body, requestMs);
        return { bytes, etag: got.ETag ?? '', modifiedAt: timeOf(got) };
      }),
    put: (key, body, condition) =>
      run(key, async () => {
        const put = new PutObjectCommand({
          ...at(key),
          Body: body,
          ContentLength: body.length,
          ...toHeaders(condition),
        });
        try {
          await send(put, body.length);
          return 'done';
        } catch (error) {
          // 409: another conditional write of the same key is under way. 404: what should be unchanged is gone.
          const isRefusal = [404, 409, 412].some((status) => isStatus(error, status)) && !isNoBucket(error);
          if (condition !== undefined && isRefusal) return 'refused';
          throw error;
        }
      }),
    putParts: (key, parts) => run(key, () => putParts(send, at(key), parts)),
    delete: (key) =>
      run(key, async () => {
        await orUndefined(send(new DeleteObjectCommand(at(key))));
        return undefined;
      }),
    refresh: (key, etag) =>
      run(key, async () => {
        // What a prefix may have in it, such as `+` and `?`, means something else in a URL.
        const CopySource = `${Bucket}/${prefix}${key}`.split('/').map(encodeURIComponent).join('/');
        const condition = etag === undefined ? {} : { CopySourceIfMatch: etag };
        const copy = new CopyObjectCommand({ ...at(key), CopySource, MetadataDirective: 'REPLACE', ...condition });
        await orUndefined(send(copy));
        return undefined;
      }),
    list: (below, visit) =>
      run(below, async () => {
        for (let ContinuationToken: string | undefined, isMore = true; isMore;) {
          const Prefix = `${prefix}${below}`;
          const from = ContinuationToken === undefined ? {} : { ContinuationToken };
          const page = await send(new ListObjectsV2Command({ Bucket, Prefix, ...from }));
          const next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
          // Who takes half a list for all of it removes blobs of entries that are not in it; and the same page again has no end.
          if (page.IsTruncated === true && (next === undefined || next === ContinuationToken))
            throw new BrokenListError();
          for (const { Key, Size, ETag = '', LastModified } of page.Contents ?? []) {
            if (Key === undefined) continue;
            const key = Key.slice(prefix.length);
            await visit({ key, size: Size ?? 0, etag: ETag, modifiedAt: timeOf({ LastModified }) });
          }
          ContinuationToken = next;
          isMore = next !== undefined;
        }
        return undefined;
      }),
    now,
    close,
  };
}

function toHeaders(condition: PutCondition | undefined): { readonly IfNoneMatch?: string; readonly IfMatch?: string } {
  if (condition === undefined) return {};
  return condition.kind === 'absent' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag };
}

function timeOf({ LastModified }: { readonly LastModified?: Date | undefined }): number {
  return LastModified?.getTime() ?? 0;
}

function isNoBucket(error: unknown): boolean {
  return error instanceof Error && error.name === 'NoSuchBucket';
}
