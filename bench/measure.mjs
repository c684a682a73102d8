import { spawnSync } from 'node:child_process';

/** Wall and CPU seconds (user + system of the command and every descendant it waited for) of one whole process. */
export function measure(command, cwd, env = {}) {
  const script = `TIMEFORMAT='%R %U %S'; time { ${command}; } >/dev/null 2>/tmp/bench-stderr-$$; code=$?; [ $code = 0 ] || { cat /tmp/bench-stderr-$$; exit $code; }; rm -f /tmp/bench-stderr-$$`;
  const run = spawnSync('bash', ['-c', script], { cwd, encoding: 'utf8', env: { ...process.env, ...env } });
  if (run.status !== 0) throw new Error(`${command} in ${cwd} ended with ${run.status}: ${run.stdout}${run.stderr}`);
  const [wall = NaN, user = NaN, system = NaN] = run.stderr.trim().split('\n').at(-1).split(/\s+/).map(Number);
  return { wall, cpu: user + system };
}

/** Middle value. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs both sides in turns and compares: medians of wall and CPU, and the medians of the ratios of pairs of one round, so
 * that other load on the machine weighs on both sides alike.
 */
export function compare(rounds, ours, peer) {
  const a = [];
  const b = [];
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes every round.
    const turns = [() => a.push(ours()), () => b.push(peer())];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) turn();
  }
  const pick = (runs, key) => median(runs.map((run) => run[key]));
  return {
    ours: { wall: pick(a, 'wall'), cpu: pick(a, 'cpu') },
    peer: { wall: pick(b, 'wall'), cpu: pick(b, 'cpu') },
    wallRatio: median(a.map((run, i) => run.wall / b[i].wall)),
    cpuRatio: median(a.map((run, i) => run.cpu / b[i].cpu)),
  };
}

/** Largest resident set of any process of a command, megabytes (10^6 bytes); undefined where GNU time is not installed. */
export function peakMegabytes(command, cwd, env = {}) {
  const run = spawnSync('/usr/bin/time', ['-f', '%M', 'sh', '-c', `${command} >/dev/null 2>&1`], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return run.status === 0 ? Math.round((Number(run.stderr.trim().split('\n').at(-1)) * 1024) / 1e6) : undefined;
}
