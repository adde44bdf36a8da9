import { appendFileSync, cpSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDesk } from '../../src/apps/load.ts';
import { SeriesLoader } from '../../src/apps/series.ts';
import { dateOfDay, type DateText, type Instant } from '../../src/base/index.ts';
import { type Bars, exchangeDate, sessionOn } from '../../src/market/index.ts';
import {
  chicagoMidnight,
  type Fault,
  type SchwabServer,
  startSchwabServer,
} from '../schwab/server.ts';
import { begin, FIRST, liveArgs, printed } from './broker.fixture.ts';
import { type Canary, leaksIn, leaksOnDisk, looksOf } from './canary.ts';
import {
  copyExample,
  edit,
  effectsOf,
  type Json,
  jsonOf,
  ranIn,
  type Ran,
  recordsOf,
  scratch,
  STACK,
  textOf,
  told,
} from './cli.fixture.ts';

const folder = scratch('brokers-schwab');
const market = copyExample('hierarchical-adaptive', join(folder, 'market'));
const ACCOUNT = `7${String(process.pid).padStart(7, '0')}`;
const HASH = 'ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789';
const APP = { key: 'app-key-end-to-end-00000000000001', secret: 'app-secret-e2e-01' };
const SYMBOLS = ['QQQ', 'TLT', 'TQQQ', 'PSQ', 'TMF', 'TMV'];
const SLOT = Date.parse(`${FIRST}T19:55:00Z`);
const AHEAD_MS = 6_000; // a start on a busy machine
const MICROS = 1_000_000;

/** Gives a process another date: nothing else about its time is different. */
const SHIFT = join(folder, 'shift.mjs');
writeFileSync(
  SHIFT,
  `const byMs = Number(process.env.SHIFT_MS), Real = Date;
globalThis.Date = class extends Real {
  constructor(...args) { if (args.length === 0) super(Real.now() + byMs); else super(...args); }
  static now() { return Real.now() + byMs; }
};
`,
);

/** Processes that are started at once begin so long before the slot. */
let shiftMs = 0;
const now = (): Instant => (Date.now() + shiftMs) as Instant;
const toSlot = (aheadMs: number): void => void (shiftMs = SLOT - aheadMs - Date.now());
const place = () => ({ env: { NODE_OPTIONS: `--import=${SHIFT}`, SHIFT_MS: String(shiftMs) } });

let series: ReadonlyMap<string, Bars>;
let server: SchwabServer;

const rowOn = (symbol: string, date: DateText): number => {
  const bars = series.get(symbol);
  return bars === undefined ? -1 : bars.day.findIndex((day) => dateOfDay(day) === date);
};

const dollars = (price: number | undefined): number => (price ?? Number.NaN) / MICROS;

/** Whatever the desk trades, its broker knows SPY. */
function quoted(symbol: string, at: Instant) {
  if (symbol === 'SPY') return { bid: 140, ask: 140.02, last: 140.01 };
  const row = rowOn(symbol, exchangeDate(at));
  if (row < 0) return undefined;
  const last = Math.round(dollars(series.get(symbol)?.close[row]) * 100) / 100;
  return { bid: last - 0.01, ask: last + 0.01, last };
}

/** Whether every token of the owner ends with the next bars that are asked for. */
let dies = false;

function candles(symbol: string, query: URLSearchParams) {
  if (dies) server.oauth.expire('all');
  dies = false;
  const bars = series.get(symbol);
  if (bars === undefined) return [];
  const [from, to] = ['startDate', 'endDate'].map((name) => Number(query.get(name)));
  return Array.from(bars.day, (day, i) => ({
    open: dollars(bars.open[i]),
    high: dollars(bars.high[i]),
    low: dollars(bars.low[i]),
    close: dollars(bars.close[i]),
    volume: 1_000_000,
    datetime: chicagoMidnight(dateOfDay(day)),
  })).filter(({ datetime }) => datetime >= (from as number) && datetime <= (to as number));
}

beforeAll(async () => {
  toSlot(60_000);
  const { desk } = await loadDesk(market);
  const loader = new SeriesLoader(desk);
  const loaded = await Promise.all(SYMBOLS.map((symbol) => loader.load(symbol)));
  series = new Map(loaded.map((bars) => [bars.symbol, bars]));
  writeBars();
  const isOpen = (at: Instant) => {
    const session = sessionOn(exchangeDate(at));
    return session !== undefined && at >= session.open && at < session.close;
  };
  const account = { number: ACCOUNT, hash: HASH, cash: 100_000 };
  server = await startSchwabServer({
    now,
    app: APP,
    accounts: [account],
    market: quoted,
    candles,
    isOpen,
  });
});
afterAll(() => server.close());

