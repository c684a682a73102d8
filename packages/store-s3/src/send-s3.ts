import {
  S3Client,
  type $Command,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-s3';
import { StalledError } from './s3-failure.js';
import type { S3Location } from './s3-url.js';

/**
 * Sends one command, trying again where S3 says that this may help; all tries together take at most the time of one request
 * and of the `bytes` it carries. The body of a GET is not part of that.
 */
export type SendS3 = <I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  command: $Command<I, O, S3ClientResolvedConfig, ServiceInputTypes, ServiceOutputTypes>,
  bytes?: number,
) => Promise<O>;

const CONNECT_MS = 5_000;
const TRIES = 3;
/** A body that goes out slower than this is not worth the wait, bytes in a millisecond. */
const SLOWEST = 256;

/**
 * A client with the credentials that AWS libraries find by themselves. Checksums only where S3 requires them: the SDK's own
 * are sent in a way that other servers refuse, and every content here has a digest of ours.
 */
export function createS3Client(
  { endpoint, region, forcePathStyle }: S3Location,
  requestMs: number,
): { readonly send: SendS3; readonly now: () => number; readonly close: () => void } {
  const client = new S3Client({
    region,
    forcePathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: TRIES,
    requestHandler: { connectionTimeout: Math.min(CONNECT_MS, requestMs), socketTimeout: requestMs },
  });
  return {
    send: async (command, bytes = 0) => {
      const controller = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const timeUp = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => {
            controller.abort();
            // Not left to the SDK: it does not wake from a wait between two tries.
            reject(new StalledError());
          },
          requestMs + bytes / SLOWEST,
        );
      });
      const sent = client.send(command, { abortSignal: controller.signal });
      sent.catch(() => undefined);
      try {
        return await Promise.race([sent, timeUp]);
      } finally {
        clearTimeout(timer);
      }
    },
    // Set right by an answer whose date is some minutes off (five, or four: the SDK decides).
    now: () => Date.now() + client.config.systemClockOffset,
    close: () => client.destroy(),
  };
}
