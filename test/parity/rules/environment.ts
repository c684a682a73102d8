import { repository, type Rule } from './rule.js';

const ENV = {
  A: '1',
  B: '',
  A_X: '3',
  A_Y: '4',
  'A_*': '5',
  NEXT_PUBLIC_X: '6',
  NEXT_PUBLIC_Y: '7',
  VITE_X: '8',
  P: '9',
  CI: 'true',
  EXPO_PUBLIC_X: '1',
  REMIX_X: '1',
  REACT_APP_X: '1',
  PUBLIC_X: '1',
  NITRO_X: '1',
  NEXT_DEPLOYMENT_ID: 'x',
};
const withDependency = (...names: readonly string[]) => ({
  dependencies: Object.fromEntries(names.map((name) => [name, '*'])),
});

/** Which variables are listed where. */
export const ENVIRONMENT_RULES: readonly Rule[] = [
  {
    name: 'configured: names, wildcards, negations, empty and unset values; passthrough',
    tree: repository({
      turbo: {
        globalEnv: ['A', 'B', 'A', 'UNSET'],
        globalPassThroughEnv: ['P', 'P'],
        tasks: {
          t0: { env: ['A_*', '!A_X'] },
          t1: { env: ['!A_X', 'A_*'], passThroughEnv: ['A_X', '!A'] },
          t2: { env: ['*UBLIC*'] },
          t3: { env: ['A_\\*', 'B', 'A'] },
          t4: { env: [], passThroughEnv: [] },
        },
      },
    }),
    calls: [
      { args: 't0 t1 t2 t3 t4', env: ENV },
      { args: 't0 t1 t2 t3 t4 --env-mode=loose', env: ENV },
    ],
  },
  {
    name: 'inferred from the framework, the first of a fixed list',
    tree: repository({
      turbo: { tasks: { build: {}, lint: { env: ['!NEXT_PUBLIC_X', 'NEXT_PUBLIC_Y'] } } },
      packages: {
        next: withDependency('next'),
        blitz: withDependency('next', 'blitz'),
        vite: { devDependencies: { vite: '*' } },
        remix: withDependency('@remix-run/react', 'vite'),
        router: withDependency('@react-router/dev', 'vite'),
        expo: withDependency('expo'),
        cra: withDependency('react-scripts'),
        svelte: withDependency('@sveltejs/kit', 'vite'),
        nitro: withDependency('nitropack'),
        solid: withDependency('solid-js'),
        peer: { peerDependencies: { next: '*' } },
      },
    }),
    calls: [
      { args: 'build lint', env: ENV },
      { args: 'build --framework-inference=false', env: ENV },
    ],
  },
  {
    name: 'loose by configuration',
    tree: repository({
      turbo: { envMode: 'loose', globalPassThroughEnv: ['P'], tasks: { build: { env: ['A'], passThroughEnv: ['B'] } } },
    }),
    calls: [
      { args: 'build', env: ENV },
      { args: 'build --env-mode=strict', env: ENV },
    ],
  },
];
