import type { ConfigFailure } from './config.js';
import type { ExportFailure } from './export.js';
import type { FingerprintFailure } from './fingerprint.js';
import type { GraphFailure } from './graph.js';
import type { LockfileFailure } from './lockfile.js';
import type { RemoteFailure } from './remote.js';
import type { ServiceFailure } from './service.js';
import type { StoreFailure } from './store.js';
import type { TaskFailure } from './task.js';
import type { UsageFailure } from './usage.js';
import type { WorkspaceFailure } from './workspace.js';

/**
 * Expected trouble, tagged by `code` = `area/slug`. Typed fields only: the words are made in `reporter`. A code is
 * never reused or renamed.
 */
export type Failure =
  | ConfigFailure
  | WorkspaceFailure
  | LockfileFailure
  | ExportFailure
  | GraphFailure
  | FingerprintFailure
  | RemoteFailure
  | ServiceFailure
  | StoreFailure
  | TaskFailure
  | UsageFailure;

/** A failure found while reading the user's files, collected rather than thrown. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly failure: Failure;
}

/** Ends what was asked for. */
export function toError(failure: Failure): Diagnostic {
  return { severity: 'error', failure };
}

/** Is told, and does no more. */
export function toWarning(failure: Failure): Diagnostic {
  return { severity: 'warning', failure };
}
