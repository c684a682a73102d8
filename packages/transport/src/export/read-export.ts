import { createRunningDigest, digestOf, isSameDigest, parseJsonBytes } from '@tr/hash';
import { fail, ok, type ActionKey, type Digest, type Manifest, type Result, type StoreFailure } from '@tr/model';
import { fromManifestBytes, type StreamBlobStore } from '@tr/store';
import { MAX_MANIFEST_BYTES_ON_WIRE, parseSignature } from '../entry/entry-document.js';
import { findSignatureFlaw, type TrustedKeys } from '../entry/entry-signature.js';
import { mapStream } from '../entry/stream-map.js';
import { openContentLanding, type ContentLanding } from '../entry/land-contents.js';
import { listMembers } from '../tar/list-members.js';
import { paddingAfter, parseFileHeader, TAR_BLOCK, TAR_END_BYTES, toTarHeader } from '../tar/tar-header.js';
import { MAX_SIGNATURE_BYTES, PREAMBLE_BYTES, readPreamble, SIGNATURE_PATH } from './export-format.js';

/** Reads a stream in pieces of known length; each of them throws when there are fewer bytes. */
export interface ExactReader {
  bytes(length: number): Promise<Buffer>;
  /** Must be read to its end before anything else is. */
  stream(length: number): AsyncIterable<Uint8Array>;
  /** Throws when there are more bytes. */
  end(): Promise<void>;
}

/** Why a file is not imported. */
export type ExportFlaw =
  | { readonly kind: 'damaged'; readonly detail: string }
  | { readonly kind: 'other-version'; readonly version: number }
  | { readonly kind: 'untrusted'; readonly detail: string };

/** A file to import. */
export interface ImportRequest {
  readonly reader: ExactReader;
  readonly blobs: StreamBlobStore;
  /** When set, it must be signed with one of these. */
  readonly trustedKeys: TrustedKeys | undefined;
}

type Step<T> = Result<T, ExportFlaw | StoreFailure>;

/** Contents up to this size are held in memory. */
const SMALL_CONTENT = 4 * 1024 * 1024;

/**
 * Reads an exported result that anybody may have made and puts its contents into the store; the manifest it returns is to be put
 * after them. Only the manifest is parsed: from it follows every other byte there can be, and each content is verified against
 * it. Its action key must be the digest of the fingerprint inside. What `tar` wrote anew is refused: nobody verifies its headers.
 */
export async function readExport(request: ImportRequest): Promise<Step<Manifest>> {
  const { reader, blobs } = request;
  const version = readPreamble(await reader.bytes(PREAMBLE_BYTES));
  if (version === undefined) return damaged('not a file of `tr cache export`');
  if (version !== true) return fail({ kind: 'other-version', version });
  const head = await readManifest(request);
  if (!head.ok) return head;
  const { manifest, own } = head.value;
  const landing = await openContentLanding(blobs, manifest);
  if (!landing.ok) return landing;
  const read = await readContents(request, { manifest, own, landing: landing.value });
  if (read !== undefined) return fail(read);
  return landing.value.arePacksMade() ? ok(manifest) : damaged('a pack that is not made of the files');
}

interface Head {
  readonly manifest: Manifest;
  /** Of the manifest's bytes. */
  readonly own: Digest;
}

