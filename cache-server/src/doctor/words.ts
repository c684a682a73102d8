import type { StoreFailure } from '@tr/model';
import type { S3Location } from '@tr/store-s3';
import type { CheckCause, CheckName, CheckOutcome } from './check.js';

const CHECKS: Readonly<Record<CheckName, string>> = {
  put: 'Write an object',
  get: 'Read it back',
  absent: 'Ask for one that is not there',
  range: 'Read a part of it',
  multipart: 'Write a large one in parts',
  list: 'List objects',
  copy: 'Refresh an object by a copy onto itself',
  delete: 'Delete objects',
  'conditional-write': 'Refuse a second first write (If-None-Match)',
  'overwrite-check': 'Refuse to replace what has changed (If-Match)',
  clock: 'Compare the clocks',
  'first-write': 'Refuse a second first write',
};

const VERDICTS = { ok: 'ok     ', warning: 'warning', failed: 'FAILED ', skipped: 'skipped' } as const;

/** One line of a check. */
export function describeCheck({ name, verdict }: CheckOutcome): string {
  return `${VERDICTS[verdict]}  ${CHECKS[name]}.`;
}

/** What is wrong, and what to do about it; `bucket` is undefined for a directory. */
export function adviseOn({ name, cause }: CheckOutcome, bucket: S3Location | undefined): readonly string[] {
  if (cause === undefined) return [];
  const consequence = CONSEQUENCES[name];
  return [describeCause(cause, { name, bucket }), ...(consequence === undefined ? [] : [consequence])];
}

/** What a check that may fail costs when it does. */
const CONSEQUENCES: Readonly<Partial<Record<CheckName, string>>> = {
  copy: 'Without it, rules that look at the age take entries that are in use.',
  delete: 'Without it, `gc` cannot remove anything: let lifecycle rules do it, and remove what is below probe/.',
  'conditional-write': 'The first write wins within one replica only; of several replicas the last one wins.',
  'overwrite-check': 'Two replicas that replace a damaged entry at the same moment may both believe that they did.',
  clock: 'Set the clocks by NTP; at 15 minutes S3 refuses every request.',
};

function describeCause(
  cause: CheckCause,
  context: { readonly name: CheckName; readonly bucket: S3Location | undefined },
): string {
  switch (cause.kind) {
    case 'other-content':
      return 'The answer was another one than what was written: is there a proxy in between that changes or caches bodies?';
    case 'ignored':
      return 'It was not refused.';
    case 'skew':
      return `The clock there is ${Math.round(Math.abs(cause.ms) / 1000)} seconds ${cause.ms > 0 ? 'ahead of' : 'behind'} ours.`;
    case 'failure':
      return describeFailure(cause.failure, context);
  }
}

function describeFailure(
  failure: StoreFailure,
  { name, bucket }: { readonly name: CheckName; readonly bucket: S3Location | undefined },
): string {
  const advice = findAdvice(failure);
  if (advice !== undefined) return advice;
  const detail = 'detail' in failure ? failure.detail : undefined;
  switch (failure.code) {
    case 'store/denied':
      return bucket === undefined
        ? 'Permission denied: the directory must belong to the user that runs the server.'
        : `${detail ?? 'Denied'}: ${NEEDED[name] ?? 'the credentials may not do this; see the policy in docs/cache-server.md.'}`;
    case 'store/no-space':
      return 'There is no space left.';
    case 'store/read-only':
      return 'The file system is read-only.';
    case 'store/missing':
    case 'store/corrupt':
      return 'What was written is not there, or is something else: several places behind one name?';
    case 'store/unknown-version':
      return `The directory was written by another version (${failure.found}): use another one.`;
    case 'store/io':
      return bucket === undefined ? `The disk says ${failure.detail}.` : describeUnknown(failure.detail, bucket);
    case 'store/undeclared-outputs':
    case 'store/cache-like-output':
      return failure.code;
  }
}

