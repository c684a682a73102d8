import type { SourcePosition } from '@tr/model';
import type { ConfigFile, ParsedPackageConfig, TaskEntry } from '../parse/parsed-config.js';

/** The configuration of one package. */
export interface PackageConfig {
  readonly source: Pick<ConfigFile, 'path' | 'kind'>;
  /** Name of a package without a package.json; undefined when not set. */
  readonly name: string | undefined;
  /** `//` first, then package names in the order they are applied. */
  readonly extends: readonly string[];
  /** Labels of the package. */
  readonly tags: readonly string[];
  /** By task name. */
  readonly tasks: ReadonlyMap<string, TaskEntry>;
  /** Where the entry number `index` of `extends` stands. */
  readonly extendsPosition: (index: number) => SourcePosition;
}

/** Fills in the defaults. */
export function resolvePackageConfig({ file, value, tasks, extendsPosition }: ParsedPackageConfig): PackageConfig {
  return {
    source: { path: file.path, kind: file.kind },
    name: value.name,
    extends: value.extends ?? [],
    tags: value.tags ?? [],
    tasks,
    extendsPosition,
  };
}
