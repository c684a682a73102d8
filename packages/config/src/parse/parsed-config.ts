import type { SourcePosition } from '@tr/model';
import type { ConfigKind, ConfigPlace, PackageValue, RootValue, TaskValue } from '../schema/config-schema.js';

/** Which file is parsed. */
export interface ConfigFile {
  /** As printed in positions: relative to the root. */
  readonly path: string;
  readonly kind: ConfigKind;
  readonly place: ConfigPlace;
}

/** A task as written, and where. */
export interface TaskEntry {
  readonly value: TaskValue;
  /** Where the task's name stands, or one of its keys, or the value `item` in a list or object there. */
  readonly position: (key?: keyof TaskValue, item?: string) => SourcePosition;
}

/** A sound root configuration, nothing filled in. */
export interface ParsedRootConfig {
  readonly place: 'root';
  readonly file: ConfigFile;
  readonly value: RootValue;
  /** By key as written: `build`, `web#build`, `//#build`. */
  readonly tasks: ReadonlyMap<string, TaskEntry>;
  /** Where a key at the top stands; the start of the file when it is not there. */
  readonly position: (key?: string) => SourcePosition;
}

/** A sound package configuration. */
export interface ParsedPackageConfig {
  readonly place: 'package';
  readonly file: ConfigFile;
  readonly value: PackageValue;
  readonly tasks: ReadonlyMap<string, TaskEntry>;
  /** Where the entry number `index` of `extends` stands. */
  readonly extendsPosition: (index: number) => SourcePosition;
}

/** What a configuration file says, once it has no error. */
export type ParsedConfig = ParsedRootConfig | ParsedPackageConfig;
