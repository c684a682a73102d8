import { spawnSync } from 'node:child_process';

/** A command, an absolute path with patterns in it, or a module of Python on Debian (`python3:django`). */
function has(name) {
  const [, module] = /^python3:(.*)/.exec(name) ?? [];
  const test = module === undefined ? `command -v ${name}` : `/usr/bin/python3 -c 'import ${module}'`;
  return spawnSync('sh', ['-c', test], { stdio: 'ignore' }).status === 0;
}

/**
 * Makes sure that commands are there: `{command: Debian package}`. Installs what is missing where that is possible without
 * a question (root on Debian), else ends with what to install.
 */
export function ensureCommands(packages) {
  const missing = Object.entries(packages).filter(([command]) => !has(command));
  if (missing.length === 0) return;
  const names = missing.map(([, name]) => name);
  if (process.getuid?.() === 0 && has('apt-get')) {
    const apt = (...args) =>
      spawnSync('apt-get', args, { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
    apt('update', '-q');
    apt('install', '-y', '-q', '--no-install-recommends', ...names);
  }
  const still = missing.filter(([command]) => !has(command));
  if (still.length === 0) return;
  console.error(
    `Missing: ${still.map(([command, name]) => `${command} (package ${name})`).join(', ')}. Install and run again.`,
  );
  process.exit(1);
}
