import { spawnSync } from 'node:child_process';

/** A command, an absolute path with patterns in it, or a module of Debian's Python (`python3:django`) or Ruby (`ruby:pg`). */
function has(name) {
  const [, language, module] = /^(python3|ruby):(.*)/.exec(name) ?? [];
  const test = {
    python3: `/usr/bin/python3 -c 'import ${module}'`,
    ruby: `/usr/bin/ruby -e 'gem "${module}"'`,
  }[language];
  return spawnSync('sh', ['-c', test ?? `command -v ${name}`], { stdio: 'ignore' }).status === 0;
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
