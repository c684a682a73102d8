/** What the one who started the server can put right; its message is for them. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
