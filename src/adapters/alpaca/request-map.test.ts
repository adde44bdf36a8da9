import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Price } from '../../base/index.ts';
import type { Intent, OrderLeg, Pricing } from '../../orders/index.ts';
import { priceOf } from '../number.ts';
import { dollars, intentOf } from './alpaca.fixture.ts';
import { bodyOf, bracketOrder, ocoOrder, RefusedHere } from './request-map.ts';

const CALL = 'SPY   240119C00475000';
const HIGH = 'SPY   240119C00480000';
const LEGS: readonly OrderLeg[] = [
  { symbol: CALL, side: 'buy', ratio: 1 },
  { symbol: HIGH, side: 'sell', ratio: 1 },
];

describe('the body of an order', () => {
  const id = intentOf().clientOrderId;
  const own = { clientOrderId: id, symbol: 'SPY', side: 'buy', qty: '100', timeInForce: 'day' };
  const at = dollars(470.25);
  const stop = dollars(460);
  test.each<[Pricing, object]>([
    [{ type: 'market' }, { type: 'market' }],
    [
      { type: 'limit', limitPrice: at },
      { type: 'limit', limitPrice: '470.25' },
    ],
    [
      { type: 'stop', stopPrice: stop },
      { type: 'stop', stopPrice: '460' },
    ],
    [
      { type: 'stopLimit', stopPrice: stop, limitPrice: at },
      { type: 'stop_limit', stopPrice: '460', limitPrice: '470.25' },
    ],
  ])('of $type has all its terms, numbers as text', (pricing, terms) => {
    expect(bodyOf(intentOf({ pricing }))).toStrictEqual({ ...own, ...terms });
  });

  test('good till canceled, a sell, a class share', () => {
    const body = bodyOf(intentOf({ timeInForce: 'gtc', side: 'sell', symbol: 'BRK.B' }));
    expect(body).toMatchObject({ timeInForce: 'gtc', side: 'sell', symbol: 'BRK.B' });
  });

  test('an option goes out without blanks', () => {
    const pricing = { type: 'limit', limitPrice: dollars(1.05) } as const;
    const body = bodyOf(intentOf({ symbol: CALL, pricing, quantity: 2 }));
    expect(body).toMatchObject({ symbol: 'SPY240119C00475000', limitPrice: '1.05', qty: '2' });
    expect(body).not.toHaveProperty('orderClass');
  });

  test('legs go out as one order with their intents, and without symbol and side', () => {
    const pricing = { type: 'limit', limitPrice: dollars(-1.5) } as const;
    const intent = intentOf({ legs: LEGS, pricing, quantity: 3, purpose: 'signal' });
    expect(bodyOf(intent)).toStrictEqual({
      clientOrderId: id,
      qty: '3',
      type: 'limit',
      limitPrice: '-1.5',
      timeInForce: 'day',
      orderClass: 'mleg',
      legs: [
        { symbol: 'SPY240119C00475000', side: 'buy', ratioQty: '1', positionIntent: 'buy_to_open' },
        {
          symbol: 'SPY240119C00480000',
          side: 'sell',
          ratioQty: '1',
          positionIntent: 'sell_to_open',
        },
      ],
    });
  });

  test.each<[Intent['purpose'], Record<string, number>, string, string]>([
    ['exit', {}, 'buy_to_close', 'sell_to_close'],
    ['flatten', {}, 'buy_to_close', 'sell_to_close'],
    ['repair', {}, 'buy_to_close', 'sell_to_close'],
    ['rebalance', { [CALL]: -1 }, 'buy_to_close', 'sell_to_open'],
    ['rebalance', { [CALL]: 1, [HIGH]: 1 }, 'buy_to_open', 'sell_to_close'],
  ])('legs of purpose %s over %j are %s and %s', (purpose, held, first, second) => {
    const pricing = { type: 'limit', limitPrice: dollars(1) } as const;
    const body = bodyOf(intentOf({ legs: LEGS, pricing, purpose }), (one) => held[one] ?? 0);
    expect(body.legs?.map((leg) => leg.positionIntent)).toStrictEqual([first, second]);
  });
});

