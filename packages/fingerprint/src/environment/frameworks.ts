/** A framework whose build inlines variables of known names. */
export interface Framework {
  /** Name in the dry run, such as `nextjs`. */
  readonly slug: string;
  /** Variable patterns that are part of the key of every task of such a package. */
  readonly env: readonly string[];
}

interface FrameworkRule extends Framework {
  readonly match: 'all' | 'some';
  readonly dependencies: readonly string[];
  /** More patterns, while a variable has a value. */
  readonly when?: { readonly name: string; readonly value: string; readonly env: readonly string[] };
}

/** Variables by which Nitro picks the platform it builds for. */
const NITRO_ENV = [
  'NITRO_*',
  'SERVER_*',
  'AWS_APP_ID',
  'INPUT_AZURE_STATIC_WEB_APPS_API_TOKEN',
  'CLEAVR',
  'CF_PAGES',
  'FIREBASE_APP_HOSTING',
  'NETLIFY',
  'STORMKIT',
  'NOW_BUILDER',
  'ZEABUR',
  'RENDER',
];

const SKEW_PROTECTION = {
  name: 'VERCEL_SKEW_PROTECTION_ENABLED',
  value: '1',
  env: ['VERCEL_DEPLOYMENT_ID'],
};

/** The frameworks Turborepo infers (its 2.11 list), in its order: the first match counts. */
const RULES: readonly FrameworkRule[] = [
  { slug: 'astro', match: 'all', dependencies: ['astro'], env: ['PUBLIC_*'] },
  { slug: 'blitzjs', match: 'all', dependencies: ['blitz'], env: ['NEXT_PUBLIC_*'] },
  {
    slug: 'create-react-app',
    match: 'some',
    dependencies: ['react-scripts', 'react-dev-utils'],
    env: ['REACT_APP_*'],
  },
  { slug: 'expo', match: 'all', dependencies: ['expo'], env: ['EXPO_PUBLIC_*'] },
  { slug: 'gatsby', match: 'all', dependencies: ['gatsby'], env: ['GATSBY_*'] },
  {
    slug: 'nextjs',
    match: 'all',
    dependencies: ['next'],
    env: ['NEXT_PUBLIC_*', 'NEXT_DEPLOYMENT_ID'],
    when: SKEW_PROTECTION,
  },
  {
    slug: 'nitro',
    match: 'some',
    dependencies: ['nitropack', 'nitropack-nightly', 'nitro', 'nitro-nightly'],
    env: NITRO_ENV,
  },
  {
    slug: 'nuxtjs',
    match: 'some',
    dependencies: ['nuxt', 'nuxt-edge', 'nuxt3', 'nuxt3-edge'],
    env: ['NUXT_*', 'NUXT_ENV_*', ...NITRO_ENV, 'LAUNCH_EDITOR'],
  },
  { slug: 'redwoodjs', match: 'all', dependencies: ['@redwoodjs/core'], env: ['REDWOOD_ENV_*'] },
  {
    slug: 'remix',
    match: 'some',
    dependencies: ['@remix-run/dev', '@remix-run/react', '@remix-run/serve'],
    env: ['REMIX_*'],
  },
  { slug: 'sanity', match: 'all', dependencies: ['@sanity/cli'], env: ['SANITY_STUDIO_*'] },
  { slug: 'solidstart', match: 'all', dependencies: ['solid-js', 'solid-start'], env: ['VITE_*'] },
  { slug: 'sveltekit', match: 'all', dependencies: ['@sveltejs/kit'], env: ['VITE_*', 'PUBLIC_*'] },
  { slug: 'vite', match: 'all', dependencies: ['vite'], env: ['VITE_*'] },
  { slug: 'vue', match: 'all', dependencies: ['@vue/cli-service'], env: ['VUE_APP_*', 'LAUNCH_EDITOR'] },
];

/**
 * The framework a package uses, told from its external dependencies; undefined when none is known.
 * `processEnv` decides conditional patterns only.
 */
export function inferFramework(
  dependencies: Readonly<Record<string, string>>,
  processEnv: Readonly<Record<string, string | undefined>>,
): Framework | undefined {
  const has = (name: string): boolean => Object.hasOwn(dependencies, name);
  const rule = RULES.find(({ match, dependencies: names }) => (match === 'all' ? names.every(has) : names.some(has)));
  if (rule === undefined) return undefined;
  const applies = rule.when !== undefined && processEnv[rule.when.name] === rule.when.value;
  return { slug: rule.slug, env: applies && rule.when !== undefined ? [...rule.env, ...rule.when.env] : rule.env };
}