/** What S3, the SDK or the network said, and what to do about it; undefined when that is not known of its word alone. */
export function findAdvice(failure: StoreFailure): string | undefined {
  const detail = 'detail' in failure ? (failure.detail ?? '') : '';
  return Object.hasOwn(ADVICE, detail) ? `${detail}: ${ADVICE[detail]}` : undefined;
}

/** A host that does not exist is often the bucket's, put before the endpoint's. */
function describeUnknown(detail: string, bucket: S3Location): string {
  if (!bucket.forcePathStyle && detail === 'ENOTFOUND')
    return `${detail}: the host ${bucket.bucket}.<endpoint> has no address; try forcePathStyle=true, as most servers that are not AWS need it.`;
  if (detail === 'ENOTFOUND') return `${detail}: the host of the endpoint has no address.`;
  return `${detail}: the server of the endpoint gave no answer that S3 would give; is the endpoint right?`;
}

const NEEDED: Readonly<Partial<Record<CheckName, string>>> = {
  put: 'the credentials may not write here: allow s3:PutObject on bucket/prefix*.',
  get: 'the credentials may not read here: allow s3:GetObject on bucket/prefix*.',
  absent:
    'without s3:ListBucket on the bucket S3 answers 403 for what is not there: every miss would look like trouble.',
  list: 'allow s3:ListBucket on the bucket (not on bucket/*).',
  multipart: 'allow s3:PutObject and s3:AbortMultipartUpload on bucket/prefix*.',
  copy: 'allow s3:GetObject and s3:PutObject on bucket/prefix*.',
  delete: 'allow s3:DeleteObject on bucket/prefix*.',
};

/** What S3, the SDK and the network say, and what that means here. */
const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or a role of the machine.',
  InvalidAccessKeyId: 'this server does not know the access key: a wrong key, or the key of another server.',
  SignatureDoesNotMatch:
    'the secret does not belong to the access key, or a proxy in between changes the Host header or the path.',
  ExpiredToken: 'the session of the credentials has ended: get new ones.',
  InvalidToken: 'the session token is not good: is AWS_SESSION_TOKEN of other credentials?',
  RequestTimeTooSkewed: 'the clock of this machine is wrong by more than 15 minutes: set it by NTP.',
  NoSuchBucket: 'there is no such bucket: make it, or look at its name, the endpoint and forcePathStyle.',
  PermanentRedirect: 'the bucket is in another region: give it as region=… in the URL of the store.',
  AuthorizationHeaderMalformed: 'the region is another one: give the right one as region=… in the URL of the store.',
  IllegalLocationConstraintException: 'the bucket is in another region: give it as region=… in the URL of the store.',
  InvalidBucketName: 'the server does not take this name for one of a bucket: try forcePathStyle=true.',
  NotImplemented: 'this server does not have that part of S3.',
  MethodNotAllowed: 'the endpoint does not do this: is it an S3 endpoint, and is forcePathStyle right?',
  QuotaExceeded: 'the quota of the bucket or of the user is used up.',
  SlowDown: 'S3 asks for fewer requests.',
  ECONNREFUSED: 'nothing listens at the endpoint.',
  EHOSTUNREACH: 'the host of the endpoint cannot be reached from here.',
  ETIMEDOUT: 'the endpoint does not answer: a firewall?',
  TimeoutError: 'the endpoint does not answer: a firewall?',
  Stalled: 'the endpoint takes connections and does not answer in time.',
  Paused: 'it failed several times in a row.',
  EPROTO: 'this is no TLS: http:// instead of https:// in the endpoint, or the other way round?',
  ECONNRESET: 'the connection was cut: http:// or https:// in the endpoint?',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed: name its CA in NODE_EXTRA_CA_CERTS.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is of a CA that is not known: name it in NODE_EXTRA_CA_CERTS.',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is of a CA that is not known: name it in NODE_EXTRA_CA_CERTS.',
  CERT_HAS_EXPIRED: 'the certificate of the endpoint has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'the certificate is for another name: with a bucket before the endpoint, try forcePathStyle=true.',
};
