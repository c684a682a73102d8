/** What a store keeps: bytes by digest, manifests by action key, or shared entries by name. */
export type StoredKind = 'blob' | 'manifest' | 'entry';

/** Trouble with the cache; a warning or a miss, never the end of a task. Paths are native and absolute. */
export type StoreFailure =
  /** Nothing is stored under this name. */
  | { readonly code: 'store/missing'; readonly kind: StoredKind; readonly name: string }
  /** What is stored under this name cannot be trusted; it is set aside, or gives way to what is stored next. */
  | { readonly code: 'store/corrupt'; readonly kind: StoredKind; readonly name: string; readonly detail: string }
  | { readonly code: 'store/no-space'; readonly path: string }
  | { readonly code: 'store/read-only'; readonly path: string }
  /** `detail` is the store's own word for it, where it has one. */
  | { readonly code: 'store/denied'; readonly path: string; readonly detail?: string }
  /** The cache folder was written by a version that we do not know: nothing in it is read, changed or deleted. */
  | { readonly code: 'store/unknown-version'; readonly path: string; readonly found: string }
  /** `detail` is the error code of the operating system. */
  | { readonly code: 'store/io'; readonly path: string; readonly detail: string }
  /** Files that an execution wrote and that no output glob names: a hit would not bring them back. */
  | { readonly code: 'store/undeclared-outputs'; readonly task: string; readonly paths: readonly string[] }
  /** An output that looks like a cache of the tool itself; `bytes` is its size. */
  | {
      readonly code: 'store/cache-like-output';
      readonly task: string;
      readonly path: string;
      readonly bytes: number;
    };

/** Every code of {@link StoreFailure}, for tests and the reference page. */
export const STORE_FAILURE_CODES = [
  'store/cache-like-output',
  'store/corrupt',
  'store/denied',
  'store/io',
  'store/missing',
  'store/no-space',
  'store/read-only',
  'store/undeclared-outputs',
  'store/unknown-version',
] as const satisfies readonly StoreFailure['code'][];

/** Fails to compile when a code is missing from the list above. */
type Missing = Exclude<StoreFailure['code'], (typeof STORE_FAILURE_CODES)[number]>;
true satisfies [Missing] extends [never] ? true : Missing;
