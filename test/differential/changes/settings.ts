import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../histories/random.js';
import type { Scene } from '../scene.js';
import { pickSome, type Change, type Changes } from './change.js';

const CONFIG = 'turbo-like.config.json';

type Json = Record<string, unknown>;

function readConfig(scene: Scene): Json | undefined {
  try {
    return JSON.parse(readFileSync(join(scene.root, CONFIG), 'utf8').replace(/^\/\/.*$/gm, '')) as Json;
  } catch {
    return undefined;
  }
}

const ofTask =
  (name: string, make: (task: Json, random: Random) => void): Change =>
  (scene, random) => {
    const config = readConfig(scene);
    if (config === undefined) return undefined;
    const tasks = config['tasks'] as Record<string, Json>;
    const id = random.pick(['build', 'gen', 'types', 'use', 'test', 'lint', 'late']);
    const task = tasks[id];
    if (task === undefined) return undefined;
    make(task, random);
    writeFileSync(join(scene.root, CONFIG), `${JSON.stringify(config, null, 2)}\n`);
    return `${name} of ${id}`;
  };

/** Takes an item of a list away, or adds it. */
function toggle(task: Json, key: string, item: string): void {
  const list = (task[key] as string[] | undefined) ?? [];
  task[key] = list.includes(item) ? list.filter((each) => each !== item) : [...list, item];
}

function ofManifest(name: string, make: (manifest: Json, random: Random, scene: Scene) => void): Change {
  return (scene, random) => {
    const path = join(scene.root, random.pick([...scene.shape.packages, '']), 'package.json');
    if (!existsSync(path)) return undefined;
    let manifest: Json;
    try {
      manifest = JSON.parse(readFileSync(path, 'utf8')) as Json;
    } catch {
      return undefined;
    }
    make(manifest, random, scene);
    writeFileSync(path, JSON.stringify(manifest, null, 2));
    return `${name} of ${path.slice(scene.root.length + 1)}`;
  };
}

