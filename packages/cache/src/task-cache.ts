import {
  fail,
  ok,
  type ActionKey,
  type CacheEntry,
  type CacheLookup,
  type Digest,
  type MissReason,
  type Restoration,
  type Result,
  type SaveOutcome,
  type StoreFailure,
  type TaskFingerprint,
  type TaskId,
  type TaskNode,
} from '@tr/model';
import {
  breakLinks,
  dateBack,
  listLeftOutputs,
  listUntouched,
  restoreOutputs,
  type ContentStream,
  type OutputPlace,
  type RestoreRequest,
} from '@tr/artifact';
import { troubleDetail, type EntryBlobs } from '@tr/store';
import { findStaleBuildState, staleStateReason } from './build-state.js';
import { findCacheLikeOutput } from './cache-like-outputs.js';
import { dateBackBefore } from './date-back-before.js';
import { ownersBeside } from './foreign-outputs.js';
import { KnownTasks } from './known-tasks.js';
import { findMissingLog } from './missing-log.js';
import type { Saved } from './save-task.js';
import { findStoredClosure, listStoredFingerprints, type ExplainMiss } from './stored-fingerprints.js';
import { OutputStates } from './output-states.js';
import type { RemoteTier } from './remote/remote-tier.js';
import { findChunks, type Home, type LocalTier } from './tier.js';
import type { TroubleLog } from './trouble-log.js';
import { findUndeclaredOutputs } from './undeclared-outputs.js';

/** How many stored entries of a task a miss is compared with. */
const COMPARED_ENTRIES = 5;

/** What a task cache is made of. */
export interface TaskCacheOptions {
  readonly place: OutputPlace;
  /** Where the cache itself lies, absolute: nothing that a task wrote. */
  readonly directory?: string;
  readonly local: LocalTier;
  /** What is shared with other machines; asked after the local tier. */
  readonly remote?: RemoteTier | undefined;
  /** Version of `tr`, written into manifests. */
  readonly producer: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly trouble: TroubleLog;
  readonly explain?: ExplainMiss;
}

/** What the runner hands over to be stored. */
export interface FinishedExecution {
  readonly durationMs: number;
  /** Absolute native path of the complete raw log. */
  readonly logPath: string;
}

type RestoreTerms = Pick<RestoreSource, 'whenIdle' | 'since'>;

/** What a restore takes outputs from. */
interface RestoreSource {
  readonly task: TaskNode;
  readonly entry: CacheEntry;
  readonly blobs: EntryBlobs;
  /** Has the files, where they do not lie in blobs. */
  readonly contents: ContentStream | undefined;
  readonly whenIdle: (() => Promise<boolean>) | undefined;
  /** See `RestoreRequest`. */
  readonly since: RestoreRequest['since'];
  /** Called when something turned out not to be what it says. */
  readonly discard?: (() => Promise<void>) | undefined;
}

/** What is remembered of a task from one call to the next. */
interface Progress {
  /** A lookup found that there is no entry: then the first one to store it wins. */
  absent?: boolean;
  /** The blob of its external closure, which earlier entries have too. */
  closure?: Digest | undefined;
  /** When its command was started, by the clock of the file system. */
  startedAt?: number;
  /** The build state that its outputs may not fit to. */
  staleState?: string;
  /** Its outputs are those of the entry that was stored. */
  isStored?: boolean;
  /** Bytes of its record when this run had last written to it; undefined before its command is started. */
  recordSize?: number;
}

/** The cache as a run sees it; see the port of the runner. Nothing here rejects for trouble with the cache. */
export class StoredTaskCache {
  readonly #options: TaskCacheOptions;
  readonly #trouble: TroubleLog;
  readonly #known: KnownTasks;
  readonly #states: OutputStates;
  readonly #progress = new Map<TaskId, Progress>();
  /** Tasks whose command is under way. */
  readonly #executing = new Set<TaskId>();

  constructor(options: TaskCacheOptions) {
    this.#options = options;
    this.#trouble = options.trouble;
    this.#known = new KnownTasks(options.place);
    this.#states = new OutputStates(options.place.records);
  }

  /** Says which tasks a run has: what one of them has made is no output of another one, whoever comes first. */
  expect(tasks: Iterable<TaskNode>): void {
    this.#known.expect(tasks);
  }

