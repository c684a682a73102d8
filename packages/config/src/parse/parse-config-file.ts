import type { Diagnostic, SourcePosition } from '@tr/model';
import { printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import { CONFIG_SCHEMA, type PackageValue, type RootValue, type TaskValue } from '../schema/config-schema.js';
import { createCollector, type Collector } from './collector.js';
import { parseJsonTree } from './json-tree.js';
import { checkPackageRules } from './package-rules.js';
import type { ConfigFile, ParsedConfig, TaskEntry } from './parsed-config.js';
import { findProperty } from './properties.js';
import { checkRootRules } from './root-rules.js';
import { moveOldVariables } from './old-variables.js';
import { createSourceText, type SourceText } from './source-text.js';
import { walk } from './walk.js';

/** `config` is undefined exactly when `diagnostics` has an error. Diagnostics are in the order of the file. */
export interface ParseOutcome<Config> {
  readonly config: Config | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Parses and validates the text of a configuration file: JSON with comments and trailing commas. */
export function parseConfigFile<Place extends ConfigFile['place']>(
  text: string,
  file: ConfigFile & { readonly place: Place },
): ParseOutcome<Extract<ParsedConfig, { readonly place: Place }>>;
export function parseConfigFile(text: string, file: ConfigFile): ParseOutcome<ParsedConfig> {
  const source = createSourceText(file.path, text);
  const collector = createCollector(source, file.kind);
  const tree = parseText(source, collector);
  if (tree === undefined) return { config: undefined, diagnostics: collector.diagnostics };
  const value = walk({ collector, place: file.place, path: [] }, tree, CONFIG_SCHEMA[file.kind][file.place]);
  if (tree.type === 'object') {
    if (file.place === 'root') checkRootRules(tree, collector);
    else checkPackageRules(tree, collector);
  }
  const config = collector.hasErrors ? undefined : toParsedConfig(file, value, { tree, source });
  return { config, diagnostics: collector.diagnostics.toSorted(byPosition) };
}

function parseText(source: SourceText, collector: Collector): Node | undefined {
  const errors: ParseError[] = [];
  const tree = parseJsonTree(source.text, errors);
  if (!tree.ok) {
    collector.error({ code: 'config/syntax', at: source.positionAt(tree.failure), detail: 'NestedTooDeeply' });
    return undefined;
  }
  let lastLine = 0;
  for (const { error, offset } of errors) {
    const at = source.positionAt(offset);
    // The parser stumbles on after an error: what it says about the same line again is noise.
    if (at.line !== lastLine) collector.error({ code: 'config/syntax', at, detail: printParseErrorCode(error) });
    lastLine = at.line;
  }
  return errors.length === 0 ? tree.value : undefined;
}

interface Parsed {
  readonly tree: Node;
  readonly source: SourceText;
}

/** The walk has shown that `value` is what its schema describes. */
function toParsedConfig(file: ConfigFile, value: unknown, { tree, source }: Parsed): ParsedConfig {
  const positionOf = (path: readonly (string | number)[]) => source.positionAt(offsetOf(tree, path));
  if (file.place === 'root') {
    const rootValue = value as RootValue;
    const tasks = toEntries(rootValue.tasks, positionOf);
    const position = (key?: string) => positionOf(key === undefined ? [] : [key]);
    return { place: 'root', file, value: rootValue, tasks, position };
  }
  const packageValue = value as PackageValue;
  return {
    place: 'package',
    file,
    value: packageValue,
    tasks: toEntries(packageValue.tasks, positionOf),
    extendsPosition: (index) => positionOf(['extends', index]),
  };
}

function toEntries(
  tasks: Readonly<Record<string, TaskValue>> | undefined,
  positionOf: (path: readonly (string | number)[]) => SourcePosition,
): ReadonlyMap<string, TaskEntry> {
  const entries = new Map<string, TaskEntry>();
  for (const [name, value] of Object.entries(tasks ?? {})) {
    const position: TaskEntry['position'] = (key, item) => {
      if (key === undefined) return positionOf(['tasks', name]);
      return positionOf(['tasks', name, key, ...placeOf(value[key], item)]);
    };
    entries.set(name, { value: moveOldVariables(value), position });
  }
  return entries;
}

/** The step to `item` within the value of a key. */
function placeOf(value: unknown, item: string | undefined): readonly (string | number)[] {
  if (item === undefined || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.includes(item) ? [value.indexOf(item)] : [];
  return Object.entries(value).flatMap(([key, each]) => (each === item ? [key] : []));
}

/** Of a property its key, of anything else its start; the nearest thing around what is not there. Of a key that is there twice the last one. */
function offsetOf(tree: Node, path: readonly (string | number)[]): number {
  let at = tree;
  for (const step of path) {
    const next = typeof step === 'number' ? at.children?.[step] : findProperty(at, step)?.valueNode;
    if (next === undefined) break;
    at = next;
  }
  return at.parent?.type === 'property' ? at.parent.offset : at.offset;
}

function byPosition(a: Diagnostic, b: Diagnostic): number {
  const [left, right] = [a.failure, b.failure].map((failure) => ('at' in failure ? failure.at : undefined));
  if (left === undefined || right === undefined) return 0;
  return left.line - right.line || left.column - right.column;
}
