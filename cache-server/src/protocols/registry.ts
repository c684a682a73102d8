import { bazel } from './bazel/bazel.js';
import { ccache } from './ccache/ccache.js';
import { githubActions } from './github-actions/github-actions.js';
import { gradle } from './gradle/gradle.js';
import { nx } from './nx/nx.js';
import type { Protocol } from './protocol.js';
import { tr } from './tr/tr.js';
import { turborepo } from './turborepo/turborepo.js';
import { webdav } from './webdav/webdav.js';

/** Every protocol this server speaks. Adding one is its folder and a line here. */
export const PROTOCOLS: readonly Protocol[] = [tr, turborepo, nx, gradle, ccache, webdav, githubActions, bazel];
