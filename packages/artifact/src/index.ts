/**
 * Outputs on disk to manifest and blobs, and back.
 * Owns: which files the output globs mean, packing, path safety, staged restores, what is known about outputs on disk.
 * Refuses: deciding whether an entry is a hit, keys, tiers, policies, words for people.
 * Terms: a stamp is the stat by which an untouched output is known; a record is what a work tree knows of one task.
 */
export {
  collectOutputs,
  type CollectedOutputs,
  type OutputType,
  type UnsafeOutput,
} from './outputs/collect-outputs.js';
export { compileOutputs, type OutputGlob, type OutputMatcher } from './outputs/output-globs.js';
export { findRealDirectory } from './outputs/real-directory.js';
export { packOutputs, type PackedOutputs, type PackTrouble } from './pack/pack-outputs.js';
export { dateBack } from './record/date-back.js';
export type { KnownOutputs, OutputRecord, RecordDraft } from './record/output-record.js';
export { listLeftOutputs, listUntouched } from './record/left-outputs.js';
export { openOutputRecords, type OutputRecords } from './record/output-records.js';
export { isSameStamp, toStamp, type Stamp } from './record/stamp.js';
export { findClash, type Clash } from './restore/find-clash.js';
export {
  rememberOutputs,
  restoreOutputs,
  type OutputPlace,
  type RestoreRequest,
  type FindOwner,
  type RestoreResult,
} from './restore/restore-outputs.js';
export type { ContentStream } from './restore/stage-stream.js';
export { openStagingArea, type StagingArea } from './restore/staging-area.js';
export { breakLinks } from './restore/break-links.js';
export { removeTree } from './restore/remove-tree.js';
