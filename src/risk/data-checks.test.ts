import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayNumber, type Instant, parseDate, parseInstant, type Price } from '../base/index.ts';
import { sessionOn, sessionsBetween } from '../market/index.ts';
import {
  checkCorporateAction,
  checkHistory,
  checkQuote,
  checkVolume,
  type DataLimits,
  type Finding,
  type HistorySeen,
} from './data-checks.ts';
import { at } from './gate.fixture.ts';

const LIMITS: DataLimits = { corporateActionPct: 20, lookbackDays: 5, quoteAgeMsMax: 60_000 };
const day = (text: string) => dayNumber(parseDate(text));
const codeOf = (finding: Finding | null) => finding?.code ?? null;

describe('a quote (F039, F040)', () => {
  const session = sessionOn(parseDate('2024-07-03')); // a half day, between two others
  const open = session?.open as Instant;
  const now = { at: parseInstant('2024-07-03T16:55:00Z'), open };
  const quote = (ms: number) =>
    checkQuote({ symbol: 'SPY', price: at(500), at: ms as Instant }, now, LIMITS);

  test('passes up to its largest age, to the millisecond, and a minute ahead of our clock', () => {
    expect([0, -1, -60_000, 60_000].map((ms) => quote(now.at + ms))).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(quote(now.at - 60_001)).toEqual({
      code: 'quoteStale',
      severity: 'stop',
      text: 'SPY: quote is 60001 ms old, limit 60000 ms',
    });
    expect(codeOf(quote(now.at + 60_001))).toBe('quoteStale');
  });

  test('of another session is none, however patient the limit', () => {
    const patient = { ...LIMITS, quoteAgeMsMax: 5 * 86_400_000 };
    const seen = (text: string) =>
      codeOf(checkQuote({ symbol: 'SPY', price: at(500), at: parseInstant(text) }, now, patient));
    expect(seen('2024-07-03T13:30:00Z')).toBeNull();
    expect(seen('2024-07-03T13:29:59.999Z')).toBe('quoteOfAnotherSession');
    expect(seen('2024-07-02T20:00:00Z')).toBe('quoteOfAnotherSession');
    expect(seen('2024-06-30T16:55:00Z')).toBe('quoteOfAnotherSession');
  });

  test('of any age from now to three days ago passes only when it is young', () => {
    fc.assert(
      fc.property(fc.nat({ max: 3 * 86_400_000 }), (age) => {
        expect(quote(now.at - age) === null).toBe(age <= LIMITS.quoteAgeMsMax);
      }),
    );
  });

  test.each([null, 0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1.5, '500', undefined])(
    'without a price, %s, is none',
    (price) => {
      const seen = { symbol: 'SPY', price: price as Price, at: now.at };
      expect(codeOf(checkQuote(seen, now, LIMITS))).toBe('quoteMissing');
    },
  );

  test('at no instant, or against no session, is none', () => {
    expect(quote(Number.NaN)).not.toBeNull();
    const seen = { symbol: 'SPY', price: at(500), at: now.at };
    expect(checkQuote(seen, { ...now, open: Number.NaN as Instant }, LIMITS)).not.toBeNull();
    expect(checkQuote(seen, { ...now, at: Number.NaN as Instant }, LIMITS)).not.toBeNull();
    expect(checkQuote(seen, now, { ...LIMITS, quoteAgeMsMax: Number.NaN })).not.toBeNull();
  });
});

/** Every session from one date to another, as days. */
const sessionDays = (from: string, to: string) =>
  sessionsBetween(parseDate(from), parseDate(to)).map((session) => session.day);

const historyOf = (days: readonly number[], more: Partial<HistorySeen> = {}): HistorySeen => ({
  symbol: 'SPY',
  days,
  closes: days.map(() => 100),
  lastVolume: 1_000,
  raw: true,
  isIndex: false,
  ...more,
});

describe('a history (F043)', () => {
  // Over Thanksgiving, a half day, Christmas, New Year's Day and two weekends in between.
  const days = sessionDays('2023-11-13', '2024-01-04');
  const today = day('2024-01-05');
  const code = (changed: readonly number[], of = today) =>
    codeOf(checkHistory(historyOf(changed), of));

  test('is complete when it has every session up to the one before today', () => {
    expect(code(days)).toBeNull();
    expect(code(days.slice(-1))).toBeNull();
    expect(code([])).toBeNull();
  });

  test('is complete over a weekend and a holiday', () => {
    expect(code(sessionDays('2024-01-02', '2024-01-12'), day('2024-01-16'))).toBeNull();
    expect(code(sessionDays('2024-01-02', '2024-01-11'), day('2024-01-16'))).toBe('barsStale');
  });

  test('without the newest session is stale, and says which one', () => {
    expect(checkHistory(historyOf(days.slice(0, -1)), today)).toEqual({
      code: 'barsStale',
      severity: 'stop',
      text: 'SPY: no bar of session 2024-01-04',
    });
    expect(code(days, day('2024-01-08'))).toBe('barsStale');
  });

  test('with a gap is incomplete, wherever the gap is', () => {
    for (let gone = 1; gone < days.length - 1; gone++) {
      expect(code(days.filter((_, i) => i !== gone))).toBe('barsIncomplete');
    }
    expect(code(days.slice(1))).toBeNull();
  });

  test('with a bar twice, or bars exchanged, is out of order', () => {
    for (let i = 1; i < days.length; i++) {
      const twice = [...days.slice(0, i), days[i - 1] as number, ...days.slice(i)];
      const exchanged = days.with(i, days[i - 1] as number).with(i - 1, days[i] as number);
      expect([code(twice), code(exchanged)]).toEqual(['barsOutOfOrder', 'barsOutOfOrder']);
    }
  });

  test('with today’s bar, or a later one, is refused: it is not completed', () => {
    for (const later of [today, today + 3]) {
      const found = checkHistory(historyOf([...days, later]), today);
      expect(codeOf(found)).toBe('barsOutOfOrder');
      expect(found?.text).toContain('not completed');
    }
  });

  test('may have a bar of a day on which the exchange was closed, as indices do', () => {
    const holiday = [...days, day('2023-12-25'), day('2024-01-01')].sort((a, b) => a - b);
    expect(code(holiday)).toBeNull();
  });

  test('with a day that is no number is refused', () => {
    expect(code(days.with(3, Number.NaN))).toBe('barsOutOfOrder');
    expect(code([Number.NaN])).toBe('barsOutOfOrder');
  });

  test('dropped, repeated and shuffled at random is clean or refused', () => {
    const edits = fc.array(fc.tuple(fc.nat({ max: days.length - 1 }), fc.constantFrom(0, 1, 2)));
    fc.assert(
      fc.property(edits, fc.boolean(), (drawn, shuffled) => {
        const times = new Map(drawn);
        const edited = days.flatMap((one, i) => Array<number>(times.get(i) ?? 1).fill(one));
        const found = shuffled ? edited.toReversed() : edited;
        const clean = found.every((one, i) => one === days[days.length - found.length + i]);
        expect(code(found) === null).toBe(clean);
      }),
    );
  });
});

