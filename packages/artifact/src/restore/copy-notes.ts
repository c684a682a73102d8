import { basename } from 'node:path';
import type { RelativePath } from '@tr/model';
import {
  attempt,
  findPathHazard,
  isRunning,
  markOwnProcess,
  parseProcessMark,
  readOwnEntries,
  readWhole,
  type Disk,
  type ProcessMark,
} from '@tr/store';
import { isReachable } from '../outputs/collect-outputs.js';

/** Of the note about a staged tree, behind the name of that. */
const NOTE_NAME = /^(restore-[0-9a-f]{18})\.copies$/;
const MAX_NOTE_BYTES = 16 * 1024;

/**
 * The name under which a staged file is copied beside its target, on the way to another file system. The digits are those of the staged
 * tree, so nobody else's file is called so.
 */
export function toCopyName(staging: string, target: string): string {
  return `${target}.${basename(staging)}.tr-tmp`;
}

/** Notes that files of the tree at `staging` are copied to below `base`, and by whom; before the first one. */
export function noteCopies(disk: Disk, staging: string, base: RelativePath): void {
  const file = disk.open(toNotePath(staging), 'create');
  try {
    disk.write(file, Buffer.from(JSON.stringify({ base, ...markOwnProcess() })));
  } finally {
    disk.close(file);
  }
}

/** Forgets it: nothing is under way any more. Fine when there is no note. */
export function dropNote(disk: Disk, staging: string): void {
  const path = toNotePath(staging);
  attempt(path, () => disk.unlink(path));
}

/**
 * Removes half files that a process which was killed while it copied left beside outputs: what was being copied is still in its staged tree.
 * Of another machine's process, or of one that is not known, only what was noted before `before`, milliseconds since the epoch.
 */
export function sweepCopies(
  { disk, root }: { readonly disk: Disk; readonly root: string },
  area: string,
  before: number,
): void {
  attempt(area, () => {
    for (const { name } of readOwnEntries(disk, area)) {
      const [, tree] = NOTE_NAME.exec(name) ?? [];
      if (tree === undefined) continue;
      const staging = `${area}/${tree}`;
      const note = readNote(disk, staging);
      const isYoung = (disk.lstat(toNotePath(staging))?.mtimeMs ?? 0) >= before;
      if ((note && isRunning(note.mark)) ?? isYoung) continue;
      if (note !== undefined) removeCopies(disk, { root, staging, base: note.base }, '');
      dropNote(disk, staging);
    }
  });
}

function toNotePath(staging: string): string {
  return `${staging}.copies`;
}

/** Where files were copied to, and by whom; undefined for a note that does not say it, as of a process that was killed while it wrote that. */
function readNote(
  disk: Disk,
  staging: string,
): { readonly base: RelativePath; readonly mark: ProcessMark } | undefined {
  try {
    const bytes = readWhole(disk, toNotePath(staging), MAX_NOTE_BYTES)?.bytes;
    const note = JSON.parse(Buffer.from(bytes ?? []).toString('utf8')) as Partial<Record<string, unknown>>;
    const { base } = note;
    const mark = parseProcessMark(note);
    if (mark === undefined || typeof base !== 'string') return undefined;
    return base !== '' && findPathHazard(base) !== undefined ? undefined : { base, mark };
  } catch {
    return undefined;
  }
}

function removeCopies(
  disk: Disk,
  place: { readonly root: string; readonly staging: string; readonly base: RelativePath },
  below: string,
): void {
  const { root, staging, base } = place;
  const entries = attempt(staging, () => disk.readDirectory(`${staging}${below}`));
  for (const entry of entries.ok ? entries.value : []) {
    const path = `${below}/${entry.name}`;
    if (entry.isDirectory()) {
      removeCopies(disk, place, path);
      continue;
    }
    const copy = toCopyName(staging, base === '' ? path.slice(1) : `${base}${path}`);
    // Never through a link.
    if (isReachable(disk, root, copy)) attempt(copy, () => disk.unlink(`${root}/${copy}`));
  }
}
