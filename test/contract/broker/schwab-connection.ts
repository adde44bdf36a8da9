import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RequestBudget } from '../../../src/adapters/budget.ts';
import {
  connectSchwab,
  type SchwabConnection,
  SchwabStreamer,
} from '../../../src/adapters/schwab/index.ts';
import { SchwabData } from '../../../src/adapters/schwab/data/data.ts';
import { SchwabBroker } from '../../../src/adapters/schwab-orders/index.ts';
import { Secret } from '../../../src/adapters/secret.ts';
import type { Instant } from '../../../src/base/index.ts';

/** As registered with whoever plays Schwab. */
export const APP = { key: 'kit-app-key-00000001', secret: 'kit-app-secret-00000001' } as const;
const STREAM = { backoffMs: 10, backoffMaxMs: 100 } as const;
const BUDGET = { requestsMax: 10_000, windowMs: 60_000, reserved: 20 } as const;

export interface SchwabTokensAtStart {
  readonly access: string;
  readonly refresh: string;
}

export interface ConnectionTerms {
  readonly url: string;
  readonly number: string;
  readonly tokens: SchwabTokensAtStart;
  readonly now: () => Instant;
  readonly since: Instant;
  readonly held: (symbol: string) => number;
}

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 5));

/** The adapter as a process has it, on a token file of its own. */
export class SchwabUnderTest {
  readonly broker: SchwabBroker;
  readonly data: SchwabData;
  readonly connection: SchwabConnection;
  readonly #streamer: SchwabStreamer;
  readonly #folder: string;

  constructor({ url, number, tokens, now, since, held }: ConnectionTerms) {
    this.#folder = mkdtempSync(join(tmpdir(), 'plimsoll-contract-'));
    const tokenPath = join(this.#folder, 'token.json');
    writeFileSync(tokenPath, tokenText(tokens, now()), { mode: 0o600 });
    this.connection = connectSchwab({
      app: { key: new Secret(APP.key), secret: new Secret(APP.secret) },
      tokenPath,
      claim: async () => ({ ok: true, release: async () => {} }),
      now,
      origin: new URL(url),
      budget: new RequestBudget(BUDGET),
    });
    const { http } = this.connection;
    const streamer = new SchwabStreamer({ http, now, terms: STREAM });
    this.#streamer = streamer;
    this.broker = new SchwabBroker({ http, number, held, now, since, pause, stream: streamer });
    this.data = new SchwabData({ http, now, streamer });
  }

  async close(): Promise<void> {
    await this.broker.close();
    await this.#streamer.close();
    await this.connection.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const tokenText = ({ access, refresh }: SchwabTokensAtStart, now: Instant): string =>
  JSON.stringify({
    creation_timestamp: Math.floor(now / 1_000),
    token: {
      access_token: access,
      refresh_token: refresh,
      token_type: 'Bearer',
      scope: 'api',
      expires_in: 1_800,
      // Granted a minute ago: a younger one is never to blame for a 401.
      expires_at: Math.floor(now / 1_000) + 1_740,
    },
  });
