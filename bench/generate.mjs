// Generates a workspace of `packages` npm packages with `files` sources each: `build` after `^build`, inputs `src/**`, outputs
// `dist/**`, and a trivial script, so that what is measured is the runner. Deterministic for a seed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Small linear congruential generator (Numerical Recipes constants): the same tree for the same seed on every machine. */
function createRandom(seed) {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}

/** Sizes used in docs/performance.md. */
export const SIZES = {
  S: { packages: 20, files: 20 },
  M: { packages: 100, files: 100 },
  L: { packages: 1000, files: 100 },
};

/** Writes a little of every source to `dist`. */
const SCRIPT = 'mkdir -p dist && cat src/*.js > dist/bundle.js && cp src/f000*.js dist/';

export function generateWorkspace(root, { packages, files, seed = 1, bytes = 2048, script = SCRIPT }) {
  const random = createRandom(seed);
  const write = (path, text) => writeFileSync(join(root, path), text);
  const names = Array.from({ length: packages }, (_, i) => `p${String(i).padStart(4, '0')}`);
  mkdirSync(root, { recursive: true });
  const lock = {
    name: 'bench',
    lockfileVersion: 3,
    requires: true,
    packages: { '': { name: 'bench', workspaces: ['packages/*'] } },
  };
  names.forEach((name, index) => {
    const wanted = Math.min(index, Math.floor(random() * 4));
    const dependencies = Object.fromEntries(
      Array.from({ length: wanted }, () => [names[Math.floor(random() * index)], '*']),
    );
    const directory = `packages/${name}`;
    mkdirSync(join(root, directory, 'src'), { recursive: true });
    const manifest = {
      name,
      version: '1.0.0',
      scripts: { build: script },
      dependencies,
    };
    write(`${directory}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`);
    for (let file = 0; file < files; file++) {
      const line = `export const v${file} = ${Math.floor(random() * 1e9)};\n`;
      write(`${directory}/src/f${String(file).padStart(4, '0')}.js`, line.repeat(Math.ceil(bytes / line.length)));
    }
    lock.packages[directory] = { version: '1.0.0', dependencies };
    lock.packages[`node_modules/${name}`] = { resolved: directory, link: true };
  });
  write(
    'package.json',
    `${JSON.stringify({ name: 'bench', private: true, packageManager: 'npm@10.8.2', workspaces: ['packages/*'] }, null, 2)}\n`,
  );
  write('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
  write(
    'turbo.json',
    `${JSON.stringify({ tasks: { build: { dependsOn: ['^build'], inputs: ['src/**'], outputs: ['dist/**'] } } }, null, 2)}\n`,
  );
  write('.gitignore', 'node_modules\ndist\n.turbo\n.tr\n');
  // Old times keep the racy window of git out of every case but the fresh clone.
  const old = new Date(Date.now() - 3_600_000);
  for (const name of names) {
    for (let file = 0; file < files; file++)
      utimesSync(join(root, `packages/${name}/src/f${String(file).padStart(4, '0')}.js`), old, old);
  }
  git(root, 'init', '-q', '-b', 'main');
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '-m', 'first');
}

/** Runs git in `root` and fails loudly. It leaves nothing running: collecting garbage would move objects away under a clone. */
export function git(root, ...args) {
  const run = spawnSync(
    'git',
    ['-c', 'user.name=b', '-c', 'user.email=b@example.com', '-c', 'commit.gpgsign=false', '-c', 'gc.auto=0', ...args],
    { cwd: root, encoding: 'utf8' },
  );
  if (run.status !== 0) throw new Error(`git ${args.join(' ')}: ${run.stderr}`);
}
