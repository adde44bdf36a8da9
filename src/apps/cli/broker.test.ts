import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { instant, parseInstant } from '../../base/index.ts';
import { type ServeOptions, serve } from './broker.ts';
import { playedClock } from './broker-market.ts';

const KEYS = { keyId: 'PKTESTKEY00000000001', secret: 'test-secret-of-this-broker' };
const OPTIONS: ServeOptions = {
  port: '0',
  account: 'PA1TEST',
  cash: '50000',
  seed: '1',
  bars: [],
  synthetic: true,
  speed: '1x',
  spreadBps: '2',
  delayMs: '0',
  partialFillsPct: '0',
  rejectionPct: '0',
  margin: '2',
  optionsLevel: '3',
  shorting: true,
  json: true,
};

beforeEach(() => {
  vi.stubEnv('PLIMSOLL_BROKER_KEY_ID', KEYS.keyId);
  vi.stubEnv('PLIMSOLL_BROKER_SECRET', KEYS.secret);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('serves an account and a market until it is told to end', async () => {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const code = await serve(OPTIONS, async () => {
    const { url } = JSON.parse(out) as { url: string };
    const headers = { 'apca-api-key-id': KEYS.keyId, 'apca-api-secret-key': KEYS.secret };
    const get = async (path: string) => (await fetch(`${url}${path}`, { headers })).json();
    expect(await get('/v2/account')).toMatchObject({ account_number: 'PA1TEST', cash: '50000' });
    const quotes = await get('/v2/stocks/quotes/latest?symbols=SPY,TQQQ');
    expect(Object.keys((quotes as { quotes: object }).quotes)).toEqual(['SPY', 'TQQQ']);
  });
  expect(code).toBe(0);
  expect(out).not.toContain(KEYS.secret);
}, 30_000);

test('a port that is taken is one clear error', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => {
    other.listen(0, '127.0.0.1', resolve);
  });
  const { port } = other.address() as AddressInfo;
  const serving = serve({ ...OPTIONS, port: `${port}` }, async () => {});
  await expect(serving).rejects.toThrow(`--port "${port}" is taken by another process`);
  other.close();
}, 30_000);

test.each<[Partial<ServeOptions>, string]>([
  [{ synthetic: false }, 'No market: wanted --synthetic, --bars, --desk or --live'],
  [{ bars: ['SPY=a.csv'] }, '--synthetic stands by itself'],
  [{ synthetic: false, bars: ['SPY=not-there.csv'] }, 'not-there.csv'],
  [{ synthetic: false, bars: ['SPY'] }, '--bars "SPY": wanted SYMBOL=FILE'],
  [{ synthetic: false, desk: 'not-there' }, 'Desk "not-there" is not there'],
  [{ margin: '3' }, '--margin "3": wanted 1, 2 or 4'],
  [{ cash: '-5' }, '--cash "-5": wanted a number'],
  [{ speed: 'fast' }, '--speed "fast": wanted max, or a factor such as 60x'],
  [{ faults: 'everything' }, '--faults "everything": wanted a seed, or a list'],
  [{ from: '2024-02-30' }, '2024-02-30'],
  [{ port: '99999' }, '--port "99999": wanted a number from 0 to 65535'],
])('%o is one clear error', async (given, message) => {
  await expect(serve({ ...OPTIONS, ...given }, async () => {})).rejects.toThrow(message);
});

test('half a pair of keys is refused', async () => {
  vi.stubEnv('PLIMSOLL_BROKER_SECRET', '');
  await expect(serve(OPTIONS, async () => {})).rejects.toThrow('wanted both, or neither');
});

test('a fast clock leaves out nights and weekends, and stands at the end of the record', () => {
  let wall = 0;
  const start = parseInstant('2024-05-31T20:29:00Z');
  const end = parseInstant('2024-06-03T13:10:00Z');
  const clock = playedClock({ start, end }, 60, () => wall);
  wall += 2_000;
  expect(clock()).toBe(parseInstant('2024-06-03T13:00:00Z'));
  wall += 60_000;
  expect(clock()).toBe(end);
  const slow = playedClock({ start, end }, 1, () => wall);
  wall += 120_000;
  expect(slow()).toBe(instant(start + 120_000));
});
