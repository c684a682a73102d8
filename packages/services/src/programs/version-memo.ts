import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sha256 } from '@tr/hash';

/** 1: path -> stat and version text. 2: the first line is the SHA-256 of what follows, as keys follow from it. */
const MEMO_VERSION = 2;
/** Hexadecimal digits of the first line. */
const DIGEST_DIGITS = 64;

interface Remembered {
  /** Size, modification time and inode of the program. */
  readonly stat: string;
  readonly text: string;
}

/**
 * Remembers on disk what `--version` of a program says, tied to the stat of the program, so that asking again starts no
 * process. A memo that cannot be read or written costs time, nothing else.
 */
export class VersionMemo {
  readonly #path: string;
  #entries: Map<string, Remembered> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** What `ask` has answered for this very program. Undefined when it cannot be asked. */
  async lookup(program: string, ask: () => Promise<string | undefined>): Promise<string | undefined> {
    const stat = describeStat(program);
    if (stat === undefined) return undefined;
    const known = this.#load().get(program);
    if (known?.stat === stat) return known.text;
    const text = await ask();
    if (text !== undefined) this.#keep(program, { stat, text });
    return text;
  }

  #load(): Map<string, Remembered> {
    this.#entries ??= new Map(readEntries(this.#path));
    return this.#entries;
  }

  #keep(program: string, entry: Remembered): void {
    const entries = this.#load();
    entries.set(program, entry);
    try {
      mkdirSync(dirname(this.#path), { recursive: true });
      const temporary = `${this.#path}.tmp-${process.pid}`;
      const text = JSON.stringify({ version: MEMO_VERSION, programs: Object.fromEntries(entries) });
      writeFileSync(temporary, `${sha256(text)}\n${text}`);
      renameSync(temporary, this.#path);
    } catch {
      // Asked again next time.
    }
  }
}

function readEntries(path: string): readonly (readonly [string, Remembered])[] {
  try {
    const file = readFileSync(path, 'utf8');
    const json = file.slice(DIGEST_DIGITS + 1);
    if (file.slice(0, DIGEST_DIGITS) !== sha256(json)) return [];
    const read = JSON.parse(json) as {
      readonly version?: unknown;
      readonly programs?: Readonly<Record<string, Partial<Remembered>>>;
    };
    if (read.version !== MEMO_VERSION) return [];
    return Object.entries(read.programs ?? {}).flatMap(([program, { stat, text }]) =>
      typeof stat === 'string' && typeof text === 'string' ? [[program, { stat, text }] as const] : [],
    );
  } catch {
    return [];
  }
}

function describeStat(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? `${stat.size} ${stat.mtimeMs} ${stat.ino}` : undefined;
}
