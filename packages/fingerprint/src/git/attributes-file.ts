import { join } from 'node:path';
import type { RelativePath } from '@tr/model';
import { compilePathPattern } from './ignore-file.js';

/** One attributes file: what it may do to the files below it. */
export interface AttributesFile {
  /** Tells two files of one text apart. */
  readonly base: string;
  readonly text: string;
  /** True when some line may turn conversion of line endings, or `$Id$`, on. */
  readonly convertsLineEndings: boolean;
  /** Which files have a filter or another encoding. */
  readonly gitOnly: readonly GitOnlyFiles[];
}

/** Files that only git can convert. */
export interface GitOnlyFiles {
  /** Takes workspace-relative paths. */
  readonly matches: (path: RelativePath) => boolean;
  /** True when all there is to do is what Git LFS does. */
  readonly isLfs: boolean;
}

const LINE_ENDINGS = /^(?:text|crlf|eol|ident)(?:=|$)/;
const GIT_ONLY = /^(?:filter|working-tree-encoding)(?:=|$)/;

/** `base` names the file; `toInner` makes a workspace-relative path one that its patterns are about. */
export function parseAttributes(text: string, base: string, toInner: (path: RelativePath) => string): AttributesFile {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line) => line.replace(/^[ \t\r]+/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(splitLine);
  // A macro gives its attributes to any line that names it: then no pattern says which files are meant.
  const hasGitOnlyMacro = lines.some(
    ({ isMacro, attributes }) => isMacro && attributes.some((name) => GIT_ONLY.test(name)),
  );
  const gitOnly = lines.flatMap(({ pattern, isMacro, attributes }): GitOnlyFiles[] => {
    const conversions = attributes.filter((name) => GIT_ONLY.test(name));
    const matches = isMacro || conversions.length === 0 ? undefined : compilePathPattern(pattern, true);
    if (matches === undefined) return [];
    const isLfs = conversions.every((name) => name === 'filter=lfs');
    return [{ matches: (path) => matches(toInner(path), false), isLfs }];
  });
  return {
    base,
    text,
    convertsLineEndings: lines.some(({ attributes }) => attributes.some((name) => LINE_ENDINGS.test(name))),
    gitOnly: hasGitOnlyMacro ? [{ matches: () => true, isLfs: false }] : gitOnly,
  };
}

/** Where a workspace lies in a repository. */
export interface WorkspacePlace {
  /** Absolute native paths of the directories above the workspace up to the top of the work tree, top first. */
  readonly above: readonly string[];
  /** Path of the workspace root in the repository: `''` or ending in `/`. */
  readonly prefix: string;
}

/** The attributes files above a workspace, top first, with what a workspace-relative path has before it there. */
export function listAttributesAbove({
  above,
  prefix,
}: WorkspacePlace): readonly { readonly path: string; readonly before: string }[] {
  const names = prefix.split('/').slice(0, -1);
  return above.map((directory, depth) => ({
    path: join(directory, '.gitattributes'),
    before: names
      .slice(depth)
      .map((name) => `${name}/`)
      .join(''),
  }));
}

interface AttributeLine {
  readonly pattern: string;
  readonly isMacro: boolean;
  readonly attributes: readonly string[];
}

function splitLine(line: string): AttributeLine {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(line);
  const written = quoted === null ? (/^[^ \t\r]+/.exec(line)?.[0] ?? '') : quoted[0];
  // What a quoted pattern escapes is rare enough to be taken as matching anything.
  const pattern = quoted === null ? written : (quoted[1] ?? '').includes('\\') ? '*' : (quoted[1] ?? '');
  const attributes = line
    .slice(written.length)
    .split(/[ \t\r]+/)
    .filter((attribute) => attribute !== '');
  return { pattern, isMacro: pattern.startsWith('[attr]'), attributes };
}
