import { constants, existsSync, statfsSync } from 'node:fs';
import { isUndecodable } from '@tr/model';
import { openQuickStat, type QuickStat } from '@tr/quick';
import { isAbsent, tryResolve } from './looks-same.js';
import type { FileObservation } from './observe-files.js';
import { LOOK_WIDTH, LOOSE, type RecordedRun } from './recorded-run.js';
import { SEEN, type KeptLook, type Sights } from './sights.js';

/**
 * File systems of this machine, whose kernel alone says when a file was changed (`f_type` of statfs(2)): ext2 to ext4, XFS,
 * Btrfs, F2FS, ZFS, tmpfs, overlayfs, APFS. Others may keep what they know of a directory for a while (NFS, SMB, FUSE).
 */
const LOCAL_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994, 0x794c7630, 0x1a,
]);

/** As `performance.timeOrigin` says it; that takes a millisecond and a half to load. Milliseconds since the epoch. */
const PROCESS_STARTED_AT = Date.now() - process.uptime() * 1000;

/** How much older than the run a file has to be, milliseconds: the clock of file times may be this far behind. */
const MARGIN_MS = 50;
/** The same where times are whole seconds. */
const COARSE_MARGIN_MS = 2_000;

/** What a recorded run looked at. */
export type LooksSummary = Pick<RecordedRun, 'looked' | 'looks' | 'absent' | 'present' | 'resolved'>;

/** What was observed; undefined when any of it may have been something else when the run saw it. */
export function summarizeLooks(observation: FileObservation): LooksSummary | undefined {
  const quickStat = openQuickStat(process.cwd());
  return quickStat && new LooksSummarizer(quickStat, observation).summarize();
}

class LooksSummarizer {
  readonly #quickStat: QuickStat;
  readonly #sights: Sights;
  readonly #looked: string[] = [];
  readonly #looks: Float64Array;
  readonly #absent: string[] = [];
  readonly #present: string[] = [];
  readonly #resolved: Map<string, string>;
  readonly #localDevices = new Set<number>();

  constructor(quickStat: QuickStat, { sights, resolved }: FileObservation) {
    this.#quickStat = quickStat;
    this.#sights = sights;
    this.#resolved = new Map(resolved);
    // Each sight may lead to one more, behind a link.
    this.#looks = new Float64Array(2 * sights.size * LOOK_WIDTH);
  }

  summarize(): LooksSummary | undefined {
    // What is no UTF-8 cannot be asked for again.
    if (!this.#sights.every((path, bits, look) => !isUndecodable(path) && this.#add(path, bits, look)))
      return undefined;
    for (const [path, target] of this.#resolved) if (tryResolve(path) !== target) return undefined;
    return {
      looked: this.#looked,
      looks: this.#looks.slice(0, this.#looked.length * LOOK_WIDTH),
      absent: this.#absent,
      present: this.#present,
      resolved: [...this.#resolved],
    };
  }

  #add(path: string, bits: number, look: KeptLook | undefined): boolean {
    if ((bits & SEEN.absent) !== 0) {
      this.#absent.push(path);
      return (bits & ~(SEEN.absent | SEEN.followed)) === 0 && isAbsent(this.#quickStat, path);
    }
    if ((bits & (SEEN.looked | SEEN.listed)) !== 0) return this.#addLook(path, bits, look ?? this.#quickStat(path));
    this.#present.push(path);
    return existsSync(path);
  }

  #addLook(path: string, bits: number, look: KeptLook | undefined): boolean {
    if (look === undefined || !this.#isLocal(path, look.dev)) return false;
    const kind = look.mode & constants.S_IFMT;
    // What else is in a directory is nothing that was looked at.
    const isLoose = kind === constants.S_IFDIR && (bits & SEEN.listed) === 0;
    if (!isLoose && !isSettled(look.ctimeMs)) return false;
    this.#write(path, look, isLoose);
    if (kind !== constants.S_IFLNK || (bits & SEEN.followed) === 0) return true;
    const target = tryResolve(path);
    if (target === undefined) return false;
    this.#resolved.set(path, target);
    return this.#addLook(target, bits & ~SEEN.followed, this.#quickStat(target));
  }

  #write(path: string, { mode, ino, size, mtimeMs, ctimeMs }: KeptLook, isLoose: boolean): void {
    const at = this.#looked.push(path) * LOOK_WIDTH - LOOK_WIDTH;
    this.#looks[at] = mode;
    this.#looks[at + 1] = ino;
    this.#looks[at + 2] = size;
    this.#looks[at + 3] = mtimeMs;
    this.#looks[at + 4] = isLoose ? LOOSE : ctimeMs;
  }

  #isLocal(path: string, device: number): boolean {
    if (this.#localDevices.has(device)) return true;
    if (!LOCAL_FILE_SYSTEMS.has(statfsSync(path).type)) return false;
    this.#localDevices.add(device);
    return true;
  }
}

/** Whether what was changed then was changed before this process began: else the run may have seen it as it was before. */
function isSettled(ctimeMs: number): boolean {
  return ctimeMs < PROCESS_STARTED_AT - (ctimeMs % 1000 === 0 ? COARSE_MARGIN_MS : MARGIN_MS);
}
