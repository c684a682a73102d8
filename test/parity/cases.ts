import { dirname } from 'node:path';
import type { Checkout } from './checkout.js';
import type { ParityCase } from './dry-run.js';

/** What the caller wants to see; empty lists mean everything the checkout offers. */
export interface CaseRequest {
  readonly tasks: readonly string[];
  readonly filters: readonly string[];
}

/** Every case for a checkout, in the order they run. */
export function createCases(checkout: Checkout, request: CaseRequest): readonly ParityCase[] {
  const names = request.tasks.length > 0 ? request.tasks : checkout.taskNames;
  const generic = names.filter((name) => !name.includes('#'));
  const main = generic.find((name) => name === 'build') ?? generic[0] ?? names[0] ?? 'build';
  if (request.filters.length > 0) {
    const filters = request.filters.map((filter) => `--filter=${filter}`);
    return names.map((name) => toCase([name, ...filters]));
  }
  return [
    ...names.map((name) => toCase([name])),
    ...(generic.length > 1 ? [{ name: 'all tasks at once', args: generic }] : []),
    ...scopeCases(checkout, main),
    ...historyCases(checkout, main),
    ...settingCases(checkout, main),
    ...refusals(main),
  ];
}

const toCase = (args: readonly string[], rest: Omit<ParityCase, 'name' | 'args'> = {}): ParityCase => ({
  name: [
    ...Object.entries(rest.env ?? {}).map(([name, value]) => `${name}=${value}`),
    ...(rest.cwd === undefined ? [] : [`(${rest.cwd})`]),
    ...args,
  ].join(' '),
  args,
  ...rest,
});

/** At most `count` packages, spread over the sorted names so that every checkout shows different kinds. */
function samplePackages({ packages }: Checkout, count: number): readonly (readonly [string, string])[] {
  const sorted = [...packages].sort(([a], [b]) => (a < b ? -1 : 1));
  const step = Math.max(1, sorted.length / count);
  return Array.from({ length: Math.min(count, sorted.length) }, (_, index) => sorted[Math.floor(index * step)]).flatMap(
    (each) => (each === undefined ? [] : [each]),
  );
}

function scopeCases(checkout: Checkout, main: string): readonly ParityCase[] {
  const samples = samplePackages(checkout, 4);
  const [first, second] = samples;
  const filter = (...filters: readonly string[]): ParityCase =>
    toCase([main, ...filters.map((each) => `--filter=${each}`)]);
  const everywhere = ['*', '*e*', '!*a*', '//', '.', './**', '!//'].map((each) => filter(each));
  if (first === undefined) return everywhere;
  const other = second ?? first;
  const scope = first[0].startsWith('@') ? first[0].split('/')[0] : undefined;
  const parent = dirname(first[1]);
  return [
    ...everywhere,
    ...samples.flatMap(([name]) => [filter(name), filter(`${name}...`), filter(`...${name}`)]),
    ...[`${first[0]}^...`, `...^${first[0]}`, `...${first[0]}...`, `!${first[0]}`, `...^${other[0]}^...`].map((each) =>
      filter(each),
    ),
    ...(scope === undefined ? [] : [filter(`${scope}/*`), filter(`!${scope}/*`), filter(`${scope}/*...`)]),
    ...[`./${first[1]}`, `{./${first[1]}}...`, `...{${other[1]}}`, `./${parent}`, `./${parent}/*`, `{${parent}/*}`].map(
      (each) => filter(each),
    ),
    ...[`./${parent}/**`, `{./${parent}/*}^...`, `!./${parent}/*`, `*{./${parent}/**}`].map((each) => filter(each)),
    filter(`${first[0]}...`, `!${other[0]}`),
    filter(first[0], other[0]),
    filter(`!${first[0]}...`, `!./${parent}/*`),
    toCase([main, '--only']),
    toCase([main, '--only', `--filter=${first[0]}...`]),
    toCase([`${first[0]}#${main}`]),
    toCase([`${first[0]}#${main}`, `${other[0]}#${main}`]),
    toCase([main], { cwd: first[1] }),
    toCase([main, '--filter=...'], { cwd: first[1] }),
    toCase([main, `--filter=${other[0]}`], { cwd: first[1] }),
    toCase([main, `--filter=!${first[0]}`], { cwd: first[1] }),
    toCase([main, '--filter=../*'], { cwd: first[1] }),
    ...(parent === '.' ? [] : [toCase([main], { cwd: parent }), toCase([main, '--filter=./*'], { cwd: parent })]),
  ];
}

