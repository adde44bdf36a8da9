import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openStore } from '../../adapters/data/index.ts';
import { type DateText } from '../../base/index.ts';
import { sessionsBetween } from '../../market/index.ts';
import { UsageError } from '../load.ts';
import { type PullOptions, pullBars } from './pull.ts';

let root = '';
let server: Server;
let url = '';
let csv: (symbol: string) => string | number;
let asked: string[] = [];

const CSV =
  'date,open,high,low,close,volume\n2024-01-02,10,11,9,10.5,100\n2024-01-03,10,11,9,10.25,200\n';

/** A chart as Yahoo's endpoint answers it, of two sessions. */
function chartText(symbol: string): string {
  const days = sessionsBetween('2024-01-02' as DateText, '2024-01-03' as DateText);
  const column = days.map(() => Math.fround(189.98));
  const quote = { open: column, high: column, low: column, close: column, volume: [1, 2] };
  const result = {
    meta: { symbol, currency: 'USD', exchangeTimezoneName: 'America/New_York' },
    timestamp: days.map(({ open }) => open / 1_000),
    indicators: { quote: [quote], adjclose: [{ adjclose: column }] },
  };
  return JSON.stringify({ chart: { result: [result], error: null } });
}

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-pull-'));
  csv = () => CSV;
  asked = [];
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const chart = /^\/v8\/finance\/chart\/([^?]*)/.exec(path)?.[1];
    if (chart !== undefined) return response.end(chartText(decodeURIComponent(chart)));
    const answer = csv(path.split('/').at(-1) ?? '');
    return typeof answer === 'number' ? response.writeHead(answer).end('no') : response.end(answer);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
  await new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });
});

const BASE = { from: '2024-01-02', to: '2024-01-03', timeframe: '1d', adjustment: 'splits' };

async function pulling(symbols: readonly string[], options: Partial<PullOptions>) {
  let out = '';
  const write = (text: unknown): boolean => {
    out += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await pullBars(symbols, { ...BASE, source: 'csv', root, ...options });
  return { code, out };
}

describe('plimsoll data pull', () => {
  test('brings bars of Yahoo into the store, under our names', async () => {
    const { code, out } = await pulling(['^VIX', 'brk-b'], { source: 'yahoo', url });
    expect(code).toBe(0);
    expect(asked.map((path) => path.split('?')[0])).toEqual([
      '/v8/finance/chart/%5EVIX',
      '/v8/finance/chart/BRK-B',
    ]);
    expect(out).toContain(
      'VIX 1d, yahoo, adjusted for splits: ' +
        '2 added, 0 kept, 0 replaced; 2 bars, 2024-01-02 to 2024-01-03\n',
    );
    const query = { symbol: 'BRK.B', timeframe: '1d' } as const;
    const bars = await openStore(root).load(query);
    expect([bars.source, bars.adjustment, ...bars.close]).toEqual([
      'yahoo',
      'splits',
      189_980_000,
      189_980_000,
    ]);
  });

  test('brings files behind an address, by the rules of files on disk', async () => {
    const options = { url: `${url}/{symbol}?{from}`, adjustment: 'raw', json: true };
    const { code, out } = await pulling(['SPY'], options);
    expect(code).toBe(0);
    const [{ ok, pulled }] = (JSON.parse(out) as { pulled: [Record<string, unknown>] }).pulled;
    expect(ok).toBe(true);
    expect(pulled).toMatchObject({ symbol: 'SPY', source: 'csv', added: 2, missing: [] });
  });

  test('goes on after a symbol that is not there, and fails in the end', async () => {
    csv = (symbol) => (symbol === 'NONE' ? 404 : symbol === 'PAGE' ? '<html>' : CSV);
    const { code, out } = await pulling(['NONE', 'PAGE', 'SPY'], { url: `${url}/{symbol}` });
    expect(code).toBe(1);
    expect(out).toMatch(/NONE: not pulled\. .* answers 404 on "NONE"/);
    expect(out).toMatch(/PAGE: not pulled\. The file on "PAGE"/);
    expect(out).toContain('SPY 1d, csv');
    expect(openStore(root).list()).toHaveLength(1);
  });

  test('ends where the source wants fewer requests, with what to do', async () => {
    csv = (symbol) => (symbol === 'QQQ' ? 429 : CSV);
    const pulled = pulling(['SPY', 'QQQ', 'IWM'], { url: `${url}/{symbol}` });
    await expect(pulled).rejects.toThrow('Wait some minutes, then give the same command again');
    expect(asked).toEqual(['/SPY', '/QQQ']);
    expect(openStore(root).list()).toHaveLength(1);
  });

  test.each<[string, Partial<PullOptions>, string]>([
    ['an unknown source', { source: 'google' }, 'wanted yahoo, csv, alpaca, schwab'],
    ['a name of every object', { source: 'toString' }, 'wanted yahoo'],
    ['no address', {}, 'needs --url'],
    ['a broker without keys', { source: 'alpaca' }, 'needs the keys'],
    ['a wrong adjustment', { adjustment: 'none' }, 'wanted raw, splits or all'],
    ['dates the wrong way round', { from: '2024-02-01' }, 'is after the last date'],
  ])('refuses %s before it asks anything', async (_, options, message) => {
    const pulled = pulling(['SPY'], options);
    await expect(pulled).rejects.toThrow(message);
    await expect(pulled).rejects.toBeInstanceOf(UsageError);
    expect(asked).toEqual([]);
  });
});
