import pLimit from 'p-limit';
import {
  fail,
  ok,
  type ActionKey,
  type CacheEntry,
  type Manifest,
  type MissReason,
  type RemoteFailure,
  type Result,
  type Sha256,
  type StoreFailure,
  type TaskId,
} from '@tr/model';
import { MAX_LOOKUP_KEYS } from '@tr/protocol';
import { troubleDetail, type Arrivals } from '@tr/store';
import {
  findSignatureFlaw,
  hasZstd,
  parseEntryBytes,
  unpackManifest,
  unpackStream,
  type EntryDocument,
  type SigningKey,
  type StreamFlaw,
  type TrustedKeys,
} from '@tr/transport';
import type { Home, TierPolicy } from '../tier.js';
import type { ChunkIndex } from './chunk-index.js';
import { createChunkSource, type LocalChunks } from './fetch-chunks.js';
import { HeldEntries, type HeldEntry } from './held-entries.js';
import { openLocalChunks } from './local-chunks.js';
import { areChunksThere, isWorthChunks, landChunks } from './land-chunks.js';
import type { RefusedEntries } from './refused-entries.js';
import { ForeseenLookups } from './foreseen-lookups.js';
import { LookupBatcher } from './lookup-batcher.js';
import type { RemoteBackend, RemoteTrouble } from './remote-backend.js';
import {
  DEFAULT_LIMITS,
  realSurroundings,
  RemoteLink,
  type LinkSurroundings,
  type RemoteLimits,
} from './remote-link.js';
import { unexpected } from './unexpected.js';
import { uploadEntry } from './upload-entry.js';
import { UploadQueue } from './upload-queue.js';

/** Where remote results land: the local tier, or a folder for this run when that may not be written. */
export interface Landing extends Home {
  readonly refused: RefusedEntries;
  /** Keeps what came whole; undefined when what lands here does not stay. */
  readonly arrivals: Arrivals | undefined;
  /** Undefined when what lands here does not stay. */
  readonly chunks: ChunkIndex | undefined;
}

/** What is shared with other machines, and how it may be used. */
export interface RemoteTierOptions {
  readonly backend: RemoteBackend;
  /** Shown in warnings: an address without credentials. */
  readonly origin: string;
  readonly policy: TierPolicy;
  /** True = a credential that may not write is worth a warning: a machine that fills the cache for others. */
  readonly expectsToWrite?: boolean;
  /** True = only say whether there is an entry: a hit is not brought home, and cannot be. */
  readonly lookupOnly?: boolean;
  readonly limits?: Partial<RemoteLimits>;
  /** Milliseconds that uploads may take after the last task has ended. */
  readonly drainMs: number;
  /** Entries are signed with it. */
  readonly signingKey?: SigningKey | undefined;
  /** When set, entries without a signature of one of these are misses, and none is sent that would be. */
  readonly trustedKeys?: TrustedKeys | undefined;
  /** Told at most once in a run. */
  readonly warn: (failure: RemoteFailure) => void;
  readonly around?: LinkSurroundings;
}

/** What makes it where results land; what deals with remotes need not be loaded where there is none. */
export type OpenRemoteTier = (landing: Landing) => RemoteTier;

/** What is said about trouble, where it is not that the remote is unavailable. */
const CODES: Partial<Record<RemoteTrouble['kind'], 'remote/refused' | 'remote/unexpected' | 'remote/untrusted'>> = {
  refused: 'remote/refused',
  'read-only': 'remote/refused',
  untrusted: 'remote/untrusted',
  bug: 'remote/unexpected',
};
/** Results that are brought home at once. */
const PARALLEL_FETCHES = 3;

/**
 * The shared level of the cache in one run. A hit is brought into the landing stores, verified, and restored from there.
 * Nothing here rejects, hangs, or fails a task.
 */
export class RemoteTier {
  readonly policy: TierPolicy;
  readonly landing: Landing;
  readonly #options: RemoteTierOptions;
  readonly #link: RemoteLink;
  readonly #uploads: UploadQueue;
  readonly #foreseen: ForeseenLookups;
  readonly #held = new HeldEntries();
  readonly #fetches = new Map<ActionKey, Promise<MissReason | undefined>>();
  readonly #limitFetches = pLimit(PARALLEL_FETCHES);
  #codec: Promise<void> | undefined;
  #isReadOnly = false;
  #hasWarned = false;

