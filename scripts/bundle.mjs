// Bundles the compiled CLI for users: `tr.cjs` answers `--version` and the POSIX `tr`, `main.cjs` has what a run needs that
// finds everything in place, and whatever stands behind an `import()`, and each heavy library, is a chunk of its own that loads
// on first use. CommonJS, because Node starts it faster than ES modules.
//   node scripts/bundle.mjs [directory]     the default is cli/bundle
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../cli/', import.meta.url));
const out = resolve(process.argv[2] ?? `${cli}bundle`);
const { version } = JSON.parse(readFileSync(`${cli}package.json`, 'utf8'));
/** Libraries that a no-op run does not need: package name -> file below bundle/. */
const lazy = {
  'js-yaml': 'js-yaml.cjs',
  '@yarnpkg/parsers': 'yarn-parsers.cjs',
  '@aws-sdk/client-s3': 'aws-s3.cjs',
  'http-proxy-agent': 'http-proxy.cjs',
  'https-proxy-agent': 'https-proxy.cjs',
};
/** Libraries with native code or WebAssembly, which stay packages of their own. */
const external = ['@toondepauw/node-zstd', '@bokuweb/zstd-wasm'];
/** A program of its own that need not be installed, and is an ES module: imported as it is, by a file that only does that. */
const server = { name: '@tr/cache-server', file: 'cache-server.cjs', exported: 'runCacheServer' };

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
  define: {
    'import.meta.filename': '__filename',
    'process.env.TR_BUILD_VERSION': JSON.stringify(version),
    // Which Node is supported is for us to say, not for a library to print into a run.
    'process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED': '"true"',
  },
  // `import()` becomes a deferred require: Node would scan a CommonJS file for its exports first, which takes 30 ms.
  supported: { 'dynamic-import': false },
  logLevel: 'warning',
  external,
};

const lazyLibraries = {
  name: 'lazy-libraries',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /.*/ }, ({ path, kind }) => {
      const file = path === server.name ? server.file : lazy[path];
      if (file === undefined || kind === 'entry-point') return undefined;
      return { path: `./${file}`, external: true };
    });
  },
};

/** Built-in modules that take milliseconds to load and that a run which executes nothing never calls. */
const lazyBuiltinNames = ['node:child_process', 'node:module', 'node:net', 'node:timers/promises'];
const namesOf = (builtin) => JSON.stringify(Object.keys(process.getBuiltinModule(builtin)));

const lazyBuiltins = {
  name: 'lazy-builtins',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^node:/ }, ({ path, namespace }) => {
      if (!lazyBuiltinNames.includes(path)) return undefined;
      return namespace === 'lazy-builtin' ? { path, external: true } : { path, namespace: 'lazy-builtin' };
    });
    pluginBuild.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => ({
      contents: `for (const name of ${namesOf(path)}) Object.defineProperty(exports, name, { enumerable: true, get: () => require('${path}')[name] });`,
    }));
  },
};

/** A library that is one function, and takes most of a millisecond to load: the first call of the function loads it. */
const lazyFunction = {
  name: 'lazy-function',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^picomatch$/ }, ({ path, namespace }) =>
      namespace === 'lazy-function'
        ? { path: './picomatch.cjs', external: true }
        : { path, namespace: 'lazy-function' },
    );
    pluginBuild.onLoad({ filter: /.*/, namespace: 'lazy-function' }, ({ path }) => ({
      contents: `module.exports = (...args) => require('${path}')(...args);`,
    }));
  },
};

/** jsonc-parser does not say that what nobody imports of it may be left out: a formatter, which takes a millisecond to set up. */
const pureLibraries = {
  name: 'pure-libraries',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^(jsonc-parser$|\.\/)/ }, async ({ path, pluginData, ...options }) => {
      if (pluginData === 'seen' || !(path === 'jsonc-parser' || options.importer.includes('/jsonc-parser/')))
        return undefined;
      const found = await pluginBuild.resolve(path, { ...options, pluginData: 'seen' });
      return { ...found, sideEffects: false };
    });
  },
};

