import { join } from 'node:path';
import { sha256 } from '@tr/hash';
import type { RelativePath } from '@tr/model';
import { directoryOf, joinPath, type WorkTree } from '../files/work-tree.js';
import { readTextIfThere } from '../files/read-text.js';
import { settingFile, userConfigDirectory, type GitConfig } from './git-config.js';
import { compilePathPattern, type PathPattern } from './ignore-file.js';

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
export interface ConversionRulesOptions {
  readonly workTree: WorkTree;
  readonly config: () => GitConfig;
  readonly commonDir: string;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** Absolute native paths of the directories above the workspace up to the top of the work tree, top first. */
  readonly above: readonly string[];
  /** Path of the workspace root in the repository: `''` or ending in `/`. */
  readonly prefix: string;
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
  readonly #levels = new Map<RelativePath, Level | undefined>();
  readonly #directories = new Map<RelativePath, DirectoryRules>();
  #outer: readonly Level[] | undefined;

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
        if (levels.some((level) => level.gitOnly.some((matches) => matches(path)))) return 'git';
        return convertsAll ? 'line-endings' : 'none';
      },
    };
  }

  #levelIn(directory: RelativePath): Level | undefined {
    const known = this.#levels.get(directory);
    if (known !== undefined || this.#levels.has(directory)) return known;
    const { workTree } = this.#options;
    const isThere = workTree.hasFile(directory, '.gitattributes');
    const text = isThere ? readTextIfThere(workTree.absolute(joinPath(directory, '.gitattributes'))) : undefined;
    const toInner = (file: RelativePath): string => (directory === '' ? file : file.slice(directory.length + 1));
    const level = text === undefined ? undefined : parseLevel(text, directory, toInner);
    this.#levels.set(directory, level);
    return level;
  }

  #outerLevels(): readonly Level[] {
    this.#outer ??= this.#readOuter();
    return this.#outer;
  }

  #readOuter(): readonly Level[] {
    const { above, commonDir, config, prefix, processEnv, workTree } = this.#options;
    const names = prefix.split('/').slice(0, -1);
    const configured = config().get('core.attributesfile');
    const userDirectory = userConfigDirectory(processEnv);
    const user =
      configured === undefined
        ? userDirectory && join(userDirectory, 'attributes')
        : settingFile(configured, above[0] ?? workTree.root, processEnv);
    const whole = [join(commonDir, 'info', 'attributes'), '/etc/gitattributes', ...(user ? [user] : [])];
    const sources = [
      ...above.map((directory, depth) => ({
        path: join(directory, '.gitattributes'),
        before: names
          .slice(depth)
          .map((name) => `${name}/`)
          .join(''),
      })),
      ...whole.map((path) => ({ path, before: prefix })),
    ];
    return sources.flatMap(({ path, before }) => {
      const text = readTextIfThere(path);
      return text === undefined ? [] : [parseLevel(text, path, (file) => before + file)];
    });
  }
}

/** One attributes file. */
interface Level {
  /** Tells two files of one text apart. */
  readonly base: string;
  readonly text: string;
  /** True when some line may turn conversion of line endings, or `$Id$`, on. */
  readonly convertsLineEndings: boolean;
  /** Which files have a filter or another encoding; takes workspace-relative paths. */
  readonly gitOnly: readonly ((path: RelativePath) => boolean)[];
}

const LINE_ENDINGS = /^(?:text|crlf|eol|ident)(?:=|$)/;
const GIT_ONLY = /^(?:filter|working-tree-encoding)(?:=|$)/;

function parseLevel(text: string, base: string, toInner: (path: RelativePath) => string): Level {
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
  const gitOnly = lines
    .filter(({ isMacro, attributes }) => !isMacro && attributes.some((name) => GIT_ONLY.test(name)))
    .map(({ pattern }) => compilePathPattern(pattern, true))
    .filter((matches) => matches !== undefined)
    .map((matches: PathPattern) => (path: RelativePath) => matches(toInner(path), false));
  return {
    base,
    text,
    convertsLineEndings: lines.some(({ attributes }) => attributes.some((name) => LINE_ENDINGS.test(name))),
    gitOnly: hasGitOnlyMacro ? [() => true] : gitOnly,
  };
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
