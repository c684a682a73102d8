const WINDOW_MS = 60_000;
/** Different wrong credentials that one address may try in a window. */
const MAX_DIFFERENT = 20;
/** Addresses that are remembered at once. */
const MAX_ADDRESSES = 10_000;

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

  /** True when credentials from this address are not looked at for now. */
  isBlocked(address: string): boolean {
    return (this.#recent(address)?.credentials.size ?? 0) >= MAX_DIFFERENT;
  }

  /** Notes a wrong credential, by its digest. */
  note(address: string, credentialDigest: string): void {
    const recent = this.#recent(address);
    if (recent !== undefined) {
      recent.credentials.add(credentialDigest);
      return;
    }
    if (this.#tried.size >= MAX_ADDRESSES) this.#dropOldest();
    this.#tried.set(address, { since: this.#now(), credentials: new Set([credentialDigest]) });
  }

  #recent(address: string): { readonly credentials: Set<string> } | undefined {
    const tried = this.#tried.get(address);
    if (tried === undefined || this.#now() - tried.since < WINDOW_MS) return tried;
    this.#tried.delete(address);
    return undefined;
  }

  #dropOldest(): void {
    const oldest = this.#tried.keys().next();
    if (oldest.done !== true) this.#tried.delete(oldest.value);
  }
}