describe('refused before anything is sent', () => {
  const limit = (price: number): Partial<Intent> => ({
    pricing: { type: 'limit', limitPrice: price as Price },
  });
  test.each<[string, Partial<Intent>]>([
    ['a limit of a tenth of a cent above a dollar', limit(290_123_000)],
    ['a limit of a thousandth of a cent below one', limit(500_010)],
    ['a limit of zero', limit(0)],
    ['a limit below zero', limit(-1_000_000)],
    ['a limit that is no number', limit(Number.NaN)],
    ['a stop between cents', { pricing: { type: 'stop', stopPrice: 290_123_000 as Price } }],
    ['an option between cents', { symbol: CALL, ...limit(500_100) }],
    ['a net price between cents', { legs: LEGS, ...limit(1_234_500) }],
    ['a stop of legs', { legs: LEGS, pricing: { type: 'stop', stopPrice: dollars(1) } }],
    ['one leg', { legs: LEGS.slice(0, 1), ...limit(1_000_000) }],
    ['five legs', { legs: [...LEGS, ...LEGS, ...LEGS].slice(0, 5), ...limit(1_000_000) }],
    ['a ratio of zero', { legs: LEGS.map((leg) => ({ ...leg, ratio: 0 })), ...limit(1_000_000) }],
    ['a part of a share', { quantity: 1.5 }],
    ['no share', { quantity: 0 }],
    ['shares below zero', { quantity: -1 }],
  ])('%s', (_, more) => {
    expect(() => bodyOf(intentOf(more))).toThrow(RefusedHere);
  });
});

describe('numbers', () => {
  const tick = fc.integer({ min: 1, max: 999_999_999 });
  test('every price on its tick goes out exactly and reads back as it was', () => {
    fc.assert(
      fc.property(tick, fc.boolean(), (count, isPenny) => {
        const price = (isPenny ? (count % 10_000) * 100 || 100 : (count + 99) * 10_000) as Price;
        const body = bodyOf(intentOf({ pricing: { type: 'limit', limitPrice: price } }));
        expect(body.limitPrice).toMatch(/^\d+(\.\d{1,4})?$/);
        expect(priceOf(body.limitPrice)).toBe(price);
      }),
    );
  });

  test('every quantity goes out as its digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (quantity) => {
        expect(BigInt(bodyOf(intentOf({ quantity })).qty as string)).toBe(BigInt(quantity));
      }),
    );
  });

  test('no price off its tick goes out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000_001, max: 9_999_999_999 }), (price) => {
        const pricing = { type: 'limit', limitPrice: price as Price } as const;
        if (price % 10_000 === 0) return;
        expect(() => bodyOf(intentOf({ pricing }))).toThrow('whole cents');
      }),
    );
  });
});

describe('brackets and pairs', () => {
  const terms = {
    clientOrderId: intentOf().clientOrderId,
    symbol: 'SPY',
    side: 'buy',
    quantity: 10,
    stopPrice: dollars(460),
    targetPrice: dollars(480),
    timeInForce: 'gtc',
  } as const;

  test('a bracket is an entry with a stop and a target', () => {
    expect(bracketOrder({ ...terms, limitPrice: dollars(470) })).toStrictEqual({
      clientOrderId: terms.clientOrderId,
      symbol: 'SPY',
      side: 'buy',
      qty: '10',
      timeInForce: 'gtc',
      type: 'limit',
      limitPrice: '470',
      orderClass: 'bracket',
      takeProfit: { limitPrice: '480' },
      stopLoss: { stopPrice: '460' },
    });
    expect(bracketOrder(terms)).toMatchObject({ type: 'market' });
    const limited = bracketOrder({ ...terms, stopLimitPrice: dollars(459.5) });
    expect(limited.stopLoss).toStrictEqual({ stopPrice: '460', limitPrice: '459.5' });
  });

  test('a pair closes what is held', () => {
    expect(ocoOrder({ ...terms, side: 'sell' })).toMatchObject({
      orderClass: 'oco',
      type: 'limit',
      side: 'sell',
      takeProfit: { limitPrice: '480' },
      stopLoss: { stopPrice: '460' },
    });
  });

  test('exits on the wrong side, and of options, are refused', () => {
    expect(() => bracketOrder({ ...terms, side: 'sell' })).toThrow(RefusedHere);
    expect(() => ocoOrder(terms)).toThrow(RefusedHere);
    expect(() => bracketOrder({ ...terms, symbol: CALL })).toThrow(RefusedHere);
    expect(() => bracketOrder({ ...terms, targetPrice: 480_001_000 as Price })).toThrow('target');
  });
});
