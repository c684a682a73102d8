import type { MissReason } from '../miss-reason.js';

/** A stored result cannot be written to a file, or taken from one. */
export type ExportFailure =
  /** There is no result of the task as it is now. */
  | { readonly code: 'export/not-stored'; readonly task: string; readonly reasons: readonly MissReason[] }
  /** One file has one result; `candidates` are the ids to choose from, sorted. */
  | { readonly code: 'export/several-tasks'; readonly task: string; readonly candidates: readonly string[] }
  /** Bytes would go to a terminal, or come from one. */
  | { readonly code: 'export/terminal'; readonly command: 'export' | 'import' }
  /** `detail` is the error code of the operating system. */
  | { readonly code: 'export/write-failed'; readonly detail: string }
  /** Not byte for byte what an export writes. */
  | { readonly code: 'export/damaged'; readonly detail: string }
  | { readonly code: 'export/other-version'; readonly version: number }
  /** The configuration has public keys, and none of them has signed the file. */
  | { readonly code: 'export/untrusted'; readonly detail: string };

/** Every code of {@link ExportFailure}, for tests and the reference page. */
export const EXPORT_FAILURE_CODES = [
  'export/damaged',
  'export/not-stored',
  'export/other-version',
  'export/several-tasks',
  'export/terminal',
  'export/untrusted',
  'export/write-failed',
] as const satisfies readonly ExportFailure['code'][];

/** Fails to compile when a code is missing from the list above. */
type Missing = Exclude<ExportFailure['code'], (typeof EXPORT_FAILURE_CODES)[number]>;
true satisfies [Missing] extends [never] ? true : Missing;
