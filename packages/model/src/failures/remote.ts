/** Trouble with the shared cache; a warning, never the end of a task. `origin` is an address without credentials. */
export type RemoteFailure =
  /** It could not be reached, or did not answer as it should. Told once in a run. */
  | { readonly code: 'remote/unavailable'; readonly origin: string; readonly detail: string }
  /** It does not accept the credential, or not for this. */
  | { readonly code: 'remote/refused'; readonly origin: string; readonly detail: string }
  /** Time was up before all results were sent. */
  | { readonly code: 'remote/uploads-left'; readonly origin: string; readonly count: number }
  /** The address is neither http(s) nor s3, or a part of it is wrong. */
  | { readonly code: 'remote/invalid-url'; readonly setting: string; readonly detail: string }
  /** A CI job has a credential, and nothing says what cache it is for. */
  | { readonly code: 'remote/not-named'; readonly variable: string }
  /** Neither a packaged library nor Node itself can pack and unpack here. */
  | { readonly code: 'remote/no-zstd'; readonly origin: string }
  /** Its certificate is not one to trust. */
  | { readonly code: 'remote/untrusted'; readonly origin: string; readonly detail: string }
  /** An error of ours that nobody foresaw: a bug. Told once in a run. */
  | { readonly code: 'remote/unexpected'; readonly origin: string; readonly detail: string }
  /** It sent a result that is not what it says it is. */
  | { readonly code: 'remote/damaged'; readonly origin: string; readonly detail: string }
  /** A variable that should name an HTTP proxy does not. Its value may have a credential in it. */
  | { readonly code: 'remote/invalid-proxy'; readonly variable: string }
  /** The configuration wants signed results (`signature`), and does not say whose signatures count. */
  | { readonly code: 'remote/no-public-keys' }
  /** Only signed results count, and this machine has no key whose signature would: it sends none. */
  | { readonly code: 'remote/no-signing-key'; readonly origin: string; readonly isSet: boolean }
  /** A key to sign with, or to verify with, is not Ed25519. */
  | { readonly code: 'remote/invalid-key'; readonly setting: string };

/** Every code of {@link RemoteFailure}, for tests and the reference page. */
export const REMOTE_FAILURE_CODES = [
  'remote/damaged',
  'remote/invalid-key',
  'remote/invalid-proxy',
  'remote/invalid-url',
  'remote/no-public-keys',
  'remote/no-signing-key',
  'remote/no-zstd',
  'remote/not-named',
  'remote/refused',
  'remote/unavailable',
  'remote/unexpected',
  'remote/untrusted',
  'remote/uploads-left',
] as const satisfies readonly RemoteFailure['code'][];

/** Fails to compile when a code is missing from the list above. */
type Missing = Exclude<RemoteFailure['code'], (typeof REMOTE_FAILURE_CODES)[number]>;
true satisfies [Missing] extends [never] ? true : Missing;
