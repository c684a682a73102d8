import { isSnapshotPath } from '@tr/model';

/**
 * What nearly every path is: segments of plain characters that do not end with a dot and begin like no device of Windows
 * and no folder of git or ours. It says less than the expression below, which takes V8 half a millisecond to make.
 */
const PLAIN =
  /^(?:(?!(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)|\.git(?:\/|$)|\.tr(?:\/|$)|(?:git|tr)~)[\w@+.-]*[\w@+-](?:\/(?!$)|$))+$/i;

/**
 * Anything in a path that makes it unsafe to write on some system: an absolute path, an empty segment, `.` and `..`
 * (as a trailing dot), a drive letter, a backslash or control character, a trailing dot or space, a device name of
 * Windows, and the folders of git and of ourselves, also by the name of a stream (`.git::$INDEX_ALLOCATION` is the folder to
 * NTFS) or by the short one that Windows gives to what begins with a dot. One expression, because every entry of every manifest passes it.
 */
let unsafeExpression: RegExp | undefined;
const unsafe = (): RegExp =>
  (unsafeExpression ??=
    /[\\\p{Cc}\p{Cs}]|^[A-Za-z]:|(?:^|\/)(?:\/|$)|[. ](?:\/|$)|(?:^|\/)(?:(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:[.:][^/]*)?|(?:\.git|\.tr|(?:git|tr)~[0-9]+)(?::[^/]*)?)(?:\/|$)/iu);

/** The folders of git and of ourselves, as one segment. */
const isOurs = (segment: string): boolean => /^(?:\.git|\.tr|(?:git|tr)~[0-9]+)(?::|$)/i.test(segment);

/** What HFS+ passes over when it looks for a name, by the list of git (`next_hfs_char` in `utf8.c`). */
const withoutIgnored = (text: string): string =>
  text.replaceAll(/[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g, '');

/** Longest path and longest segment that are stored, in UTF-16 code units; the usual limits of Linux. */
const MAX_PATH_LENGTH = 4096;
const MAX_SEGMENT_LENGTH = 255;

/**
 * Why a workspace-relative POSIX path may not be written on every system, in a few words; undefined when it may.
 * The same answer on every platform, so that an entry stored on one can be restored on the others.
 */
export function findPathHazard(path: string): string | undefined {
  const isShort = path.length <= MAX_SEGMENT_LENGTH;
  if (isShort && PLAIN.test(path)) return undefined;
  const bare = withoutIgnored(path);
  if (isShort && !unsafe().test(bare)) return undefined;
  if (isSnapshotPath(path)) return undefined;
  return nameHazard(bare);
}

/** A control character, or half of a surrogate pair (no file name decodes to that). */
function hasHalfOrControl(text: string): boolean {
  return /[\p{Cc}\p{Cs}]/u.test(text);
}

function nameHazard(path: string): string | undefined {
  if (path === '') return 'an empty path';
  if (path.length > MAX_PATH_LENGTH) return 'a path that is too long';
  if (hasHalfOrControl(path)) return 'a control character or half a character';
  if (path.includes('\\')) return 'a backslash';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path)) return 'an absolute path';
  for (const segment of path.split('/')) {
    const hazard = nameSegmentHazard(segment);
    if (hazard !== undefined) return hazard;
  }
  return undefined;
}

function nameSegmentHazard(segment: string): string | undefined {
  if (segment === '') return 'an empty segment';
  if (segment === '.' || segment === '..') return `the segment \`${segment}\``;
  if (segment.length > MAX_SEGMENT_LENGTH) return 'a segment that is too long';
  if (/[. ]$/.test(segment)) return 'a trailing dot or space';
  if (isOurs(segment)) return `the folder \`${segment}\``;
  return unsafe().test(segment) ? 'a device name of Windows' : undefined;
}

/**
 * Why the text of a link at `path` may lead out of the workspace, in a few words; undefined when it cannot. The way
 * up must come first (`../../a/b`), because only then what the text says is where the link goes: the directories
 * above a link are real ones, those it passes through on the way down may be links themselves.
 */
export function findLinkHazard(path: string, target: string): string | undefined {
  if (target === '' || target.length > MAX_PATH_LENGTH) return 'a link to nowhere';
  if (target.includes('\\') || hasHalfOrControl(target)) return 'a link text that is not a plain path';
  if (target.startsWith('/') || /^[A-Za-z]:/.test(target)) return 'a link to an absolute path';
  const segments = target.split('/').filter((segment) => segment !== '' && segment !== '.');
  const up = segments.findIndex((segment) => segment !== '..');
  const ups = up === -1 ? segments.length : up;
  if (segments.includes('..', ups)) return 'a link that goes down and up again';
  const depth = path.split('/').length - 1;
  if (ups > depth) return 'a link out of the workspace';
  const inside = [...path.split('/').slice(0, depth - ups), ...segments.slice(ups)];
  return inside.some((segment) => isOurs(withoutIgnored(segment))) ? 'a link into the folder of git or tr' : undefined;
}
