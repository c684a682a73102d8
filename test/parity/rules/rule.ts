import type { TestWorkspace, Tree, TreeFile } from '../../rig/workspace.js';

/** A call of a rule: the arguments of `run`, or with surroundings. */
export type RuleCall =
  | string
  | {
      readonly args: string;
      readonly cwd?: string;
      readonly env?: Readonly<Record<string, string>>;
      /** Both tools have to refuse. */
      readonly refused?: true;
    };

/** One rule of Turborepo's dry run, as calls on a small repository that both tools must answer alike. */
export interface Rule {
  /** The rule, in words. */
  readonly name: string;
  readonly tree: Tree;
  /** Runs after the first commit. */
  readonly prepare?: (workspace: TestWorkspace) => void;
  readonly calls: readonly RuleCall[];
}

/** A call that both tools refuse. */
export const refused = (args: string): RuleCall => ({ args, refused: true });

/** What a package of a test repository says about itself; `name` is the directory's unless given. */
export interface PackageFacts {
  readonly [key: string]: unknown;
  /** Script names; each runs `echo`. */
  readonly scripts?: readonly string[] | Readonly<Record<string, string>>;
  /** Names, depended on by `workspace:*`. */
  readonly needs?: readonly string[];
}

/** A repository: root configuration, packages below `packages/`, other files. */
export interface RepositoryFacts {
  readonly turbo: unknown;
  readonly packages?: Readonly<Record<string, PackageFacts>>;
  readonly files?: Tree;
  /** Merged over the root package.json. */
  readonly root?: Readonly<Record<string, unknown>>;
  readonly manager?: keyof typeof MANAGERS;
}

/** Version, and the files that make a directory a workspace of the manager. */
const MANAGERS = {
  pnpm: {
    version: 'pnpm@9.0.0',
    workspaces: undefined,
    files: { 'pnpm-workspace.yaml': 'packages:\n  - "packages/*"\n', 'pnpm-lock.yaml': "lockfileVersion: '9.0'\n" },
  },
  npm: {
    version: 'npm@10.8.2',
    workspaces: ['packages/*'],
    files: { 'package-lock.json': '{"name":"root","lockfileVersion":3,"packages":{}}\n' },
  },
  yarn: {
    version: 'yarn@1.22.22',
    workspaces: ['packages/*'],
    files: { 'yarn.lock': '# yarn lockfile v1\n' },
  },
  berry: {
    version: 'yarn@4.9.2',
    workspaces: ['packages/*'],
    files: { 'yarn.lock': '__metadata:\n  version: 8\n', '.yarnrc.yml': 'nodeLinker: node-modules\n' },
  },
  bun: {
    version: 'bun@1.3.0',
    workspaces: ['packages/*'],
    files: { 'bun.lock': '{"lockfileVersion":1,"workspaces":{},"packages":{}}\n' },
  },
} as const;

/** Builds the tree of a repository; pnpm unless told otherwise. */
export function repository({
  turbo,
  packages = { a: {} },
  files = {},
  root = {},
  manager = 'pnpm',
}: RepositoryFacts): Tree {
  const { version, workspaces, files: own } = MANAGERS[manager];
  const manifests = Object.entries(packages).map(([directory, facts]): [string, TreeFile] => [
    `packages/${directory}/package.json`,
    manifest(directory, facts),
  ]);
  return {
    'package.json': { json: { name: 'root', packageManager: version, workspaces, ...root } },
    '.gitignore': 'node_modules\ndist\n.turbo\n.tr\n',
    'turbo.json': { json: turbo },
    ...own,
    ...Object.fromEntries(manifests),
    ...files,
  };
}

function manifest(directory: string, { scripts = ['build'], needs = [], ...rest }: PackageFacts): TreeFile {
  return {
    json: {
      name: directory,
      version: '1.0.0',
      scripts: isNames(scripts) ? Object.fromEntries(scripts.map((name) => [name, `echo ${name}`])) : scripts,
      dependencies: Object.fromEntries(needs.map((name) => [name, 'workspace:*'])),
      ...rest,
    },
  };
}

const isNames = (scripts: NonNullable<PackageFacts['scripts']>): scripts is readonly string[] => Array.isArray(scripts);
