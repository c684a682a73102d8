// Bundles the compiled CLI for users: `tr.cjs` answers `--version` and the POSIX `tr`, `main.cjs` is the program, and each
// heavy library is a chunk of its own that loads on first use. CommonJS, because Node starts it faster than ES modules.
import { build } from 'esbuild';
import { readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../cli/', import.meta.url));
const { version } = JSON.parse(readFileSync(`${cli}package.json`, 'utf8'));
/** Libraries that a no-op run does not need: package name -> file below bundle/. */
const lazy = { 'js-yaml': 'js-yaml.cjs', '@yarnpkg/parsers': 'yarn-parsers.cjs', semver: 'semver.cjs' };

const common = {
  bundle: true,
  platform: 'node',
  // jsonc-parser's main file cannot be bundled; its module build can.
  mainFields: ['module', 'main'],
  target: 'node20.19',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  define: { 'process.env.TR_BUILD_VERSION': JSON.stringify(version) },
  logLevel: 'warning',
};

const lazyLibraries = {
  name: 'lazy-libraries',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /.*/ }, ({ path, kind }) => {
      const file = lazy[path];
      if (file === undefined || kind === 'entry-point') return undefined;
      return { path: `./${file}`, external: true };
    });
    pluginBuild.onResolve({ filter: /^\.\/main\.js$/ }, ({ importer }) =>
      importer.endsWith('entry.js') ? { path: './main.cjs', external: true } : undefined,
    );
  },
};

rmSync(`${cli}bundle`, { recursive: true, force: true });
await Promise.all([
  build({
    ...common,
    entryPoints: [`${cli}dist/src/entry.js`],
    outfile: `${cli}bundle/tr.cjs`,
    plugins: [lazyLibraries],
  }),
  build({
    ...common,
    entryPoints: [`${cli}dist/src/main.js`],
    outfile: `${cli}bundle/main.cjs`,
    plugins: [lazyLibraries],
    metafile: true,
  }),
  ...Object.entries(lazy).map(([name, file]) =>
    build({
      ...common,
      stdin: { contents: `module.exports = require(${JSON.stringify(name)});`, resolveDir: cli },
      outfile: `${cli}bundle/${file}`,
    }),
  ),
]);
