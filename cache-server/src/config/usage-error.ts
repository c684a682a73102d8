/** What the one who started the server can put right; its message is for them. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The store cannot be used as it is; the message is for the one who started the server. */
export class StoreUnusableError extends Error {
  override readonly name = 'StoreUnusableError';
}
