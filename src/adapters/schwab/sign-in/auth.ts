import type { Instant } from '../../../base/index.ts';
import { type HttpClient, jsonOf } from '../../http.ts';
import type { Secret } from '../../secret.ts';
import { type Fields, plainText, problemOf, recordOf } from '../http-json.ts';
import { type TokenSet, tokenSetOf } from './token-file.ts';

/** The app as it is registered with Schwab. */
export interface SchwabApp {
  readonly key: Secret;
  readonly secret: Secret;
}

/**
 * What the token endpoint said. `refused`: this code or refresh token is no good and never will be;
 * `failed`: it was not looked at, or the app itself is not known.
 */
export type Grant =
  | { readonly kind: 'granted'; readonly tokens: TokenSet }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

const TOKEN_PATH = '/v1/oauth/token';
const AUTHORIZE_PATH = '/v1/oauth/authorize';

/** Where the owner signs in. */
export function authorizeUrl(origin: URL, app: SchwabApp, callback: string, state: string): string {
  const query = { response_type: 'code', client_id: app.key.reveal(), redirect_uri: callback };
  return `${origin.origin}${AUTHORIZE_PATH}?${formText({ ...query, state })}`;
}

/** Asks the token endpoint. Each call may throw: then nobody knows, and it may be asked again. */
export class SchwabAuth {
  readonly #client: HttpClient;
  readonly #app: SchwabApp;
  readonly #now: () => Instant;

  constructor(client: HttpClient, app: SchwabApp, now: () => Instant) {
    this.#client = client;
    this.#app = app;
    this.#now = now;
  }

  /** Tokens for the code of a redirect, which lives 30 seconds. */
  exchange(code: Secret, callback: string): Promise<Grant> {
    const form = {
      grant_type: 'authorization_code',
      code: code.reveal(),
      redirect_uri: callback,
    };
    return this.#ask(form, this.#now(), null);
  }

  /** A new access token for a refresh token; the sign-in stays as old as it is. */
  refresh(tokens: TokenSet): Promise<Grant> {
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh.reveal() };
    return this.#ask(form, tokens.createdAt, tokens);
  }

  async #ask(form: Record<string, string>, createdAt: Instant, old: TokenSet | null) {
    const pair = `${this.#app.key.reveal()}:${this.#app.secret.reveal()}`;
    const askedAt = this.#now();
    const reply = await this.#client.send({
      method: 'POST',
      path: TOKEN_PATH,
      headers: {
        authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: formText(form),
      // Without a token not even a cancel can go out.
      lane: 'cancel',
    });
    return grantOf(reply.status, jsonOf(reply), { askedAt, createdAt, old });
  }
}

const formText = (form: Readonly<Record<string, string>>): string =>
  Object.entries(form)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

interface Asked {
  readonly askedAt: Instant;
  readonly createdAt: Instant;
  readonly old: TokenSet | null;
}

/** Life of an access token where the reply does not say: the shortest that was seen. */
const EXPIRES_IN = 1_800;

function grantOf(status: number, json: unknown, { askedAt, createdAt, old }: Asked): Grant {
  const body = recordOf(json);
  if (status !== 200 || body === null || 'error' in body) return denialOf(status, json);
  const seconds = body['expires_in'];
  const isLife = typeof seconds === 'number' && seconds > 0 && seconds <= 86_400;
  // Counted from the asking: never longer than it really lives.
  const expiresAt = (askedAt + (isLife ? seconds : EXPIRES_IN) * 1_000) as Instant;
  const tokens = tokenSetOf(withOld(body, old), createdAt, expiresAt);
  return tokens === null
    ? { kind: 'failed', reason: 'The reply to the sign-in names no tokens' }
    : { kind: 'granted', tokens };
}

/** A reply that leaves out what did not change means the old value (RFC 6749, section 6). */
function withOld(body: Fields, old: TokenSet | null): Fields {
  if (old === null) return body;
  return {
    ...body,
    refresh_token: body['refresh_token'] ?? old.refresh.reveal(),
    id_token: body['id_token'] ?? old.id?.reveal(),
    scope: body['scope'] ?? old.scope,
  };
}

/** How Schwab says that a code or a refresh token is no good, besides OAuth's own word for it. */
const DEAD =
  /refresh_token_authentication_error|invalid_grant|AuthorizationCode.*(?:invalid|expired)/i;

function denialOf(status: number, json: unknown): Grant {
  const problem = problemOf(json);
  const message = problem?.message ?? 'no body of theirs';
  const isDead = (status === 400 || status === 401) && problem?.isBrokers && DEAD.test(message);
  const reason = plainText(`Sign-in refused (${status}): ${message}`);
  return { kind: isDead ? 'refused' : 'failed', reason };
}
