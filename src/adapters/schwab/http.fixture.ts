import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instant } from '../../base/index.ts';
import { Secret } from '../secret.ts';
import type { TokenClaim } from './sign-in/token.ts';
import { type TokenSet, writeTokenFile } from './sign-in/token-file.ts';

/** One request as the loopback server got it. */
export interface Got {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
  readonly text?: string;
  /** Hang up without an answer. */
  readonly drop?: boolean;
}

export interface Loopback {
  readonly origin: URL;
  readonly got: Got[];
  readonly server: Server;
  close(): Promise<void>;
}

/** A server on this machine that answers as it is told. */
export async function loopback(
  answer: (got: Got, index: number) => Answer | Promise<Answer>,
): Promise<Loopback> {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', async () => {
      const url = new URL(request.url ?? '/', 'http://127.0.0.1');
      const one: Got = {
        method: request.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      };
      got.push(one);
      const { status = 200, headers, json, text, drop } = await answer(one, got.length - 1);
      if (drop === true) return request.socket.destroy();
      const type = json === undefined ? {} : { 'content-type': 'application/json' };
      response.writeHead(status, { ...type, ...headers });
      response.end(json === undefined ? (text ?? '') : JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin: new URL(`http://127.0.0.1:${port}`), got, server, close };
}

export const APP = {
  key: new Secret('app-key-canary-1'),
  secret: new Secret('app-secret-canary-2'),
};

/** The right to the file where nobody else wants it. */
export const alone: TokenClaim = () =>
  Promise.resolve({ ok: true as const, release: () => Promise.resolve() });

/** A right that one at a time can have, as several processes share it. */
export function sharedClaim(): TokenClaim {
  let isTaken = false;
  return () => {
    if (isTaken) return Promise.resolve({ ok: false as const });
    isTaken = true;
    const release = () => {
      isTaken = false;
      return Promise.resolve();
    };
    return Promise.resolve({ ok: true as const, release });
  };
}

/** Tokens of a sign-in. */
export function tokenSet(parts: Partial<TokenSet> & Pick<TokenSet, 'createdAt'>): TokenSet {
  return {
    access: new Secret('access-token-0'),
    refresh: new Secret('refresh-token-0'),
    id: new Secret('id-token-00'),
    expiresAt: (parts.createdAt + 1_800_000) as Instant,
    expiresIn: 1_800,
    scope: 'api',
    type: 'Bearer',
    ...parts,
  };
}

/** A folder with a token file in it. */
export function tokenFolder(tokens: TokenSet | null): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-schwab-'));
  const path = join(folder, 'token.json');
  if (tokens !== null) writeTokenFile(path, tokens);
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

const RECORDED = join(process.cwd(), '..', 'shared', 'specs', 'brokers', 'fixtures', 'schwab');

/** True where the recorded answers are at hand. */
export const hasRecorded = existsSync(RECORDED);

/** A recorded answer, by its name. */
export const recorded = (name: string): unknown =>
  JSON.parse(readFileSync(join(RECORDED, `${name}.json`), 'utf8'));

/** Resolves when `check` holds; throws when it does not within two seconds. */
export async function until(check: () => boolean): Promise<void> {
  const deadline = performance.now() + 2_000;
  while (!check()) {
    if (performance.now() > deadline) throw new Error('It did not come to it in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