/** First the program is cut at every `import()`, which esbuild does for ES modules only. Absolute path -> text and imports. */
async function cutProgram() {
  const cut = await build({
    ...common,
    supported: {},
    format: 'esm',
    splitting: true,
    write: false,
    metafile: true,
    absWorkingDir: cli,
    entryPoints: [`${cli}dist/src/main.js`],
    outdir: `${cli}bundle`,
    chunkNames: '[name]-[hash]',
    plugins: [lazyLibraries, lazyBuiltins, lazyFunction, pureLibraries],
  });
  const imports = new Map(
    Object.entries(cut.metafile.outputs).map(([path, output]) => [
      basename(path),
      output.imports.filter(({ kind, external }) => kind === 'import-statement' && external !== true),
    ]),
  );
  return new Map(
    cut.outputFiles.map(({ path, text }) => [
      basename(path),
      { text, imports: imports.get(basename(path)).map((chunk) => basename(chunk.path)) },
    ]),
  );
}

/** What loads with the program: all that it imports, near and far. */
function withImports(pieces, name, found = new Set()) {
  found.add(name);
  for (const next of pieces.get(name).imports) if (!found.has(next)) withImports(pieces, next, found);
  return found;
}

const inProgram = 'globalThis[Symbol.for("tr.program")]';
const toCjs = (name) => `./${name.replace(/\.js$/, '.cjs')}`;

/** Joins the pieces of the program again, or takes one that loads later; what is in the program is taken from there. */
function piecesPlugin(pieces, program, isProgram) {
  return {
    name: 'pieces',
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: /^(\.\/|piece:)/ }, ({ path, kind }) => {
        const name = path.replace(/^(\.\/|piece:)/, '');
        if (!pieces.has(name)) return path.startsWith('./') ? { path, external: true } : undefined;
        if (kind === 'dynamic-import') return { path: toCjs(name), external: true };
        if (kind === 'entry-point' || (isProgram && program.has(name))) return { path: name, namespace: 'piece' };
        return program.has(name) ? { path: name, namespace: 'program' } : { path: toCjs(name), external: true };
      });
      pluginBuild.onLoad({ filter: /.*/, namespace: 'piece' }, ({ path }) => ({
        contents: pieces.get(path).text,
        resolveDir: cli,
      }));
      pluginBuild.onLoad({ filter: /.*/, namespace: 'program' }, ({ path }) => ({
        contents: `module.exports = ${inProgram}[${JSON.stringify(path)}];`,
      }));
    },
  };
}

async function buildPieces() {
  const pieces = await cutProgram();
  const program = withImports(pieces, 'main.js');
  const shared = [...program].filter((name) =>
    [...pieces].some(([other, { imports }]) => !program.has(other) && imports.includes(name)),
  );
  const contents = [
    `export { kindsOfWork, main } from './main.js';`,
    ...shared.map((name, at) => `import * as shared${at} from './${name}';`),
    `${inProgram} = { ${shared.map((name, at) => `${JSON.stringify(name)}: shared${at}`).join(', ')} };`,
  ].join('\n');
  await Promise.all([
    build({
      ...common,
      stdin: { contents, resolveDir: cli },
      outfile: `${out}/main.cjs`,
      plugins: [piecesPlugin(pieces, program, true)],
      // load-main.ts runs the text as it is.
      banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
      footer: { js: '})' },
    }),
    ...[...pieces.keys()]
      .filter((name) => !program.has(name))
      .map((name) =>
        build({
          ...common,
          entryPoints: [`piece:${name}`],
          outfile: `${out}/${toCjs(name)}`,
          plugins: [piecesPlugin(pieces, program, false)],
        }),
      ),
  ]);
}

rmSync(out, { recursive: true, force: true });
await Promise.all([
  buildPieces(),
  ...[...Object.entries(lazy), ['picomatch', 'picomatch.cjs']].map(([name, file]) =>
    build({
      ...common,
      stdin: { contents: `module.exports = require(${JSON.stringify(name)});`, resolveDir: cli },
      outfile: `${out}/${file}`,
    }),
  ),
]);
await build({
  ...common,
  supported: {},
  external: [server.name],
  stdin: {
    contents: `exports.${server.exported} = async (...args) => (await import('${server.name}')).${server.exported}(...args);`,
    resolveDir: cli,
  },
  outfile: `${out}/${server.file}`,
});
const buildId = createHash('sha256')
  .update(readFileSync(`${out}/main.cjs`))
  .digest('hex')
  .slice(0, 16);
await build({
  ...common,
  entryPoints: [`${cli}dist/src/entry.js`],
  outfile: `${out}/tr.cjs`,
  plugins: [lazyBuiltins],
  define: { ...common.define, 'process.env.TR_BUILD_ID': JSON.stringify(buildId) },
});
