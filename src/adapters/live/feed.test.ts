import { describe, expect, test } from 'vitest';
import {
  dayNumber,
  type Instant,
  MINUTE_MS,
  parseDate,
  parseInstant,
  type Price,
  priceFromDollars,
} from '../../base/index.ts';
import { type BarRow, exchangeDate, type Quote, sessionsBetween } from '../../market/index.ts';
import type { History, HistoryAsk, MarketData, MarketListener } from '../market-data.ts';
import { LiveFeed, type LiveFeedParts } from './feed.ts';
import type { LiveSeries } from './series.ts';

const usd = (dollars: number): Price => priceFromDollars(dollars);

const row = (symbol: string, at: Instant, close: number): BarRow => {
  const price = usd(close);
  const ends = { open: price, high: price, low: price, close: price };
  return { symbol, at, day: dayNumber(exchangeDate(at)), ...ends, volume: 100 };
};

/** A source that is asked, and whose stream the test speaks for. */
class FakeData implements MarketData {
  readonly tag = { source: 'fake', feed: 'sip' };
  readonly asked: HistoryAsk[] = [];
  rows: BarRow[] = [];
  newest: Quote[] = [];
  listener: MarketListener | null = null;

  async history(ask: HistoryAsk): Promise<History> {
    this.asked.push(ask);
    const rows = this.rows.filter(({ symbol, at }) => {
      const date = exchangeDate(at);
      return symbol === ask.symbol && date >= ask.from && date <= ask.to;
    });
    return { ...this.tag, adjustment: ask.adjustment, receivedAt: 0 as Instant, rows };
  }

  async quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    return this.newest.filter(({ symbol }) => symbols.includes(symbol));
  }

  stream(_symbols: readonly string[], listener: MarketListener) {
    this.listener = listener;
    return { close: async () => {} };
  }

  async close(): Promise<void> {}
}

const quote = (symbol: string, at: Instant, parts: Partial<Quote> = {}): Quote => ({
  symbol,
  at,
  receivedAt: at,
  last: usd(100),
  bid: usd(99.99),
  ask: usd(100.01),
  ...parts,
});

function world(series: Partial<LiveSeries>, now: string, parts: Partial<LiveFeedParts> = {}) {
  const data = new FakeData();
  const clock = { now: parseInstant(now) };
  const woken = { times: 0, notices: [] as string[] };
  const feed = new LiveFeed({
    data,
    series: [{ symbol: 'A', timeframe: '1d', adjustment: 'raw', warmup: 3, ...series }],
    now: () => clock.now,
    traits: { closeAfterMs: 0, markEveryMs: 15_000, ageMsMax: 60_000 },
    spreadPctMax: 1,
    streams: true,
    ...parts,
  });
  feed.follow({
    wake: () => woken.times++,
    notice: ({ code }) => woken.notices.push(code),
  });
  return { data, clock, feed, woken };
}

const closes = (from: string, to: string): BarRow[] =>
  sessionsBetween(parseDate(from), parseDate(to)).map(({ close }, i) => row('A', close, 100 + i));

