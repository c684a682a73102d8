import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { SendS3 } from './send-s3.js';

/** Puts a body in parts, one after the other. What was begun is called off when it fails. */
export async function putParts(
  send: SendS3,
  target: { readonly Bucket: string; readonly Key: string },
  parts: AsyncIterable<Uint8Array>,
): Promise<undefined> {
  const { UploadId } = await send(new CreateMultipartUploadCommand(target));
  try {
    const Parts: { ETag: string | undefined; PartNumber: number }[] = [];
    for await (const Body of parts) {
      const PartNumber = Parts.length + 1;
      const part = new UploadPartCommand({ ...target, UploadId, PartNumber, Body, ContentLength: Body.length });
      const { ETag } = await send(part, Body.length);
      Parts.push({ ETag, PartNumber });
    }
    await send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
    return undefined;
  } catch (error) {
    await send(new AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => undefined);
    throw error;
  }
}
