import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Instant, MINUTE_MS } from '../../../base/index.ts';
import { Secret } from '../../secret.ts';
import {
  alone,
  type Answer,
  APP,
  type Got,
  loopback,
  tokenFolder,
  tokenSet,
} from '../http.fixture.ts';
import { LoginFailed, type LoginOptions, schwabLogin } from './login.ts';
import { makeCertificate } from './login-certificate.ts';
import { redirectOf } from './login-redirect.ts';
import { readTokenFile } from './token-file.ts';

const NOW = Date.UTC(2026, 0, 5, 14, 0) as Instant;
const CODE = 'C0.b2F1dGgyLnNjaHdhYg.canary-code@';
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const never = () => new Promise<string>(() => undefined);
const granted = {
  access_token: 'canary-access-token',
  refresh_token: 'canary-refresh-token',
  id_token: 'canary-id-token',
  expires_in: 1_800,
  scope: 'api',
  token_type: 'Bearer',
};

/** A sign-in on loopback; `browse` is what the owner's browser does with the address. */
async function signIn(
  parts: Partial<LoginOptions> & {
    answer?: (got: Got) => Answer;
    browse?: (authorize: URL, callback: string) => void;
  },
) {
  const server = await loopback(parts.answer ?? (() => ({ json: granted })));
  closers.push(() => server.close());
  const folder = tokenFolder(tokenSet({ createdAt: 1_000_000_000_000 as Instant }));
  closers.push(folder.remove);
  const callback = parts.callback ?? `https://127.0.0.1:${await freePort()}`;
  const said: string[] = [];
  const login = schwabLogin({
    appKey: APP.key,
    appSecret: APP.secret,
    tokenPath: folder.path,
    claim: alone,
    open: (url) => parts.browse?.(new URL(url), callback),
    ask: never,
    say: (line) => said.push(line),
    now: () => NOW,
    origin: server.origin,
    ...parts,
    callback,
  });
  return { login, server, path: folder.path, said, callback };
}