describe('daily bars of a market that lives', () => {
  test('come from the history once, and again only after a close (F043)', async () => {
    const { data, feed, clock } = world({}, '2024-01-10T20:55:00Z');
    data.rows = closes('2023-12-01', '2024-01-10');
    const folded = new Float64Array([Number.NEGATIVE_INFINITY]);
    const first = await feed.completed(folded, parseInstant('2024-01-10T20:55:00Z'));
    const days = first.map(({ at }) => exchangeDate(at));
    expect([days.at(-1), days.length >= 3]).toEqual(['2024-01-09', true]);
    folded[0] = first.at(-1)?.at as number;
    expect(await feed.completed(folded, parseInstant('2024-01-10T20:59:00Z'))).toEqual([]);
    expect(data.asked.length).toBe(1);
    clock.now = parseInstant('2024-01-10T21:00:00Z');
    const after = await feed.completed(folded, clock.now);
    expect(after.map(({ at }) => exchangeDate(at))).toEqual(['2024-01-10']);
  });

  test('whose look failed are told again at once: no slot goes without them', async () => {
    const { data, feed, clock } = world({}, '2024-01-10T20:55:00Z');
    data.rows = closes('2023-12-01', '2024-01-09');
    const folded = new Float64Array([parseInstant('2024-01-08T21:00:00Z')]);
    const days = async () =>
      (await feed.completed(folded, clock.now)).map(({ at }) => exchangeDate(at));
    expect(await days()).toEqual(['2024-01-09']);
    clock.now = parseInstant('2024-01-10T20:55:01Z');
    expect(await days()).toEqual(['2024-01-09']);
    expect(data.asked.length).toBe(1);
  });

  test('are asked for again at once where the source failed', async () => {
    const { data, feed, clock } = world({}, '2024-01-10T20:55:00Z');
    data.rows = closes('2023-12-01', '2024-01-09');
    const folded = new Float64Array([parseInstant('2024-01-08T21:00:00Z')]);
    const history = data.history.bind(data);
    data.history = () => Promise.reject(new Error('503'));
    await expect(feed.completed(folded, clock.now)).rejects.toThrow('503');
    data.history = history;
    clock.now = parseInstant('2024-01-10T20:55:01Z');
    const rows = await feed.completed(folded, clock.now);
    expect(rows.map(({ at }) => exchangeDate(at))).toEqual(['2024-01-09']);
  });

  test('after days without us, every missed day is there', async () => {
    const { data, feed } = world({}, '2024-01-16T14:00:00Z');
    data.rows = closes('2023-12-01', '2024-01-12');
    const folded = new Float64Array([parseInstant('2024-01-09T21:00:00Z')]);
    const rows = await feed.completed(folded, parseInstant('2024-01-16T14:00:00Z'));
    expect(rows.map(({ at }) => exchangeDate(at))).toEqual([
      '2024-01-10',
      '2024-01-11',
      '2024-01-12',
    ]);
  });
});

describe('a price', () => {
  const at = parseInstant('2024-01-10T20:55:00Z');
  const seen = async (parts: Partial<Quote>) => {
    const { data, feed } = world({}, '2024-01-10T20:55:00Z');
    data.newest = [quote('A', at, parts)];
    const { quotes, bars } = await feed.observe(['A'], at);
    return { price: quotes[0]?.price, bars: bars.length };
  };

  test("is the last trade within the quote, and makes today's provisional bar", async () => {
    expect(await seen({})).toEqual({ price: usd(100), bars: 1 });
    expect(await seen({ last: usd(97) })).toEqual({ price: usd(100), bars: 1 });
    expect(await seen({ bid: null, ask: null, last: usd(97) })).toEqual({
      price: usd(97),
      bars: 1,
    });
  });

  test.each([
    ['crossed', { bid: usd(100.02), ask: usd(100.01) }],
    ['too wide', { bid: usd(98), ask: usd(101) }],
  ])('of a quote that is %s is none (F041)', async (_why, parts) => {
    expect(await seen(parts)).toEqual({ price: null, bars: 0 });
  });

  test('is as old as the quote that vouches for it, whatever was traded last (F039)', async () => {
    const { data, feed } = world({}, '2024-01-10T20:55:00Z');
    const traded = (at - 3_600_000) as Instant;
    data.newest = [quote('A', traded, { sidesAt: at })];
    expect((await feed.observe(['A'], at)).quotes[0]?.at).toBe(at);
    data.newest = [quote('A', traded, { sidesAt: at, bid: null })];
    expect((await feed.observe(['A'], at)).quotes[0]?.at).toBe(traded);
  });

  test('of a locked quote is one', async () => {
    expect(await seen({ bid: usd(100), ask: usd(100) })).toEqual({ price: usd(100), bars: 1 });
  });

  test('of a halted symbol is none until it trades again, and people are told (F045)', async () => {
    const { data, feed, woken } = world({}, '2024-01-10T20:55:00Z');
    data.newest = [quote('A', at)];
    data.listener?.halted?.('A', true, 'news pending');
    expect((await feed.observe(['A'], at)).quotes[0]?.price).toBeNull();
    expect(feed.mark('A', at)).toBeUndefined();
    data.listener?.halted?.('A', false, '');
    expect((await feed.observe(['A'], at)).quotes[0]?.price).toBe(usd(100));
    expect(woken.notices).toEqual(['tradingHalt', 'tradingHalt']);
  });

  test('is a mark only while it is young (invariant 18)', async () => {
    const { data, feed } = world({}, '2024-01-10T20:55:00Z');
    data.listener?.quote?.(quote('A', at));
    expect(feed.mark('A', (at + 60_000) as Instant)).toBe(usd(100));
    expect(feed.mark('A', (at + 60_001) as Instant)).toBeUndefined();
    expect(feed.mark('B', at)).toBeUndefined();
  });
});

