import { errorCode, type FingerprintFailure } from '@tr/model';

/**
 * Ends a walk deep inside: an input that is there cannot be read. Caught where the file index is entered and turned
 * into the failure it carries; it never leaves this package.
 */
export class FingerprintError extends Error {
  override readonly name = 'FingerprintError';
  readonly failure: FingerprintFailure;

  constructor(failure: FingerprintFailure, options?: ErrorOptions) {
    super(failure.code, options);
    this.failure = failure;
  }
}

/** The error for an input that cannot be read. `path` is relative to the workspace root. */
export function unreadableInput(path: string, cause: unknown): FingerprintError {
  const detail = errorCode(cause) ?? String(cause);
  return new FingerprintError({ code: 'fingerprint/unreadable-input', path, detail }, { cause });
}