  async lookup(task: TaskNode, fingerprint: TaskFingerprint): Promise<CacheLookup> {
    this.#known.matcherOf(task);
    if (!task.definition.cache) return missed({ reason: 'not-cacheable' });
    const { local, remote } = this.#options;
    if (!local.policy.read && remote?.policy.read !== true) return missed({ reason: 'cache-off' });
    const reasons: MissReason[] = [];
    const stored = local.policy.read ? await local.actions.get(fingerprint.key) : ok(undefined);
    if (!stored.ok) reasons.push(this.#toMissReason(stored.failure, task.id));
    else if (stored.value !== undefined) {
      const { manifest, digest } = stored.value;
      if (manifest.task === task.id)
        return { hit: true, entry: { key: fingerprint.key, manifest, manifestDigest: digest, tier: 'local' } };
      reasons.push({ reason: 'integrity', path: 'manifest', detail: 'an entry of another task' });
    }
    const isAbsent = reasons.length === 0;
    if (remote?.policy.read === true) {
      const found = await remote.lookup(fingerprint.key, task.id);
      if (found.ok && found.value !== undefined) return { hit: true, entry: found.value };
      if (!found.ok) reasons.push(found.failure);
    }
    this.#progressOf(task).absent = isAbsent;
    if (reasons.length > 0) return { hit: false, reasons };
    return { hit: false, reasons: await this.#explain(task, fingerprint) };
  }

  /** Asks the remote for what will most likely be looked up, unless it is here. Resolves when there is room for more. */
  async foresee(key: ActionKey): Promise<void> {
    const { local, remote } = this.#options;
    if (remote?.policy.read !== true) return;
    const stored = local.policy.read ? await local.actions.get(key) : undefined;
    if (stored?.ok !== true || stored.value === undefined) await remote.foresee(key);
  }

  /** Where the blobs of a hit are, once they are on this machine; a reason when they cannot be had. */
  async bringHome(entry: CacheEntry): Promise<Result<Pick<Home, 'blobs'>, MissReason>> {
    const home = await this.#fetchHome(entry);
    if (!home.ok) return home;
    const failure = await this.#unpackChunks(entry, home.value);
    return failure === undefined ? home : fail(this.#toMissReason(failure, entry.manifest.task));
  }

  async #fetchHome(entry: CacheEntry): Promise<Result<Home, MissReason>> {
    const reason = entry.tier === 'remote' ? await this.#options.remote?.bringHome(entry) : undefined;
    if (reason !== undefined) return fail(reason);
    const home = this.#homeOf(entry);
    return home === undefined ? fail({ reason: 'cache-off' }) : ok(home);
  }

  /** Outputs that lie in chunks get blobs of their own, and are found there from now on. */
  async #unpackChunks({ manifest, manifestDigest }: CacheEntry, home: Home): Promise<StoreFailure | undefined> {
    const list = findChunks(manifest, manifestDigest, home);
    if (list === undefined) return undefined;
    const { unpackChunkedOutputs } = await import('./chunked-outputs.js');
    const unpacked = await unpackChunkedOutputs({ manifest, list, blobs: home.blobs });
    if (!unpacked.ok) return unpacked.failure;
    home.lists.delete(manifest.actionKey);
    return undefined;
  }

  /** Now, by the clock of the file system; undefined when it cannot be told. */
  now(): number | undefined {
    return this.#options.place.records.sampleClock();
  }

  /** `since`: by that clock, nothing that the key stands for was looked at before. */
  async restore(task: TaskNode, entry: CacheEntry, terms: Partial<RestoreTerms> = {}): Promise<Restoration> {
    const { whenIdle, since } = terms;
    const { remote } = this.#options;
    const linked = task.definition.restore === 'link';
    const held = entry.tier === 'remote' && !linked ? remote?.takeWhole(entry) : undefined;
    if (remote !== undefined && held !== undefined) {
      const { blobs, arrivals } = remote.landing;
      const kept = arrivals?.add({ key: entry.key, bytes: held.bytes });
      if (kept?.ok === false) this.#trouble.note(kept.failure, task.id);
      return await this.#restoreFrom({ task, entry, blobs, contents: held.outputs, whenIdle, since });
    }
    const fetched = await this.#fetchHome(entry);
    if (!fetched.ok) return { outcome: 'miss', reasons: [fetched.failure] };
    const home = fetched.value;
    const { manifest, manifestDigest } = entry;
    // A result without its log is not whole, and is better found out before outputs are changed.
    const log = await findMissingLog(home.blobs, manifest.log);
    const reason = log.ok ? log.value : this.#toMissReason(log.failure, task.id);
    if (reason !== undefined) return { outcome: 'miss', reasons: [reason] };
    // Where blobs cannot be written there is nothing to link to: then the outputs are copies.
    if (linked) await this.#unpackChunks(entry, home);
    const list = findChunks(manifest, manifestDigest, home);
    const contents =
      list && (await import('./chunked-outputs.js')).openChunkedOutputs({ manifest, list, blobs: home.blobs });
    const discard = list && (() => this.#discardChunked(entry, home));
    return await this.#restoreFrom({ task, entry, blobs: home.blobs, contents, whenIdle, since, discard });
  }

  async #restoreFrom(source: RestoreSource): Promise<Restoration> {
    const { task, entry, blobs, contents, whenIdle, since } = source;
    const { manifest, manifestDigest } = entry;
    const { restoration, failure } = await restoreOutputs({
      place: this.#options.place,
      task: task.id,
      matcher: this.#known.matcherOf(task),
      manifest,
      manifestDigest,
      blobs,
      linked: task.definition.restore === 'link',
      contents,
      whenIdle,
      since,
      lookForOwners: ownersBeside(this.#options.place, this.#known.neighboursOf(task), this.#executing),
    });
    if (failure?.code === 'store/corrupt') await source.discard?.();
    if (failure !== undefined) this.#noteTrouble(failure, entry);
    if (restoration.outcome !== 'miss') this.#states.noteRestored(task.id, entry);
    return restoration;
  }

  /** What lies in chunks was not looked at before: an entry that turns out to be none does not stay. */
  async #discardChunked({ key }: CacheEntry, home: Home): Promise<void> {
    await home.actions.delete(key);
    home.lists.delete(key);
  }

  #noteTrouble(failure: StoreFailure, { tier, manifest }: CacheEntry): void {
    const { remote } = this.#options;
    if (tier === 'remote' && failure.code === 'store/corrupt') remote?.noteDamage(failure);
    else this.#trouble.note(failure, manifest.task);
  }

