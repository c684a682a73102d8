import type { CacheEntry, MissReason, TaskFingerprint, TaskNode } from '@tr/model';
import type { RunContext } from './run-context.js';
import type { ResultParts } from './run-task.js';
import { tryWriteLog } from './task-log.js';
import { waitForLock } from './wait-for-lock.js';

/** A log is handed on in pieces of this size: who prints it may make a string of each, which must not be too long. */
const PIECE_BYTES = 1024 * 1024;

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
  fingerprint: TaskFingerprint,
): Promise<RestoreAttempt> {
  const refusal = findRefusal(run, node);
  if (refusal !== undefined) return { hit: false, reasons: [refusal] };
  const lookup = await run.cache.lookup(node, fingerprint);
  if (!lookup.hit) return lookup;
  if (run.isEnding()) return { hit: false, reasons: [] };
  const { entry } = lookup;
  if (entry.tier === 'remote') run.foresee();
  const restoration = await run.cache.restore(node, entry, async () => {
    const isIdle = await waitForLock(run, node);
    run.fingerprinter.forgetListings(node);
    return isIdle;
  });
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

interface Hit {
  readonly node: TaskNode;
  readonly entry: CacheEntry;
  readonly outcome: 'fresh' | 'restored';
}

/** The log is part of the result: where it is wanted and cannot be had, the hit is none. */
async function finishHit(run: RunContext, { node, entry, outcome }: Hit): Promise<RestoreAttempt> {
  const { manifest, key, tier } = entry;
  const replays = node.definition.outputLogs === 'full';
  let log: Uint8Array | undefined;
  if (manifest.log.size > 0 && (replays || outcome === 'restored')) {
    log = await run.cache.readLog(entry);
    if (log === undefined) return { hit: false, reasons: [{ reason: 'blob-missing', path: 'log' }] };
  }
  const timeSavedMs = manifest.durationMs;
  run.emit({ type: 'cache-hit', task: node.id, key, tier, outcome, timeSavedMs });
  for (let at = 0; replays && log !== undefined && at < log.length; at += PIECE_BYTES) {
    const bytes = log.subarray(at, at + PIECE_BYTES);
    run.emit({ type: 'task-output', task: node.id, stream: 'stdout', bytes, replay: true });
  }
  if (outcome === 'fresh') return { hit: true, result: { outcome, timeSavedMs } };
  const logPath = run.logPathOf(node.id);
  const written = tryWriteLog(logPath, log ?? new Uint8Array(0));
  return { hit: true, result: { outcome, timeSavedMs, ...(written ? { logPath } : {}) } };
}
