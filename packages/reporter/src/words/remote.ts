import type { RemoteFailure } from '@tr/model';
import type { Words } from './words.js';

const RUNS_WITHOUT = 'Results are not affected: the run goes on without it.';
const NOT_READ = 'The address, team and token of Turborepo (`TURBO_API`, `TURBO_TOKEN`) are not read.';

/** Words for trouble with the shared cache. */
export function describeRemoteFailure(failure: RemoteFailure): Words {
  switch (failure.code) {
    case 'remote/unavailable':
      return { what: `The remote cache \`${failure.origin}\` is in trouble: ${failure.detail}.`, next: RUNS_WITHOUT };
    case 'remote/refused':
      return describeRefused(failure);
    case 'remote/untrusted':
      return {
        what: `The remote cache \`${failure.origin}\` cannot be trusted: ${failure.detail}.`,
        next: `${RUNS_WITHOUT} \`NODE_EXTRA_CA_CERTS\` may name a file with an authority of your own.`,
      };
    case 'remote/damaged':
      return {
        what: `The remote cache \`${failure.origin}\` sent a result that is not what it says: ${failure.detail}.`,
        next: 'It was not used: the task runs instead.',
      };
    case 'remote/unexpected':
      return {
        what: `The use of the remote cache \`${failure.origin}\` met an error of \`tr\` itself: ${failure.detail}.`,
        next: `${RUNS_WITHOUT} This is a bug: please report it with this line.`,
      };
    case 'remote/no-zstd':
      return {
        what: `The remote cache \`${failure.origin}\` is not used: this installation of \`tr\` has no zstd.`,
        next: `${RUNS_WITHOUT} Install \`tr\` anew with its dependencies, or use Node 22.15 or newer.`,
      };
    case 'remote/not-named':
      return {
        what: `\`${failure.variable}\` is set, but no remote cache is named: nothing is shared with other machines.`,
        next: `Name it in \`remoteCache.url\` or TR_REMOTE_URL, with a token for it in TR_TOKEN. ${NOT_READ} If none is wanted: TR_CACHE=local:rw.`,
      };
    case 'remote/uploads-left':
      return {
        what: `${failure.count} ${failure.count === 1 ? 'result was' : 'results were'} not sent to \`${failure.origin}\` in time.`,
        next: 'They are in the local cache. `remoteCache.uploadTimeout` says how many seconds a run may wait for them.',
      };
    case 'remote/invalid-url':
      return {
        what: `\`${failure.setting}\` is not the address of a remote cache: ${failure.detail}.`,
        next: 'Use `https://…` for a cache server or `s3://bucket/prefix?endpoint=…&region=…` for a bucket.',
      };
    case 'remote/invalid-proxy':
      return {
        what: `\`${failure.variable}\` (or \`ALL_PROXY\`) is not the address of an HTTP proxy.`,
        next: `${RUNS_WITHOUT} Use \`http://host:port\`, or name the hosts to reach without a proxy in \`NO_PROXY\`.`,
      };
    case 'remote/no-public-keys':
      return {
        what: '`remoteCache.signature` is true, and `remoteCache.publicKeys` does not say whose signatures count.',
        next: `${RUNS_WITHOUT} List the public Ed25519 keys there: signatures of Turborepo's kind are not looked at here. Or leave out \`signature\`.`,
      };
    case 'remote/no-signing-key':
      return {
        what: `Nothing is sent to \`${failure.origin}\`: only signed results count (\`remoteCache.publicKeys\`), and \`TR_SIGNING_KEY\` ${failure.isSet ? 'belongs to none of the keys' : 'is not set'}.`,
        next: 'Set it to the private key of one of them; where nothing is to be sent, say so with `--cache=local:rw,remote:r` (or `TR_CACHE`).',
      };
    case 'remote/invalid-key':
      return {
        what: `\`${failure.setting}\` is not an Ed25519 key.`,
        next: 'Use PEM, or the base64 of its DER form. `openssl genpkey -algorithm ed25519` makes one.',
      };
  }
}

/** 403 is the answer to a token that is known: it may read, and results are still read with it, or may nothing here. */
function describeRefused({ origin, detail }: Extract<RemoteFailure, { readonly code: 'remote/refused' }>): Words {
  if (detail.endsWith('403') && !origin.startsWith('s3:')) {
    return {
      what: `The remote cache \`${origin}\` does not allow everything that was asked: ${detail}.`,
      next: 'Results are not affected. Where the token may only read, say so with `--cache=local:rw,remote:r` (or `TR_CACHE`); else check `TR_TOKEN` and the rules for it.',
    };
  }
  return {
    what: `The remote cache \`${origin}\` does not accept us: ${detail}.`,
    next: `${RUNS_WITHOUT} Set or check ${nameCredential(origin)}, or say what may be done with \`--cache\`.`,
  };
}

function nameCredential(origin: string): string {
  if (origin.startsWith('s3:')) return 'the AWS credentials';
  return '`TR_TOKEN` (with `TR_OIDC_AUDIENCE`: whether the job may ask for a token, `id-token: write` on GitHub)';
}
