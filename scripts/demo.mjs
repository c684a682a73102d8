// The main job on a real workspace: builds `tr`, installs examples/mixed, then runs `tr run build test` three times:
// everything executes, everything is fresh, and after the outputs are deleted everything is restored.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ensureCommands } from './ensure-commands.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const example = `${root}examples/mixed`;

function run(title, command, args, cwd) {
  console.log(`\n== ${title}\n$ ${[command, ...args].join(' ')}`);
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0) process.exit(status ?? 1);
}

ensureCommands({ python3: 'python3' });
run('Build tr', 'npm', ['run', '--silent', 'build'], root);
if (!existsSync(`${example}/node_modules/.package-lock.json`))
  run('Install the example', 'npm', ['ci', '--silent', '--no-audit', '--no-fund'], example);
rmSync(`${example}/.tr`, { recursive: true, force: true });
const tr = `${root}node_modules/.bin/tr`;
run('First run: everything executes', tr, ['run', 'build', 'test'], example);
run('Second run: everything is already right', tr, ['run', 'build', 'test'], example);
for (const output of [
  'apps/web/dist',
  'packages/money/dist',
  'packages/greeting/dist',
  'services/pricing/price-list.json',
]) {
  rmSync(`${example}/${output}`, { recursive: true });
}
run('Outputs deleted: everything comes from the cache', tr, ['run', 'build', 'test'], example);