/** Gets a page whose certificate is of its own making. */
const visit = (url: string, method = 'GET'): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const visiting = request(url, { method, rejectUnauthorized: false }, (response) => {
      let text = '';
      response.on('data', (part) => (text += String(part)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    visiting.on('error', reject);
    visiting.end();
  });

const stateOf = (authorize: URL) => authorize.searchParams.get('state');
const redirectTo = (authorize: URL, callback: string, code = CODE): string =>
  `${callback}/?code=${encodeURIComponent(code)}&session=1&state=${stateOf(authorize)}`;

describe('signing in', () => {
  test('with the browser: the redirect is caught, the tokens are kept', async () => {
    const pages: Promise<{ status: number; text: string }>[] = [];
    const { login, server, path, said, callback } = await signIn({
      browse: (authorize, back) => {
        expect(authorize.pathname).toBe('/v1/oauth/authorize');
        expect(authorize.searchParams.get('client_id')).toBe(APP.key.reveal());
        expect(authorize.searchParams.get('redirect_uri')).toBe(back);
        pages.push(visit(redirectTo(authorize, back)));
      },
    });
    expect(await login).toMatchObject({ level: 'fine', createdAt: NOW });
    expect((await pages[0])?.status).toBe(200);
    const form = new URLSearchParams(server.got[0]?.body);
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'authorization_code',
      code: CODE,
      redirect_uri: callback,
    });
    const { createdAt, expiresAt, refresh } = readTokenFile(path);
    expect([createdAt, expiresAt, refresh.reveal()]).toEqual([
      NOW,
      NOW + 30 * MINUTE_MS,
      granted.refresh_token,
    ]);
    expect(said.join('\n')).not.toContain('canary');
  });

  test('with a pasted address, also where no page can be opened', async () => {
    let address = '';
    const { login, path } = await signIn({
      callback: 'https://desk.example/back',
      browse: (authorize, back) => (address = redirectTo(authorize, back)),
      ask: () => Promise.resolve(` ${address}\n`),
    });
    await login;
    expect(readTokenFile(path).access.reveal()).toBe(granted.access_token);
  });

  test('a strange address is not taken: it is said, and asked again', async () => {
    const typed = ['hello', 'https://evil.example/?code=aaaaaaaaaa&state=x'];
    let address = '';
    const { login, said, server } = await signIn({
      callback: 'https://desk.example/back',
      browse: (authorize, back) => (address = redirectTo(authorize, back)),
      ask: () => Promise.resolve(typed.shift() ?? address),
    });
    await login;
    expect(said).toHaveLength(2);
    expect(server.got).toHaveLength(1);
  });

  test('a page of another site cannot sign us in: the state must be ours', async () => {
    const pages: Promise<{ status: number; text: string }>[] = [];
    const { login, server } = await signIn({
      browse: async (authorize, back) => {
        const attacks = [`${back}/?code=${CODE}`, `${back}/?code=${CODE}&state=wrong`, `${back}/x`];
        for (const attack of attacks) pages.push(visit(attack));
        pages.push(visit(redirectTo(authorize, back), 'POST'));
        await Promise.all(pages);
        await visit(redirectTo(authorize, back));
      },
    });
    await login;
    expect((await Promise.all(pages)).map(({ status }) => status)).toEqual([400, 400, 404, 404]);
    expect(server.got).toHaveLength(1);
  });

  test('a code that is too old is refused; the former sign-in stays', async () => {
    const description = 'AuthorizationCode has expired';
    const { login, path, said } = await signIn({
      answer: () => ({
        status: 400,
        json: { error: 'invalid_grant', error_description: description },
      }),
      browse: (authorize, back) => void visit(redirectTo(authorize, back)),
    });
    await expect(login).rejects.toThrow(LoginFailed);
    await expect(login).rejects.toThrow(/has expired/);
    await expect(login).rejects.not.toThrow(/canary/);
    expect(said.join('\n')).not.toContain('canary');
    expect(readTokenFile(path).access.reveal()).toBe('access-token-0');
  });

  test.each([
    ['half a body', { text: '{"access_', headers: { 'content-type': 'application/json' } }],
    ['a page', { text: '<html>', headers: { 'content-type': 'text/html' } }],
    ['no refresh token', { json: { access_token: 'aaaaaaaaaaaa', expires_in: 1_800 } }],
    ['a hang-up', { drop: true }],
  ])('%s in answer to the code is no sign-in', async (_, answer) => {
    const { login, path } = await signIn({
      answer: () => answer,
      browse: (authorize, back) => void visit(redirectTo(authorize, back)),
    });
    await expect(login).rejects.toThrow(LoginFailed);
    expect(readTokenFile(path).access.reveal()).toBe('access-token-0');
  });

  test('the owner says no, or nothing', async () => {
    const denied = await signIn({
      browse: (authorize, back) => {
        const state = authorize.searchParams.get('state');
        void visit(`${back}/?error=access_denied&state=${state}`);
      },
    });
    await expect(denied.login).rejects.toThrow(/access_denied/);
    const idle = await signIn({ patienceMs: 20 });
    await expect(idle.login).rejects.toThrow(/Nobody/);
    await expect(visit(idle.callback)).rejects.toThrow('ECONNREFUSED');
  });

  test('who waits for a line is told when the browser was faster', async () => {
    let signal: AbortSignal | undefined;
    const { login } = await signIn({
      ask: (_, given) => {
        signal = given;
        return never();
      },
      browse: (authorize, back) => void visit(redirectTo(authorize, back)),
    });
    await login;
    expect(signal?.aborted).toBe(true);
  });

  test('the file is made private, in a folder of its own where there is none', async () => {
    const folder = tokenFolder(null);
    closers.push(folder.remove);
    const tokenPath = folder.path.replace('token.json', 'state/token.json');
    const { login } = await signIn({
      tokenPath,
      browse: (authorize, back) => void visit(redirectTo(authorize, back)),
    });
    await login;
    expect(existsSync(tokenPath)).toBe(true);
    expect(readFileSync(tokenPath, 'utf8')).toContain('canary-refresh-token');
  });

  test('a callback that is no address is refused before anything is opened', async () => {
    const { login } = await signIn({ callback: 'nowhere' });
    await expect(login).rejects.toThrow(/no address/);
  });
});

describe('the certificate of the page', () => {
  test('is one that the standard reader takes: for this machine, for two days, by itself', () => {
    const { cert, key } = makeCertificate(NOW);
    const read = new X509Certificate(cert);
    expect(read.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(read.checkHost('localhost')).toBe('localhost');
    expect(read.verify(read.publicKey)).toBe(true);
    expect(read.checkIssued(read)).toBe(true);
    expect(Date.parse(read.validTo) - Date.parse(read.validFrom)).toBe(2 * 86_400_000);
    expect(Date.parse(read.validFrom)).toBeLessThan(NOW);
    expect(key).toContain('PRIVATE KEY');
  });
});

describe('an address that Schwab led to', () => {
  const callback = new URL('https://127.0.0.1:8182');
  test.each([
    ['https://127.0.0.1:8182/?code=C0.abc%40defgh&state=s', 'code'],
    ['https://127.0.0.1:8182/?code=C0.abc%40defgh&state=t', 'stranger'],
    ['https://127.0.0.1:8182/?state=s', 'stranger'],
    ['https://127.0.0.1:8182/?code=a%0Ab%20cdefgh&state=s', 'stranger'],
    ['https://127.0.0.1:9999/?code=C0.abcdefgh&state=s', 'stranger'],
    ['', 'stranger'],
  ])('%s', (text, kind) => {
    const redirect = redirectOf(text, callback, 's');
    expect(redirect.kind).toBe(kind);
    expect('code' in redirect && redirect.code instanceof Secret).toBe(kind === 'code');
    expect(JSON.stringify(redirect)).not.toContain('abc');
  });
});
