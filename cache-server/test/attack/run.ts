// Attacks our server and the open one, side by side, and prints a table in Markdown:
//   npm run attack            both
//   npm run attack -- ours    ours alone, nothing is installed
//   npm run attack -- <url>   a server that runs, with the tokens in ATTACK_MAIN, ATTACK_PULL, ATTACK_READER, ATTACK_STRANGER
import { runAttacks, type Outcome, type Target } from './attack.js';
import { listAttacks } from './catalogue.js';
import { startIssuer } from './issuer.js';
import { startOpenTarget } from './open-target.js';
import { startOurTarget } from './our-target.js';
import { remoteTarget } from './remote-target.js';

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const [what] = process.argv.slice(2);
await using issuer = await startIssuer();
const attacks = listAttacks(issuer);
const targets: Target[] = [];
try {
  if (what !== undefined && URL.canParse(what)) targets.push(remoteTarget(what, process.env, issuer));
  else {
    targets.push(await startOurTarget(issuer));
    if (what !== 'ours') targets.push(await startOpenTarget(issuer));
  }
  const columns: (readonly Outcome[])[] = [];
  for (const target of targets) columns.push(await runAttacks(attacks, target));
  const row = (cells: readonly string[]): void => print(`| ${cells.join(' | ')} |`);
  row(['attempt', ...targets.map(({ name }) => name)]);
  row(['---', ...targets.map(() => '---')]);
  for (const [at, { title }] of attacks.entries()) row([title, ...columns.map((column) => describe(column[at]))]);
  const through = (columns[0] ?? []).filter((outcome) => outcome?.held === false).length;
  print(`\n${through} of ${attacks.length} get through the first.`);
  process.exitCode = through === 0 ? 0 : 1;
} finally {
  for (const target of targets) await target.close();
}

function describe(outcome: Outcome): string {
  if (outcome === undefined) return 'has no such thing';
  return `${outcome.held ? 'held' : '**gets through**'}: ${outcome.met}`;
}
