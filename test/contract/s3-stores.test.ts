import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { after, before } from 'node:test';
import type { ActionKey, Sha256 } from '@tr/model';
import { actionObjectKey, blobKey, openS3Stores, parseS3Url, type S3Location, type S3Stores } from '@tr/store-s3';
import { startS3Server, type S3Server } from '../rig/s3-server.js';
import { describeActionStore } from './action-store.js';
import { describeBlobStore } from './blob-store.js';
import { describeEntryStore } from './entry-store.js';

let server: S3Server;
before(async () => {
  server = await startS3Server();
  Object.assign(process.env, server.credentials);
});
after(() => server.close());

/** A prefix of its own for each test. */
function openPrefix(): { readonly stores: S3Stores; readonly location: S3Location } {
  const location = parseS3Url(new URL(server.remote(`test/${randomBytes(6).toString('hex')}`)));
  if (!location.ok) throw new Error(location.failure);
  return { stores: openS3Stores(location.value, { requestMs: 5_000 }), location: location.value };
}

describeBlobStore('S3', () => {
  const { stores, location } = openPrefix();
  const tamper = (hash: string, bytes: Uint8Array): void =>
    writeFileSync(server.objectFile(`${location.prefix}${blobKey(hash as Sha256)}`), bytes);
  return { store: stores.blobs, tamper, dispose: () => stores.close() };
});

describeActionStore('S3', () => {
  const { stores, location } = openPrefix();
  const tamper = (key: ActionKey, bytes: Uint8Array): void =>
    writeFileSync(server.objectFile(`${location.prefix}${actionObjectKey(key)}`), bytes);
  return { store: stores.actions, tamper, isRacy: true, dispose: () => stores.close() };
});

describeEntryStore('S3', () => {
  const { stores } = openPrefix();
  return { store: stores.entries, isRacy: true, dispose: () => stores.close() };
});
