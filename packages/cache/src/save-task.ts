import { canonicalJson } from '@tr/hash';
import {
  fail,
  MANIFEST_VERSION,
  ok,
  type Digest,
  type Manifest,
  type NotSavedReason,
  type Result,
  type Sha256,
  type StoreFailure,
  type TaskFingerprint,
  type TaskId,
  type TaskNode,
} from '@tr/model';
import {
  collectOutputs,
  packOutputs,
  rememberOutputs,
  type OutputMatcher,
  type OutputPlace,
  type PackedOutputs,
  type PackTrouble,
} from '@tr/artifact';
import { listBlobs, troubleDetail, type BlobStore, type StoreResult } from '@tr/store';
import { withoutForeignOutputs } from './foreign-outputs.js';
import type { Home } from './tier.js';

/** One finished execution to store. */
export interface SaveRequest {
  readonly place: OutputPlace;
  readonly home: Pick<Home, 'blobs' | 'actions'>;
  readonly task: TaskNode;
  readonly matcher: OutputMatcher;
  readonly fingerprint: TaskFingerprint;
  readonly durationMs: number;
  /** Absolute native path of the complete raw log. */
  readonly logPath: string;
  readonly producer: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Tasks of this run whose files may lie among these outputs. */
  readonly neighbours: readonly TaskId[];
  /** False when another run has written to the record of the outputs since the command was started: they may be that run's. */
  readonly isUndisturbed: () => boolean;
  /** True when nobody looked for an entry of this key, or the one that is there is of no use: the new one wins. */
  readonly replace: boolean;
  /** The blob of the external closure, if there is one already: it need not be made again. */
  readonly closure?: Digest | undefined;
}

/** A stored entry. */
export interface Saved {
  readonly manifest: Manifest;
  readonly emptyOutputs: readonly string[];
  readonly files: number;
  readonly bytes: number;
}

/** Why nothing was stored. */
export interface SaveTrouble {
  readonly reason: NotSavedReason;
  readonly failure?: StoreFailure;
}

/** How often the blobs are put again when a gc took some of them meanwhile. */
const MAX_ROUNDS = 3;

/** Stores outputs, log and fingerprint, the manifest last, and writes down that the outputs on disk are those. */
export async function saveTask(request: SaveRequest): Promise<Result<Saved, SaveTrouble>> {
  const { place, home, task, matcher } = request;
  // Before any stamp is taken.
  const sampledAt = place.records.sampleClock();
  const collected = await collectOutputs({ disk: place.disk, root: place.root, matcher });
  if (!collected.ok) return fail({ reason: { reason: 'unsafe-output', ...collected.failure } });
  const outputs = withoutForeignOutputs(place, collected.value, request.neighbours);
  // A state, however small, is opened as a file by the tasks that start from it.
  const linked = task.definition.restore === 'link' || task.definition.snapshot !== undefined;
  for (let round = 1; ; round++) {
    const packed = await packOutputs({ ...place, collected: outputs, blobs: home.blobs, linked });
    if (!packed.ok) return fail(fromPackTrouble(packed.failure));
    const records = await putRecords(request);
    if (!records.ok) return trouble(records.failure);
    const manifest = toManifest(request, packed.value, records.value);
    // After the outputs were read: whoever changes them says so first.
    if (!request.isUndisturbed())
      return fail({ reason: { reason: 'outputs-changed', paths: listFiles(manifest, request.task) } });
    const put = await putManifest(request, manifest);
    if (!put.ok) return trouble(put.failure);
    const missing = await home.blobs.findMissing([...packed.value.reused, ...records.value.all]);
    if (!missing.ok) return trouble(missing.failure);
    const [lost] = missing.value;
    if (lost !== undefined) {
      if (round < MAX_ROUNDS) continue;
      await home.actions.delete(manifest.actionKey);
      return trouble({ code: 'store/missing', kind: 'blob', name: lost.hash });
    }
    const { stamps, files, bytes } = packed.value;
    if (put.value !== undefined) {
      const stored = { manifest: put.value.manifest, manifestDigest: put.value.digest };
      rememberOutputs({ place, task: task.id, ...stored, origin: 'executed', stamps, sampledAt });
    }
    return ok({ manifest, emptyOutputs: collected.value.emptyGlobs, files, bytes });
  }
}

