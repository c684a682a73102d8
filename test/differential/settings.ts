import type { Random } from '../histories/random.js';

/** A configuration as JSON. */
export interface RootSettings {
  readonly [key: string]: unknown;
  readonly tasks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** The configuration of a workspace whose tasks are made of `act`; `random` decides between variants. */
export function makeSettings(
  random: Random,
  { git, single }: { readonly git: boolean; readonly single: boolean },
): RootSettings {
  const mode = git ? 'git' : 'find';
  const own = git ? {} : { inputs: ['src/**', '!**/skip*', '!**/skip*/**'] };
  const above = single ? [] : ['^build'];
  const maybe = (settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
    random.below(2) === 0 ? settings : {};
  const tools = random.below(4) === 0 ? { tools: ['fuzz-tool --version'] } : {};
  return {
    globalDependencies: ['shared/global.txt', 'shared/**/*.g', '!shared/not.g'],
    globalEnv: ['FUZZ_G'],
    tasks: {
      build: {
        command: `act dist ${mode} src`,
        dependsOn: above,
        outputs: ['dist/**', '!dist/types/**'],
        env: ['FUZZ_A', 'FUZZ_W_*', '!FUZZ_W_2'],
        ...own,
        ...tools,
      },
      gen: {
        command: 'act gen find src',
        inputs: ['src/**', '!**/skip*', '!**/skip*/**'],
        outputs: ['gen/**'],
        ...maybe({ restore: 'link' }),
        ...maybe({ envFiles: ['.env'] }),
      },
      types: {
        command: 'act dist/types find src/deep',
        inputs: ['src/deep'],
        outputs: [random.pick(['dist/types/**', 'dist/types'])],
      },
      use: {
        command: 'act used find dist/content dist/key dist/run gen/content dist/types/content',
        dependsOn: ['build', 'gen', 'types'],
        inputs: ['dist/**', 'gen/content', '!dist/each/**', '!dist/types/each/**'],
        outputs: ['used/**', '!used/each/**'],
        ...maybe({ restore: 'link' }),
      },
      test: {
        command: `say ${mode} src`,
        dependsOn: [...above, 'build'],
        ...(git ? { inputs: ['$TURBO_DEFAULT$', '!**/*.md', '!src/skip*'] } : own),
        ...maybe({ env: ['FUZZ_A'] }),
      },
      late: {
        command: 'act late find dist/content',
        dependsOn: [...above, 'build'],
        inputs: ['README.md'],
        outputs: ['late/**'],
      },
      lint: {
        command: 'act lint flat src',
        inputs: ['src/*', '$TURBO_ROOT$/shared/**', '!src/skip*'],
        outputs: ['lint/**'],
      },
      ...(random.below(6) === 0
        ? { loose: { command: 'say find dist/content', dependsOn: ['build'], cache: false } }
        : {}),
      ...(single ? {} : { '//#all': { command: 'act out find shared', inputs: ['shared/**'], outputs: ['out/**'] } }),
    },
  };
}

/** Directories that outputs lie in, whichever package they belong to; `dist/types` is in one of another task. */
export const OUTPUT_NAMES: ReadonlySet<string> = new Set([
  'dist',
  'gen',
  'used',
  'lint',
  'late',
  'out',
  'odd',
  'odder',
  'many',
]);