/** Writes the recorded bars: Schwab's are adjusted for splits, and those of the example for all. */
function writeBars(): void {
  for (const [symbol, bars] of series) {
    const rows = Array.from(bars.day, (day, i) => {
      const prices = [bars.open[i], bars.high[i], bars.low[i], bars.close[i]].map(dollars);
      return [dateOfDay(day), ...prices, 1_000_000].join(',');
    });
    writeFileSync(
      join(folder, `${symbol}.csv`),
      `date,open,high,low,close,volume\n${rows.join('\n')}\n`,
    );
  }
}

const FILES = SYMBOLS.map(
  (symbol) =>
    `  ${symbol}: { file: ../${symbol}.csv, timeframe: 1d, adjustment: splits, source: file }\n`,
).join('');

function schwabDesk(name: string): string {
  const desk = copyExample('hierarchical-adaptive', join(folder, name));
  edit(join(desk, 'desk.yaml'), /^data:\n[\s\S]*?\nsimulator:/m, `data:\n${FILES}simulator:`);
  appendFileSync(
    join(desk, 'desk.yaml'),
    `
broker:
  name: schwab
  accounts: { live: "${ACCOUNT}" }
  url: ${server.url}
`,
  );
  const keys = `SCHWAB_APP_KEY=${APP.key}\nSCHWAB_APP_SECRET=${APP.secret}\n`;
  writeFileSync(join(desk, '.env'), keys, { mode: 0o600 });
  return desk;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

/** Follows the address that the program shows, as a browser that ignores the certificate would. */
async function signIn(desk: string): Promise<Ran> {
  const callback = `https://127.0.0.1:${await freePort()}`;
  const run = begin(['login', 'schwab', desk, '--no-browser', '--callback', callback], place());
  const shown = await new Promise<string>((resolve, reject) => {
    let text = '';
    run.child.stderr?.on('data', (part: string) => {
      text += part;
      const found = /Sign in at: (\S+)\n/.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
    void run.ended.then(({ err }) => reject(new Error(err)));
  });
  const led = await fetch(shown, { redirect: 'manual' });
  const location = led.headers.get('location') ?? '';
  await new Promise<void>((resolve, reject) => {
    get(location, { rejectUnauthorized: false }, (reply) => {
      reply.resume().on('end', resolve);
    }).on('error', reject);
  });
  return run.ended;
}

let signedIn: string;

describe('login schwab', () => {
  test('asks for keys first, and a live start without a sign-in is refused', async () => {
    signedIn = schwabDesk('signed-in');
    const dry = await ranIn(place(), liveArgs('once', signedIn, 'dry-run'));
    expect(dry.code).toBe(2);
    expect(dry.err).toContain('plimsoll login schwab');
    const env = textOf(signedIn, '.env');
    writeFileSync(join(signedIn, '.env'), '');
    const keyless = await ranIn(place(), ['login', 'schwab', signedIn, '--no-browser']);
    expect(keyless.code).toBe(2);
    expect(keyless.err).toContain('SCHWAB_APP_KEY and SCHWAB_APP_SECRET: not set');
    writeFileSync(join(signedIn, '.env'), env);
  });

  test('takes the redirect, and keeps the tokens for the owner alone', async () => {
    const { code, out, err } = await signIn(signedIn);
    expect(code).toBe(0);
    expect(out).toContain('Signed in with Schwab until 2012-10-30');
    const file = join(signedIn, 'state/schwab-token.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { token } = jsonOf<{ token: Record<string, string> }>(file);
    for (const name of ['access_token', 'refresh_token', 'id_token']) {
      expect(out + err).not.toContain(token[name]);
    }
    expect(out + err).not.toContain(APP.secret);
  });

  test('check asks Schwab and sends nothing', async () => {
    for (const stage of ['paper', 'live']) {
      const { out } = await ranIn(place(), ['check', signedIn, '--stage', stage, '--json']);
      const { findings } = JSON.parse(out) as { findings: Json[] };
      expect(findings.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
      expect(out).not.toContain(ACCOUNT);
    }
    expect(server.posts()).toBe(0);
  });
});

/** A desk that has the sign-in of another one. */
function deskOf(name: string): string {
  const desk = schwabDesk(name);
  mkdirSync(join(desk, 'state'), { recursive: true });
  const [from, to] = [signedIn, desk].map((one) => join(one, 'state/schwab-token.json'));
  cpSync(from as string, to as string);
  return desk;
}

const ordersAsked = () => server.requests.filter(({ path }) => /order/i.test(path));
const LIVE = [
  '--without-certificate',
  'I trade real money without proof',
  '--account-ends',
  ACCOUNT.slice(-4),
];

describe('one rebalance', () => {
  test('dry run and paper never come near an order of Schwab (F058, invariant 25)', async () => {
    toSlot(AHEAD_MS);
    const stages = ['dry-run', 'paper'] as const;
    const desks = stages.map(deskOf);
    const before = server.requests.length;
    const all = stages.map(
      (stage, i) => begin(liveArgs('once', desks[i] as string, stage), place()).ended,
    );
    for (const { code, err } of await Promise.all(all)) {
      expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    }
    for (const desk of desks) {
      expect(effectsOf(desk, 'fill').length).toBeGreaterThan(0);
      expect(await told(['replay', desk])).toMatchObject({ ok: true });
    }
    expect(server.requests.length).toBeGreaterThan(before);
    expect(ordersAsked()).toEqual([]);
    const asked = server.requests.slice(before).map(({ path }) => path);
    expect(asked.filter((path) => path.includes(HASH))).toEqual([]);
  });

  test('live sends it once, and the books have what Schwab has', async () => {
    toSlot(AHEAD_MS);
    const desk = deskOf('live');
    const { code, err, out } = await begin(liveArgs('once', desk, 'live', ...LIVE), place()).ended;
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    expect(out + err).not.toContain(ACCOUNT);
    const sent = recordsOf(desk, 'submit').length;
    expect(sent).toBeGreaterThan(0);
    expect(server.posts(ACCOUNT)).toBe(sent);
    const held = server.books.get(ACCOUNT)?.positions ?? new Map();
    const theirs = Object.fromEntries(
      [...held].map(([symbol, { quantity }]) => [symbol, quantity]),
    );
    const status = await told(['status', desk]);
    expect(status).toMatchObject({ stage: 'live', positions: theirs, live: 0 });
    expect(await told(['replay', desk])).toMatchObject({ ok: true });
  });

  test('a sign-in that dies in the middle sends nothing, and tells what to do (F054)', async () => {
    toSlot(0);
    const desk = deskOf('dying');
    edit(join(desk, 'desk.yaml'), 'capital: 100000', 'capital: 50000');
    const before = server.posts();
    dies = true;
    const run = begin(liveArgs('run', desk, 'live', ...LIVE), place());
    await printed(run, 'The stream of executions is lost');
    run.child.kill('SIGTERM');
    const { code, err } = await run.ended;
    expect(err).not.toMatch(STACK);
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    expect(server.posts()).toBe(before);
    const ended = await ranIn(place(), ['status', desk]);
    expect(ended.out).toContain('stage live');
    const again = await ranIn(place(), liveArgs('once', desk, 'live', ...LIVE));
    expect(again.code).not.toBe(0);
    expect(again.err).toMatch(/not authorized|login schwab/);
    expect((await signIn(desk)).code).toBe(0);
    expect((await ranIn(place(), ['check', desk, '--stage', 'live'])).code).toBe(0);
  });
});

describe('secrets of Schwab stay where they are (invariant 32, F074)', () => {
  test('tokens and keys that the broker echoes in every trouble', async () => {
    const desk = join(folder, 'dying');
    const tokens = jsonOf<{ token: Record<string, string> }>(desk, 'state/schwab-token.json').token;
    const names = Object.keys(tokens).filter((name) => /^(?:access|refresh|id)_token$/.test(name));
    const canaries: Canary[] = [
      { name: 'app key', value: APP.key, homes: ['.env'] },
      { name: 'app secret', value: APP.secret, homes: ['.env'] },
      { name: 'account', value: ACCOUNT, homes: ['desk.yaml', 'journal/plimsoll.db'] },
      ...names.map((name) => {
        return { name, value: tokens[name] as string, homes: ['state/schwab-token.json'] };
      }),
    ];
    const echoed = canaries.filter(({ name }) => name !== 'account');
    const song = [ACCOUNT, ...echoed.flatMap(({ value }) => looksOf(value))].join(' ');
    const body = { message: song, errors: [{ title: song, detail: song }] };
    const commands = [
      ['check', desk, '--stage', 'live', '--json'],
      liveArgs('once', desk, 'live', ...LIVE),
      ['status', desk],
    ];
    for (const status of [400, 401, 500]) {
      const fault = { kind: 'status', status, body, headers: { 'x-echo': song.slice(0, 2_000) } };
      server.faults.add({ path: /accounts|quotes/, times: 1_000, fault: fault as Fault });
      for (const args of commands) {
        const { out, err } = await begin(args, place()).ended;
        expect(leaksIn(args.join(' '), out + err, canaries)).toEqual([]);
      }
      server.faults.clear();
    }
    for (const name of ['dying', 'live', 'paper', 'dry-run']) {
      const own = name === 'dying' ? canaries : canaries.slice(0, 3);
      expect(leaksOnDisk(join(folder, name), own)).toEqual([]);
    }
  });
});
