import { createRoot, createWorkspace, invocation, type TestWorkspace, type Tree } from './workspace.js';

/** Changes to {@link createSample}: replaces or adds files, and settings of the root configuration. */
export interface SampleOptions {
  readonly files?: Tree;
  /** Merged over the `build` task. */
  readonly build?: Readonly<Record<string, unknown>>;
  /** Merged over the root configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Shell text of the build of `lib`, run after the invocation is counted. */
  readonly libBuild?: string;
}

/** What a build of the sample does unless told otherwise. */
const COPY = 'mkdir -p dist && cat src/*.txt > dist/out.txt';
/** The same, and an output that takes several chunks and is another every time. */
export const COPY_AND_LARGE_FILE = `${COPY} && head -c 3000000 /dev/urandom > dist/big.bin`;

/** A run of the sample that tells its events, and how its tasks may end together. */
export const RUN = ['run', 'build', '--log-format=json'] as const;
export const EXECUTED = { 'lib#build': 'executed', 'app#build': 'executed' };
export const RESTORED = { 'lib#build': 'restored', 'app#build': 'restored' };

/**
 * A small npm workspace: `app` depends on `lib`; `build` copies `src/*.txt` to `dist/out.txt` and counts its invocations
 * (`lib-build`, `app-build`).
 */
export function createSample(options: SampleOptions = {}): TestWorkspace {
  const root = createRoot();
  const manifest = (name: string, script: string, dependencies: Record<string, string>) => ({
    json: {
      name,
      version: '1.0.0',
      scripts: { build: `${invocation(root, `${name}-build`)} && ${script}` },
      dependencies,
    },
  });
  return createWorkspace(
    {
      'package.json': {
        json: { name: 'sample', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] },
      },
      'package-lock.json': { json: sampleLockfile() },
      'turbo-like.config.json': {
        json: {
          ...options.config,
          tasks: {
            build: { dependsOn: ['^build'], outputs: ['dist/**'], ...options.build },
            ...(options.config?.['tasks'] as Record<string, unknown> | undefined),
          },
        },
      },
      '.gitignore': 'node_modules\ndist\n.tr\n',
      'packages/lib/package.json': manifest('lib', options.libBuild ?? COPY, {}),
      'packages/lib/src/a.txt': 'lib a\n',
      'packages/app/package.json': manifest('app', COPY, { lib: '1.0.0' }),
      'packages/app/src/a.txt': 'app a\n',
      ...options.files,
    },
    { root },
  );
}

/** A package-lock.json for the sample: `lib` has one external dependency, `app` another. */
export function sampleLockfile(versions: { readonly left?: string; readonly right?: string } = {}): unknown {
  const entry = (version: string, integrity: string) => ({ version, integrity: `sha512-${integrity}${version}` });
  return {
    name: 'sample',
    lockfileVersion: 3,
    requires: true,
    packages: {
      '': { name: 'sample', workspaces: ['packages/*'] },
      'packages/lib': { version: '1.0.0', dependencies: { left: '*' } },
      'packages/app': { version: '1.0.0', dependencies: { lib: '1.0.0', right: '*' } },
      'node_modules/lib': { resolved: 'packages/lib', link: true },
      'node_modules/app': { resolved: 'packages/app', link: true },
      'node_modules/left': entry(versions.left ?? '1.0.0', 'left'),
      'node_modules/right': entry(versions.right ?? '1.0.0', 'right'),
    },
  };
}

/** `tr run build` with JSON events. */
export const BUILD = ['run', 'build', '--log-format=json'] as const;
