import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openStore } from '../../adapters/data/index.ts';
import type { History, HistoryAsk, MarketData } from '../../adapters/index.ts';
import { type DateText, dateOfDay, dayNumber, type Instant, type Price } from '../../base/index.ts';
import { type BarRow, sessionsBetween } from '../../market/index.ts';
import { pull, type PullAsk, type PullParts, type PullProgress } from './pull.ts';

const date = (text: string): DateText => text as DateText;
const folders: string[] = [];
const newStore = () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-pull-'));
  folders.push(folder);
  return openStore(folder);
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const LATE = Date.UTC(2024, 5, 1) as Instant;
const ASK: PullAsk = {
  symbol: 'SPY',
  timeframe: '1d',
  from: date('2024-01-02'),
  to: date('2024-01-31'),
  adjustment: 'splits',
  replace: false,
};

/** A source of daily bars that a test can change and break. */
class Source implements MarketData {
  readonly tag = { source: 'mine', feed: 'sip' };
  readonly asked: string[] = [];
  /** What a bar of a date is, instead of the usual; null for none. */
  readonly odd = new Map<string, Partial<BarRow> | null>();
  readonly extra: BarRow[] = [];
  factor = 1;
  failAfter = Number.POSITIVE_INFINITY;
  answer: Partial<History> = {};

  async history({ symbol, from, to, adjustment }: HistoryAsk): Promise<History> {
    if (this.asked.length >= this.failAfter) throw new Error('the line is dead');
    this.asked.push(`${from} ${to}`);
    const rows: BarRow[] = sessionsBetween(from, to).flatMap(({ date: on, day, close: at }) => {
      const odd = this.odd.get(on);
      if (odd === null) return [];
      const price = Math.round((100_000_000 + day * 10_000) * this.factor) as Price;
      const prices = { open: price, high: price, low: price, close: price };
      return [{ symbol, at, day, ...prices, volume: 1_000, ...odd }];
    });
    const all = [...rows, ...this.extra].sort((a, b) => a.at - b.at);
    return { ...this.tag, adjustment, receivedAt: LATE, rows: all, ...this.answer };
  }
  quotes = async () => [];
  close = async () => {};
}

const partsOf = (source: Source, store = newStore()): PullParts => ({
  source,
  store,
  now: () => LATE,
});
const stored = async ({ store }: PullParts) => [
  ...(await store.load({ symbol: 'SPY', timeframe: '1d' })).close,
];

