/** Version of this build; the bundler puts the number of cli/package.json here. */
export const VERSION: string = process.env.TR_BUILD_VERSION ?? '0.0.0-source';
