import { spawnSync } from 'node:child_process';

/** Engines of services. Debian keeps PostgreSQL's programs out of PATH. */
export const SERVICES = {
  '/usr/lib/postgresql/*/bin/initdb': 'postgresql',
  'redis-server': 'redis-server',
  mariadbd: 'mariadb-server',
};

/** What examples/django runs on, and tests it with. */
export const DJANGO = {
  'python3:django': 'python3-django',
  'python3:django_redis': 'python3-django-redis',
  'python3:psycopg2': 'python3-psycopg2',
  'python3:pytest_django': 'python3-pytest-django',
  'python3:redis': 'python3-redis',
  'python3:tblib': 'python3-tblib',
  'python3:xdist': 'python3-pytest-xdist',
};

/** What examples/rails runs on, and tests it with. */
export const RAILS = {
  bundle: 'bundler',
  pg_dump: 'postgresql-client',
  'ruby:database_cleaner': 'ruby-database-cleaner',
  'ruby:factory_bot_rails': 'ruby-factory-bot-rails',
  'ruby:parallel_tests': 'ruby-parallel-tests',
  'ruby:pg': 'ruby-pg',
  'ruby:rails': 'ruby-rails',
  'ruby:redis': 'ruby-redis',
  'ruby:rspec-rails': 'ruby-rspec-rails',
  'ruby:rspec_junit_formatter': 'ruby-rspec-junit-formatter',
};

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
