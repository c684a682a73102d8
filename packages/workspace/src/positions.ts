import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import type { RelativePath, SourcePosition } from '@tr/model';

/** Where the value under `path` stands in JSON text; the start of the text when it is not there. */
export function positionOfKey(file: RelativePath, text: string, path: readonly string[]): SourcePosition {
  const tree = withinStack(() => parseTree(text));
  const node = tree && findNodeAtLocation(tree, [...path]);
  return positionAt(file, text, node?.offset ?? 0);
}

/** Undefined for what is nested so deeply that the parser, which calls itself, runs out of stack; `JSON.parse` does not. */
export function withinStack<T>(parseText: () => T): T | undefined {
  try {
    return parseText();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Where an offset of a text stands; `offset` counts UTF-16 units from 0. */
export function positionAt(file: RelativePath, text: string, offset: number): SourcePosition {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { file, line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** Where an entry of a list is written, in any syntax: the first text like it after the list's key; the key where there is none. */
export function positionOfEntry(file: RelativePath, text: string, { key, entry }: ListEntry): SourcePosition {
  const list = Math.max(text.indexOf(key), 0);
  const at = text.indexOf(entry, list + key.length);
  return positionAt(file, text, at < 0 ? list : at);
}

interface ListEntry {
  readonly key: string;
  readonly entry: string;
}
