import type { Attack, Verdict } from './attack.js';
import { artifactPath, ask, freshHash, get, OCTETS, put } from './talk.js';

const CLAIMS = {
  'x-scope': 'main',
  'x-tr-scope': 'main',
  'x-tenant': 'main',
  'x-forwarded-user': 'main',
  'x-original-url': '/v8/artifacts/1',
  'x-http-method-override': 'PUT',
  'x-github-ref': 'refs/heads/main',
} as const;

/** Reaching where one's credential does not. */
export const SCOPE_ATTACKS: readonly Attack[] = [
  {
    title: '`pr/7` overwrites an entry of `main`',
    needs: [],
    run: async (target) => {
      const hash = freshHash();
      await put(target, 'main', hash, 'good');
      const status = await put(target, 'pull', hash, 'evil');
      return compare(await get(target, 'main', hash), 'good', status);
    },
  },
  {
    title: '`pr/7` writes a key before `main` does',
    needs: [],
    run: async (target) => {
      const hash = freshHash();
      const status = await put(target, 'pull', hash, 'evil');
      return compare(await get(target, 'main', hash), 404, status);
    },
  },
  {
    title: '`pr/7` claims `main` in headers and parameters',
    needs: [],
    run: async (target) => {
      const hash = freshHash();
      const url = `${target.url}${artifactPath(target, 'pull', hash)}&scope=main&branch=main&tenant=main`;
      const token = target.token('pull');
      const { status } = await ask(url, { method: 'PUT', token, body: 'evil', headers: { ...OCTETS, ...CLAIMS } });
      return compare(await get(target, 'main', hash), 404, status);
    },
  },
  {
    title: 'another tenant reads our entry by naming our team',
    needs: [],
    run: async (target) => {
      const hash = freshHash();
      await put(target, 'main', hash, 'secret');
      const { status, text } = await ask(`${target.url}${artifactPath(target, 'main', hash)}`, {
        token: target.token('stranger'),
      });
      return { held: text !== 'secret', met: String(status) };
    },
  },
  {
    title: 'another tenant overwrites our entry by naming our team',
    needs: [],
    run: async (target) => {
      const hash = freshHash();
      await put(target, 'main', hash, 'good');
      const { status } = await ask(`${target.url}${artifactPath(target, 'main', hash)}`, {
        method: 'PUT',
        token: target.token('stranger'),
        body: 'evil',
        headers: OCTETS,
      });
      return compare(await get(target, 'main', hash), 'good', status);
    },
  },
  {
    title: 'a read-only credential writes',
    needs: ['roles'],
    run: async (target) => {
      const hash = freshHash();
      const status = await put(target, 'reader', hash, 'evil');
      return compare(await get(target, 'main', hash), 404, status);
    },
  },
  {
    title: 'no credential, a wrong one, one cut short, one in a parameter',
    needs: [],
    run: async (target) => {
      const hash = freshHash();
      await put(target, 'main', hash, 'secret');
      const url = `${target.url}${artifactPath(target, 'main', hash)}`;
      const token = target.token('main');
      const answers = [
        await ask(url),
        await ask(url, { token: 'wrong' }),
        await ask(url, { token: token.slice(0, -1) }),
        await ask(`${url}&token=${token}&access_token=${token}`),
        await ask(url, { headers: { cookie: `token=${token}` } }),
      ];
      const met = [...new Set(answers.map(({ status }) => status))].join(', ');
      return { held: answers.every(({ text }) => text !== 'secret'), met };
    },
  },
];

/** Tried last: whatever was sent before must not be in the log either. */
export const LOG_ATTACK: Attack = {
  title: 'reads credentials, keys and parameters in the log',
  needs: [],
  run: async (target) => {
    const hash = freshHash();
    const secret = `secret-${freshHash()}`;
    const path = artifactPath(target, 'main', hash);
    await put(target, 'main', hash, 'x');
    for (const bad of [
      `${path}&token=${secret}`,
      `/v8/artifacts/%zz?token=${secret}`,
      `/nothing/${secret}?a=${secret}`,
    ])
      await ask(`${target.url}${bad}`, { token: secret });
    const log = target.log();
    if (log === undefined) return { held: true, met: 'cannot be seen from here' };
    const tokens = (['main', 'pull', 'stranger'] as const).map((role) => target.token(role));
    const seen = [secret, ...tokens, hash].filter((text) => log.includes(text));
    return { held: seen.length === 0, met: seen.length === 0 ? 'none is in it' : 'in it' };
  },
};

function compare(found: string | number, wanted: string | number, status: number): Verdict {
  const what =
    found === 'good' ? '`main` reads its own' : found === 404 ? '`main` reads 404' : '`main` reads the forgery';
  return { held: found === wanted, met: `${status}; ${what}` };
}