const check = (closes: readonly number[], quote: number | null, more: Partial<HistorySeen> = {}) =>
  codeOf(checkCorporateAction(historyOf([], { closes, ...more }), quote, LIMITS));

describe('a corporate action or a bad tick (F036, F042)', () => {
  test('a change of up to the limit passes, one above it does not, in both directions', () => {
    expect([check([100, 120], null), check([100, 80], null), check([100], 120)]).toEqual([
      null,
      null,
      null,
    ]);
    expect([check([100, 120.01], null), check([100, 79.99], null)]).toEqual([
      'corporateAction',
      'corporateAction',
    ]);
    expect([check([100], 120.01), check([100], 79.99)]).toEqual([
      'corporateAction',
      'corporateAction',
    ]);
  });

  test.each([2, 3, 4, 10, 20, 1 / 10, 2 / 3])(
    'a split of %s shows in prices as traded',
    (ratio) => {
      expect(check([100, 101, 101 / ratio, 102 / ratio], 102 / ratio)).toBe('corporateAction');
      expect(check([100, 101, 102], 102 / ratio)).toBe('corporateAction');
    },
  );

  test('the newest five changes and the quote are looked at, older ones no more', () => {
    expect(check([50, 100, 100, 100, 100, 100], 100)).toBe('corporateAction');
    expect(check([50, 100, 100, 100, 100, 100, 100], 100)).toBeNull();
  });

  test('in adjusted prices only the quote is: a jump there may be a bad tick', () => {
    expect(check([50, 100], 101, { raw: false })).toBeNull();
    for (const spike of [10, 70, 130, 1_000]) {
      expect(check([50, 100], spike, { raw: false })).toBe('corporateAction');
    }
  });

  test('a change at the limit passes, and one a cent further does not', () => {
    const quarter = { ...LIMITS, corporateActionPct: 25 };
    const found = [125, 125.01, 75, 74.99].map((close) =>
      codeOf(checkCorporateAction(historyOf([], { closes: [100, close] }), null, quarter)),
    );
    expect(found).toEqual([null, 'corporateAction', null, 'corporateAction']);
  });

  test('a leveraged fund may move by twice the limit, and a split of two still shows', () => {
    for (const fundFactor of [2, 3, -3]) {
      expect(check([100, 139.9], 100, { fundFactor })).toBeNull();
      expect(check([100], 60.1, { fundFactor })).toBeNull();
      expect([check([100, 141], 141, { fundFactor }), check([100], 50, { fundFactor })]).toEqual([
        'corporateAction',
        'corporateAction',
      ]);
    }
    expect(check([100, 121], 121, { fundFactor: -1 })).toBe('corporateAction');
    expect(check([100, 101], 101, { fundFactor: Number.NaN })).toBe('corporateAction');
  });

  test('an index jumps as far as it likes', () => {
    for (const raw of [true, false]) expect(check([17, 37], 60, { isIndex: true, raw })).toBeNull();
  });

  test('what is no price is no change within the limit', () => {
    for (const wrong of [0, Number.NaN, Number.POSITIVE_INFINITY, -100]) {
      expect(check([100, wrong], 100)).toBe('corporateAction');
      expect(check([100], wrong)).toBe('corporateAction');
    }
  });

  test('nothing to compare is nothing found', () => {
    expect([check([], null), check([], 100), check([100], null)]).toEqual([null, null, null]);
  });

  test('the sentence tells the change and the limit', () => {
    const finding = checkCorporateAction(historyOf([], { closes: [100] }), 50, LIMITS);
    expect(finding?.text).toBe('SPY: price changed by -50.0 % within the last days, limit 20 %');
  });
});

describe('volume', () => {
  test('none on a completed bar is told, and stops nothing', () => {
    expect(checkVolume(historyOf([], { lastVolume: 0 }))).toMatchObject({
      code: 'zeroVolume',
      severity: 'warn',
    });
    expect(checkVolume(historyOf([], { lastVolume: 1 }))).toBeNull();
    expect(checkVolume(historyOf([], { lastVolume: Number.NaN }))).toBeNull();
  });
});
