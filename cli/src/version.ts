/** Version of this build; the bundler puts the number of cli/package.json here. */
export const VERSION: string = process.env.TR_BUILD_VERSION ?? '0.0.0-source';

/** Digest of the bundled program; the bundler puts it here. */
export const BUILD_ID: string = process.env.TR_BUILD_ID ?? 'source';
