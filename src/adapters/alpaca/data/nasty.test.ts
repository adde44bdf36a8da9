import { describe, expect, test } from 'vitest';
import type { Instant } from '../../../base/index.ts';
import { rowOfBar } from './bars.ts';
import { optionQuoteOf } from './options.ts';
import { snapshotOf } from './quotes.ts';
import {
  figuresOf,
  fixture,
  HAS_FIXTURES,
  NASTY,
  replaced,
  WHY_SKIPPED,
} from './server.fixture.ts';
import { Tape } from './tape.ts';
import type { Json } from './values.ts';

const NOW = Date.parse('2024-06-03T18:00:00Z') as Instant;
const LATE = Date.parse('2030-01-01T00:00:00Z') as Instant;
const BAR = { t: '2024-06-03T13:30:00Z', o: 10, h: 12, l: 9, c: 11, v: 5, n: 1, vw: 10 };
const QUOTE = { t: '2024-06-03T17:59:59Z', bp: 10.5, ap: 10.6, bs: 1, as: 2, c: ['R'], z: 'B' };
const TRADE = { t: '2024-06-03T17:59:58Z', p: 10.55, s: 100, c: ['@'], i: 7, z: 'B' };
const OPTION = {
  greeks: { delta: 0.5 },
  impliedVolatility: 0.2,
  latestQuote: QUOTE,
  latestTrade: { ...TRADE, c: 'a' },
};
const SNAPSHOT = { latestQuote: QUOTE, latestTrade: TRADE, minuteBar: BAR };

/** What a mapping makes of a value; the figure at each of these paths must be absent in it. */
interface Case {
  readonly value: unknown;
  readonly map: (value: unknown) => Json;
  readonly figures: Readonly<Record<string, string>>;
}

const bars = (value: unknown, timeframe: '1d' | '15m' | '1m'): Case => ({
  value,
  map: (found) => {
    const row = rowOfBar(found, { symbol: 'X', timeframe, completeBy: LATE, isExtended: true });
    return { ...row };
  },
  figures: { o: 'at', h: 'at', l: 'at', c: 'at', v: 'volume' },
});

const snapshot = (value: unknown): Case => ({
  value,
  map: (found) => {
    const { sides, trade, minute } = snapshotOf('X', found, NOW);
    return { bid: sides?.bid, ask: sides?.ask, price: trade?.price, minute: minute?.close };
  },
  figures: {
    'latestQuote.bp': 'bid',
    'latestQuote.ap': 'ask',
    'latestTrade.p': 'price',
    'latestTrade.s': 'price',
    'minuteBar.c': 'minute',
    'minuteBar.h': 'minute',
  },
});

const option = (value: unknown): Case => ({
  value,
  map: (found) => ({ ...optionQuoteOf('X', found) }),
  figures: {
    'latestQuote.bp': 'bid',
    'latestQuote.ap': 'ask',
    'latestTrade.p': 'last',
    'greeks.delta': 'delta',
    impliedVolatility: 'impliedVolatility',
  },
});

/** All that a listener hears of one message, after a price that makes its quote tellable. */
const streamed = (value: unknown, prices: readonly string[]): Case => ({
  value,
  map: (found) => {
    const heard: Json[] = [];
    const hear = (told: object) => heard.push(told as Json);
    const tape = new Tape(['X'], { quote: hear, trade: hear, bar: hear });
    tape.take({ ...TRADE, T: 't', S: 'X', t: '2024-01-12T15:00:00Z' }, NOW, 1);
    heard.length = 0;
    tape.take({ ...(found as Json), S: 'X' }, NOW, 2);
    const { bid, ask, price, close } = heard[0] ?? {};
    return { bp: bid, ap: ask, p: price, cp: price, o: close, h: close, l: close, c: close };
  },
  figures: Object.fromEntries(prices.map((name) => [name, name])),
});

/**
 * Every figure in turn, replaced by every nasty value: where a figure came out nevertheless, and
 * which ones are absent without that.
 */
function passed({ value, map, figures }: Case): { wrong: unknown[]; tried: number } {
  const whole = map(value);
  const names = Object.values(figures);
  const wrong: unknown[] = names.filter((name) => (whole[name] ?? null) === null);
  const paths = figuresOf(value);
  for (const path of paths) {
    const name = figures[path.join('.')];
    for (const nasty of NASTY) {
      const found = map(replaced(value, path, nasty));
      // A fall of one per unit is a figure of a put, and no volume of trades has a sign.
      if (name === 'delta' && nasty === -1) continue;
      if (name !== undefined && (found[name] ?? null) !== null) wrong.push([path, nasty, found]);
    }
  }
  return { wrong, tried: paths.length * NASTY.length };
}

describe('F040: forty nasty values in every figure never throw nor pass', () => {
  test.each([
    ['a day’s bar', bars({ ...BAR, t: '2024-06-03T04:00:00Z' }, '1d')],
    ['a minute’s bar', bars(BAR, '1m')],
    ['a snapshot', snapshot(SNAPSHOT)],
    ['an option', option(OPTION)],
    ['a streamed quote', streamed({ ...QUOTE, T: 'q' }, ['bp', 'ap'])],
    ['a streamed trade', streamed({ ...TRADE, T: 't' }, ['p'])],
  ])('%s', (_, each) => {
    const { wrong, tried } = passed(each);
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThanOrEqual(40);
  });

  test.skipIf(!HAS_FIXTURES)(`recorded bars (${WHY_SKIPPED})`, () => {
    let all = 0;
    for (const name of ['5d.AMZN', 'multi', 'asof.FB_META', 'stock']) {
      const page = fixture(`data.bars.${name}.json`) as { bars: Record<string, unknown[]> };
      const timeframe = name === '5d.AMZN' ? '15m' : name === 'stock' ? '1m' : '1d';
      for (const value of Object.values(page.bars).flat()) {
        const { wrong, tried } = passed(bars(value, timeframe));
        expect(wrong).toEqual([]);
        all += tried;
      }
    }
    expect(all).toBeGreaterThan(3_500);
  });

  test.skipIf(!HAS_FIXTURES)(`recorded snapshots and options (${WHY_SKIPPED})`, () => {
    const page = fixture('data.snapshots.multi.json') as Json;
    expect(passed(snapshot(page['AAPL'])).wrong).toEqual([]);
    expect(passed(snapshot(page['MSFT'])).wrong).toEqual([]);
    for (const name of ['data.option_chain.page.json', 'data.option_chain_snapshot.json']) {
      const { snapshots } = fixture(name) as { snapshots: Json };
      const wrong = Object.values(snapshots).flatMap((value) => passed(option(value)).wrong);
      expect(wrong).toEqual([]);
    }
  });

  test.skipIf(!HAS_FIXTURES)(`recorded messages of the stream (${WHY_SKIPPED})`, () => {
    const figures = {
      quote: ['bp', 'ap'],
      trade: ['p'],
      bar: ['o', 'h', 'l', 'c'],
      correction: ['cp'],
      luld: [],
      'status.halt': [],
    };
    for (const [name, prices] of Object.entries(figures)) {
      // The recorded bar's stamp is of a holiday, on which there are no bars.
      const moved = name === 'bar' ? { t: '2024-01-16T15:00:00Z' } : {};
      const message = { ...(fixture(`stream.data.${name}.json`) as Json), ...moved };
      expect(passed(streamed(message, prices)).wrong).toEqual([]);
    }
  });
});
