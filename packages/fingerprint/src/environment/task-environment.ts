import { sha256 } from '@tr/hash';
import { compareStrings, isOwnSecret, type TaskDefinition } from '@tr/model';
import {
  BUILTIN_GLOBAL_ENV,
  BUILTIN_PASS_THROUGH,
  OWN_PASS_THROUGH,
  WINDOWS_PASS_THROUGH,
} from './builtin-pass-through.js';
import { compileVariablePatterns, type NameCase, type VariablePatterns } from './variable-patterns.js';

/** Variable name -> SHA-256 of its value, `''` for an empty value; unset variables are absent. Sorted by name. */
export type HashedVariables = Readonly<Record<string, string>>;

/** What every task of a run shares. */
export interface EnvironmentOptions {
  /** The environment `tr` was started with. */
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly globalEnv: readonly string[];
  /** Undefined = not set. */
  readonly globalPassThroughEnv: readonly string[] | undefined;
  readonly envMode: 'strict' | 'loose';
  /** Decides whether names have case; the platform of this process by default. */
  readonly platform?: NodeJS.Platform;
}

/** Variables that count for every task. */
export interface GlobalEnvironment {
  /** What goes into every key: `configured` and `inferred` together. */
  readonly hashed: HashedVariables;
  /** Named by `globalEnv`. */
  readonly configured: HashedVariables;
  /** Counted without being named. */
  readonly inferred: HashedVariables;
  /** Named by `globalPassThroughEnv`; undefined when that is not set. Not part of any key. */
  readonly passThrough: HashedVariables | undefined;
}

/** The environment of one task. */
export interface TaskEnvironment {
  /** What goes into the key: `configured` and `inferred` together. */
  readonly hashed: HashedVariables;
  /** Named by the task's `env`. */
  readonly configured: HashedVariables;
  /** Named by the package's framework. */
  readonly inferred: HashedVariables;
  /** Named by the task's `passThroughEnv`; undefined when that is not set. Not part of the key. */
  readonly passThrough: HashedVariables | undefined;
  /** What its process gets to see, values in clear. Never stored, never printed. */
  readonly process: Readonly<Record<string, string>>;
}

/** The part of a task definition the environment depends on. */
export type EnvironmentDefinition = Pick<TaskDefinition, 'env' | 'passThroughEnv'>;

/** Environments of one run. Answers are kept, since most tasks share their patterns. */
export interface TaskEnvironments {
  readonly global: GlobalEnvironment;
  /** `frameworkEnv` are the patterns of the package's framework. */
  of(definition: EnvironmentDefinition, frameworkEnv?: readonly string[]): TaskEnvironment;
}

/** Prepares the environments of a run; matches the global patterns once. */
export function createTaskEnvironments(options: EnvironmentOptions): TaskEnvironments {
  const variables = new Variables(options.processEnv, options.platform ?? process.platform);
  const global = computeGlobal(variables, options);
  const shared = sharedNames(variables, options);
  const memo = new Map<string, TaskEnvironment>();
  return {
    global,
    of(definition, frameworkEnv = []) {
      const key = JSON.stringify([definition.env, definition.passThroughEnv, frameworkEnv]);
      const known = memo.get(key);
      if (known !== undefined) return known;
      const computed = computeTask({ variables, options, shared, definition, frameworkEnv });
      memo.set(key, computed);
      return computed;
    },
  };
}

function computeGlobal(variables: Variables, options: EnvironmentOptions): GlobalEnvironment {
  const globalEnv = variables.compile(options.globalEnv);
  const configured = variables.matching(globalEnv);
  const builtin = variables.compile(BUILTIN_GLOBAL_ENV);
  const inferred = variables.select(
    (name) => builtin.includes(name) && !globalEnv.includes(name) && !globalEnv.excludes(name),
  );
  const passThrough = options.globalPassThroughEnv;
  return {
    hashed: variables.hash([...configured, ...inferred]),
    configured: variables.hash(configured),
    inferred: variables.hash(inferred),
    passThrough: passThrough && variables.hash(variables.matching(variables.compile(passThrough))),
  };
}

/** Names a process sees in strict mode whatever the task: built in, `globalEnv`, `globalPassThroughEnv`. */
function sharedNames(variables: Variables, options: EnvironmentOptions): ReadonlySet<string> {
  const global = variables.compile(options.globalEnv);
  const builtinGlobal = variables.compile(BUILTIN_GLOBAL_ENV);
  const own = variables.isWindows ? [...OWN_PASS_THROUGH, ...WINDOWS_PASS_THROUGH] : OWN_PASS_THROUGH;
  const names = new Set(variables.matching(variables.compile([...BUILTIN_PASS_THROUGH, ...own])));
  for (const name of variables.select((each) => builtinGlobal.includes(each) && !global.excludes(each)))
    names.add(name);
  for (const name of variables.matching(global)) names.add(name);
  const passThrough = variables.compile(options.globalPassThroughEnv ?? []);
  for (const name of variables.matching(passThrough)) names.add(name);
  return names;
}

