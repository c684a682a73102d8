import { posix } from 'node:path';
import { parseSyml } from '@yarnpkg/parsers';
import { createEdgeBudget } from '../limits.js';
import type { LockedEntry, LockfileReading, Request } from '../reading.js';
import { splitLabel } from '../reading.js';
import type { ParsedRecord } from '../shape.js';
import { expectRecord, own, stringAt, stringPairsAt } from '../shape.js';
import { groupByName } from './descriptors.js';

/**
 * Reads a yarn.lock of Yarn 1: descriptor `name@range` -> resolved package. It lists no workspace packages. Where a
 * range has no key of its own (`resolutions` replaced it), every entry of that name may be the one; so it is for every
 * name in `resolved`, the names that `resolutions` mention, because the file does not say whom they apply to.
 */
export function readYarnLockfile(text: string, resolved: ReadonlySet<string>): LockfileReading {
  const root: ParsedRecord = expectRecord(parseSyml(text), 'the lockfile');
  const descriptors = Object.keys(root);
  // All descriptors of one block share one object.
  const blocks = [...new Set(descriptors.map((key) => expectRecord(own(root, key), JSON.stringify(key))))];
  const blockIndex = new Map(blocks.map((block, index) => [block, index]));
  const indexOf = new Map(descriptors.map((key) => [key, blockIndex.get(root[key] as ParsedRecord) ?? -1]));
  const byName = groupByName(indexOf);
  const resolve = ([name, range]: Request): readonly number[] => {
    const exact = resolved.has(name) ? undefined : indexOf.get(`${name}@${range}`);
    return exact === undefined ? (byName.get(name) ?? []) : [exact];
  };
  const keys = blocks.map((): string[] => []);
  for (const [key, index] of indexOf) keys[index]?.push(key);
  const spend = createEdgeBudget();
  const resolveEdges = (request: Request): readonly number[] => {
    const targets = resolve(request);
    spend(targets.length);
    return targets;
  };
  return {
    entries: blocks.map((block, index) => toEntry(keys[index] ?? [], block, resolveEdges)),
    resolve: (_directory, request) => resolve(request),
    requestsOf: () => [],
    settings: '',
    globals: '',
  };
}

function toEntry(
  keys: readonly string[],
  block: ParsedRecord,
  resolve: (request: Request) => readonly number[],
): LockedEntry {
  const requests = ['dependencies', 'optionalDependencies'].flatMap((section) => stringPairsAt(block, section));
  return {
    key: keys.toSorted().join(', '),
    label: `${realName(keys[0] ?? '')}@${stringAt(block, 'version') ?? ''}`,
    detail: stringAt(block, 'integrity') ?? stringAt(block, 'resolved') ?? '',
    edges: requests.flatMap((request) => resolve(request).map((target) => ({ name: request[0], target }))),
    isWorkspace: false,
    ...localPathOf(keys[0] ?? '', block),
  };
}

/** A directory named by `file:` has neither resolution nor integrity. */
function localPathOf(descriptor: string, block: ParsedRecord): { localPath?: string } {
  const [, range] = splitLabel(descriptor);
  return range.startsWith('file:') && own(block, 'resolved') === undefined
    ? { localPath: posix.normalize(range.slice('file:'.length)) }
    : {};
}

/** `odd@npm:is-odd@2.0.0` is `is-odd`. */
function realName(descriptor: string): string {
  const [name, range] = splitLabel(descriptor);
  return range.startsWith('npm:') && range.includes('@', 'npm:'.length + 1)
    ? splitLabel(range.slice('npm:'.length))[0]
    : name;
}
