import type { EntryStore, StreamBlobStore } from '@tr/store';
import type { TrustedIssuer } from '../auth/oidc.js';
import type { ScopeParents } from '../auth/scope.js';
import type { SignedBy } from '../auth/signed-by.js';
import type { SignedOnlyRule } from '../auth/signed-only.js';
import type { StoredToken } from '../auth/token.js';
import type { Protocol } from '../protocols/protocol.js';
import type { Quotas } from '../upkeep/ledger.js';
import type { Siblings } from '../workers/siblings.js';

/** Everything a server is made of. Nothing is read from anywhere else. */
export interface ServerOptions {
  readonly entries: EntryStore;
  readonly blobs: StreamBlobStore;
  /** False when the place of the store has become another one: not ready then. Left out: it never does. */
  readonly isStoreInPlace?: (() => Promise<boolean>) | undefined;
  /** Other processes write to the store, or delete from it; such a store is not counted at the start. */
  readonly isShared?: boolean;
  readonly protocols: readonly Protocol[];
  /** The tokens there are now; asked at every login. */
  readonly tokens: () => readonly StoredToken[];
  /** Takes a token back; false when there is no such token. Left out: tokens cannot be taken back here. */
  readonly revokeToken?: (id: string) => Promise<boolean>;
  readonly issuers: readonly TrustedIssuer[];
  readonly parents: ScopeParents;
  /** Where unsigned artifacts are neither taken nor given. */
  readonly signedOnly: readonly SignedOnlyRule[];
  /** Where an entry of `tr` is taken only with a signature of one of these. */
  readonly signedBy: SignedBy;
  readonly quotas: Quotas;
  /** Largest body, bytes. */
  readonly maxEntryBytes: number;
  /** Key for signed URLs; the same on every replica. */
  readonly signingKey: Uint8Array;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Origin that clients use; undefined = as the Host header says. */
  readonly publicUrl: string | undefined;
  /** Believe what the last proxy says in `X-Forwarded-*`: only behind one of one's own. */
  readonly trustProxy: boolean;
  /** PEM texts; undefined = plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** How long requests in flight may go on after `close`, milliseconds. */
  readonly drainMs: number;
  /** Between two rounds of upkeep, milliseconds; 0 = none but those a full store asks for. */
  readonly upkeepMs: number;
  /** Other processes of this server; undefined = there are none. */
  readonly siblings?: Siblings | undefined;
  /** Takes one line of JSON. */
  readonly log: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The same by the clock of the store. Left out: there is one clock. */
  readonly storeNow?: () => number;
}
