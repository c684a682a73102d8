import type { EntryStore, StreamBlobStore } from '@tr/store';
import type { Identity } from '../auth/identity.js';
import type { ScopeParents } from '../auth/scope.js';
import type { Ledger } from '../upkeep/ledger.js';
import type { RequestTrace } from './request-trace.js';

/** What sessions are made over; one per server. */
export interface SessionGround {
  readonly entries: EntryStore;
  readonly blobs: StreamBlobStore;
  readonly parents: ScopeParents;
  readonly ledger: Ledger;
  /** Largest body, bytes. */
  readonly maxEntryBytes: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Whose session it is and where its trace goes. */
export interface SessionSubject {
  readonly identity: Identity;
  readonly protocol: string;
  readonly trace: RequestTrace;
}