interface TaskParts {
  readonly variables: Variables;
  readonly options: EnvironmentOptions;
  readonly shared: ReadonlySet<string>;
  readonly definition: EnvironmentDefinition;
  readonly frameworkEnv: readonly string[];
}

function computeTask({ variables, options, shared, definition, frameworkEnv }: TaskParts): TaskEnvironment {
  const env = variables.compile(definition.env);
  const configured = variables.matching(env);
  const inferred = inferredNames({ variables, options, env, frameworkEnv });
  const keyed = new Set([...configured, ...inferred]);
  const passThrough = variables.compile(definition.passThroughEnv ?? []);
  const visible = (name: string): boolean =>
    keyed.has(name) || ((shared.has(name) || passThrough.includes(name)) && !passThrough.excludes(name));
  return {
    hashed: variables.hash([...keyed]),
    configured: variables.hash(configured),
    inferred: variables.hash(inferred),
    passThrough: definition.passThroughEnv && variables.hash(variables.matching(passThrough)),
    process: variables.values((name) => visible(name) || (options.envMode === 'loose' && !isOwnSecret(name))),
  };
}

/** Exclusions of the task and of `globalEnv` both win over what a framework brings. */
function inferredNames(parts: {
  readonly variables: Variables;
  readonly options: EnvironmentOptions;
  readonly env: VariablePatterns;
  readonly frameworkEnv: readonly string[];
}): readonly string[] {
  const { variables, options, env, frameworkEnv } = parts;
  if (frameworkEnv.length === 0) return [];
  // CI vendors name a prefix here for variables of theirs that differ in every run.
  const vendor = options.processEnv['TURBO_CI_VENDOR_ENV_KEY'];
  const framework = variables.compile(vendor ? [...frameworkEnv, `!${vendor}*`] : frameworkEnv);
  const global = variables.compile(options.globalEnv);
  return variables.matching(framework).filter((name) => !env.excludes(name) && !global.excludes(name));
}

/** The variables of the process, with the digests of their values computed once. */
class Variables {
  readonly #env: EnvironmentOptions['processEnv'];
  /** Values are read of those only that somebody asks for: who records a run wants to know which count. */
  readonly #names: readonly string[];
  readonly isWindows: boolean;
  readonly #nameCase: NameCase;
  readonly #digests = new Map<string, string>();

  constructor(processEnv: EnvironmentOptions['processEnv'], platform: NodeJS.Platform) {
    this.isWindows = platform === 'win32';
    this.#nameCase = this.isWindows ? 'insensitive' : 'sensitive';
    this.#env = processEnv;
    this.#names = Object.keys(processEnv).sort(compareStrings);
  }

  compile(patterns: readonly string[]): VariablePatterns {
    return compileVariablePatterns(patterns, this.#nameCase);
  }

  select(test: (name: string) => boolean): readonly string[] {
    return this.#names.filter(test);
  }

  matching(patterns: VariablePatterns): readonly string[] {
    return this.select((name) => patterns.includes(name) && !patterns.excludes(name));
  }

  values(test: (name: string) => boolean): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#entriesOf(test));
  }

  #entriesOf(test: (name: string) => boolean): readonly (readonly [name: string, value: string])[] {
    return this.#names.flatMap((name) => {
      const value = test(name) ? this.#env[name] : undefined;
      return value === undefined ? [] : [[name, value] as const];
    });
  }

  /** Where names have no case they are recorded in upper case: `Path` and `PATH` are one variable there. */
  hash(names: readonly string[]): HashedVariables {
    const wanted = new Set(names);
    const pairs = this.#entriesOf((name) => wanted.has(name)).map(([name, value]): [string, string] => [
      this.#recorded(name),
      this.#digest(name, value),
    ]);
    return Object.fromEntries(pairs.sort(([a], [b]) => compareStrings(a, b)));
  }

  #recorded(name: string): string {
    return this.#nameCase === 'insensitive' ? name.toUpperCase() : name;
  }

  #digest(name: string, value: string): string {
    if (value === '') return '';
    let digest = this.#digests.get(name);
    if (digest === undefined) this.#digests.set(name, (digest = sha256(value)));
    return digest;
  }
}
