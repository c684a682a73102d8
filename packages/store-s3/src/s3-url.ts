import { fail, ok, type Result } from '@tr/model';

/** A place in a bucket. */
export interface S3Location {
  readonly bucket: string;
  /** Empty, or segments that end in a slash. */
  readonly prefix: string;
  /** Undefined = AWS. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** The bucket stands in the path instead of the host name, as most servers that are not AWS need it. */
  readonly forcePathStyle: boolean;
}

const PARAMETERS = ['endpoint', 'region', 'forcePathStyle'];
const DEFAULT_REGION = 'us-east-1';

/** Reads `s3://bucket/prefix?endpoint=…&region=…&forcePathStyle=…`; the failure says what is wrong, in a few words. */
export function parseS3Url(url: URL): Result<S3Location, string> {
  const bucket = url.hostname;
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) return fail(`the bucket name \`${bucket}\``);
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) return fail(`the parameter \`${unknown}\` (there are ${PARAMETERS.join(', ')})`);
  const endpoint = url.searchParams.get('endpoint') ?? undefined;
  if (endpoint !== undefined && !/^https?:$/.test(URL.canParse(endpoint) ? new URL(endpoint).protocol : ''))
    return fail('the endpoint, which must begin with http:// or https://');
  const style = url.searchParams.get('forcePathStyle');
  if (style !== null && style !== 'true' && style !== 'false') return fail('forcePathStyle, which is true or false');
  const prefix = decode(url.pathname);
  if (prefix === undefined) return fail('a `%` in its path that is followed by no character');
  const path = prefix.split('/').filter((segment) => segment !== '');
  return ok({
    bucket,
    prefix: path.map((segment) => `${segment}/`).join(''),
    endpoint,
    region: url.searchParams.get('region') ?? DEFAULT_REGION,
    forcePathStyle: style === null ? endpoint !== undefined : style === 'true',
  });
}

/** Undefined for what is not percent-encoded as it should be. */
function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
