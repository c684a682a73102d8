/** Real processes: trees that end as a whole, output that arrives whole, on every way out. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ProcessEnd, RunningProcess, SpawnRequest } from '../src/ports.js';
import { createProcessSpawner, MARKER_VARIABLE, type ProcessSpawner } from '../src/process.js';

const directory = mkdtempSync(join(tmpdir(), 'tr-process-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const spawners: ProcessSpawner[] = [];
afterEach(async () => {
  for (const spawner of spawners.splice(0)) await spawner.dispose();
});

const ON_LINUX = { skip: process.platform !== 'linux' };
const ON_POSIX = { skip: process.platform === 'win32' };

interface Started {
  readonly running: RunningProcess;
  /** What it printed so far. */
  readonly output: () => Buffer;
  readonly end: Promise<ProcessEnd>;
}

function open(inheritedMarker?: string): ProcessSpawner {
  const spawner = createProcessSpawner({ inheritedMarker });
  spawners.push(spawner);
  return spawner;
}

function start(command: string, request: Partial<SpawnRequest> = {}, spawner = open()): Started {
  const chunks: Uint8Array[] = [];
  const running = spawner.spawn({
    command,
    cwd: directory,
    env: { PATH: process.env['PATH'] ?? '', MARK: directory },
    shell: undefined,
    stdin: 'none',
    onOutput: (_, bytes) => chunks.push(bytes),
    ...request,
  });
  return { running, output: () => Buffer.concat(chunks), end: running.ended };
}

async function outputOf(command: string, request: Partial<SpawnRequest> = {}): Promise<string> {
  const started = start(command, request);
  await started.end;
  return started.output().toString();
}

/** Live processes with this test's directory in their environment or command line, ourselves and zombies apart. */
function survivors(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => ['environ', 'cmdline'].some((file) => read(`/proc/${name}/${file}`).includes(directory)))
    .map((name) => `${name} ${read(`/proc/${name}/cmdline`).replaceAll('\0', ' ')}`);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** Shell text that waits for a file. */
