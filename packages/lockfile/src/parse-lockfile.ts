import type { LockfileFailure, PackageManagerName, Result } from '@tr/model';
import { InvariantError, fail, ok } from '@tr/model';
import { readBunLockfile } from './formats/bun.js';
import { readNpmLockfile } from './formats/npm.js';
import type { Lockfile } from './lockfile.js';
import { createLockfile } from './lockfile.js';
import type { LockfileReading } from './reading.js';
import { splitLabel } from './reading.js';
import { UnknownLockfileVersion } from './shape.js';

/** Where a lockfile's text comes from, and what else is known about it. */
export interface LockfileSource {
  /** Path for people, relative to the workspace root. */
  readonly file: string;
  /** `resolutions` of the root package.json: a lockfile of Yarn 1 does not say whom they apply to. */
  readonly resolutions?: Readonly<Record<string, string>>;
}

/**
 * Parses a lockfile. Libraries that read YAML are only loaded for it. Whatever is wrong with the text is a failure (then the
 * whole file should count instead); it never throws for it and never hangs.
 */
export async function parseLockfile(
  kind: PackageManagerName,
  text: string,
  { file, resolutions = {} }: LockfileSource,
): Promise<Result<Lockfile, LockfileFailure>> {
  if (isBinary(file, text)) return fail({ code: 'lockfile/binary', file });
  try {
    const reading = await read(kind, text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n'), resolutions);
    return ok(createLockfile(kind, file, reading));
  } catch (error) {
    // Four foreign parsers, each with error classes of its own, and the text is hostile: all of it is about the text.
    if (error instanceof InvariantError) throw error;
    if (error instanceof UnknownLockfileVersion)
      return fail({ code: 'lockfile/unknown-version', file, found: error.found });
    const detail = error instanceof Error ? (error.message.split('\n')[0] ?? error.name) : String(error);
    return fail({ code: 'lockfile/unreadable', file, detail: detail.slice(0, 300) });
  }
}

/** `bun.lockb`, by name or by its first line. */
function isBinary(file: string, text: string): boolean {
  return file.endsWith('.lockb') || text.startsWith('#!/usr/bin/env bun') || text.slice(0, 1000).includes('\0');
}

async function read(
  kind: PackageManagerName,
  text: string,
  resolutions: Readonly<Record<string, string>>,
): Promise<LockfileReading> {
  switch (kind) {
    case 'npm':
      return readNpmLockfile(text);
    case 'pnpm':
      return (await import('./formats/pnpm.js')).readPnpmLockfile(text);
    case 'bun':
      return readBunLockfile(text);
    case 'yarn':
    case 'berry':
      // A workspace may say `yarn` of any version: the text tells which of the two formats it is.
      return /^__metadata:/m.test(text)
        ? (await import('./formats/berry.js')).readBerryLockfile(text)
        : (await import('./formats/yarn.js')).readYarnLockfile(text, resolvedNames(resolutions));
  }
}

/** Names that `resolutions` patterns end in: `x`, `@s/x`, `parent/x`, `**` + `/x`, with or without a range. */
function resolvedNames(resolutions: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set(
    Object.keys(resolutions).map((pattern) => {
      const name = /(?:@[^/@]+\/)?[^/]+$/.exec(pattern)?.[0] ?? pattern;
      return splitLabel(name)[0];
    }),
  );
}
