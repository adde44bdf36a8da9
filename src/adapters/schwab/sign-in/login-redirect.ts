import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { Instant } from '../../../base/index.ts';
import { Secret } from '../../secret.ts';
import { plainText } from '../http-json.ts';
import { makeCertificate } from './login-certificate.ts';

/** What an address that Schwab led back to says. */
export type Redirect =
  | { readonly kind: 'code'; readonly code: Secret }
  /** The owner or Schwab said no. */
  | { readonly kind: 'denied'; readonly reason: string }
  /** Not the answer to our question. */
  | { readonly kind: 'stranger'; readonly reason: string };

const CODE = /^[\x21-\x7e]{8,4096}$/;

/** Reads a redirect to `callback`; `state` is what our question carried. */
export function redirectOf(text: string, callback: URL, state: string): Redirect {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.host !== callback.host) {
    return { kind: 'stranger', reason: `That is no address at ${callback.host}` };
  }
  if (!isSame(url.searchParams.get('state') ?? '', state)) {
    return { kind: 'stranger', reason: 'That address belongs to another sign-in' };
  }
  const error = url.searchParams.get('error');
  if (error !== null) {
    const words = `${error} ${url.searchParams.get('error_description') ?? ''}`;
    return { kind: 'denied', reason: plainText(`Schwab did not sign in: ${words}`) };
  }
  const code = url.searchParams.get('code') ?? '';
  if (!CODE.test(code)) return { kind: 'stranger', reason: 'That address has no code in it' };
  return { kind: 'code', code: new Secret(code, 'short') };
}

function isSame(found: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(found), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The page of this machine that Schwab leads back to. */
export interface RedirectPage {
  /** Settles with the first answer to our question. */
  readonly answer: Promise<Redirect>;
  close(): Promise<void>;
}

const PATIENCE_MS = 10_000;

/**
 * Opens the page at `callback`; null where that is not an address of this machine that can be
 * listened at: then the address is to be pasted.
 */
export async function openRedirectPage(
  callback: URL,
  state: string,
  now: Instant,
): Promise<RedirectPage | null> {
  const isOurs =
    callback.protocol === 'https:' && /^(?:127\.0\.0\.1|localhost)$/.test(callback.hostname);
  if (!isOurs || callback.port === '') return null;
  const server = createServer({ ...makeCertificate(now), requestTimeout: PATIENCE_MS });
  if (!(await listens(server, Number(callback.port)))) return null;
  const answer = new Promise<Redirect>((settle) => {
    server.on('request', (request, response) => {
      const target = new URL(request.url ?? '/', callback.href);
      const isAsked = request.method === 'GET' && target.pathname === callback.pathname;
      const redirect = isAsked ? redirectOf(target.href, callback, state) : null;
      const isAnswer = redirect !== null && redirect.kind !== 'stranger';
      response.writeHead(redirect === null ? 404 : isAnswer ? 200 : 400, HEADERS);
      response.end(pageOf(redirect));
      if (isAnswer) settle(redirect);
    });
  });
  return { answer, close: () => closed(server) };
}

const HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  connection: 'close',
};

function pageOf(redirect: Redirect | null): string {
  if (redirect?.kind === 'code') return 'Signed in. This window can be closed.\n';
  return redirect?.kind === 'denied' ? 'Not signed in. This window can be closed.\n' : 'Nothing.\n';
}

const listens = (server: Server, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1' }, () => {
      server.removeAllListeners('error');
      server.on('error', () => undefined);
      resolve(true);
    });
  });

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