describe('bars of five minutes', () => {
  const five = { timeframe: '5m', warmup: 2 } as const;

  test('are asked for just after their end, again until they are there', async () => {
    const { data, feed, clock } = world(five, '2024-01-10T15:02:00Z');
    const end = parseInstant('2024-01-10T15:05:00Z');
    expect(feed.nextBar()).toBe(end + 1_500);
    const folded = new Float64Array([parseInstant('2024-01-10T15:00:00Z')]);
    clock.now = (end + 1_500) as Instant;
    expect(await feed.completed(folded, clock.now)).toEqual([]);
    expect(feed.nextBar()).toBe(clock.now + 1_000);
    data.rows = [row('A', end, 101)];
    clock.now = (clock.now + 1_000) as Instant;
    expect((await feed.completed(folded, clock.now)).map((bar) => bar.at)).toEqual([end]);
    expect(feed.nextBar()).toBe(end + 5 * MINUTE_MS + 1_500);
  });

  test('in which nobody traded are given up, and the next ones come', async () => {
    const { feed, clock } = world(five, '2024-01-10T15:02:00Z');
    const end = parseInstant('2024-01-10T15:05:00Z');
    clock.now = (end + 16_000) as Instant;
    await feed.completed(new Float64Array([parseInstant('2024-01-10T15:00:00Z')]), clock.now);
    expect(feed.nextBar()).toBe(end + 5 * MINUTE_MS + 1_500);
  });

  test('of the stream count at once, and once', async () => {
    const { data, feed, woken } = world(five, '2024-01-10T15:02:00Z');
    const end = parseInstant('2024-01-10T15:05:00Z');
    data.listener?.bar?.(row('A', end, 101), '5m');
    data.listener?.bar?.(row('A', end, 101), '5m');
    data.listener?.bar?.(row('A', end, 101), '1m');
    expect([woken.times, feed.nextBar()]).toEqual([1, end]);
    data.rows = [row('A', end, 101)];
    const folded = new Float64Array([parseInstant('2024-01-10T15:00:00Z')]);
    expect((await feed.completed(folded, (end + 1_500) as Instant)).length).toBe(1);
  });

  test('end with the session: a half day has its last one at 13:00 New York', () => {
    const { feed } = world({ timeframe: '1h', warmup: 2 }, '2024-07-03T16:40:00Z');
    expect(feed.nextBar()).toBe(parseInstant('2024-07-03T17:00:00Z') + 1_500);
  });
});

describe('ticks', () => {
  const start = parseInstant('2024-01-10T15:00:00Z');
  const tick = (n: number, parts = {}) => ({
    symbol: 'A',
    at: (start + n) as Instant,
    receivedAt: (start + n) as Instant,
    price: usd(100 + n / 1_000),
    size: 1,
    suspect: false,
    ...parts,
  });

  test('that nobody takes become one, however many there are (invariant 35)', async () => {
    const { data, feed } = world({ timeframe: '1s', warmup: 1 }, '2024-01-10T15:00:00Z');
    for (let n = 1; n <= 50_000; n++) data.listener?.trade?.(tick(n));
    const rows = await feed.completed(new Float64Array([start]), (start + 50_000) as Instant);
    expect(rows.length).toBe(1_000);
    const last = rows.at(-1) as BarRow;
    expect([last.close, last.volume, last.open]).toEqual([
      usd(150),
      49_001,
      usd(100 + 1_000 / 1_000),
    ]);
  });

  test('that are suspect, of a halted symbol, or late are left out (F042)', async () => {
    const { data, feed } = world({ timeframe: '1s', warmup: 1 }, '2024-01-10T15:00:00Z');
    data.listener?.trade?.(tick(5, { suspect: true }));
    data.listener?.trade?.(tick(10));
    data.listener?.trade?.(tick(9));
    data.listener?.halted?.('A', true, 'pause');
    data.listener?.trade?.(tick(11));
    const rows = await feed.completed(new Float64Array([start]), (start + 100) as Instant);
    expect(rows.map(({ at }) => at - start)).toEqual([10]);
  });
});

test('a clock that stands before what was folded asks for the next bar, once', async () => {
  const { feed, clock } = world({ timeframe: '5m' }, '2024-01-03T14:30:00Z');
  const folded = new Float64Array([parseInstant('2024-01-05T21:00:00Z')]);
  const first = feed.nextBar() as Instant;
  clock.now = parseInstant('2024-01-05T21:00:00Z');
  expect(await feed.completed(folded, first)).toEqual([]);
  expect(feed.nextBar()).toBeGreaterThan(clock.now);
});
