import type { LedgerChange, Place } from '../upkeep/ledger.js';

/** What one process of a server tells the others. */
export type News =
  LedgerChange | { readonly kind: 'wrong-login'; readonly address: string; readonly credentialDigest: string };

/** What one process of a server asks the others. */
export type Question =
  { readonly kind: 'metrics' } | { readonly kind: 'ledger' } | { readonly kind: 'make-room'; readonly place: Place };

/** What a process does with what the others tell and ask. */
export interface SiblingDuties {
  take(news: News): void;
  /** Undefined when it has nothing to say. */
  answer(question: Question): Promise<unknown>;
  /** Told what `take` or `answer` threw: a bug, which ends nothing. */
  noteUnexpected(error: unknown): void;
}

/** The other processes of the same server, which serve the same store on the same port. */
export interface Siblings {
  /** One of them counts what is stored, and evicts. */
  readonly isLeader: boolean;
  /** How many of all processes, this one too, should serve and do not at the moment. */
  readonly missing: number;
  /** Reaches all the others soon, and in order. */
  tell(news: News): void;
  /** What the others have to say; those that die meanwhile are left out. What was told before has arrived by then. */
  ask(question: Question): Promise<readonly unknown[]>;
  /** From now on, news and questions are for this process too. */
  join(duties: SiblingDuties): void;
}

/** Two pieces of news as one that says the same; undefined when there is none. A busy server stores thousands of entries a second. */
export function joinNews(first: News, then: News): News | undefined {
  if (first.kind !== 'stored' || then.kind !== 'stored' || first.slot !== then.slot) return undefined;
  return { ...then, bytes: first.bytes + then.bytes, entries: first.entries + then.entries };
}
