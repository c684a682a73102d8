import { parse, printParseErrorCode } from 'jsonc-parser';
import { fail, isRecord, joinPath, ok, type RelativePath, type Result, type WorkspaceFailure } from '@tr/model';
import { NotAFileError } from '@tr/quick';
import { positionAt, positionOfKey, withinStack } from './positions.js';
import { toAbsolute } from './paths.js';
import { readTextIfPresent } from './read-text.js';

/** The parts of a package.json that we use, checked. */
export interface Manifest {
  /** Path of the file, relative to the workspace root. */
  readonly file: RelativePath;
  readonly text: string;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  /** devDependencies, optionalDependencies and dependencies: of a name in several, the last of this order counts. */
  readonly dependencies: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>> | undefined;
  /** Everything else, unchecked. */
  readonly fields: Readonly<Record<string, unknown>>;
}

type Json = Readonly<Record<string, unknown>>;
type Texts = Readonly<Record<string, string>>;

/** Thrown and caught in this file only: what is wrong (the message), and under which key. */
class ManifestProblem extends Error {
  constructor(
    readonly path: readonly string[],
    message: string,
  ) {
    super(message);
  }
}

/** The package.json of a directory; undefined when there is none. Positions are worked out only on failure. */
export function readManifest(root: string, directory: RelativePath): Result<Manifest | undefined, WorkspaceFailure> {
  const file = joinPath(directory, 'package.json');
  let text: string | undefined;
  try {
    text = readTextIfPresent(toAbsolute(root, file));
    return ok(text === undefined ? undefined : parseManifest(file, text));
  } catch (error) {
    if (error instanceof NotAFileError) return fail(notAFile(file));
    if (text !== undefined && error instanceof SyntaxError) return fail(describeSyntaxError(file, text));
    if (text === undefined || !(error instanceof ManifestProblem)) throw error;
    return fail(describeProblem(file, text, error));
  }
}

/** Fails on the same types as Turborepo: what it passes over (`engines`, unknown keys) is passed over here too. */
function parseManifest(file: RelativePath, text: string): Manifest {
  const fields: unknown = JSON.parse(text);
  if (!isRecord(fields)) throw new ManifestProblem([], 'it must hold an object');
  const name = readString(fields, 'name');
  if (name === '') throw new ManifestProblem(['name'], '"name" is empty');
  if (name === '//') throw new ManifestProblem(['name'], '"//" is the name of the root package');
  return {
    file,
    text,
    name,
    version: readString(fields, 'version'),
    scripts: readTexts(fields, 'scripts'),
    dependencies: {
      ...readTexts(fields, 'devDependencies'),
      ...readTexts(fields, 'optionalDependencies'),
      ...readTexts(fields, 'dependencies'),
    },
    engines: isTexts(fields['engines']) ? fields['engines'] : undefined,
    fields,
  };
}

function isTexts(value: unknown): value is Texts {
  return isRecord(value) && Object.values(value).every((entry) => typeof entry === 'string');
}

function readString(fields: Json, key: string): string | undefined {
  const value = fields[key];
  if (value === undefined || typeof value === 'string') return value;
  throw new ManifestProblem([key], `"${key}" must be a string`);
}

const NOTHING: Texts = {};

function readTexts(fields: Json, key: string): Texts {
  const value = fields[key];
  if (value === undefined) return NOTHING;
  if (!isRecord(value)) throw new ManifestProblem([key], `"${key}" must be an object of strings`);
  for (const inner in value) {
    if (typeof value[inner] !== 'string') throw new ManifestProblem([key, inner], `"${inner}" must be a string`);
  }
  return value as Texts;
}

function notAFile(file: RelativePath): WorkspaceFailure {
  return { code: 'workspace/invalid-manifest', at: { file, line: 1, column: 1 }, detail: 'it is not a file' };
}

function describeSyntaxError(file: RelativePath, text: string): WorkspaceFailure {
  const errors: { readonly error: number; readonly offset: number; readonly length: number }[] = [];
  withinStack(() => parse(text, errors, { disallowComments: true, allowTrailingComma: false }));
  const first = errors[0];
  const detail =
    text.trim() === '' ? 'it is empty' : `it is not JSON (${first ? printParseErrorCode(first.error) : '?'})`;
  return { code: 'workspace/invalid-manifest', at: positionAt(file, text, first?.offset ?? 0), detail };
}

function describeProblem(file: RelativePath, text: string, problem: ManifestProblem): WorkspaceFailure {
  const at = positionOfKey(file, text, problem.path);
  return { code: 'workspace/invalid-manifest', at, detail: problem.message };
}
