import type { ServiceKind } from '@tr/model';

/**
 * Version of the format of a state.
 * 1: tar of plain files and directories; the first member is this header.
 */
export const STATE_VERSION = 1;
/** First member of every state. */
export const HEADER_NAME = 'tr-state.json';

/** What makes a copy of data files valid elsewhere. */
export interface StateHeader {
  readonly version: typeof STATE_VERSION;
  readonly kind: ServiceKind;
  /** What of the engine decides the form of its data files, e.g. `15`; states of another one are refused. */
  readonly format: string;
  /** Operating system and processor. */
  readonly platform: string;
  /** The database that is the service's own; empty where that has no meaning. */
  readonly database: string;
}

/** This machine, as far as data files depend on it. */
export function platformName(): string {
  return `${process.platform}-${process.arch}`;
}

/** Why a state does not fit here, undefined = it does. `read` is the JSON of the header: anything at all. */
export function findMismatch(read: unknown, expected: StateHeader): string | undefined {
  if (typeof read !== 'object' || read === null) return 'it has no header';
  const { version, kind, format, platform } = read as Partial<Record<keyof StateHeader, unknown>>;
  if (version !== expected.version) return `its format is version ${String(version)}, not ${expected.version}`;
  if (kind !== expected.kind) return `it is of ${String(kind)}, not of ${expected.kind}`;
  if (format !== expected.format) return `its data files are of ${String(format)}, not of ${expected.format}`;
  return platform === expected.platform
    ? undefined
    : `it was made on ${String(platform)}, this is ${expected.platform}`;
}

/** Name of the service's database in the state. */
export function readDatabase(read: unknown): string {
  const { database } = read as { database?: unknown };
  return typeof database === 'string' ? database : '';
}