function waitFor(file: string): string {
  return `until [ -e ${file} ]; do sleep 0.01; done`;
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const limit = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > limit) throw new Error(`waited in vain for: ${what}; left: ${survivors().join(' | ')}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('exit codes', async () => {
  for (const code of [0, 1, 3, 255]) {
    assert.deepEqual(await start(`exit ${code}`).end, { kind: 'exited', exitCode: code, leftBehind: false });
  }
});

test('a process that is killed from outside', ON_POSIX, async () => {
  assert.deepEqual(await start('kill -9 $$').end, { kind: 'signalled', signal: 'SIGKILL', leftBehind: false });
});

test('a command that cannot be started', async () => {
  const noDirectory = await start('true', { cwd: join(directory, 'absent') }).end;
  assert.equal(noDirectory.kind, 'not-started');
  const noShell = await start('true', { shell: join(directory, 'no-shell') }).end;
  assert.deepEqual(noShell.kind === 'not-started' && noShell.detail.includes('no-shell'), true);
  assert.equal((await start('true', { env: { BAD: 'a\0b' } }).end).kind, 'not-started');
});

test('both streams arrive in the order they were written', ON_LINUX, async () => {
  const script = 'for i in 1 2 3 4 5; do echo out$i; echo err$i >&2; done';
  assert.equal(await outputOf(script), [1, 2, 3, 4, 5].map((i) => `out${i}\nerr${i}\n`).join(''));
});

test('a script can open its own streams', ON_LINUX, async () => {
  assert.equal(await outputOf('echo a | tee /dev/stderr; echo b > /dev/stdout'), 'a\na\nb\n');
});

test('bytes arrive as they are; the last line may lack its newline', async () => {
  const started = start(String.raw`printf 'a\377\376\000b\r\nlast'`);
  await started.end;
  assert.deepEqual([...started.output()], [...Buffer.from('a\xff\xfe\0b\r\nlast', 'latin1')]);
});

test('huge output arrives whole, without being kept', async () => {
  let bytes = 0;
  let wrong = 0;
  const before = process.memoryUsage().rss;
  const started = start('head -c 200000000 /dev/zero', {
    onOutput: (_, chunk) => {
      bytes += chunk.length;
      if (chunk.some((byte) => byte !== 0)) wrong += 1;
    },
  });
  await started.end;
  assert.deepEqual([bytes, wrong], [200_000_000, 0]);
  assert.ok(process.memoryUsage().rss - before < 150_000_000);
});

test('output written right before the end is never lost', async () => {
  const spawner = open();
  const all = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const started = start(`head -c ${index * 5000} /dev/zero | tr '\\0' x; echo end`, {}, spawner);
      await started.end;
      return started.output().length;
    }),
  );
  assert.deepEqual(
    all,
    Array.from({ length: 40 }, (_, index) => index * 5000 + 4),
  );
});

test('standard input: the end at once, or never', async () => {
  assert.equal(await outputOf('cat; echo done'), 'done\n');
  const waiting = start('echo ready; cat; echo done', { stdin: 'open' });
  await until('the command to read', () => waiting.output().includes('ready'));
  await waiting.running.stop('SIGTERM', 1000);
  assert.equal((await waiting.end).kind, 'signalled');
  assert.equal(waiting.output().toString(), 'ready\n');
});

test('another shell', ON_POSIX, async () => {
  assert.equal(await outputOf('echo ${BASH_VERSION:+bash}', { shell: 'bash' }), 'bash\n');
});

test('stop ends the whole tree with the signal', ON_LINUX, async () => {
  const started = start('sleep 300 & (sleep 300; echo no) & echo ready; sleep 300');
  await until('the tree to run', () => started.output().includes('ready'));
  await started.running.stop('SIGTERM', 60_000);
  assert.equal((await started.end).kind, 'signalled');
  assert.deepEqual(survivors(), []);
});

test('stop with SIGINT also ends background children, which shells make deaf to it', ON_LINUX, async () => {
  const started = start('sleep 300 & echo ready; sleep 300');
  await until('the tree to run', () => started.output().includes('ready'));
  await started.running.stop('SIGINT', 60_000);
  await started.end;
  assert.deepEqual(survivors(), []);
});

test('what ignores the signal is killed after the grace', ON_LINUX, async () => {
  const started = start("trap '' TERM INT; echo ready; sleep 300 & wait; sleep 300; sleep 300");
  await until('the tree to run', () => started.output().includes('ready'));
  await started.running.stop('SIGTERM', 50);
  assert.deepEqual(await started.end, { kind: 'signalled', signal: 'SIGKILL', leftBehind: false });
  assert.deepEqual(survivors(), []);
});

test('a second, harder stop wins over the grace of the first', ON_LINUX, async () => {
  const started = start("trap '' TERM INT; echo ready; while :; do sleep 300; done");
  await until('the tree to run', () => started.output().includes('ready'));
  const first = started.running.stop('SIGINT', 3_600_000);
  await started.running.stop('SIGKILL', 0);
  await first;
  assert.equal((await started.end).kind, 'signalled');
  assert.deepEqual(survivors(), []);
});

test('children that left the group, the session and their parent are ended too', ON_LINUX, async () => {
  const escape = `setsid sh -c 'setsid sleep 300 & sleep 300' & (setsid sleep 300 &) ; setsid -f sleep 300`;
  const started = start(`${escape}; echo ready; sleep 300`);
  await until('the tree to run', () => started.output().includes('ready'));
  await until('the escape', () => survivors().filter((line) => line.includes('sleep 300')).length >= 5);
  await started.running.stop('SIGTERM', 5000);
  await started.end;
  assert.deepEqual(survivors(), []);
});

test('a tree that starts new processes when it is told to stop', ON_LINUX, async () => {
  const started = start("trap 'sleep 300 & setsid sleep 300 & exit 1' TERM; echo ready; while :; do sleep 0.01; done");
  await until('the tree to run', () => started.output().includes('ready'));
  await started.running.stop('SIGTERM', 2000);
  await started.end;
  assert.deepEqual(survivors(), []);
});

test(
  'a command that ends and leaves a child with the pipe does not hang, and the child is ended',
  ON_LINUX,
  async () => {
    const started = start(`(echo early; touch left; sleep 300; echo late) & ${waitFor('left')}; exit 0`);
    assert.deepEqual(await started.end, { kind: 'exited', exitCode: 0, leftBehind: true });
    assert.equal(started.output().toString(), 'early\n');
    assert.deepEqual(survivors(), []);
  },
);

test('the same for a child that left the session and ignores signals', ON_LINUX, async () => {
  const started = start(
    `setsid -f sh -c "trap '' TERM HUP; touch deaf; while :; do sleep 300; done"; ${waitFor('deaf')}`,
  );
  assert.deepEqual(await started.end, { kind: 'exited', exitCode: 0, leftBehind: true });
  assert.deepEqual(survivors(), []);
});

test('a child that left everything, pipe included, is ended at the end of the run', ON_LINUX, async () => {
  const spawner = open();
  const started = start('setsid -f sleep 300 > /dev/null 2>&1 < /dev/null', {}, spawner);
  const end = await started.end;
  assert.equal(end.kind === 'exited' && end.exitCode, 0);
  // It is found at once when the command ends before the child has left its session, else at the end of the run.
  assert.equal(survivors().length, end.kind === 'exited' && end.leftBehind ? 0 : 1);
  await spawner.dispose();
  assert.deepEqual(survivors(), []);
});

test('twenty trees at once', ON_LINUX, async () => {
  const spawner = open();
  const trees = Array.from({ length: 20 }, () =>
    start("(trap '' INT TERM; sleep 300) & setsid sleep 300 & echo ready; sleep 300", {}, spawner),
  );
  await until('all trees to run', () => trees.every((tree) => tree.output().includes('ready')));
  await Promise.all(trees.map((tree) => tree.running.stop('SIGINT', 100)));
  await Promise.all(trees.map((tree) => tree.end));
  assert.deepEqual(survivors(), []);
});

test('dispose ends what still runs', ON_LINUX, async () => {
  const spawner = open();
  const started = start('sleep 300 & echo ready; sleep 300', {}, spawner);
  await until('the tree to run', () => started.output().includes('ready'));
  await spawner.dispose();
  assert.equal((await started.end).kind, 'signalled');
  assert.deepEqual(survivors(), []);
});

test('a command for the terminal stays in our group and is stopped with its children', ON_LINUX, async () => {
  const started = start('sleep 300 & echo ready; sleep 300', { stdin: 'terminal' });
  await until('the tree to run', () => started.output().includes('ready'));
  await started.running.stop('SIGTERM', 1000);
  await started.end;
  assert.deepEqual(survivors(), []);
});

test('every process carries our marker behind the one we were started with', async () => {
  const spawner = open('outer.1;');
  const started = start(`printf %s "$${MARKER_VARIABLE}"`, {}, spawner);
  await started.end;
  assert.match(started.output().toString(), /^outer\.1;[0-9a-f]{18}\.1;$/);
});

test('kill -9 of the runner: its trees end, escaped ones too, and no pipes are left', ON_LINUX, async () => {
  const ready = join(directory, 'ready');
  const runner = fork(fileURLToPath(new URL('./run-and-wait.js', import.meta.url)), [directory, ready], {
    stdio: 'ignore',
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: directory },
  });
  await until('the trees to run', () => existsSync(`${ready}-1`) && existsSync(`${ready}-2`));
  assert.ok(survivors().filter((line) => line.includes('sleep')).length >= 6);
  runner.kill('SIGKILL');
  await until('all trees to end', () => survivors().length === 0);
  await until('the pipes to be removed', () => readdirSync(directory).every((name) => !name.startsWith('tr-pipes')));
  writeFileSync(ready, '');
});
