import type { CacheEntry, MissReason, TaskFingerprint, TaskNode } from '@tr/model';
import type { TimeOfFiles } from './quiet-time.js';
import type { RunContext } from './run-context.js';
import type { ResultParts } from './run-task.js';
import { tryWriteLog } from './task-log.js';
import { waitForLock } from './wait-for-lock.js';

/** A longer log is not held in memory, bytes. No reporter holds more of one back without reading its file again. */
const LONG_LOG_BYTES = 512 * 1024;

/** A task whose key is known. */
export interface KeyedTask {
  readonly fingerprint: TaskFingerprint;
  /** Nothing that the key stands for was looked at before; see {@link QuietTime}. */
  readonly since: TimeOfFiles;
}

/** What the cache could do for a task. */
export type RestoreAttempt =
  | { readonly hit: true; readonly result: ResultParts }
  | { readonly hit: false; readonly reasons: readonly MissReason[] };

/** True for a task whose results are stored and taken from the cache. A persistent task has no result. */
export function isCacheable(node: TaskNode): boolean {
  return node.definition.cache && !node.definition.persistent;
}

/** Looks a task up and brings its outputs and its log back. */
export async function tryRestore(
  run: RunContext,
  node: TaskNode,
  { fingerprint, since }: KeyedTask,
): Promise<RestoreAttempt> {
  const refusal = findRefusal(run, node);
  if (refusal !== undefined) return { hit: false, reasons: [refusal] };
  const lookup = await run.cache.lookup(node, fingerprint);
  if (!lookup.hit) return lookup;
  if (run.isEnding()) return { hit: false, reasons: [] };
  const { entry } = lookup;
  if (entry.tier === 'remote') run.foresee();
  const whenIdle = async (): Promise<boolean> => {
    const isIdle = await waitForLock(run, node);
    run.fingerprinter.forgetListings(node);
    return isIdle;
  };
  const restoration = await run.cache.restore(node, entry, { whenIdle, since });
  if (restoration.outcome === 'miss') return { hit: false, reasons: restoration.reasons };
  if (restoration.outcome === 'restored') run.fingerprinter.forgetOutputs(node);
  run.services?.noteRestored(node, entry);
  return finishHit(run, { node, entry, outcome: restoration.outcome });
}

/** Why a task is not even looked up. */
function findRefusal(run: RunContext, node: TaskNode): MissReason | undefined {
  if (!isCacheable(node)) return { reason: 'not-cacheable' };
  if (run.force) return { reason: 'cache-off' };
  const unsound = run.keys.findUnsoundDependency(node);
  if (unsound === undefined) return undefined;
  const { dependency, root } = unsound;
  return { reason: 'dependency-changed', root, unsettled: true, added: [], removed: [], modified: [dependency] };
}

/** A result that is right on disk. */
export interface Hit {
  readonly node: TaskNode;
  readonly entry: CacheEntry;
  readonly outcome: 'fresh' | 'restored';
}

/** The log of a hit, there as a whole. */
export interface HitLog {
  /** Its file in the logs directory; undefined when it was not put there. */
  readonly path: string | undefined;
  /** Tells it, in pieces that no reader minds. */
  readonly replay: () => Promise<void>;
}

/** The log is part of the result: where it is wanted and cannot be had, the hit is none. */
async function finishHit(run: RunContext, hit: Hit): Promise<RestoreAttempt> {
  const { node, entry, outcome } = hit;
  const { manifest, key, tier } = entry;
  const replays = node.definition.outputLogs === 'full';
  const isLong = manifest.log.size > LONG_LOG_BYTES && (replays || outcome === 'restored');
  const log = isLong ? await (await import('./long-log.js')).openLongLog(run, hit) : await openLog(run, hit, replays);
  if (log === undefined) return { hit: false, reasons: [{ reason: 'blob-missing', path: 'log' }] };
  const timeSavedMs = manifest.durationMs;
  run.emit({ type: 'cache-hit', task: node.id, key, tier, outcome, timeSavedMs });
  if (replays) await log.replay();
  return { hit: true, result: { outcome, timeSavedMs, ...(log.path === undefined ? {} : { logPath: log.path }) } };
}

/** One that is held in memory; undefined when it cannot be had. */
async function openLog(run: RunContext, { node, entry, outcome }: Hit, replays: boolean): Promise<HitLog | undefined> {
  const isWanted = entry.manifest.log.size > 0 && (replays || outcome === 'restored');
  const log = isWanted ? await run.cache.readLog(entry) : new Uint8Array(0);
  if (log === undefined) return undefined;
  const path = run.logPathOf(node.id);
  const isWritten = outcome === 'restored' && tryWriteLog(path, log);
  return {
    path: isWritten ? path : undefined,
    replay: () => {
      if (log.length > 0) run.emit({ type: 'task-output', task: node.id, stream: 'stdout', bytes: log, replay: true });
      return Promise.resolve();
    },
  };
}
