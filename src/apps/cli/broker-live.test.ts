import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  startAlpacaServer,
  syntheticSeries,
  ReplayMarket,
} from '../../adapters/alpaca-server/index.ts';
import { type Instant, type Money, parseDate, parseInstant } from '../../base/index.ts';
import { openMarket } from './broker-market.ts';

const OPTIONS = { bars: [], seed: 1, spreadBps: 2 };
const EXAMPLE = readFileSync('examples/ma-crossover/desk.yaml', 'utf8');

test('the prices of another broker are told on, and nothing is ordered there', async () => {
  const span = { seed: 3, from: parseDate('2023-12-01'), to: parseDate('2024-01-12') };
  const paths: string[] = [];
  const server = await startAlpacaServer({
    now: () => parseInstant('2024-01-10T15:00:00Z'),
    keys: { keyId: 'PKRELAYTEST1', secret: 'relay-test-secret' },
    account: { number: 'PA1RELAY', cash: 1_000_000 as Money },
    settings: {},
    market: new ReplayMarket(syntheticSeries(span), { spreadBps: 2 }),
    record: ({ method, path }) => paths.push(`${method} ${path}`),
  });
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-relay-'));
  try {
    const section = `\nbroker: { name: alpaca, accounts: {}, url: "${server.url}" }\n`;
    writeFileSync(join(folder, 'desk.yaml'), EXAMPLE + section);
    const keys = 'ALPACA_PAPER_KEY_ID=PKRELAYTEST1\nALPACA_PAPER_SECRET_KEY=relay-test-secret\n';
    writeFileSync(join(folder, '.env'), keys, { mode: 0o600 });
    const played = await openMarket({ ...OPTIONS, live: folder });
    try {
      expect([played.symbols, played.title]).toEqual([['SPY'], 'live prices of alpaca (iex)']);
      const now = played.clock?.() as Instant;
      const quote = played.market.quote('SPY', now);
      expect(quote?.bid).toBeGreaterThan(0);
      expect(quote?.ask).toBeGreaterThanOrEqual(quote?.bid as number);
    } finally {
      await played.close?.();
    }
    expect(paths.filter((path) => !path.startsWith('GET '))).toEqual([]);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
});

test('a live market stands by itself, and needs a desk that names a broker', async () => {
  const mixed = { ...OPTIONS, live: 'examples/ma-crossover', synthetic: true };
  await expect(openMarket(mixed)).rejects.toThrow('--live stands by itself');
  const without = { ...OPTIONS, live: 'examples/ma-crossover' };
  await expect(openMarket(without)).rejects.toThrow('has no section "broker"');
});