  constructor(options: RemoteTierOptions, landing: Landing) {
    this.policy = options.policy;
    this.landing = landing;
    this.#options = options;
    this.#link = new RemoteLink({
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      around: options.around ?? realSurroundings,
      onTrouble: (failure) => this.#noteTrouble(failure),
    });
    this.#foreseen = new ForeseenLookups(
      new LookupBatcher((keys) => this.#link.call((signal) => options.backend.lookup(keys, signal)), MAX_LOOKUP_KEYS),
    );
    this.#uploads = new UploadQueue(
      (manifest) => this.#upload(manifest),
      (error) => void this.#noteUnexpected(error),
    );
  }

  /**
   * The entry of a key; undefined when there is none. A hit is on its way home from then on, unless `fetches` is false
   * or nothing is to be brought home at all.
   */
  async lookup(key: ActionKey, task: TaskId, fetches = true): Promise<Result<CacheEntry | undefined, MissReason>> {
    try {
      return await this.#lookup(key, task, fetches);
    } catch (error) {
      return fail(this.#noteUnexpected(error));
    }
  }

  async #lookup(key: ActionKey, task: TaskId, fetches: boolean): Promise<Result<CacheEntry | undefined, MissReason>> {
    await this.#checkCodec();
    const found = await this.#foreseen.find(key);
    if (!found.ok) return fail(this.#explain(found.failure));
    if (found.value === undefined) return ok(undefined);
    const entry = parseEntryBytes(found.value, key);
    if (!entry.ok)
      return fail(entry.failure.isOtherVersion ? integrity(entry.failure.detail) : this.noteDamage(entry.failure));
    const distrust = this.#options.trustedKeys && findSignatureFlaw(entry.value, this.#options.trustedKeys);
    if (distrust !== undefined) return fail({ reason: 'signature', detail: distrust });
    if (this.landing.refused.has(entry.value.manifest.hash)) return fail(integrity('it was of no use here before'));
    const isWanted = fetches && this.#options.lookupOnly !== true;
    const held = isWanted ? await this.#held.add(entry.value, found.value) : ok(undefined);
    if (!held.ok) return fail(this.#explain(held.failure));
    const manifestDigest = entry.value.manifest.hash;
    if (held.value !== undefined)
      return held.value.manifest.task === task
        ? ok({ key, manifest: held.value.manifest, manifestDigest, tier: 'remote' })
        : fail(this.noteDamage({ detail: 'an entry of another task' }));
    const source = createChunkSource({ entry: entry.value, backend: this.#options.backend, link: this.#link });
    const manifest = await unpackManifest(entry.value, source);
    if (!manifest.ok) return fail(this.#explain(manifest.failure));
    if (manifest.value.task !== task) return fail(this.noteDamage({ detail: 'an entry of another task' }));
    if (isWanted) void this.#startFetch(entry.value, manifest.value);
    return ok({ key, manifest: manifest.value, manifestDigest, tier: 'remote' });
  }

  #startFetch(entry: EntryDocument, manifest: Manifest): Promise<MissReason | undefined> {
    const fetching = this.#limitFetches(() =>
      this.#fetch(entry, manifest).catch((error) => this.#noteUnexpected(error)),
    );
    this.#fetches.set(entry.actionKey, fetching);
    return fetching;
  }

  /** A hit that came whole, given away: it need not be brought home. Undefined for any other. */
  takeWhole({ key }: CacheEntry): HeldEntry | undefined {
    return this.#held.take(key);
  }

  /** The log of a hit that was taken whole, once. */
  takeLog({ key }: CacheEntry): Uint8Array | undefined {
    return this.#held.takeLog(key);
  }

  /** Asks for the entry of a key that will most likely be looked up. Resolves when there is room for more. */
  async foresee(key: ActionKey): Promise<void> {
    await this.#foreseen.add(key);
  }

  /** Waits until the blobs and the manifest of a hit are in the landing stores; a reason when they cannot be had. */
  async bringHome(entry: CacheEntry): Promise<MissReason | undefined> {
    const document = this.#held.documentOf(entry.key);
    const fetching = this.#fetches.get(entry.key) ?? (document && this.#startFetch(document, entry.manifest));
    return await (fetching ?? { reason: 'remote-unavailable', detail: 'not looked up' });
  }

  /** What is whole but of no use: not asked for again by this machine. */
  refuse(manifest: Sha256): void {
    this.landing.refused.add(manifest);
  }

  /** Takes a result that is in the landing stores, to be sent in the background. */
  offer(manifest: Manifest): void {
    if (!this.policy.write || this.#isReadOnly || this.#link.isOff) return;
    if (this.#maySign()) this.#uploads.add(manifest);
  }

  /**
   * What this run would refuse itself is not sent: where the first write wins, it would keep out the signed result of
   * another machine.
   */
  #maySign(): boolean {
    const { signingKey, trustedKeys, origin, expectsToWrite } = this.#options;
    if (trustedKeys === undefined || (signingKey !== undefined && trustedKeys.has(signingKey.keyId))) return true;
    if (expectsToWrite === true) this.#warn({ code: 'remote/no-signing-key', origin, isSet: signingKey !== undefined });
    return false;
  }

  /** Sends what waits, within the time allowed and until `interrupt` fires, then gives up what is left. */
  async finish(interrupt: AbortSignal): Promise<void> {
    const { left, dropped } = await this.#uploads.drain(this.#options.drainMs, interrupt);
    const wasOff = this.#link.isOff;
    this.#link.turnOff('the run has ended');
    await Promise.all(this.#fetches.values());
    try {
      await this.#options.backend.close?.();
    } catch (error) {
      this.#noteUnexpected(error);
    }
    const count = left + dropped;
    if (count > 0 && !wasOff && !interrupt.aborted)
      this.#warn({ code: 'remote/uploads-left', origin: this.#options.origin, count });
  }

  async #fetch(entry: EntryDocument, manifest: Manifest): Promise<MissReason | undefined> {
    const { blobs, chunks } = this.landing;
    const { backend } = this.#options;
    if (await isWorthChunks(manifest, blobs)) return await this.#fetchChunks(entry, manifest);
    const unpack = (local: LocalChunks | undefined): ReturnType<typeof unpackStream<RemoteTrouble>> => {
      const source = createChunkSource({ entry, backend, link: this.#link, local });
      return unpackStream({ entry, manifest, blobs, source });
    };
    let unpacked = await unpack(chunks && openLocalChunks(blobs, chunks));
    // Local chunks are a hint; without them everything is verified on its own.
    if (!unpacked.ok && unpacked.failure.code === 'stream/flaw' && chunks !== undefined)
      unpacked = await unpack(undefined);
    if (!unpacked.ok) return this.#explain(unpacked.failure);
    chunks?.note(entry, manifest);
    // Blobs first, manifest last. One that is there already may be of no use: its blobs were looked for before.
    const put = await this.landing.actions.put(manifest, { replace: true });
    return put.ok ? undefined : toMissReason(put.failure);
  }

  async #fetchChunks(entry: EntryDocument, manifest: Manifest): Promise<MissReason | undefined> {
    const { blobs, actions, lists } = this.landing;
    const source = createChunkSource({ entry, backend: this.#options.backend, link: this.#link });
    const request = { entry, manifest, blobs, lists, source };
    const landed = await landChunks(request);
    if (!landed.ok) return this.#explain(landed.failure);
    const put = await actions.put(manifest, { replace: true });
    if (!put.ok) return toMissReason(put.failure);
    const there = await areChunksThere(request);
    return there.ok ? undefined : toMissReason(there.failure);
  }

  async #upload(manifest: Manifest): Promise<boolean> {
    const { backend, signingKey } = this.#options;
    await this.#checkCodec();
    if (this.#link.isOff || this.#isReadOnly) return false;
    const sent = await uploadEntry({ manifest, blobs: this.landing.blobs, backend, link: this.#link, signingKey });
    if (sent.ok) this.landing.chunks?.note({ chunks: sent.value.chunks, manifest: sent.value.manifest }, manifest);
    return sent.ok;
  }

  /** Without zstd nothing can be read or sent: that is told once, and the remote is off. */
  #checkCodec(): Promise<void> {
    this.#codec ??= hasZstd().then((isThere) => {
      if (isThere) return;
      this.#warn({ code: 'remote/no-zstd', origin: this.#options.origin });
      this.#link.turnOff('this installation has no zstd');
    });
    return this.#codec;
  }

  #noteTrouble({ kind, detail }: RemoteTrouble): void {
    const { origin, expectsToWrite } = this.#options;
    // Then it goes on reading, and laptops are not told in every run what somebody has decided for them.
    if (kind === 'read-only') this.#isReadOnly = true;
    if (kind === 'read-only' && expectsToWrite !== true) return;
    this.#warn({ code: CODES[kind] ?? 'remote/unavailable', origin, detail });
  }

  /** An error that nobody foresaw. */
  #noteUnexpected(error: unknown): MissReason {
    return this.#explain(unexpected(error).failure);
  }

  #explain(failure: RemoteTrouble | StreamFlaw | StoreFailure): MissReason {
    if (failure.code === 'stream/flaw') return this.noteDamage(failure);
    // Other trouble was told by the link, which not every bug comes through.
    if (failure.code === 'remote/trouble' && failure.kind === 'bug') this.#noteTrouble(failure);
    return toMissReason(failure);
  }

  /** Something of a hit turned out to be not what it says, after it had come. */
  noteDamage({ detail }: { readonly detail: string }): MissReason {
    this.#warn({ code: 'remote/damaged', origin: this.#options.origin, detail });
    return integrity(detail);
  }

  #warn(failure: RemoteFailure): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#options.warn(failure);
  }
}

function toMissReason(failure: RemoteTrouble | StoreFailure): MissReason {
  if (failure.code !== 'remote/trouble') return { reason: 'store-trouble', detail: troubleDetail(failure) };
  const { kind, detail } = failure;
  return kind === 'broken' ? integrity(detail) : { reason: 'remote-unavailable', detail };
}

function integrity(detail: string): MissReason {
  return { reason: 'integrity', path: 'remote entry', detail };
}
