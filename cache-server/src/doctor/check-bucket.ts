import { randomBytes } from 'node:crypto';
import { readObject, type Bucket, type ConditionalWrites } from '@tr/store-s3';
import { runChecks, toResult, type CheckOutcome, type StepResult } from './check.js';

const CONTENT = Buffer.from('what the doctor puts, the doctor takes away');
/** S3 wants parts of at least 5 MiB, the last one apart. */
const PART = Buffer.alloc(5 * 1024 * 1024, 'part');
/** Signatures are refused at 15 minutes; times of use are off before that. */
const MAX_SKEW_MS = 60_000;

/** Tries everything that the stores ask of a bucket, on objects of its own below `probe/`, which it removes. */
export async function checkBucket(
  bucket: Bucket,
  conditions: ConditionalWrites,
  now: () => number,
): Promise<readonly CheckOutcome[]> {
  const folder = `probe/doctor-${randomBytes(8).toString('hex')}`;
  const [small, large] = [`${folder}/small`, `${folder}/large`];
  return await runChecks([
    { name: 'put', isBase: true, run: async () => toResult(await bucket.put(small, CONTENT)) },
    { name: 'get', isBase: true, run: () => expectContent(bucket, small, CONTENT) },
    {
      name: 'absent',
      run: async () => {
        const absent = await bucket.get(`${folder}/absent`);
        return absent.ok && absent.value !== undefined ? { kind: 'other-content' } : toResult(absent);
      },
    },
    { name: 'range', run: () => expectRange(bucket, small) },
    { name: 'list', run: () => expectListed(bucket, folder, small) },
    {
      name: 'multipart',
      run: async () => {
        const put = await bucket.putParts(large, parts());
        if (!put.ok) return toResult(put);
        const head = await bucket.head(large);
        if (!head.ok) return toResult(head);
        return head.value?.size === PART.length + CONTENT.length ? undefined : { kind: 'other-content' };
      },
    },
    {
      name: 'copy',
      isOptional: true,
      run: async () => toResult(await bucket.refresh(small)) ?? (await expectContent(bucket, small, CONTENT)),
    },
    { name: 'clock', isOptional: true, run: () => expectClock(bucket, small, now) },
    {
      name: 'delete',
      isOptional: true,
      run: async () => {
        const results = [await bucket.delete(small), await bucket.delete(large)];
        const gone = await bucket.get(small);
        const trouble = results.map(toResult).find((result) => result !== undefined);
        // Who may not list is told 403 of what is gone: the check for what is not there has said so.
        if (trouble !== undefined || (!gone.ok && gone.failure.code === 'store/denied')) return trouble;
        return toResult(gone) ?? (gone.ok && gone.value === undefined ? undefined : { kind: 'other-content' });
      },
    },
    {
      name: 'conditional-write',
      isOptional: true,
      run: async () => {
        const support = await conditions.support();
        if (!support.ok) return toResult(support);
        return support.value.absent ? undefined : { kind: 'ignored' };
      },
    },
    {
      name: 'overwrite-check',
      isOptional: true,
      run: async () => {
        const support = await conditions.support();
        if (!support.ok) return toResult(support);
        return support.value.unchanged ? undefined : { kind: 'ignored' };
      },
    },
  ]);
}

async function* parts(): AsyncIterable<Uint8Array> {
  yield PART;
  yield CONTENT;
}

async function expectContent(bucket: Bucket, key: string, content: Uint8Array): Promise<StepResult> {
  const object = await readObject(bucket, key, 1024 * 1024);
  if (!object.ok) return toResult(object);
  return Buffer.from(object.value?.bytes ?? []).equals(content) ? undefined : { kind: 'other-content' };
}

async function expectRange(bucket: Bucket, key: string): Promise<StepResult> {
  const slice: Bucket = { ...bucket, get: (name) => bucket.get(name, { start: 5, end: 7 }) };
  return await expectContent(slice, key, CONTENT.subarray(5, 8));
}

async function expectListed(bucket: Bucket, folder: string, key: string): Promise<StepResult> {
  let isThere = false;
  const listed = await bucket.list(`${folder}/`, (info) => {
    isThere ||= info.key === key && info.size === CONTENT.length;
  });
  if (!listed.ok) return toResult(listed);
  return isThere ? undefined : { kind: 'other-content' };
}

async function expectClock(bucket: Bucket, key: string, now: () => number): Promise<StepResult> {
  const head = await bucket.head(key);
  if (!head.ok || head.value === undefined) return toResult(head) ?? { kind: 'other-content' };
  const ms = head.value.modifiedAt - now();
  return Math.abs(ms) > MAX_SKEW_MS ? { kind: 'skew', ms } : undefined;
}
