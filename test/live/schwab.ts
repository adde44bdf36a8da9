import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ReplayMarket } from '../../src/adapters/alpaca-server/index.ts';
import { writeTokenFile } from '../../src/adapters/schwab/sign-in/token-file.ts';
import { Secret } from '../../src/adapters/secret.ts';
import { type Instant, MICROS, parseDate } from '../../src/base/index.ts';
import { loadDesk } from '../../src/apps/load.ts';
import { SeriesLoader } from '../../src/apps/series.ts';
import { openDesk } from '../../src/apps/wire.ts';
import { type OpenWorld, openWorld, secretsOf } from '../../src/apps/world/index.ts';
import { exchangeDate, sessionOn } from '../../src/market/index.ts';
import { chicagoMidnight, type SchwabServer, startSchwabServer } from '../schwab/server.ts';
import { type History, historyOf } from './history.ts';

const DESK = 'hierarchical-adaptive';
const SYMBOLS = ['QQQ', 'TLT', 'TQQQ', 'PSQ', 'TMF', 'TMV'];
const STORED = '{ store: { source: schwab, adjustment: splits, timeframe: 1d } }';
const EXAMPLE = fileURLToPath(new URL(`../../examples/${DESK}/`, import.meta.url));

export interface SchwabTerms {
  /** Below live: nothing may be sent (invariant 25). */
  readonly stage: 'dry-run' | 'paper';
  readonly from: string;
  readonly to: string;
}

export interface SchwabOutcome {
  readonly history: History;
  readonly requests: number;
  /** Requests that were no readings or concerned orders or accounts, as the server saw them. */
  readonly forbidden: readonly string[];
}

/** HAV on Schwab's quotes and history, with the built-in broker, against the server for tests. */
export async function schwabRun({ stage, from, to }: SchwabTerms): Promise<SchwabOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-live-'));
  const held: { world: OpenWorld | null } = { world: null };
  const open = sessionOn(parseDate(from))?.open as Instant;
  const now = (): Instant => held.world?.now() ?? open;
  const server = await schwabServer(now);
  try {
    makeDesk(folder, server, now());
    const loaded = await loadDesk(folder);
    const parts = { folder, stage, secrets: secretsOf(folder), from: parseDate(from) };
    const world = await openWorld({ desk: loaded.desk, ...parts });
    held.world = world;
    const observer = { taken: () => {} };
    const dates = { from: parseDate(from), to: parseDate(to) };
    const options = { stage, speed: 'max', fresh: false, observer, world, ...dates } as const;
    const desk = await openDesk(loaded, options);
    try {
      await desk.runner.run('end');
    } finally {
      await desk.close();
    }
    const { requests } = server;
    const isForbidden = ({ method, path }: (typeof requests)[number]) =>
      /order|accounts/i.test(path) || (method !== 'GET' && !path.includes('/oauth/'));
    const forbidden = requests.filter(isForbidden).map(({ method, path }) => `${method} ${path}`);
    if (server.posts() > 0) forbidden.push(`${server.posts()} orders`);
    return { history: await historyOf(folder), requests: requests.length, forbidden };
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function schwabServer(now: () => Instant): Promise<SchwabServer> {
  const { desk } = await loadDesk(EXAMPLE);
  const loader = new SeriesLoader(desk);
  const series = await Promise.all(Object.keys(desk.data).map((name) => loader.load(name)));
  const market = new ReplayMarket(series, { spreadBps: 2 });
  return startSchwabServer({
    now,
    market: (symbol, at) => {
      const found = market.quote(symbol, at);
      if (found === undefined) return undefined;
      const { bid, ask, last } = found;
      return { bid: bid / MICROS, ask: ask / MICROS, last: last / MICROS };
    },
    candles: (symbol, query) => {
      const from = Number(query.get('startDate') ?? 0) as Instant;
      const to = Math.min(now(), Number(query.get('endDate') ?? now())) as Instant;
      return market.bars(symbol, '1d', from, to).map((row) => ({
        open: row.open / MICROS,
        high: row.high / MICROS,
        low: row.low / MICROS,
        close: row.close / MICROS,
        volume: row.volume ?? 0,
        datetime: chicagoMidnight(exchangeDate(row.at)),
      }));
    },
  });
}

function makeDesk(folder: string, server: SchwabServer, at: Instant): void {
  // Schwab's bars are adjusted for splits, and made up ones are not.
  const data = SYMBOLS.map((symbol) => `  ${symbol}: ${STORED}\n`).join('');
  const example = readFileSync(join(EXAMPLE, 'desk.yaml'), 'utf8');
  const text = example.replace(/^data:\n(?:(?: .*)?\n)*/m, `data:\n${data}\n`);
  const broker = `
broker:
  name: schwab
  accounts: {}
  url: ${server.url}
  clock: recorded
  mark_every_seconds: 3600
  close_minutes_after: 20
`;
  writeFileSync(join(folder, 'desk.yaml'), `${text}${broker}`);
  const { key, secret } = server.app;
  const keys = `SCHWAB_APP_KEY=${key}\nSCHWAB_APP_SECRET=${secret}\n`;
  writeFileSync(join(folder, '.env'), keys, { mode: 0o600 });
  const path = join(folder, 'state', 'schwab-token.json');
  mkdirSync(dirname(path), { recursive: true });
  const token = server.oauth.signIn() as Record<string, string>;
  writeTokenFile(path, {
    createdAt: at,
    access: new Secret(token['access_token'] as string),
    refresh: new Secret(token['refresh_token'] as string),
    id: null,
    expiresAt: (at + 1_800_000) as Instant,
    expiresIn: 1_800,
    scope: 'api',
    type: 'Bearer',
  });
}
