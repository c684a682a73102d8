// Bundles the compiled CLI for users: `tr.cjs` answers `--version` and the POSIX `tr`, `main.cjs` has what a run needs that
// finds everything in place, and whatever stands behind an `import()`, and each heavy library, is a chunk of its own that loads
// on first use. CommonJS, because Node starts it faster than ES modules.
//   node scripts/bundle.mjs [directory]     the default is cli/bundle
// For a package (package.mjs), which has no other packages of this repository beside it:
//   --server F     bundles the cache server too, into this file; `directory` then asks for it there
//   --facts F      writes what went in, as JSON: `files` (absolute), and `packages` that are asked for when it runs
import { build as buildOnce } from 'esbuild';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { server: { type: 'string' }, facts: { type: 'string' } },
});
const cli = fileURLToPath(new URL('../cli/', import.meta.url));
const out = resolve(positionals[0] ?? `${cli}bundle`);
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
const serverExternal = [...external, '@napi-rs/blake-hash'];
const serverPlace =
  options.server === undefined ? server.name : relative(out, resolve(options.server)).replaceAll('\\', '/');

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

/** load-main.ts runs the text of a file as it is, with the code that V8 compiled of it in earlier runs. */
const wrapped = {
  banner: { js: '(function (exports, require, module, __filename, __dirname) {' },
  footer: { js: '})' },
};

const facts = { files: new Set(), packages: new Set() };

async function build(settings) {
  const result = await buildOnce({ ...settings, metafile: true });
  for (const path of Object.keys(result.metafile.inputs)) facts.files.add(resolve(settings.absWorkingDir ?? '', path));
  for (const { path, external: isExternal } of Object.values(result.metafile.outputs).flatMap(({ imports }) => imports))
    if (isExternal === true && !path.startsWith('.') && !isBuiltin(path)) facts.packages.add(path);
  return result;
}

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

/** Built-in modules that take milliseconds to load, and that a run which executes nothing never calls, or one that is repeated. */
const lazyBuiltinNames = [
  'node:child_process',
  'node:crypto',
  'node:module',
  'node:net',
  'node:os',
  'node:timers/promises',
  'node:tty',
  'node:v8',
  'node:vm',
];
const lazyBuiltins = {
  name: 'lazy-builtins',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^node:/ }, ({ path, namespace }) => {
      if (!lazyBuiltinNames.includes(path)) return undefined;
      return namespace === 'lazy-builtin' ? { path, external: true } : { path, namespace: 'lazy-builtin' };
    });
    pluginBuild.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => ({
      // Nothing of its own: whoever imports it gets a copy of each name that there is.
      contents: `module.exports = Object.create(new Proxy({}, { get: (_, name) => require('${path}')[name] }));`,
    }));
  },
};

/** Modules of functions alone that most runs do not call: the first call of one loads it. */
const words = `${resolve(cli, '../packages/reporter/dist/src/words')}/describe-failure.js`;

const lazyFunctions = {
  name: 'lazy-functions',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: /^picomatch$/ }, ({ path, namespace }) =>
      namespace === 'lazy-functions'
        ? { path: './picomatch.cjs', external: true }
        : { path, namespace: 'lazy-functions' },
    );
    pluginBuild.onLoad({ filter: /^picomatch$/, namespace: 'lazy-functions' }, ({ path }) => ({
      contents: `module.exports = (...args) => require('${path}')(...args);`,
    }));
    pluginBuild.onResolve({ filter: /\/describe-failure\.(?:js|cjs)$/ }, ({ path, kind, namespace, resolveDir }) => {
      if (namespace === 'lazy-functions') return { path, external: true };
      return kind !== 'entry-point' && resolve(resolveDir, path) === words
        ? // Not the whole path: it would be in the names of chunks, and the same commit another program in another clone.
          { path: basename(words), namespace: 'lazy-functions' }
        : undefined;
    });
    pluginBuild.onLoad({ filter: /describe-failure/, namespace: 'lazy-functions' }, async () => ({
      contents: Object.keys(await import(words))
        .map((name) => `export const ${name} = (...args) => require('./describe-failure.cjs').${name}(...args);`)
        .join(' '),
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

/**
 * An import from a package of ours becomes imports from the files that its index names. esbuild decides by files what loads
 * with what, so that whoever imports an index would load all that it names. An import of all of a module of Node becomes that
 * module: esbuild would make a copy of it, a property at a time.
 */
const pastIndexes = {
  name: 'past-indexes',
  setup(pluginBuild) {
    const ours = /\/(?:cli|packages\/[a-z0-9-]+)\/dist\/src\/.*\.js$/;
    pluginBuild.onLoad({ filter: ours, namespace: 'file' }, async ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const found = [...text.matchAll(/^import \{([^}]*)\} from '@tr\/([a-z0-9-]+)';$/gm)];
      let contents = text.replace(
        /^import \* as (\w+) from '(node:\w+)';$/gm,
        (_, name, module) => `const ${name} = process.getBuiltinModule('${module}');`,
      );
      for (const [whole, names, name] of found) {
        if (`@tr/${name}` === server.name) continue;
        const files = await filesOf(name);
        const imports = names.split(',').filter((each) => each.trim() !== '');
        contents = contents.replace(whole, () =>
          imports.map((each) => `import {${each}} from '${files.get(each.trim().split(' as ')[0])}';`).join(' '),
        );
      }
      return { contents };
    });
  },
};

const indexes = new Map();

/** Exported name -> absolute path of the file that exports it, of a package of ours. */
function filesOf(name) {
  if (!indexes.has(name)) indexes.set(name, readIndex(`${cli}../packages/${name}/dist/src/`));
  return indexes.get(name);
}

async function readIndex(directory) {
  const text = readFileSync(`${directory}index.js`, 'utf8');
  const files = new Map();
  for (const [, names, file] of text.matchAll(/^export (\{[^}]*\}|\*) from '([^']+)';$/gm)) {
    const path = resolve(directory, file);
    const listed = names === '*' ? Object.keys(await import(path)) : names.slice(1, -1).split(',');
    for (const each of listed) files.set(each.trim(), path);
  }
  return files;
}

