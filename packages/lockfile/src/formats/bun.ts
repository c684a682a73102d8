import type { ParseError } from 'jsonc-parser';
import { parse, printParseErrorCode } from 'jsonc-parser';
import { checkKeyLength } from '../limits.js';
import type { LockedEdge, LockedEntry, LockfileReading, Request } from '../reading.js';
import { splitLabel } from '../reading.js';
import type { ParsedRecord } from '../shape.js';
import {
  MalformedLockfile,
  UnknownLockfileVersion,
  canonicalText,
  expectRecord,
  own,
  recordAt,
  stringAt,
  stringPairsAt,
} from '../shape.js';

const RUNTIME = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const;
const REQUESTED = [...RUNTIME, 'devDependencies'] as const;
const NEWEST_VERSION = 2;

interface BunWorkspace {
  readonly name: string;
  /** Section -> what it asks for. */
  readonly requests: ReadonlyMap<string, readonly Request[]>;
}

interface BunFile {
  /** By directory. */
  readonly workspaces: ReadonlyMap<string, BunWorkspace>;
  readonly indexOf: ReadonlyMap<string, number>;
  readonly patches: ReadonlyMap<string, string>;
  readonly trusted: ReadonlySet<string>;
}

/**
 * Reads bun.lock. Keys of `packages` are paths of names (`a/b` is the `b` that `a` gets, where it differs from the
 * hoisted `b`; `a` may be a workspace package), so a dependency resolves by walking up the path.
 */
export function readBunLockfile(text: string): LockfileReading {
  const root = parseJsonc(text);
  const version = own(root, 'lockfileVersion');
  if (typeof version !== 'number' || version > NEWEST_VERSION) throw new UnknownLockfileVersion(canonicalText(version));
  const packages = Object.entries(recordAt(root, 'packages'));
  const trusted = own(root, 'trustedDependencies');
  const file: BunFile = {
    workspaces: workspacesOf(root),
    indexOf: new Map(packages.map(([key], index) => [key, index])),
    patches: new Map(stringPairsAt(root, 'patchedDependencies')),
    trusted: new Set(Array.isArray(trusted) ? trusted.filter((name) => typeof name === 'string') : []),
  };
  return {
    entries: packages.map(([key, value]) => toEntry(file, key, value)),
    resolve: (directory, [name]) => {
      const target = find(file, nameOfWorkspace(file, directory), name);
      return target === undefined ? [] : [target];
    },
    requestsOf: (directory) => requestsOf(file, directory, REQUESTED),
    settings: Object.hasOwn(root, 'configVersion') ? canonicalText({ configVersion: own(root, 'configVersion') }) : '',
    globals: canonicalText([version, own(root, 'configVersion')]),
  };
}

function parseJsonc(text: string): ParsedRecord {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first === undefined) return expectRecord(value, 'the lockfile');
  const line = text.slice(0, first.offset).split('\n').length;
  throw new MalformedLockfile(`line ${line}: ${printParseErrorCode(first.error)}`);
}

/** All of them now: what is malformed is found while the file is read, or never. */
function workspacesOf(root: ParsedRecord): Map<string, BunWorkspace> {
  const workspaces = recordAt(root, 'workspaces');
  return new Map(
    Object.keys(workspaces).map((directory) => {
      const workspace = recordAt(workspaces, directory);
      const requests = REQUESTED.map((section) => [section, stringPairsAt(workspace, section)] as const);
      return [
        directory,
        { name: stringAt(workspace, 'name') ?? '', requests: new Map<string, readonly Request[]>(requests) },
      ];
    }),
  );
}

function nameOfWorkspace(file: BunFile, directory: string): string {
  return directory === '' ? '' : (file.workspaces.get(directory)?.name ?? '');
}

function requestsOf(file: BunFile, directory: string, sections: readonly string[]): Request[] {
  const workspace = file.workspaces.get(directory);
  return sections.flatMap((section) => workspace?.requests.get(section) ?? []);
}

/** The nearest entry for `name` as seen from the path `from`: `a/b/name`, `a/name`, `name`. */
function find(file: BunFile, from: string, name: string): number | undefined {
  for (let path = from; path !== ''; path = parentOf(path)) {
    const index = file.indexOf.get(`${path}/${name}`);
    if (index !== undefined) return index;
  }
  return file.indexOf.get(name);
}

/** Drops the last name of a path; the slash inside a scoped name does not count. */
function parentOf(path: string): string {
  const end = path.lastIndexOf('/');
  if (end < 0) return '';
  const scope = path.lastIndexOf('/', end - 1) + 1;
  return path[scope] === '@' ? path.slice(0, Math.max(scope - 1, 0)) : path.slice(0, end);
}

/** `[id, ...]`: the rest depends on where the package comes from; one object holds the dependencies, strings pin it. */
function toEntry(file: BunFile, key: string, value: unknown): LockedEntry {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  const [id, ...rest] = items;
  checkKeyLength(key);
  if (typeof id !== 'string')
    throw new MalformedLockfile(`packages[${JSON.stringify(key)}] does not begin with a string`);
  const at = id.indexOf('@workspace:', 1);
  const isWorkspace = at >= 0;
  const localPath = isWorkspace ? id.slice(at + '@workspace:'.length) : localPathOf(file, id);
  const details = rest.find((item) => typeof item === 'object' && item !== null);
  const requests = isWorkspace
    ? requestsOf(file, id.slice(at + '@workspace:'.length), RUNTIME)
    : RUNTIME.flatMap((section) => stringPairsAt(expectRecord(details ?? {}, key), section));
  const detail = isWorkspace ? '' : detailOf(file, id, rest);
  const edges = edgesOf(file, isWorkspace ? splitLabel(id)[0] : key, requests);
  return { key, label: id, detail, edges, isWorkspace, ...(localPath === undefined ? {} : { localPath }) };
}

/** The patch of a patched package, or the directory that `file:` and `link:` name; a tarball is pinned by its digest. */
function localPathOf(file: BunFile, id: string): string | undefined {
  return file.patches.get(id) ?? /^(?:file|link):(?!.*\.(?:tgz|tar\.gz)$)(.+)$/.exec(splitLabel(id)[1])?.[1];
}

function detailOf(file: BunFile, id: string, rest: readonly unknown[]): string {
  const patch = file.patches.get(id);
  return [
    ...rest.filter((item) => typeof item === 'string' && item !== ''),
    ...(patch === undefined ? [] : [`patch:${patch}`]),
    ...(file.trusted.has(splitLabel(id)[0]) ? ['trusted'] : []),
  ].join(' ');
}

function edgesOf(file: BunFile, key: string, requests: readonly Request[]): LockedEdge[] {
  const names = new Set(requests.map(([name]) => name));
  return [...names].flatMap((name) => {
    const target = find(file, key, name);
    return target === undefined ? [] : [{ name, target }];
  });
}
