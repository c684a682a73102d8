import { S3ServiceException } from '@aws-sdk/client-s3';
import { fail, ok, type StoreFailure } from '@tr/model';
import type { StoreResult } from '@tr/store';

/** A request took too long, or hardly a byte of an answer came. */
export class StalledError extends Error {
  override readonly name = 'Stalled';
}

/** S3 sent another part of an object than was asked for, or all of it. */
export class OtherRangeError extends Error {
  override readonly name = 'OtherRange';
}

/** A listing says that there is more, and not how to go on. */
export class BrokenListError extends Error {
  override readonly name = 'BrokenList';
}

/** What AWS answers with status 400 to a session that has ended. */
const ENDED: readonly string[] = ['ExpiredToken', 'InvalidToken', 'TokenRefreshRequired'];

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
  const detail = nameOf(error);
  if (isStatus(error, 401) || isStatus(error, 403)) return { code: 'store/denied', path, detail };
  if (error.name === 'CredentialsProviderError' || ENDED.includes(error.name))
    return { code: 'store/denied', path, detail };
  if (isStatus(error, 507)) return { code: 'store/no-space', path };
  return { code: 'store/io', path, detail };
}

/** A 404 is an answer, unless it is about the bucket itself; so is `other`, where it is given. */
export async function orUndefined<T>(call: Promise<T>, other?: number): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (other !== undefined && isStatus(error, other)) return undefined;
    if (isStatus(error, 404) && !(error instanceof Error && error.name === 'NoSuchBucket')) return undefined;
    throw error;
  }
}

/** True for an answer of this status. */
export function isStatus(error: unknown, status: number): boolean {
  return error instanceof S3ServiceException && error.$metadata.httpStatusCode === status;
}

/** S3's code where the answer has one, else the system's, else the class of the error. An answer may say anything: it is shown. */
function nameOf(error: Error): string {
  const name = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return /^[\w.-]{1,80}$/.test(name) ? name : 'an error without a code';
}
