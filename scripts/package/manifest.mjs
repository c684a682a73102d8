// package.json of the package that users install.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Native code, with a build for some machines only. `tr` does the same without: see `packages/transport/src/zstd/zstd.ts` and `cache-server/src/config/load-blake3.ts`. */
const OPTIONAL = ['@napi-rs/blake-hash', '@toondepauw/node-zstd'];
const REQUIRED = ['@bokuweb/zstd-wasm'];
/** What libraries would use if somebody had installed it, and do without. */
const NOT_USED = ['cardinal', 'pg-native'];

/**
 * `asked`: the packages that the bundle asks for when it runs. `name`: that of the package. `commit`: what it was made from;
 * undefined for anything but a commit. Throws when the bundle asks for what nobody has thought of.
 */
export function packageManifest({ name, asked, commit }) {
  const { version, license, engines } = readJson('package.json');
  const unknown = asked.filter((each) => ![...OPTIONAL, ...REQUIRED, ...NOT_USED].includes(each));
  const idle = [...OPTIONAL, ...REQUIRED].filter((each) => !asked.includes(each));
  if (unknown.length + idle.length > 0)
    throw new Error(`Not decided on: ${unknown.join(', ') || 'none'}. Not asked for: ${idle.join(', ') || 'none'}.`);
  return {
    name,
    version,
    description: 'A task runner for monorepos in any language, with a cache that laptops and CI share.',
    license,
    ...(commit !== undefined && { gitHead: commit }),
    // Not `module`: for one such package Yarn's Plug'n'Play makes every Node of the workspace load through it.
    type: 'commonjs',
    engines,
    bin: {
      taskrun: 'bin/taskrun.cjs',
      // Itself, not by another file: that takes Node a millisecond.
      tr: 'bundle/tr.cjs',
      'tr-cache-server': 'bin/tr-cache-server.cjs',
    },
    exports: { './package.json': './package.json', './schema.json': './schema.json' },
    // Yarn would leave it in a zip: other programs could not start it, nor could it keep compiled code.
    preferUnplugged: true,
    dependencies: pinned(REQUIRED),
    optionalDependencies: pinned(OPTIONAL),
  };
}

/** The very versions that the tests ran with: another zstd packs to other bytes, which a shared cache would keep twice. */
function pinned(names) {
  const { packages } = readJson('package-lock.json');
  return Object.fromEntries(names.map((name) => [name, packages[`node_modules/${name}`].version]));
}

function readJson(path) {
  return JSON.parse(readFileSync(root + path, 'utf8'));
}
