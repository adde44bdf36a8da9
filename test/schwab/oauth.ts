import type { Instant } from '../../src/base/index.ts';

const CODE_MS = 30_000;
const ACCESS_MS = 1_800_000;
const REFRESH_MS = 7 * 86_400_000;

export interface OAuthTerms {
  readonly key: string;
  readonly secret: string;
  readonly now: () => Instant;
}

export interface TokenReply {
  readonly status: number;
  readonly body: unknown;
}

/** Sign-in as Schwab does it: a code lives 30 s and once, access 30 min, refresh 7 days. */
export class OAuth {
  readonly #terms: OAuthTerms;
  readonly #codes = new Map<string, { readonly at: Instant; readonly redirect: string }>();
  readonly #access = new Map<string, number>();
  readonly #refresh = new Map<string, number>();
  /** Counts of what was granted. */
  grants = { code: 0, refresh: 0 };
  #count = 0;

  constructor(terms: OAuthTerms) {
    this.#terms = terms;
  }

  /** Where the browser goes after the owner has signed in; null for a client nobody knows. */
  authorize(query: URLSearchParams): string | null {
    const redirect = query.get('redirect_uri');
    if (query.get('client_id') !== this.#terms.key || redirect === null) return null;
    if (query.get('response_type') !== 'code') return null;
    const code = `C0.${String(++this.#count).padStart(40, 'b2F1dGgy')}@`;
    this.#codes.set(code, { at: this.#terms.now(), redirect });
    const target = new URL(redirect);
    target.searchParams.set('code', code);
    target.searchParams.set('session', `00000000-0000-4000-8000-${this.#digits()}`);
    const state = query.get('state');
    if (state !== null) target.searchParams.set('state', state);
    return target.toString();
  }

  #digits = (): string => String(this.#count).padStart(12, '0');

  token(authorization: string, form: URLSearchParams): TokenReply {
    const { key, secret, now } = this.#terms;
    const wanted = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;
    if (authorization !== wanted) return refusal(401, 'invalid_client', 'Unauthorized');
    if (form.get('grant_type') === 'refresh_token') return this.#renew(form);
    if (form.get('grant_type') !== 'authorization_code') {
      return refusal(400, 'unsupported_grant_type', 'grant type');
    }
    const code = form.get('code') ?? '';
    const known = this.#codes.get(code);
    this.#codes.delete(code);
    const lives = known !== undefined && now() <= known.at + CODE_MS;
    if (!lives || known.redirect !== form.get('redirect_uri')) {
      return refusal(400, 'invalid_grant', 'AuthorizationCode has expired or is invalid');
    }
    this.grants.code++;
    return this.#granted(this.#newRefresh());
  }

  #renew(form: URLSearchParams): TokenReply {
    const token = form.get('refresh_token') ?? '';
    const until = this.#refresh.get(token) ?? Number.NEGATIVE_INFINITY;
    if (this.#terms.now() >= until) {
      const inner =
        '"{"error_description":"Exception while authenticating refresh token",' +
        '"error":"refresh_token_authentication_error"}"';
      return refusal(400, 'unsupported_token_type', `400 Bad Request: ${inner}`);
    }
    this.grants.refresh++;
    return this.#granted(token);
  }

  #newRefresh(): string {
    const refresh = `refresh-${++this.#count}-0123456789abcdef`;
    this.#refresh.set(refresh, this.#terms.now() + REFRESH_MS);
    return refresh;
  }

  #granted(refresh: string): TokenReply {
    const access = `I0.access-${++this.#count}-0123456789abcdef@`;
    this.#access.set(access, this.#terms.now() + ACCESS_MS);
    return {
      status: 200,
      body: {
        expires_in: ACCESS_MS / 1_000,
        token_type: 'Bearer',
        scope: 'api',
        refresh_token: refresh,
        access_token: access,
        id_token: `id-${this.#count}`,
      },
    };
  }

  /** Tokens without a browser, as a sign-in a moment ago left them. */
  signIn(): Record<string, unknown> {
    return this.#granted(this.#newRefresh()).body as Record<string, unknown>;
  }

  isValid(authorization: string): boolean {
    const token = authorization.replace(/^Bearer /, '');
    return this.#terms.now() < (this.#access.get(token) ?? Number.NEGATIVE_INFINITY);
  }

  /** Every access token dies now; `refresh` tokens too where said. */
  expire(what: 'access' | 'all' = 'access'): void {
    this.#access.clear();
    if (what === 'all') this.#refresh.clear();
  }
}

const refusal = (status: number, error: string, description: string): TokenReply => ({
  status,
  body: { error, error_description: description },
});