function historyCases(checkout: Checkout, main: string): readonly ParityCase[] {
  if (checkout.commits === 0) return [];
  const [first] = samplePackages(checkout, 2).slice(-1);
  const parent = first === undefined ? undefined : dirname(first[1]);
  const refs = [1, 5, 20, 100, 400].filter((count) => count < checkout.commits).map((count) => `HEAD~${count}`);
  const far = refs[2] ?? refs.at(-1) ?? 'HEAD';
  const filter = (text: string): ParityCase => toCase([main, `--filter=${text}`]);
  return [
    toCase([main, '--affected']),
    ...refs.flatMap((ref) => [
      filter(`[${ref}]`),
      filter(`[${ref}...HEAD]`),
      toCase([main, '--affected'], { env: { TURBO_SCM_BASE: ref } }),
    ]),
    filter(`...[${far}]`),
    filter(`[${far}]...`),
    filter(`*e*[${far}]`),
    filter(`![${far}]`),
    ...(first === undefined
      ? []
      : [
          filter(`${first[0]}[${far}]`),
          filter(`...${first[0]}[${far}]`),
          filter(`${first[0]}...[${far}]`),
          filter(`{./${parent}/*}[${far}]`),
          filter(`./${parent}/*[${far}]`),
          toCase([main, '--affected', `--filter=${first[0]}...`], { env: { TURBO_SCM_BASE: far } }),
          toCase([main, '--affected', `--filter=!${first[0]}`], { env: { TURBO_SCM_BASE: far } }),
        ]),
    toCase([main, '--affected'], { env: { GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: far } }),
    toCase([main, '--affected'], { env: { GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'no-such-branch' } }),
  ];
}

function settingCases({ variables, taskNames }: Checkout, main: string): readonly ParityCase[] {
  const set = Object.fromEntries(variables.map((name) => [name, `value of ${name}`]));
  const inferred = {
    NEXT_PUBLIC_PARITY: '1',
    VITE_PARITY: '2',
    REACT_APP_PARITY: '',
    GATSBY_PARITY: 'x',
    EXPO_PUBLIC_P: 'e',
  };
  const everything = { ...set, ...inferred, CI: 'true', VERCEL_ENV: 'preview' };
  const generic = taskNames.filter((name) => !name.includes('#')).slice(0, 4);
  return [
    ...generic.map((name) => ({ name: `${name} with every variable set`, args: [name], env: everything })),
    { name: 'every variable, loose', args: [main, '--env-mode=loose'], env: everything },
    { name: 'no inference', args: [main, '--framework-inference=false'], env: everything },
    toCase([main, '--env-mode=strict']),
    toCase([main, '--', '--flag', 'a b', '--filter=x']),
    toCase([main, '--force', '--concurrency=3', '--continue', '--output-logs=none', '--log-order=grouped']),
    toCase([main, '--parallel']),
    toCase([main, '--no-cache', '--log-prefix=none', '--continue=dependencies-successful', '--cache=local:r']),
  ];
}

function refusals(main: string): readonly ParityCase[] {
  return [
    toCase(['no-such-task']),
    toCase([main, 'no-such-task']),
    toCase([`no-such-package#${main}`]),
    ...['no-such-package', '!no-such-package', 'no-such-*', './no-such-directory', './no-such-directory/*', 'a,b'].map(
      (text) => toCase([main, `--filter=${text}`]),
    ),
    ...['[no-such-ref]', '[]', '{}', '...', '[HEAD...]', 'apps/*', '{no-such}', '^...', '...^'].map((text) =>
      toCase([main, `--filter=${text}`]),
    ),
    toCase([main, '--affected'], { env: { TURBO_SCM_BASE: 'no-such-ref' } }),
    toCase([main, '--env-mode=nonsense']),
    toCase([main, '--no-such-flag']),
    toCase([main, '--concurrency=0']),
  ];
}
