import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { BadInput, type Instant } from '../../../base/index.ts';
import { RequestBudget } from '../../budget.ts';
import { HttpClient } from '../../http.ts';
import type { Secret } from '../../secret.ts';
import { authorizeUrl, SchwabAuth } from './auth.ts';
import { originOf, SCHWAB_BUDGET } from '../http.ts';
import { plainText } from '../http-json.ts';
import { openRedirectPage, type Redirect, redirectOf } from './login-redirect.ts';
import type { TokenClaim } from './token.ts';
import { type TokenAge, tokenAge } from './token-age.ts';
import { sweepTokenFiles, type TokenSet, writeTokenFile } from './token-file.ts';

export interface LoginOptions {
  readonly appKey: Secret;
  readonly appSecret: Secret;
  /** As it is registered with the app: "https://127.0.0.1:8182". */
  readonly callback: string;
  readonly tokenPath: string;
  readonly claim: TokenClaim;
  /** Opens the address in a browser, or shows it to the owner alone: the app's key is in it. */
  readonly open: (url: string) => Promise<void> | void;
  /** A line that the owner types; rejects when `signal` ends it, or where nobody can type. */
  readonly ask: (question: string, signal: AbortSignal) => Promise<string>;
  readonly say: (line: string) => void;
  readonly now: () => Instant;
  /** A server on this machine in Schwab's place. */
  readonly origin?: URL;
  /** How long the owner may take. */
  readonly patienceMs?: number;
}

/** Thrown where the sign-in did not come about; a former one is as good as before. */
export class LoginFailed extends Error {}

const PATIENCE_MS = 600_000;
const CLAIM_MS = 30_000;
const AGAIN_MS = 100;

/**
 * Signs the owner in with Schwab and keeps the tokens, in place of those of a former sign-in: who
 * uses these notices it at the next request. The browser leads back to a page of this machine, with
 * a certificate of its own making that it warns of; where that cannot be, or the owner prefers it,
 * the address it was led to is pasted. Throws `LoginFailed`, and `BadInput` for a wrong callback.
 */
export async function schwabLogin(options: LoginOptions): Promise<TokenAge> {
  if (!URL.canParse(options.callback)) {
    throw new BadInput(`Callback "${options.callback}" is no address`);
  }
  const state = randomBytes(24).toString('base64url');
  const code = await codeOf(await redirectFrom(options, state));
  const tokens = await exchange(options, code);
  await keep(options, tokens);
  return tokenAge(tokens.createdAt, options.now(), null);
}

async function redirectFrom(options: LoginOptions, state: string): Promise<Redirect> {
  const { callback, say, now } = options;
  const page = await openRedirectPage(new URL(callback), state, now());
  const done = new AbortController();
  try {
    if (page !== null) {
      say(`The browser comes back to ${callback} and warns of its certificate: go on there.`);
    }
    await options.open(authorizeUrl(originOf(options.origin), appOf(options), callback, state));
    const ways = [
      pasted(options, state, page === null, done.signal),
      tooLate(options, done.signal),
    ];
    return await Promise.race(page === null ? ways : [page.answer, ...ways]);
  } finally {
    done.abort();
    await page?.close();
  }
}

const appOf = ({ appKey, appSecret }: LoginOptions) => ({ key: appKey, secret: appSecret });

async function tooLate({ patienceMs }: LoginOptions, signal: AbortSignal): Promise<Redirect> {
  await wait(patienceMs ?? PATIENCE_MS, undefined, { signal, ref: false }).catch(() => undefined);
  return { kind: 'denied', reason: 'Nobody signed in' };
}

const QUESTION = 'Or paste the address it was led to (its code lives 30 seconds): ';

/** The redirect that the owner pastes; with a page open, it may never come. */
async function pasted(
  { ask, say, callback }: LoginOptions,
  state: string,
  isOnlyWay: boolean,
  signal: AbortSignal,
): Promise<Redirect> {
  for (;;) {
    let text: string;
    try {
      text = await ask(QUESTION, signal);
    } catch {
      if (isOnlyWay)
        return { kind: 'denied', reason: `Nothing can be pasted, or come to ${callback}` };
      return new Promise(() => undefined);
    }
    const redirect = redirectOf(text.trim(), new URL(callback), state);
    if (redirect.kind !== 'stranger') return redirect;
    say(redirect.reason);
  }
}

async function codeOf(redirect: Redirect): Promise<Secret> {
  if (redirect.kind === 'code') return redirect.code;
  throw new LoginFailed(redirect.reason);
}

/** The code is used up by this, whatever comes of it. */
async function exchange(options: LoginOptions, code: Secret): Promise<TokenSet> {
  const client = new HttpClient(originOf(options.origin), new RequestBudget(SCHWAB_BUDGET));
  try {
    const auth = new SchwabAuth(client, appOf(options), options.now);
    const grant = await auth.exchange(code, options.callback).catch(unasked);
    if (grant.kind === 'granted') return grant.tokens;
    throw new LoginFailed(`${grant.reason}: sign in again`);
  } finally {
    await client.close();
  }
}

function unasked(error: unknown): never {
  const words = plainText(error instanceof Error ? error.message : String(error));
  throw new LoginFailed(`Schwab could not be asked, sign in again: ${words}`);
}

async function keep({ tokenPath, claim, now }: LoginOptions, tokens: TokenSet): Promise<void> {
  mkdirSync(dirname(tokenPath), { recursive: true, mode: 0o700 });
  const deadline = now() + CLAIM_MS;
  for (;;) {
    const right = await claim();
    if (right.ok) {
      try {
        writeTokenFile(tokenPath, tokens);
        sweepTokenFiles(tokenPath);
        return;
      } finally {
        await right.release();
      }
    }
    if (now() > deadline) throw new LoginFailed(`Another process holds "${tokenPath}"`);
    await wait(AGAIN_MS);
  }
}
