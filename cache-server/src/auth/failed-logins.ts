import { toNetwork } from './network.js';

const WINDOW_MS = 60_000;
/** Different wrong credentials that one address may try in a window. */
const MAX_DIFFERENT = 20;
/** Networks that are remembered at once. */
const MAX_NETWORKS = 10_000;

/**
 * Slows guessing down. What counts is how many *different* wrong credentials an address sends: a CI job that sends one
 * expired token a thousand times is not guessing, and must not lock out its neighbours behind the same address.
 */
export class FailedLogins {
  readonly #tried = new Map<string, { readonly since: number; readonly credentials: Set<string> }>();
  readonly #now: () => number;

  /** `now` in milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many networks are remembered. */
  get size(): number {
    return this.#tried.size;
  }

  /** True when credentials from this address are not looked at for now. */
  isBlocked(address: string): boolean {
    // Asked with every request: mostly there is nobody to look for.
    if (this.#tried.size === 0) return false;
    return (this.#recent(toNetwork(address))?.credentials.size ?? 0) >= MAX_DIFFERENT;
  }

  /** Notes a wrong credential, by its digest. */
  note(address: string, credentialDigest: string): void {
    const network = toNetwork(address);
    const recent = this.#recent(network);
    if (recent !== undefined) {
      recent.credentials.add(credentialDigest);
      return;
    }
    if (this.#tried.size >= MAX_NETWORKS) this.#dropOldest();
    this.#tried.set(network, { since: this.#now(), credentials: new Set([credentialDigest]) });
  }

  #recent(network: string): { readonly credentials: Set<string> } | undefined {
    const tried = this.#tried.get(network);
    // A clock that was put back ends it as well.
    if (tried === undefined || Math.abs(this.#now() - tried.since) < WINDOW_MS) return tried;
    this.#tried.delete(network);
    return undefined;
  }

  #dropOldest(): void {
    const oldest = this.#tried.keys().next();
    if (oldest.done !== true) this.#tried.delete(oldest.value);
  }
}