describe('a pull', () => {
  test('stores bars with source, tape, adjustment and the time they came', async () => {
    const parts = partsOf(new Source());
    const done = await pull(parts, ASK);
    expect(done).toMatchObject({ added: 21, kept: 0, bars: 21, feed: 'sip', requests: 1 });
    expect(done).toMatchObject({ first: '2024-01-02', last: '2024-01-31', missing: [], extra: [] });
    const [series] = parts.store.list();
    expect(series).toMatchObject({
      state: 'sound',
      path: done.path,
      meta: { source: 'mine', adjustment: 'splits', feed: 'sip', receivedAt: LATE },
    });
  });

  test('asks for the newest five days again, and for nothing else that is stored', async () => {
    const source = new Source();
    const parts = partsOf(source);
    await pull(parts, ASK);
    const again = await pull(parts, ASK);
    expect(again).toMatchObject({ added: 0, kept: 5, replaced: 0, versions: [] });
    const wider = await pull(parts, { ...ASK, from: date('2023-12-01'), to: date('2024-02-29') });
    expect(wider).toMatchObject({ added: 40, kept: 5, bars: 61 });
    expect(source.asked).toEqual([
      '2024-01-02 2024-01-31',
      '2024-01-25 2024-01-31',
      '2024-01-25 2024-02-29',
      '2023-12-01 2023-12-29',
    ]);
  });

  test('that was cut short goes on, with every request stored before the next', async () => {
    const source = new Source();
    const parts = partsOf(source);
    const years = { ...ASK, from: date('2000-01-03'), to: date('2024-01-31') };
    source.failAfter = 2;
    const told: PullProgress[] = [];
    const failing = pull({ ...parts, tell: (one) => told.push(one) }, years);
    await expect(failing).rejects.toThrow('the line is dead');
    expect(told.map(({ done, of }) => `${done}/${of}`)).toEqual(['1/5', '2/5']);
    const half = (await stored(parts)).length;
    expect(half).toBeGreaterThan(2_400);
    source.failAfter = Number.POSITIVE_INFINITY;
    const done = await pull(parts, years);
    expect(done).toMatchObject({ kept: 5, missing: [], requests: 3 });
    expect(done.bars).toBe(sessionsBetween(years.from, years.to).length);
    const whole = partsOf(new Source());
    expect((await pull(whole, years)).bars).toBe(done.bars);
    expect(await stored(parts)).toEqual(await stored(whole));
  });

  test('fills a hole that is in the store, and names those that the source has', async () => {
    const source = new Source();
    const parts = partsOf(source);
    for (const on of ['2024-01-09', '2024-01-10', '2024-01-16']) source.odd.set(on, null);
    expect((await pull(parts, ASK)).missing).toEqual([
      { from: '2024-01-09', to: '2024-01-10', sessions: 2 },
      { from: '2024-01-16', to: '2024-01-16', sessions: 1 },
    ]);
    source.odd.delete('2024-01-09');
    const again = await pull(parts, ASK);
    expect(again).toMatchObject({ added: 1, bars: 19, versions: [] });
    expect(again.missing.map(({ from }) => from)).toEqual(['2024-01-10', '2024-01-16']);
  });

  test('names days without a session, and does not store them', async () => {
    const source = new Source();
    const day = dayNumber(date('2024-01-15'));
    const at = Date.UTC(2024, 0, 15, 21) as Instant;
    const price = 1_000_000 as Price;
    const flat = { open: price, high: price, low: price, close: price };
    source.extra.push({ symbol: 'SPY', at, day, ...flat, volume: 0 });
    const done = await pull(partsOf(source), ASK);
    expect(done).toMatchObject({ bars: 21, extra: ['2024-01-15'] });
  });

  test("never stores today's bar before the close", async () => {
    const source = new Source();
    const now = Date.UTC(2024, 0, 31, 20, 59) as Instant;
    const early = { ...partsOf(source), now: () => now };
    const at = (now - 60_000) as Instant;
    source.odd.set('2024-01-31', { at });
    const done = await pull(early, ASK);
    expect(done).toMatchObject({ bars: 20, last: '2024-01-30', missing: [] });
  });
});

describe('a bar that the source has corrected', () => {
  const corrected = { close: 5_000_000 as Price, low: 5_000_000 as Price };

  test.each(['raw', 'splits'] as const)('is told and not taken: %s', async (adjustment) => {
    const source = new Source();
    const parts = partsOf(source);
    await pull(parts, { ...ASK, adjustment });
    const before = await stored(parts);
    source.odd.set('2024-01-30', corrected);
    const again = await pull(parts, { ...ASK, adjustment, to: date('2024-02-02') });
    expect(again).toMatchObject({ added: 2, kept: 4, replaced: 0 });
    const price = dayNumber(date('2024-01-30')) / 100 + 100;
    expect(again.versions).toEqual([
      { bar: '2024-01-30', text: `low was ${price}, now 5.00; close was ${price}, now 5.00` },
    ]);
    expect((await stored(parts)).slice(0, before.length)).toEqual(before);
  });

  test('is taken with replace, and told', async () => {
    const source = new Source();
    const parts = partsOf(source);
    await pull(parts, ASK);
    source.odd.set('2024-01-30', corrected);
    const again = await pull(parts, { ...ASK, replace: true });
    expect(again).toMatchObject({ added: 0, kept: 4, replaced: 1 });
    expect(again.versions).toHaveLength(1);
    expect((await stored(parts)).at(-2)).toBe(5_000_000);
  });
});