/** First the program is cut at every `import()`, which esbuild does for ES modules only. Name -> text, imports and exports. */
async function cutProgram() {
  const cut = await build({
    ...common,
    supported: {},
    format: 'esm',
    splitting: true,
    write: false,
    absWorkingDir: cli,
    entryPoints: [`${cli}dist/src/main.js`, words],
    outdir: `${cli}bundle`,
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    plugins: [pastIndexes, lazyLibraries, lazyBuiltins, lazyFunctions, pureLibraries],
  });
  const texts = new Map(cut.outputFiles.map(({ path, text }) => [basename(path), text]));
  return new Map(
    Object.entries(cut.metafile.outputs).map(([path, { imports, exports }]) => {
      const statements = imports.filter(({ kind, external }) => kind === 'import-statement' && external !== true);
      const name = basename(path);
      return [name, { text: texts.get(name), imports: statements.map((chunk) => basename(chunk.path)), exports }];
    }),
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
        contents: `module.exports = ${inProgram}[${JSON.stringify(path)}]();`,
      }));
    },
  };
}

/** Whether a piece was made for the `import()` of what executes commands. */
const executesCommands = (name) => /^execute-task-[A-Z0-9]{8}\.js$/.test(name);

/** It begins with this, for load-main.ts: a command may be an installation that replaces the program. */
const beforeCommands = 'require("before-commands");';

async function buildPieces() {
  const pieces = await cutProgram();
  if (![...pieces.keys()].some(executesCommands))
    throw new Error('Nothing was made for the import of execute-task.js.');
  const program = withImports(pieces, 'main.js');
  const shared = [...program].filter((name) =>
    [...pieces].some(([other, { imports }]) => !program.has(other) && imports.includes(name)),
  );
  const exportsOf = (name, write) => pieces.get(name).exports.map(write).join(', ');
  const contents = [
    `export { kindsOfWork, main } from './main.js';`,
    ...shared.map(
      (name, at) => `import { ${exportsOf(name, (each) => `${each} as ${each}_${at}`)} } from './${name}';`,
    ),
    `${inProgram} = {`,
    // Made when a chunk asks for them: most runs load none. As getters, since some are set after that.
    ...shared.map(
      (name, at) => `'${name}': () => ({ ${exportsOf(name, (each) => `get ${each}() { return ${each}_${at}; }`)} }),`,
    ),
    `};`,
  ].join('\n');
  await Promise.all([
    build({
      ...common,
      stdin: { contents, resolveDir: cli },
      outfile: `${out}/main.cjs`,
      plugins: [piecesPlugin(pieces, program, true)],
      ...wrapped,
    }),
    ...[...pieces.keys()]
      .filter((name) => !program.has(name))
      .map((name) =>
        build({
          ...common,
          entryPoints: [`piece:${name}`],
          outfile: `${out}/${toCjs(name)}`,
          plugins: [piecesPlugin(pieces, program, false)],
          ...wrapped,
          ...(executesCommands(name) && { banner: { js: `${wrapped.banner.js}${beforeCommands}` } }),
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
      ...wrapped,
    }),
  ),
]);
await build({
  ...common,
  supported: {},
  external: [serverPlace],
  stdin: {
    contents: `exports.${server.exported} = async (...args) => (await import('${serverPlace}')).${server.exported}(...args);`,
    resolveDir: cli,
  },
  outfile: `${out}/${server.file}`,
});
const digest = createHash('sha256');
for (const file of readdirSync(out).sort()) digest.update(`${file}\n`).update(readFileSync(`${out}/${file}`));
const buildId = digest.digest('hex').slice(0, 16);
await build({
  ...common,
  entryPoints: [`${cli}dist/src/entry.js`],
  outfile: `${out}/tr.cjs`,
  plugins: [pastIndexes, lazyBuiltins],
  define: { ...common.define, 'process.env.TR_BUILD_ID': JSON.stringify(buildId) },
  // Packages link the command to it.
  banner: { js: '#!/usr/bin/env node' },
});
chmodSync(`${out}/tr.cjs`, 0o755);
if (options.server !== undefined)
  await build({
    ...common,
    external: serverExternal,
    stdin: { contents: `export { ${server.exported} } from '${server.name}';`, resolveDir: cli },
    outfile: options.server,
    define: { ...common.define, 'import.meta.url': 'importMetaUrl' },
    banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
    // It says to libraries what is said above.
    logOverride: { 'assign-to-define': 'silent' },
  });
if (options.facts !== undefined)
  writeFileSync(options.facts, JSON.stringify({ files: [...facts.files], packages: [...facts.packages] }));
