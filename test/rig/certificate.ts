import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A self-signed certificate and its key, as PEM and as files. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
  dispose(): void;
}

/** Makes one with `openssl`. `name` is a subject alternative name: `IP:127.0.0.1`; it ended yesterday when `isExpired`. */
export function createCertificate(name: string, isExpired = false): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'tr-cert-'));
  const file = (base: string): string => join(directory, base);
  const openssl = (...args: readonly string[]): void => {
    const run = spawnSync('openssl', args, { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`openssl ${args[0]}: ${run.stderr} ${String(run.error ?? '')}`);
  };
  const subject = ['-subj', '/CN=tr', '-addext', `subjectAltName=${name}`];
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', file('key.pem'));
  openssl('req', '-new', '-key', file('key.pem'), ...subject, '-out', file('request.pem'));
  const signed = ['-in', file('request.pem'), '-signkey', file('key.pem'), '-copy_extensions', 'copy'];
  openssl('x509', '-req', ...signed, '-days', isExpired ? '-1' : '2', '-out', file('cert.pem'));
  return {
    cert: readFileSync(file('cert.pem'), 'utf8'),
    key: readFileSync(file('key.pem'), 'utf8'),
    certFile: file('cert.pem'),
    keyFile: file('key.pem'),
    dispose: () => rmSync(directory, { recursive: true, force: true }),
  };
}
