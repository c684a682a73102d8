import type { Authenticator } from '../auth/authenticator.js';
import { Problem } from '../http/problem.js';
import type { Metrics } from '../server/metrics.js';
import type { Ledger, LedgerChange } from '../upkeep/ledger.js';
import type { Upkeep } from '../upkeep/upkeep.js';
import type { Question, Siblings } from './siblings.js';

/** What one process knows that the others must know too. */
export interface SharedState {
  readonly ledger: Ledger;
  readonly upkeep: Upkeep;
  readonly metrics: Metrics;
  readonly authenticator: Authenticator;
  readonly noteUnexpected: (error: unknown) => void;
}

/**
 * Makes the processes of a server behave as one: each knows what the others stored and which wrong logins they saw, the
 * leader makes room for all, and each can tell the metrics of all.
 */
export function shareState(siblings: Siblings, state: SharedState): void {
  const { ledger, upkeep, metrics, authenticator, noteUnexpected } = state;
  ledger.onChange((change) => siblings.tell(change));
  authenticator.onWrongLogin((address, credentialDigest) =>
    siblings.tell({ kind: 'wrong-login', address, credentialDigest }),
  );
  if (!siblings.isLeader) ledger.onFull(async (place) => void (await siblings.ask({ kind: 'make-room', place })));
  const answer = async (question: Question): Promise<unknown> => {
    switch (question.kind) {
      case 'metrics':
        return await metrics.values();
      case 'ledger':
        return siblings.isLeader ? ledger.count() : undefined;
      case 'make-room':
        if (siblings.isLeader) await upkeep.makeRoom(question.place).catch(rethrowUnexpected);
        return undefined;
    }
  };
  siblings.join({
    take: (news) => {
      if (news.kind === 'wrong-login') authenticator.noteWrongLogin(news.address, news.credentialDigest);
      else ledger.take(news);
    },
    answer,
    noteUnexpected,
  });
}

/** Whoever asked finds out that there is no room. */
function rethrowUnexpected(error: unknown): void {
  if (!(error instanceof Problem)) throw error;
}

/** What the leader has counted, for one that starts later. */
export async function catchUp(siblings: Siblings, ledger: Ledger): Promise<void> {
  for (const count of await siblings.ask({ kind: 'ledger' })) ledger.take(count as LedgerChange);
}