describe('a series that the source gives anew, after a split or dividend', () => {
  const whole = { ...ASK, from: date('2010-01-04') };
  const anew = async () => {
    const source = new Source();
    const parts = partsOf(source);
    await pull(parts, whole);
    source.factor = 0.5;
    return { source, parts };
  };

  test('is refused, and nothing changes: two bases never mix', async () => {
    const { parts } = await anew();
    const before = await stored(parts);
    const later = pull(parts, { ...ASK, to: date('2024-02-29') });
    await expect(later).rejects.toThrow('every stored bar asked for again is different now');
    expect(await stored(parts)).toEqual(before);
  });

  test('is replaced whole, in one step, also beyond the dates asked for', async () => {
    const { source, parts } = await anew();
    source.failAfter = source.asked.length + 3;
    const before = await stored(parts);
    const ask = { ...ASK, to: date('2024-02-29'), replace: true };
    await expect(pull(parts, ask)).rejects.toThrow('the line is dead');
    expect(await stored(parts)).toEqual(before);
    source.failAfter = Number.POSITIVE_INFINITY;
    const done = await pull(parts, ask);
    expect(done).toMatchObject({ added: 20, kept: 0, replaced: before.length });
    expect((await stored(parts)).slice(0, before.length)).toEqual(before.map((close) => close / 2));
  });

  test('is not replaced where the source lacks a stored bar now', async () => {
    const { source, parts } = await anew();
    source.odd.set('2012-02-03', null);
    const before = await stored(parts);
    const replaced = pull(parts, { ...ASK, replace: true });
    await expect(replaced).rejects.toThrow('no bar of 2012-02-03 any more');
    expect(await stored(parts)).toEqual(before);
  });

  test('whose newest bars the source has lost is refused; raw prices go on', async () => {
    const { source, parts } = await anew();
    source.answer = { rows: [] };
    await expect(pull(parts, ASK)).rejects.toThrow('nothing tells whether they go together');
    source.answer = {};
    await pull(parts, { ...ASK, adjustment: 'raw' });
    source.answer = { rows: [] };
    await expect(pull(parts, { ...ASK, adjustment: 'raw' })).resolves.toMatchObject({ added: 0 });
  });
});

describe('a source that answers something else', () => {
  test.each<[string, Partial<History>, string]>([
    ['another symbol', { rows: [{ symbol: 'QQQ' } as BarRow] }, 'got "QQQ"'],
    ['another adjustment', { adjustment: 'raw' }, 'adjusted for "raw"'],
    ['another source', { source: 'theirs' }, 'got bars of "theirs"'],
  ])('is refused: %s', async (_, answer, message) => {
    const source = new Source();
    source.answer = answer;
    const parts = partsOf(source);
    await expect(pull(parts, ASK)).rejects.toThrow(message);
    expect(parts.store.list()).toEqual([]);
  });

  test('of another tape than what is stored is refused', async () => {
    const source = new Source();
    const parts = partsOf(source);
    await pull(parts, ASK);
    source.answer = { feed: 'iex' };
    const later = pull(parts, { ...ASK, to: date('2024-02-29') });
    await expect(later).rejects.toThrow(
      'of feed "iex" cannot be mixed with those stored, of "sip"',
    );
  });

  test('bars outside of what was asked for are left out', async () => {
    const source = new Source();
    const day = dayNumber(date('2024-02-01'));
    const price = 1_000_000 as Price;
    const flat = { open: price, high: price, low: price, close: price, volume: 0 };
    source.extra.push({ symbol: 'SPY', at: Date.UTC(2024, 1, 1, 21) as Instant, day, ...flat });
    expect(await pull(partsOf(source), ASK)).toMatchObject({ bars: 21, last: '2024-01-31' });
    expect(dateOfDay(day)).toBe('2024-02-01');
  });

  test('a damaged file of the series stops the pull', async () => {
    const source = new Source();
    const parts = partsOf(source);
    const { path } = await pull(parts, ASK);
    writeFileSync(path as string, 'PAR1 is not all PAR1');
    await expect(pull(parts, ASK)).rejects.toThrow('damaged');
    expect(readdirSync(join(path as string, '..')).some((name) => name.endsWith('.tmp'))).toBe(
      false,
    );
  });
});
