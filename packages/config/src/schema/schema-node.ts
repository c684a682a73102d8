/** A value check that plain JSON Schema has no word for; validators that do not know one ignore it. */
export type Format =
  | 'branch-glob'
  | 'command'
  | 'concurrency'
  | 'directory-glob'
  | 'duration'
  | 'input-glob'
  | 'output-glob'
  | 'package-name'
  | 'path'
  | 'pattern'
  | 'service-name'
  | 'service-url'
  | 'size'
  | 'tag'
  | 'dependency'
  | 'task-reference'
  | 'sibling-reference'
  | 'timeout'
  | 'variable'
  | 'variable-name'
  | 'version-range'
  | 'worker-names'
  | 'workspace-glob';

/** The JSON types of a configuration file. */
export type JsonType = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** The part of JSON Schema (draft 7) that our schema uses; the walker understands exactly this. */
export interface SchemaNode {
  readonly type?: JsonType | readonly JsonType[];
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly format?: Format;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}
