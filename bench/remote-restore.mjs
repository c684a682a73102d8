// A restore from the remote cache: `tr` and the real `turbo` against one server of ours on loopback, in turns, each with an empty
// local cache and no outputs. 100 small tasks, and one task whose output is a `node_modules`.
//   npm run bench:remote-restore -- [--rounds=7] [--cases=small,modules] [--modules=path] [--flags=…] [--json=file]
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateWorkspace, git } from './generate.mjs';
import { compare, measure } from './measure.mjs';
import { cpuSeconds, startOurs, stop, TOKEN } from './server/contestants.mjs';

const options = Object.fromEntries(process.argv.slice(2).map((arg) => arg.replace(/^--/, '').split('=')));
const rounds = Number(options.rounds ?? 7);
const wanted = (name) => options.cases === undefined || options.cases.split(',').includes(name);
const bin = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'tr-bench-restore-'));
const trash = join(work, 'trash');
mkdirSync(trash);
let trashed = 0;
/** Moved away, not deleted: deleting many files slows the creation of the next ones on some file systems. */
const discard = (path) => existsSync(path) && renameSync(path, join(trash, String(trashed++)));

mkdirSync(join(work, 'server', 'ours'), { recursive: true });
const server = await startOurs(join(work, 'server'));
const common = { CI: '', TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1', DO_NOT_TRACK: '1' };
const sides = {
  tr: {
    command: (task) => `'${bin}tr' run ${task} --concurrency=10`,
    env: { ...common, TR_REMOTE_URL: server.url, TR_TOKEN: TOKEN },
    state: ['.tr'],
  },
  turbo: {
    command: (task) => `'${bin}turbo' run ${task} --concurrency=10`,
    env: { ...common, TURBO_API: server.url, TURBO_TOKEN: TOKEN, TURBO_TEAM: 'bench' },
    state: ['.turbo', 'node_modules/.cache'],
  },
};

function bench(title, { roots, task, outputs }) {
  const clear = (side) => [...sides[side].state, ...outputs].forEach((path) => discard(join(roots[side], path)));
  const serverCpu = { tr: 0, turbo: 0 };
  const run = (side) => {
    const before = cpuSeconds(server.child.pid);
    const result = measure(sides[side].command(task), roots[side], sides[side].env);
    serverCpu[side] += cpuSeconds(server.child.pid) - before;
    return result;
  };
  const restore = (side) => {
    clear(side);
    const result = run(side);
    for (const output of outputs)
      if (!existsSync(join(roots[side], output))) throw new Error(`${side} restored no ${output}`);
    return result;
  };
  // Fills the remote, then warms up.
  for (const side of ['tr', 'turbo']) {
    run(side);
    const text =
      (clear(side),
      execFileSync('bash', ['-c', sides[side].command(task)], {
        cwd: roots[side],
        env: { ...process.env, ...sides[side].env },
        encoding: 'utf8',
      }));
    console.log(
      `${title}, ${side}: ${text
        .trim()
        .split('\n')
        .slice(-5)
        .map((line) => line.trim())
        .filter(Boolean)
        .join('; ')}`,
    );
    restore(side);
    serverCpu[side] = 0;
  }
  const result = compare(
    rounds,
    () => restore('tr'),
    () => restore('turbo'),
  );
  const f = (n) => n.toFixed(3);
  console.log(
    `| ${title} | ${f(result.ours.wall)} / ${f(result.ours.cpu)} | ${f(result.peer.wall)} / ${f(result.peer.cpu)} | ${result.wallRatio.toFixed(2)} | ${result.cpuRatio.toFixed(2)} | ${f(serverCpu.tr / rounds)} / ${f(serverCpu.turbo / rounds)} |`,
  );
  return { case: title, ...result };
}

function small() {
  const packages = 100;
  const roots = { tr: join(work, 'small-tr'), turbo: join(work, 'small-turbo') };
  for (const root of Object.values(roots)) generateWorkspace(root, { packages, files: 10 });
  const outputs = Array.from({ length: packages }, (_, at) => `packages/p${String(at).padStart(4, '0')}/dist`);
  return bench('100 small tasks', { roots, task: 'build', outputs });
}

function modules() {
  const from = options.modules ?? fileURLToPath(new URL('../node_modules', import.meta.url));
  const tree = join(work, 'tree');
  mkdirSync(tree);
  // Without links into this repository.
  for (const entry of readdirSync(from, { withFileTypes: true }))
    if (entry.name !== '@tr' && !entry.isSymbolicLink())
      cpSync(join(from, entry.name), join(tree, entry.name), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (path) => !path.endsWith('/.cache'),
      });
  const count = readdirSync(tree, { recursive: true, withFileTypes: true }).filter(
    (entry) => !entry.isDirectory(),
  ).length;
  const roots = { tr: join(work, 'modules-tr'), turbo: join(work, 'modules-turbo') };
  for (const root of Object.values(roots)) {
    generateWorkspace(root, { packages: 1, files: 1 });
    const manifest = { name: 'p0000', version: '1.0.0', scripts: { install_tree: `cp -a '${tree}' node_tree` } };
    writeFileSync(join(root, 'packages/p0000/package.json'), JSON.stringify(manifest));
    writeFileSync(
      join(root, 'turbo.json'),
      JSON.stringify({ remoteCache: { uploadTimeout: 600 }, tasks: { install_tree: { outputs: ['node_tree/**'] } } }),
    );
    git(root, 'add', '-A');
    git(root, 'commit', '-qm', 'second');
  }
  return bench(`one node_modules of ${count} files`, {
    roots,
    task: 'install_tree',
    outputs: ['packages/p0000/node_tree'],
  });
}

const results = [];
try {
  console.log(
    '| case | tr wall / CPU s | turbo wall / CPU s | wall ratio | CPU ratio | server CPU s for tr / turbo |\n| --- | --- | --- | --- | --- | --- |',
  );
  if (wanted('small')) results.push(small());
  if (wanted('modules')) results.push(modules());
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`);
} finally {
  await stop(server);
  rmSync(work, { recursive: true, force: true });
}
