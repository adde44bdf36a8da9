import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DateText, dateOfDay, formatInstant, type Instant } from '../../base/index.ts';
import { inFolder, plainOf } from './bars.fixture.ts';
import { checkBars, type FindingKind } from './check.ts';
import { loadBars, readBars } from './read-bars.ts';
import { openStore } from './store.ts';
import { streamTicks, tickBatches } from './ticks.ts';

const DATA = path.join(import.meta.dirname, '../../../../shared/data');
const isThere = fs.existsSync(DATA);
const filesOf = (folder: string, pattern: RegExp): string[] =>
  isThere ? fs.readdirSync(path.join(DATA, folder)).filter((name) => pattern.test(name)) : [];
const symbolOf = (name: string) => (/^(?:market_data_|stress_)?([A-Z]+)/.exec(name) ?? [])[1] ?? '';
const daily = (symbol: string) => path.join(DATA, 'daily', `${symbol}.csv.gz`);

const splits = (file: string, adjustment: 'raw' | 'splits') =>
  checkBars(readBars(file, { symbol: 'AAPL', adjustment })).findings.filter(
    ({ kind }) => kind === 'split',
  );

describe.skipIf(!isThere)('recorded data (skipped: no folder ../shared/data)', () => {
  const rows = new Map<string, { rows: number; first: string; last: string }>();
  if (isThere) {
    const manifest = fs.readFileSync(path.join(DATA, 'MANIFEST.csv'), 'utf8').trim().split('\n');
    const header = (manifest[0] as string).split(',');
    const place = (name: string) => header.findIndex((one) => one.startsWith(name));
    for (const line of manifest.slice(1)) {
      const cells = line.split(',');
      const [first, last] = [cells[place('first')] ?? '', cells[place('last')] ?? ''];
      rows.set(cells[0] as string, { rows: Number(cells[place('rows')]), first, last });
    }
  }

  test.each(filesOf('daily', /\.csv\.gz$/))('daily %s loads whole', (name) => {
    const symbol = symbolOf(name);
    if (symbol === 'TMV') return;
    const bars = readBars(daily(symbol), { symbol });
    const listed = rows.get(`daily/${name}`);
    expect(bars.timeframe).toBe('1d');
    expect(bars.length).toBe(listed?.rows);
    expect(dateOfDay(bars.day[0] as number)).toBe(listed?.first);
    expect(dateOfDay(bars.day[bars.length - 1] as number)).toBe(listed?.last);
    expect(bars.notes.length).toBe(symbol === 'VIX' ? 1 : 0);
  });

  test('TMV has blank prices from 2020-12-14, and loads up to there', () => {
    expect(() => readBars(daily('TMV'), { symbol: 'TMV' })).toThrow(
      /TMV\.csv\.gz", row 2939, column "open": found "", wanted a price above zero/,
    );
    const bars = readBars(daily('TMV'), { symbol: 'TMV', to: '2020-12-13' as DateText });
    expect(dateOfDay(bars.day[bars.length - 1] as number)).toBe('2020-12-11');
    expect(bars.close[bars.length - 1]).toBe(13_292_500);
  });

  test('VIX needs its ranges widened on 47 days', () => {
    const [note] = readBars(daily('VIX'), { symbol: 'VIX' }).notes;
    expect(note).toMatch(/^47 of 8489 bars had .* the first is row \d+ \(1992-/);
    expect(() => readBars(daily('VIX'), { symbol: 'VIX', repair: false })).toThrow(
      /row 535, column "high"|row 535, column "low"/,
    );
  });

  test.each([
    ['QQQ', '2020-03-16', 169_300_000],
    ['SPY', '2008-11-20', 75_450_000],
    ['VIX', '2020-03-16', 82_690_000],
  ])('%s closes on %s at the known price', (symbol, date, micros) => {
    const range = { from: date as DateText, to: date as DateText };
    expect(readBars(daily(symbol), { symbol, ...range }).close[0]).toBe(micros);
  });

  test('adjusted for dividends the close is the adjusted close', () => {
    const range = { from: '2010-02-11' as DateText, to: '2010-02-11' as DateText };
    const bars = readBars(daily('SQQQ'), { symbol: 'SQQQ', adjustment: 'all', ...range });
    expect(bars.close[0]).toBe(9_539_203_000_000);
    expect(bars.open[0]).toBe(
      Number((12_875_200n * 9_539_203n * 1_000_000n + 6_158_400n) / 12_316_800n),
    );
  });

  test.each(filesOf('intraday', /(csv\.gz|jsonl)$/))('intraday %s loads whole', async (name) => {
    const file = path.join(DATA, 'intraday', name);
    const bars = await loadBars(file, { symbol: symbolOf(name) });
    const listed = rows.get(`intraday/${name}`);
    const step = /_(\d+)(min|hour)/.exec(name.replace('1hour', '60min')) ?? ['', '5', ''];
    expect(bars.length).toBe(listed?.rows);
    expect((bars.end[0] as number) - Date.parse(listed?.first ?? '')).toBe(
      Number(step[1]) * 60_000,
    );
    expect(bars.notes).toEqual([]);
  });

  test.each(filesOf('intraday', /^[A-Z]+_(1|5)min\.csv\.gz$/))('%s is of sessions only', (name) => {
    const symbol = symbolOf(name);
    const { findings } = checkBars(readBars(path.join(DATA, 'intraday', name), { symbol }));
    const kinds = new Set<FindingKind>(findings.map(({ kind }) => kind));
    for (const kind of ['missing-sessions', 'no-session', 'outside-hours', 'split'] as const) {
      expect(kinds.has(kind)).toBe(false);
    }
  });

  test.each(filesOf('golden-input', /\.csv$/))('golden input %s loads', (name) => {
    const symbol = name.startsWith('sample') ? 'SPY' : symbolOf(name);
    const bars = readBars(path.join(DATA, 'golden-input', name), { symbol });
    const lines = fs
      .readFileSync(path.join(DATA, 'golden-input', name), 'utf8')
      .trim()
      .split('\n');
    expect(bars.length).toBe(lines.length - 1);
  });

  test('the five-minute sample without zones is in New York time', () => {
    const file = path.join(DATA, 'golden-input/sample_5min_SPY.csv');
    const [first] = readBars(file, { symbol: 'SPY' }).end;
    expect(formatInstant(first as Instant)).toBe('2025-10-01T13:35:00.000Z');
  });

  test('ticks stream whole, packed ones by batches', () =>
    inFolder(async (folder) => {
      const packed = path.join(DATA, 'intraday/2013-10/IBM_ticks_trade_20131007.csv.gz');
      let [count, shares] = [0, 0];
      for await (const batch of tickBatches(packed, { symbol: 'IBM' })) {
        for (const tick of batch) {
          count += 1;
          shares += tick.size;
        }
      }
      expect(count).toBe(rows.get('intraday/2013-10/IBM_ticks_trade_20131007.csv.gz')?.rows);
      expect(shares).toBeGreaterThan(count);
      const plain = path.join(DATA, 'intraday/market_data_SPY_5min_60d.jsonl');
      const bars = readBars(plain, { symbol: 'SPY' });
      expect(Array.from(streamTicks(plain), (tick) => tick.at)).toEqual([...bars.end]);
      await openStore(folder).importBars(bars, { importedAt: 0 as Instant });
      expect(plainOf(await openStore(folder).load(bars))).toEqual(plainOf(bars));
    }));

  test('VIX has the four missing and eleven strange days that are known', () => {
    const { findings } = checkBars(readBars(daily('VIX'), { symbol: 'VIX' }));
    const dates = (kind: FindingKind) =>
      findings.filter((one) => one.kind === kind).map(({ from }) => from);
    expect(dates('missing-sessions')).toEqual([
      '1991-03-01',
      '1997-01-31',
      '1997-11-26',
      '1999-12-31',
    ]);
    expect(dates('no-session').length).toBe(11);
  });

  test('raw data shows its splits, adjusted data none', () => {
    const raw = path.join(DATA, 'actions/raw_daily/AAPL.csv.gz');
    expect(splits(raw, 'raw').map(({ from, text }) => [from, text.split(' ').at(-1)])).toEqual([
      ['2000-06-21', '2:1'],
      ['2005-02-28', '2:1'],
      ['2014-06-09', '7:1'],
      ['2020-08-31', '4:1'],
    ]);
    expect(splits(daily('AAPL'), 'splits')).toEqual([]);
  });
});
