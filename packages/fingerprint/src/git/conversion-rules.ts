import { join } from 'node:path';
import { sha256 } from '@tr/hash';
import type { RelativePath } from '@tr/model';
import { directoryOf, joinPath, type WorkTree } from '../files/work-tree.js';
import { readTextIfThere } from '../files/read-text.js';
import { settingFile, userConfigDirectory, type GitConfig } from './git-config.js';
import { listAttributesAbove, parseAttributes, type AttributesFile, type WorkspacePlace } from './attributes-file.js';

/**
 * How git may change a file's bytes before it hashes them.
 * `none`: not at all. `line-endings`: only if they hold a carriage return or `$Id`. `git`: only git can tell.
 */
export type Conversion = 'none' | 'line-endings' | 'git';

/** What counts for the files of one directory. */
export interface DirectoryRules {
  /** `''` when no file of the directory can be converted; else a digest of every rule that may apply. */
  readonly tag: string;
  /** `path` is workspace-relative. */
  conversionOf(path: RelativePath): Conversion;
}

/** What {@link ConversionRules} is given. */
export interface ConversionRulesOptions extends WorkspacePlace {
  readonly workTree: WorkTree;
  readonly config: () => GitConfig;
  readonly commonDir: string;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
}

/** For directories in which nothing is converted. */
export const NO_RULES: DirectoryRules = { tag: '', conversionOf: () => 'none' };

/**
 * Which files git's clean filters may change (gitattributes in its documentation; `core.autocrlf`). Deliberately
 * coarse: a file that might be converted is given to git, a file that cannot be is hashed here. Consulted only for
 * files the index does not vouch for.
 */
export class ConversionRules {
  readonly #options: ConversionRulesOptions;
  readonly #levels = new Map<RelativePath, AttributesFile | undefined>();
  readonly #directories = new Map<RelativePath, DirectoryRules>();
  #outer: readonly AttributesFile[] | undefined;

  constructor(options: ConversionRulesOptions) {
    this.#options = options;
  }

  of(directory: RelativePath): DirectoryRules {
    let rules = this.#directories.get(directory);
    if (rules === undefined) this.#directories.set(directory, (rules = this.#combine(directory)));
    return rules;
  }

  #combine(directory: RelativePath): DirectoryRules {
    const levels = [...this.#outerLevels()];
    for (let at = directory; ; at = directoryOf(at)) {
      const level = this.#levelIn(at);
      if (level !== undefined) levels.push(level);
      if (at === '') break;
    }
    const config = this.#options.config();
    const autocrlf = config.get('core.autocrlf')?.toLowerCase() ?? 'false';
    const convertsAll = autocrlf !== 'false' || levels.some((level) => level.convertsLineEndings);
    if (!convertsAll && levels.every((level) => level.gitOnly.length === 0)) return NO_RULES;
    const settings = [autocrlf, config.get('core.eol') ?? '', ...config.startingWith('filter.')];
    const texts = levels.map((level) => `${level.base}\0${level.text}`);
    return {
      tag: sha256(JSON.stringify([settings, texts])).slice(0, 16),
      conversionOf: (path) => {
        if (levels.some((level) => level.gitOnly.some(({ matches }) => matches(path)))) return 'git';
        return convertsAll ? 'line-endings' : 'none';
      },
    };
  }

  #levelIn(directory: RelativePath): AttributesFile | undefined {
    const known = this.#levels.get(directory);
    if (known !== undefined || this.#levels.has(directory)) return known;
    const { workTree } = this.#options;
    const isThere = workTree.hasFile(directory, '.gitattributes');
    const text = isThere ? readTextIfThere(workTree.absolute(joinPath(directory, '.gitattributes'))) : undefined;
    const toInner = (file: RelativePath): string => (directory === '' ? file : file.slice(directory.length + 1));
    const level = text === undefined ? undefined : parseAttributes(text, directory, toInner);
    this.#levels.set(directory, level);
    return level;
  }

  #outerLevels(): readonly AttributesFile[] {
    this.#outer ??= this.#readOuter();
    return this.#outer;
  }

  #readOuter(): readonly AttributesFile[] {
    const { above, commonDir, config, prefix, processEnv, workTree } = this.#options;
    const configured = config().get('core.attributesfile');
    const userDirectory = userConfigDirectory(processEnv);
    const user =
      configured === undefined
        ? userDirectory && join(userDirectory, 'attributes')
        : settingFile(configured, above[0] ?? workTree.root, processEnv);
    const whole = [join(commonDir, 'info', 'attributes'), '/etc/gitattributes', ...(user ? [user] : [])];
    const sources = [...listAttributesAbove({ above, prefix }), ...whole.map((path) => ({ path, before: prefix }))];
    return sources.flatMap(({ path, before }) => {
      const text = readTextIfThere(path);
      return text === undefined ? [] : [parseAttributes(text, path, (file) => before + file)];
    });
  }
}
