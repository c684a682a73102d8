import { trouble } from '../remote-backend.js';

/** Says what the code of an error of a connection means; its text may have addresses in it. */
export function toTrouble(error: unknown): ReturnType<typeof trouble> {
  const code = codeOf(error);
  const distrust = findDistrust(code);
  if (distrust !== undefined) return trouble('untrusted', distrust);
  switch (code) {
    case 'ECONNREFUSED':
      return trouble('unreachable', 'the connection was refused');
    case 'ECONNRESET':
    case 'EPIPE':
      return trouble('unreachable', 'the connection was reset');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return trouble('unreachable', 'its name is not known');
    default:
      return trouble('unreachable', `the connection failed (${code})`);
  }
}

/** What is wrong with a certificate; undefined when it is something else. The codes are those of OpenSSL and Node. */
function findDistrust(code: string): string | undefined {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'its certificate has expired, or the clock of this machine is wrong';
    case 'CERT_NOT_YET_VALID':
      return 'its certificate is not valid yet, or the clock of this machine is wrong';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'its certificate is for another host';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_UNTRUSTED':
      return 'its certificate is of an authority that is not known here';
    default:
      return code.startsWith('CERT_') ? `its certificate is not accepted (${code})` : undefined;
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
