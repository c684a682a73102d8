/**
 * The code of an error that has its cause outside of the program: the operating system's (`ENOENT`), a server's. Undefined for all else,
 * also for Node's own codes (`ERR_…`), which tell of a bug; but what Node was told not to allow (`--permission`) is as the system's refusal.
 */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ERR_ACCESS_DENIED') return 'EACCES';
  return typeof code === 'string' && !code.startsWith('ERR_') ? code : undefined;
}

/** True for the two codes that say a path is not there. */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}
