import { randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../../http/problem.js';
import type { CacheSession } from '../../session/cache-session.js';
import type { ProtocolHost } from '../protocol.js';

/** What a signed URL allows: one body, one direction, for a while, on behalf of one credential. */
export interface BlobGrant {
  readonly use: 'upload' | 'download';
  readonly version: string;
  readonly key: string;
  /** Tells it from others for the same entry. */
  readonly id: string;
  readonly tenant: string;
  readonly scope: string;
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

const LIFETIME_MS = { upload: 6 * 60 * 60 * 1000, download: 60 * 60 * 1000 };
const PATH = '/github-actions/blobs';

/** The URL of a grant for the sender of a request. */
export function toSignedUrl(
  host: ProtocolHost,
  request: FastifyRequest,
  grant: Pick<BlobGrant, 'use' | 'version' | 'key'>,
): string {
  const { tenant, scope, subject } = host.session(request).identity;
  const expiresAt = host.now() + LIFETIME_MS[grant.use];
  const full: BlobGrant = { ...grant, id: randomUUID(), tenant, scope, subject, expiresAt };
  const text = Buffer.from(JSON.stringify(full)).toString('base64url');
  return `${host.publicUrl(request)}${PATH}?grant=${text}&sig=${host.sign(text)}`;
}

/** The grant of a request and a session for it. Throws a problem for a URL that was not signed here, or long ago. */
export function openGrant(
  host: ProtocolHost,
  request: FastifyRequest,
  use: BlobGrant['use'],
): { readonly grant: BlobGrant; readonly session: CacheSession } {
  const { grant: text, sig } = request.query as Readonly<Record<string, unknown>>;
  if (typeof text !== 'string' || typeof sig !== 'string') throw new Problem('no-credential');
  if (!host.isSigned(text, sig)) throw new Problem('bad-credential', 'a signed URL of somebody else');
  const grant = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as BlobGrant;
  if (grant.use !== use || grant.expiresAt <= host.now())
    throw new Problem('bad-credential', 'a signed URL of another use or time');
  const session = host.sessionOf({ ...grant, mayWrite: use === 'upload' }, request);
  return { grant, session };
}

/** Path of the routes that take grants. */
export const BLOB_PATH = PATH;
