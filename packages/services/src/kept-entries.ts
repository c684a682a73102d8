import { readFileSync, renameSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isRecord, type ServiceDefinition } from '@tr/model';
import type { KeptService } from './ports.js';
import { listOwnFiles } from './place/list-own-files.js';

/** 1: what {@link KeptService} has, and the digest of the definition. 2: `given`. */
const KEPT_VERSION = 2;
const READABLE = [1, KEPT_VERSION];

/** What was made on a server that somebody else runs. */
export interface Given {
  /** With its address. */
  readonly service: ServiceDefinition;
  /** What is ours has it. */
  readonly mark: string;
}

/** What is known of a kept service. */
export interface KeptEntry {
  /** Digest of what it was started with. */
  readonly definition: string;
  readonly service: Omit<KeptService, 'isRunning'>;
  /** Absent = a server of ours. */
  readonly given?: Given;
}

/** An entry, and where it is. */
export interface ListedEntry {
  readonly name: string;
  readonly entry: KeptEntry;
  readonly path: string;
  /** Of the servers that belong to it. */
  readonly register: string;
}

/** The entries of a folder, sorted by their names. */
export function listKept(folder: string): readonly ListedEntry[] {
  return listOwnFiles(folder, /\.json$/).flatMap((file) => {
    const path = join(folder, file);
    const name = basename(file, '.json');
    const entry = readEntry(path);
    return entry === undefined ? [] : [{ name, entry, path, register: join(folder, `${name}.jsonl`) }];
  });
}

/** Paths of all registers of a folder. */
export function toKeptPaths(folder: string): readonly string[] {
  return listOwnFiles(folder, /\.jsonl$/).map((name) => join(folder, name));
}

/** Writes an entry: for this user only, as it holds passwords. */
export function writeEntry(folder: string, name: string, entry: KeptEntry): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  writeFileSync(`${path}.tmp`, JSON.stringify({ version: KEPT_VERSION, ...entry }), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}

/** Forgets an entry. */
export function removeEntry({ path }: ListedEntry): void {
  rmSync(path, { force: true });
}

function readEntry(path: string): KeptEntry | undefined {
  try {
    const entry: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isEntry(entry) && READABLE.includes(Number(entry.version)) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** As far as it is used before somebody looks whether it is still true. */
function isEntry(value: unknown): value is KeptEntry & { readonly version?: unknown } {
  if (!isRecord(value) || typeof value['definition'] !== 'string') return false;
  const { service, given } = value;
  const isOurs =
    given === undefined || (isRecord(given) && isNamed(given['service']) && typeof given['mark'] === 'string');
  return isOurs && isNamed(service) && isRecord(service['environment']);
}

function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && typeof value['name'] === 'string' && typeof value['kind'] === 'string';
}