async function readManifest({ reader, trustedKeys }: ImportRequest): Promise<Step<Head>> {
  let header = await reader.bytes(TAR_BLOCK);
  let member = parseFileHeader(header);
  let signature: ReturnType<typeof parseSignature>;
  if (member?.path === SIGNATURE_PATH && member.size <= MAX_SIGNATURE_BYTES) {
    signature = parseSignature(parseJsonBytes(await readPadded(reader, member.size)));
    header = await reader.bytes(TAR_BLOCK);
    member = parseFileHeader(header);
  }
  if (signature === 'malformed') return damaged('a malformed signature');
  if (member === undefined || member.size > MAX_MANIFEST_BYTES_ON_WIRE) return damaged('it has no manifest');
  const { size } = member;
  if (!header.equals(toTarHeader({ path: 'manifest.json', type: 'file', size, executable: false, target: '' })))
    return damaged('it has no manifest');
  const bytes = await readPadded(reader, size);
  const own = digestOf(bytes);
  const distrust = trustedKeys && findSignatureFlaw({ manifest: own, signature }, trustedKeys);
  if (distrust !== undefined) return fail({ kind: 'untrusted', detail: distrust });
  const key = keyOf(parseJsonBytes(bytes));
  const manifest = fromManifestBytes(bytes, key);
  if (!manifest.ok) {
    const { detail, otherVersion } = manifest.failure;
    return otherVersion === undefined
      ? damaged(`its manifest: ${detail}`)
      : fail({ kind: 'other-version', version: otherVersion });
  }
  // What is stored under a key is what a task with this fingerprint has made.
  if (manifest.value.fingerprint.hash !== (key as string)) return damaged('a key that is not that of its fingerprint');
  return ok({ manifest: manifest.value, own });
}

/** Reads all that follows the manifest; undefined when it is all right. */
async function readContents(
  { reader, blobs }: ImportRequest,
  { manifest, own, landing }: Head & { readonly landing: ContentLanding },
): Promise<ExportFlaw | StoreFailure | undefined> {
  const [, ...places] = mapStream(manifest, own).places;
  const missing = await landing.findMissing(places.map(({ content }) => content));
  if (!missing.ok) return missing.failure;
  const lacking = new Set(missing.value.map(({ hash }) => hash));
  for (const { member, content } of listMembers(manifest, own)) {
    const header = toTarHeader(member);
    // The manifest, which was read.
    if (content === own) continue;
    if (!(await reader.bytes(header.length)).equals(header)) return flaw('a member that its manifest does not have');
    if (content === undefined) continue;
    const trouble = await readContent(reader, content, lacking.delete(content.hash) ? { blobs, landing } : undefined);
    if (trouble !== undefined) return trouble;
    if (!isZero(await reader.bytes(paddingAfter(content.size)))) return flaw('bytes between its members');
  }
  if (!isZero(await reader.bytes(TAR_END_BYTES))) return flaw('more members than its manifest has');
  await reader.end();
  return undefined;
}

/** `to`: undefined for a content that is there already, which is verified all the same. */
async function readContent(
  reader: ExactReader,
  content: Digest,
  to: { readonly blobs: StreamBlobStore; readonly landing: ContentLanding } | undefined,
): Promise<ExportFlaw | StoreFailure | undefined> {
  const other = flaw(`another content than ${content.hash}`);
  if (to === undefined) {
    const digest = createRunningDigest();
    for await (const piece of reader.stream(content.size)) digest.update(piece);
    return isSameDigest(digest.finish(), content) ? undefined : other;
  }
  if (content.size > SMALL_CONTENT) {
    const put = await to.blobs.putStream(reader.stream(content.size), (digest) => isSameDigest(digest, content));
    if (!put.ok) return put.failure;
    return put.value === undefined ? other : undefined;
  }
  const bytes = await reader.bytes(content.size);
  if (!isSameDigest(digestOf(bytes), content)) return other;
  const put = await to.landing.put(bytes, content);
  return put.ok ? undefined : put.failure;
}

async function readPadded(reader: ExactReader, size: number): Promise<Buffer> {
  const padded = await reader.bytes(size + paddingAfter(size));
  return padded.subarray(0, size);
}

function keyOf(value: unknown): ActionKey {
  const key = typeof value === 'object' && value !== null && 'actionKey' in value ? value.actionKey : undefined;
  return (typeof key === 'string' ? key : '') as ActionKey;
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

function flaw(detail: string): ExportFlaw {
  return { kind: 'damaged', detail };
}

function damaged(detail: string): { readonly ok: false; readonly failure: ExportFlaw } {
  return fail(flaw(detail));
}
