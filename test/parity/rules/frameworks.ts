import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repository, type PackageFacts, type Rule } from './rule.js';

/** What is looked at of a framework in the list that turbo's program has in it. */
interface ListedFramework {
  readonly slug: string;
  readonly envWildcards: readonly string[];
  readonly envConditionals?: readonly {
    readonly when: { readonly key: string; readonly value: string };
    readonly include: readonly string[];
  }[];
  readonly dependencyMatch: { readonly strategy: 'all' | 'some'; readonly dependencies: readonly string[] };
}

const PROGRAMS = fileURLToPath(new URL('../../../../node_modules/@turbo', import.meta.url));

/** Turborepo's own list, out of its program: what a later version adds is asked of both tools without a change here. */
function readList(): readonly ListedFramework[] {
  const path = readdirSync(PROGRAMS)
    .flatMap((name) => ['turbo', 'turbo.exe'].map((file) => join(PROGRAMS, name, 'bin', file)))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`There is no program of turbo below ${PROGRAMS}.`);
  const program = readFileSync(path);
  const start = program.indexOf('[\n  {\n    "slug": "');
  const end = program.indexOf('\n]\n', start);
  if (start === -1 || end === -1) throw new Error(`${path} has no list of frameworks where it was.`);
  return JSON.parse(program.toString('utf8', start, end + 2)) as readonly ListedFramework[];
}

/** A package for each way to be of the framework. */
function packagesOf({ slug, dependencyMatch: { strategy, dependencies } }: ListedFramework): [string, PackageFacts][] {
  const toFacts = (names: readonly string[]): PackageFacts => ({
    dependencies: Object.fromEntries(names.map((name) => [name, '*'])),
  });
  const each = dependencies.map((name, at): [string, PackageFacts] => [`${slug}-${at}`, toFacts([name])]);
  return strategy === 'all' ? [...each, [slug, toFacts(dependencies)]] : each;
}

/** A name for each pattern. */
function variablesOf({ envWildcards, envConditionals = [] }: ListedFramework): [string, string][] {
  const patterns = [...envWildcards, ...envConditionals.flatMap(({ include }) => include)];
  return patterns.map((pattern) => [pattern.replace('*', 'X'), '1']);
}

const LIST = readList();
const ENV = Object.fromEntries(LIST.flatMap(variablesOf));
const CONDITIONS = Object.fromEntries(
  LIST.flatMap(({ envConditionals = [] }) => envConditionals.map(({ when }) => [when.key, when.value])),
);

/** Every framework of the list, with every variable of the list. */
export const FRAMEWORK_RULES: readonly Rule[] = [
  {
    name: 'the whole list',
    tree: repository({ turbo: { tasks: { build: {} } }, packages: Object.fromEntries(LIST.flatMap(packagesOf)) }),
    calls: [
      { args: 'build', env: ENV },
      { args: 'build', env: { ...ENV, ...CONDITIONS } },
    ],
  },
];