/** Configuration, manifests, lockfiles, variables, tools. */
export const SETTING_CHANGES: Changes = {
  comment: (scene, random) => {
    const path = join(scene.root, CONFIG);
    if (!existsSync(path)) return undefined;
    writeFileSync(path, `// ${random.below(10)}\n${readFileSync(path, 'utf8')}`);
    return 'a comment in the configuration';
  },
  reorder: (scene) => {
    const config = readConfig(scene);
    if (config === undefined) return undefined;
    const turned = Object.fromEntries(Object.entries(config).reverse());
    writeFileSync(join(scene.root, CONFIG), JSON.stringify(turned, null, 1));
    return 'keys of the configuration in another order';
  },
  env: ofTask('env', (task) => toggle(task, 'env', 'FUZZ_W_2')),
  passThrough: ofTask('passThroughEnv', (task) => toggle(task, 'passThroughEnv', 'FUZZ_P')),
  outputs: ofTask('outputs', (task) => toggle(task, 'outputs', 'extra/**')),
  inputs: ofTask('inputs', (task, random) => {
    if (task['inputs'] !== undefined)
      toggle(task, 'inputs', random.pick(['README.md', '!README.md', 'package.json', '$TURBO_ROOT$/shared/x/*']));
  }),
  restore: ofTask('restore', (task) => (task['restore'] = task['restore'] === 'link' ? 'copy' : 'link')),
  logs: ofTask('outputLogs', (task, random) => (task['outputLogs'] = random.pick(['full', 'new-only']))),
  globals: (scene, random) => {
    const config = readConfig(scene);
    if (config === undefined) return undefined;
    toggle(config, 'globalDependencies', random.pick(['README.md', 'shared/x/**', '!shared/a.g']));
    writeFileSync(join(scene.root, CONFIG), JSON.stringify(config, null, 2));
    return 'globalDependencies';
  },
  packageConfig: (scene, random) => {
    const directory = pickSome(
      random,
      scene.shape.packages.filter((each) => each.startsWith('packages/')),
    );
    if (directory === undefined || !existsSync(join(scene.root, directory))) return undefined;
    const path = join(scene.root, directory, CONFIG);
    if (existsSync(path) && random.below(2) === 0) {
      rmSync(path);
      return `no configuration in ${directory}`;
    }
    const tasks = {
      gen: { env: ['FUZZ_A'] },
      ...(random.below(2) === 0 ? { test: { inputs: ['src/**', '!**/skip*'] } } : {}),
    };
    writeFileSync(path, JSON.stringify({ extends: ['//'], tasks }));
    return `a configuration in ${directory}`;
  },
  script: ofManifest('a script', (manifest, random) => {
    const scripts = (manifest['scripts'] as Json | undefined) ?? {};
    const command = random.pick(['act lint flat src', 'act lint  flat src', '']);
    const { lint: _, ...others } = scripts;
    manifest['scripts'] = command === '' ? others : { ...others, lint: command };
  }),
  description: ofManifest('the description', (manifest, random) => (manifest['description'] = random.pick(['a', 'b']))),
  dependency: ofManifest('a dependency', (manifest) => {
    const { ms, ...others } = (manifest['dependencies'] as Json | undefined) ?? {};
    manifest['dependencies'] = ms === undefined ? { ...others, ms: '2.0.0' } : others;
  }),
  lockfile: (scene, random) => {
    const variant = pickSome(random, scene.shape.variants);
    if (variant === undefined) return undefined;
    for (const [path, text] of Object.entries(variant)) scene.write(path, text);
    return `another ${Object.keys(variant).join(', ')}`;
  },
  newPackage: (scene, random) => {
    const directory = scene.shape.kind === 'python' ? 'services/z' : 'packages/z';
    const path = join(scene.root, directory);
    if (scene.shape.kind === 'single') return undefined;
    if (existsSync(path)) {
      rmSync(path, { recursive: true });
      return `remove ${directory}`;
    }
    mkdirSync(join(path, 'src/deep'), { recursive: true });
    writeFileSync(join(path, 'src/one.txt'), random.pick(['aaaa\n', 'bbbb\n']));
    writeFileSync(
      join(path, scene.shape.kind === 'python' ? CONFIG : 'package.json'),
      scene.shape.kind === 'python' ? '{ "extends": ["//"] }' : '{ "name": "z", "version": "1.0.0" }',
    );
    return `add ${directory}`;
  },
  movePackage: (scene, random) => {
    const directory = pickSome(
      random,
      scene.shape.packages.filter((each) => each !== '' && existsSync(join(scene.root, each))),
    );
    if (directory === undefined || scene.shape.kind === 'submodule') return undefined;
    const other = join(scene.root, `${directory}-away`);
    renameSync(join(scene.root, directory), other);
    const copy = random.below(2) === 0;
    renameSync(other, join(scene.root, directory));
    return `move ${directory} away and back${copy ? '' : ' '}`;
  },
  requirements: (scene, random) => {
    const directory = random.pick([...scene.shape.packages, '']);
    if (!existsSync(join(scene.root, directory))) return undefined;
    writeFileSync(join(scene.root, directory, 'requirements.txt'), random.pick(['a==1\n', 'a==2\n']));
    return `requirements.txt in ${directory}`;
  },
  dotenv: (scene, random) => {
    const directory = random.pick(scene.shape.packages);
    if (!existsSync(join(scene.root, directory))) return undefined;
    writeFileSync(join(scene.root, directory, '.env'), `FUZZ_DOT=${random.pick(['a', 'b'])}\n`);
    return `.env in ${directory}`;
  },
  variable: (scene, random) => {
    const name = random.pick(['FUZZ_A', 'FUZZ_G', 'FUZZ_W_1', 'FUZZ_W_2', 'FUZZ_P', 'FUZZ_NOBODY']);
    const value = random.pick(['1', '2', '', 'unset']);
    if (value === 'unset') scene.variables.delete(name);
    else scene.variables.set(name, value);
    return `${name}=${value}`;
  },
  tool: (scene, random) => {
    writeFileSync(join(scene.base, 'tools/version'), `version ${random.below(3)}\n`);
    return 'another version of the tool';
  },
};