  async readLog(entry: CacheEntry): Promise<Uint8Array | undefined> {
    const held = entry.tier === 'remote' ? this.#options.remote?.takeLog(entry) : undefined;
    if (held !== undefined) return held;
    const log = await this.#homeOf(entry)?.blobs.readBytes(entry.manifest.log);
    if (log?.ok === false) this.#trouble.note(log.failure, entry.manifest.task);
    return log?.ok === true ? log.value : undefined;
  }

  async streamLog(entry: CacheEntry, sink: (bytes: Uint8Array) => void): Promise<boolean> {
    const read = await this.#homeOf(entry)?.blobs.read(entry.manifest.log, sink);
    if (read?.ok === false) this.#trouble.note(read.failure, entry.manifest.task);
    return read?.ok === true;
  }

  async forgetOutputs(task: TaskNode): Promise<void> {
    const { place } = this.#options;
    const record = place.records.read(task.id);
    if (record?.outOfStep === true) place.staging.sweepCopies(this.#options.now());
    const real = this.#known.realDirectoryOf(task.directory);
    const staleState = findStaleBuildState({ place, matcher: this.#known.matcherOf(task), record, real });
    const outOfStep = staleState !== undefined;
    if (task.definition.restore === 'link') await breakLinks(place, this.#known.matcherOf(task));
    const startedAt = place.records.sampleClock();
    // An earlier command that did not come to its end may have left files too, and nobody knows whether it saw the sources as they are.
    const earlier = record?.unfinishedSince;
    if (earlier !== undefined) await dateBack(place, this.#known.matcherOf(task), { edit: earlier });
    const unfinishedSince = earlier ?? startedAt;
    const paths = listUntouched(place, record);
    const recordSize = place.records.write(task.id, { paths, outOfStep, unfinishedSince });
    Object.assign(this.#progressOf(task), { staleState, startedAt, isStored: false, recordSize });
    this.#executing.add(task.id);
    this.#states.note(task.id);
  }

  /** `changed`: inputs that are no longer what they were when its key was computed. */
  async settleOutputs(task: TaskNode, changed: readonly string[] = []): Promise<void> {
    const { place } = this.#options;
    this.#executing.delete(task.id);
    const { startedAt, isStored } = this.#progressOf(task);
    const matcher = this.#known.matcherOf(task);
    if (changed.length > 0) await dateBackBefore({ place, task, matcher, changed, startedAt });
    if (isStored === true) return;
    const record = place.records.read(task.id);
    const paths = await listLeftOutputs({ place, task: task.id, matcher, record });
    const settledAt = place.records.sampleClock();
    if (settledAt === undefined) return;
    place.records.write(task.id, { paths, settledAt, outOfStep: record?.outOfStep === true });
    this.#states.note(task.id);
  }

  async save(task: TaskNode, fingerprint: TaskFingerprint, execution: FinishedExecution): Promise<SaveOutcome> {
    if (!task.definition.cache) return { saved: false, reason: { reason: 'not-cacheable' } };
    const progress = this.#progressOf(task);
    const disturbed = this.#findDisturbed(task);
    if (disturbed !== undefined)
      return { saved: false, reason: { reason: 'inputs-changed', paths: [`outputs of ${disturbed}`] } };
    if (progress.staleState !== undefined) return { saved: false, reason: staleStateReason(progress.staleState) };
    const { local, remote, place, producer, now } = this.#options;
    const shared = remote?.policy.write === true ? remote : undefined;
    const home = local.policy.write ? local : shared?.landing;
    if (home === undefined) return { saved: false, reason: { reason: 'cache-off' } };
    const { saveTask } = await import('./save-task.js');
    const saved = await saveTask({
      place,
      producer,
      home,
      task,
      fingerprint,
      ...execution,
      matcher: this.#known.matcherOf(task),
      createdAt: now(),
      neighbours: this.#known.neighboursOf(task),
      isUndisturbed: () => progress.recordSize === undefined || place.records.sizeOf(task.id) === progress.recordSize,
      replace: progress.absent !== true,
      closure: progress.closure,
    });
    if (saved.ok) {
      progress.recordSize = place.records.sizeOf(task.id);
      this.#warnAbout(task, fingerprint, saved.value);
      shared?.offer(saved.value.manifest);
    } else if (saved.failure.failure !== undefined) this.#trouble.note(saved.failure.failure, task.id);
    this.#states.note(task.id);
    progress.isStored = this.#states.isOf(task.id, fingerprint.key);
    if (!saved.ok) return { saved: false, reason: saved.failure.reason };
    const { files, bytes, emptyOutputs } = saved.value;
    return { saved: true, files, bytes, emptyOutputs };
  }

  /**
   * The key whose result this work tree has at the moment. Whoever asks what has changed means: since that, which may have been
   * stored long ago, by another work tree, or before what was tried and taken back.
   */
  findKeyInPlace(task: TaskId): ActionKey | undefined {
    return this.#options.place.records.read(task)?.known?.key;
  }

  /** A dependency, near or far, whose outputs another run has changed since this one had dealt with them. */
  #findDisturbed(task: TaskNode): TaskId | undefined {
    const below = this.#known.listBelow(task).filter(({ definition }) => definition.outputs.include.length > 0);
    return below.find(({ id }) => this.#states.isDisturbed(id))?.id;
  }

  async #explain(task: TaskNode, fingerprint: TaskFingerprint): Promise<readonly MissReason[]> {
    const { explain, local } = this.#options;
    const first = this.findKeyInPlace(task.id);
    const stored = await listStoredFingerprints(local, task.id, { limit: COMPARED_ENTRIES, first });
    this.#progressOf(task).closure = findStoredClosure(stored, fingerprint.fingerprint.externalClosure);
    return explain === undefined ? [{ reason: 'no-entry' }] : await explain(stored, fingerprint);
  }

  #warnAbout(task: TaskNode, fingerprint: TaskFingerprint, saved: Saved): void {
    const { place } = this.#options;
    const cacheLike = findCacheLikeOutput(saved.manifest.entries, task.directory);
    if (cacheLike !== undefined)
      this.#trouble.note({ code: 'store/cache-like-output', task: task.id, ...cacheLike }, task.id);
    const { startedAt } = this.#progressOf(task);
    if (startedAt === undefined) return;
    const paths = findUndeclaredOutputs({
      place,
      task,
      outputs: this.#known.matcherOf(task),
      fingerprint,
      declared: this.#known.matchers,
      startedAt,
      packages: this.#known.directories,
      real: this.#known.realDirectoryOf(task.directory),
      own: this.#options.directory,
    });
    if (paths.length > 0) this.#trouble.note({ code: 'store/undeclared-outputs', task: task.id, paths }, task.id);
  }

  #toMissReason(failure: StoreFailure, task: TaskId): MissReason {
    this.#trouble.note(failure, task);
    if (failure.code === 'store/corrupt') return { reason: 'integrity', path: failure.kind, detail: failure.detail };
    return { reason: 'store-trouble', detail: troubleDetail(failure) };
  }

  #homeOf(entry: CacheEntry): Home | undefined {
    return entry.tier === 'remote' ? this.#options.remote?.landing : this.#options.local;
  }

  #progressOf(task: TaskNode): Progress {
    let progress = this.#progress.get(task.id);
    if (progress === undefined) this.#progress.set(task.id, (progress = {}));
    return progress;
  }
}

function missed(reason: MissReason): CacheLookup {
  return { hit: false, reasons: [reason] };
}