/** Never empty: without files it is where they would be. */
function listFiles({ entries }: Manifest, { directory }: TaskNode): readonly string[] {
  const files = entries.filter(({ type }) => type !== 'directory').map(({ path }) => path);
  return files.length === 0 ? [directory === '' ? '.' : directory] : files;
}

interface RecordBlobs {
  readonly log: Digest;
  readonly fingerprint: Digest;
  readonly externalClosure: Digest | undefined;
  readonly all: readonly Digest[];
}

async function putRecords(request: SaveRequest): Promise<StoreResult<RecordBlobs>> {
  const { blobs } = request.home;
  const { fingerprint: record } = request.fingerprint;
  const log = await blobs.putFile(request.logPath);
  if (!log.ok) return log;
  const fingerprint = await putText(blobs, canonicalJson(record));
  if (!fingerprint.ok) return fingerprint;
  const closure = await putClosure(request);
  if (!closure.ok) return closure;
  const all = [log.value.digest, fingerprint.value, ...(closure.value === undefined ? [] : [closure.value])];
  return ok({ log: log.value.digest, fingerprint: fingerprint.value, externalClosure: closure.value, all });
}

async function putClosure({ home, fingerprint, closure }: SaveRequest): Promise<StoreResult<Digest | undefined>> {
  const { externalClosure } = fingerprint;
  if (externalClosure === undefined) return ok(undefined);
  const missing = closure && (await home.blobs.findMissing([closure]));
  if (missing?.ok === true && missing.value.length === 0) return ok(closure);
  return await putText(home.blobs, canonicalJson(await externalClosure.readPackages()));
}

async function putText(blobs: BlobStore, text: string): Promise<StoreResult<Digest>> {
  const put = await blobs.putBytes(Buffer.from(text));
  return put.ok ? ok(put.value.digest) : put;
}

function toManifest(request: SaveRequest, packed: PackedOutputs, records: RecordBlobs): Manifest {
  return {
    formatVersion: MANIFEST_VERSION,
    actionKey: request.fingerprint.key,
    task: request.task.id,
    entries: packed.entries,
    log: records.log,
    fingerprint: records.fingerprint,
    externalClosure: records.externalClosure,
    ...(packed.packs !== undefined && { packs: packed.packs }),
    durationMs: request.durationMs,
    producer: request.producer,
    createdAt: request.createdAt,
  };
}

/** The stored manifest when it describes what is on disk; undefined when another result of this key was first. */
async function putManifest(
  request: SaveRequest,
  manifest: Manifest,
): Promise<StoreResult<{ readonly manifest: Manifest; readonly digest: Sha256 } | undefined>> {
  const { actions, blobs } = request.home;
  const put = await actions.put(manifest, { replace: request.replace });
  if (!put.ok) return put;
  if (put.value.outcome === 'stored') return ok({ manifest, digest: put.value.digest });
  const first = await actions.get(manifest.actionKey);
  if (first.ok && first.value !== undefined) {
    const missing = await blobs.findMissing(listBlobs(first.value.manifest));
    if (!missing.ok) return missing;
    const isSame = canonicalJson(first.value.manifest.entries) === canonicalJson(manifest.entries);
    if (missing.value.length === 0) return ok(isSame ? first.value : undefined);
  }
  const again = await actions.put(manifest, { replace: true });
  return again.ok ? ok({ manifest, digest: again.value.digest }) : again;
}

function fromPackTrouble(packTrouble: PackTrouble): SaveTrouble {
  return packTrouble.kind === 'outputs' ? { reason: packTrouble.reason } : troubleOf(packTrouble.failure);
}

function trouble(failure: StoreFailure): { readonly ok: false; readonly failure: SaveTrouble } {
  return fail(troubleOf(failure));
}

function troubleOf(failure: StoreFailure): SaveTrouble {
  return { reason: { reason: 'store-trouble', detail: troubleDetail(failure) }, failure };
}
