import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DateText, Instant, Money, Price } from '../base/index.ts';
import type { ClientOrderId, Intent, IntentId } from '../orders/index.ts';
import {
  type ApprovalPolicy,
  type ApprovalRequest,
  approvalPages,
  approvalText,
  classOf,
  driftProblem,
  endApproval,
  endedApproval,
  isRequired,
  isSpent,
  newApprovalState,
  openRequest,
  ORDER_CLASSES,
  planHash,
  type PlanLeg,
  termsHash,
  useGrant,
} from './approvals.ts';

const at = Date.UTC(2024, 0, 5, 20, 55) as Instant;
const dollars = (amount: number) => Math.round(amount * 1e6) as Money;
const priced = (amount: number) => Math.round(amount * 1e6) as Price;
const venue = { account: 'A-1', desk: 'den' };

const intentOf = (parts: Partial<Intent> = {}): Intent => ({
  id: 'one-2024-01-05-1' as IntentId,
  clientOrderId: 'pl-1' as ClientOrderId,
  book: 'one',
  symbol: 'SPY',
  side: 'buy',
  quantity: 100,
  pricing: { type: 'market' },
  timeInForce: 'day',
  purpose: 'rebalance',
  expectedPrice: priced(475),
  at,
  date: '2024-01-05' as DateText,
  ...parts,
});

const requestOf = (parts: Partial<ApprovalRequest> = {}): ApprovalRequest => {
  const { intent = intentOf() } = parts;
  return {
    ...venue,
    id: intent.id,
    orderClass: 'opening',
    intent,
    hash: termsHash(venue, intent),
    plan: null,
    worstCost: dollars(47_547.5),
    positionNow: 0,
    positionAfter: 100,
    limitsLeft: ['Cash left above the reserve: $1,000.00', 'Orders left today: 7'],
    driftPctMax: 0.5,
    askedAt: at,
    expiresAt: (at + 240_000) as Instant,
    ...parts,
  };
};

const legOf = (index: number, parts: Partial<PlanLeg> = {}): PlanLeg => ({
  index,
  symbol: 'QQQ',
  side: 'buy',
  quantityMax: 10,
  pricing: { type: 'market' },
  price: priced(400),
  worstCost: dollars(4_000),
  ...parts,
});

describe('classes and rules (F071)', () => {
  test.each([
    ['flatten', true, 'flatten'],
    ['protect', true, 'protective'],
    ['exit', true, 'reducing'],
    ['repair', true, 'reducing'],
    ['rebalance', true, 'reducing'],
    ['rebalance', false, 'opening'],
    ['signal', false, 'opening'],
  ] as const)('purpose "%s" that reduces: %s is "%s"', (purpose, reduces, found) => {
    expect(classOf(purpose, reduces)).toBe(found);
  });

  const rules = { opening: 'required', reducing: 'free' } as const;
  const policy: ApprovalPolicy = {
    rules,
    books: { two: { opening: 'free', reducing: 'free', protective: 'required' } },
    timeoutMs: 1,
    driftPctMax: 1,
  };

  test('protective and emergency exits are free where nothing is said of them', () => {
    const required = (book: string) => ORDER_CLASSES.filter((one) => isRequired(policy, book, one));
    expect(required('one')).toEqual(['opening']);
    expect(required('two')).toEqual(['protective']);
  });

  test('a word that is not "free", or none, requires', () => {
    const odd = { ...policy, rules: { opening: 'fre', reducing: undefined } as never };
    expect(isRequired(odd, 'one', 'opening')).toBe(true);
    expect(isRequired(odd, 'one', 'reducing')).toBe(true);
  });
});

describe('the hash of the terms (F068, invariant 30)', () => {
  const hash = termsHash(venue, intentOf());

  test('is the same in another life, at another time and for another market', () => {
    const again = intentOf({
      clientOrderId: 'pl-2' as ClientOrderId,
      at: (at + 1) as Instant,
      expectedPrice: priced(480),
    });
    expect(termsHash(venue, again)).toBe(hash);
  });

  test.each<[string, Partial<Intent>]>([
    ['book', { book: 'two' }],
    ['symbol', { symbol: 'QQQ' }],
    ['side', { side: 'sell' }],
    ['quantity', { quantity: 101 }],
    ['pricing', { pricing: { type: 'limit', limitPrice: priced(475) } }],
    ['time in force', { timeInForce: 'gtc' }],
    ['legs', { legs: [{ symbol: 'X', side: 'buy', ratio: 1 }] }],
    ['link', { link: { group: 'g', role: 'stop' } }],
    ['chain', { replaces: 'pl-0' as ClientOrderId }],
    ['date', { date: '2024-01-08' as DateText }],
  ])('is another one for another %s', (_, parts) => {
    expect(termsHash(venue, intentOf(parts))).not.toBe(hash);
  });

  test('is another one for another account or desk', () => {
    expect(termsHash({ ...venue, account: 'A-2' }, intentOf())).not.toBe(hash);
    expect(termsHash({ ...venue, desk: 'attic' }, intentOf())).not.toBe(hash);
  });
});

describe('the text (F070, F082)', () => {
  test('shows every term, in words and dollars', () => {
    const text = approvalText(requestOf(), 'LIVE: real money');
    expect(text).toBe(
      [
        'Request one-2024-01-05-1 (opening), book "one"',
        'Account A-1, desk "den"',
        'LIVE: real money',
        'BUY 100 SPY at the market, good for the day, 2024-01-05',
        'Worst-case cost: $47,547.50',
        'Position: 0 now, 100 after',
        'Cash left above the reserve: $1,000.00',
        'Orders left today: 7',
        'Void when the price is 0.5 % from $475.00',
        'Expires 2024-01-05T20:59:00.000Z; no answer means no',
        `Hash ${requestOf().hash}`,
      ].join('\n'),
    );
  });

  test.each<[Partial<Intent>, string]>([
    [{ pricing: { type: 'limit', limitPrice: priced(470) } }, 'at $470.00 or better'],
    [{ pricing: { type: 'stop', stopPrice: priced(9) } }, 'at the market once it reaches $9.00'],
    [
      { pricing: { type: 'stopLimit', stopPrice: priced(9), limitPrice: priced(8) } },
      'at $8.00 or better once it reaches $9.00',
    ],
    [{ timeInForce: 'gtc' }, 'good until canceled'],
    [{ link: { group: 'g1', role: 'target' } }, 'the target of "g1"'],
    [{ replaces: 'pl-0' as ClientOrderId }, 'in place of pl-0'],
    [{ legs: [{ symbol: 'X', side: 'sell', ratio: 2 }] }, 'each unit: sell 2 X'],
    [{ side: 'sell' }, 'Worth: $47,547.50'],
  ])('tells of %j', (parts, found) => {
    expect(approvalText(requestOf({ intent: intentOf(parts) }))).toContain(found);
  });

  test('a long plan is summed first and listed in full on pages of twenty', () => {
    const legs = Array.from({ length: 45 }, (_, i) =>
      legOf(i, { symbol: `S${i}`, side: i % 3 === 0 ? 'sell' : 'buy' }),
    );
    const pages = approvalPages(requestOf({ plan: { hash: planHash('h', legs), legs } }));
    expect(pages).toHaveLength(3);
    expect(pages[0]).toContain('Rest of the plan: 15 to sell for $60,000.00 at most, 30 to buy');
    expect(pages[0]).toContain('Page 1 of 3');
    const text = pages.join('\n');
    for (const { symbol } of legs)
      expect(text).toMatch(new RegExp(`\\. \\w+ 10 ${symbol} at most`));
  });

  test('no text of others adds a line or a character that nobody sees', () => {
    const odd = fc.string({ unit: 'binary', maxLength: 80 });
    fc.assert(
      fc.property(odd, odd, odd, (symbol, account, mode) => {
        const request = requestOf({ intent: intentOf({ symbol }), account });
        const text = approvalText(request, mode);
        expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        const clean = mode.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
        expect(text.split('\n')).toHaveLength(mode === '' ? 10 : 11);
        expect(text).toContain(clean);
        expect(text).toContain(request.hash);
      }),
    );
  });
});

describe('drift (F069)', () => {
  test.each([
    [100, 100.5, null],
    [100, 99.5, null],
    [100, 100.51, 'the price moved 0.510 %, the tolerance is 0.5 %'],
    [14.5, 15.4, 'the price moved 6.207 %, the tolerance is 0.5 %'],
  ])('from %f to %f: %s', (from, to, found) => {
    expect(driftProblem(priced(from), priced(to), 0.5)).toBe(found);
  });

  test('a price or a tolerance that is missing is too far', () => {
    expect(driftProblem(priced(1), undefined, 1)).toBe('there is no price now');
    expect(driftProblem(priced(1), priced(1), Number.NaN)).not.toBeNull();
  });
});

describe('grants', () => {
  const asked = (
    intent = intentOf({ symbol: 'QQQ', quantity: 10, expectedPrice: priced(400) }),
  ) => ({
    intent,
    orderClass: 'opening' as const,
    worstCost: dollars(4_000),
    leg: 3 as number | null,
  });
  const withPlan = (...legs: PlanLeg[]) => {
    const approvals = newApprovalState();
    const until = (at + 1_000) as Instant;
    const terms = { hash: 'h', date: '2024-01-05' as DateText, driftPctMax: 1, legs };
    approvals.grants.push({ kind: 'plan', id: 'plan-1', book: 'one', by: 'ann', until, ...terms });
    return approvals;
  };

  test('a leg of a plan is used once, and with it all before it', () => {
    const approvals = withPlan(legOf(2), legOf(3), legOf(4));
    expect(useGrant(approvals, at, asked())?.id).toBe('plan-1');
    expect(useGrant(approvals, at, asked())).toBeUndefined();
    expect(useGrant(approvals, at, { ...asked(), leg: 2 })).toBeUndefined();
    const grant = useGrant(approvals, at, { ...asked(), leg: 4 });
    expect(grant && isSpent(grant)).toBe(true);
  });

  test('a smaller order is covered, a larger or another one is not', () => {
    const base = asked().intent;
    const tries = (parts: Partial<Intent>) =>
      useGrant(withPlan(legOf(3)), at, asked({ ...base, ...parts })) !== undefined;
    expect(tries({ quantity: 4 })).toBe(true);
    expect(tries({ quantity: 11 })).toBe(false);
    expect(tries({ symbol: 'SPY' })).toBe(false);
    expect(tries({ side: 'sell' })).toBe(false);
    expect(tries({ book: 'two' })).toBe(false);
    expect(tries({ date: '2024-01-08' as DateText })).toBe(false);
    expect(tries({ expectedPrice: priced(405) })).toBe(false);
    expect(tries({ pricing: { type: 'limit', limitPrice: priced(400) } })).toBe(false);
    expect(tries({ link: { group: 'g', role: 'stop' } })).toBe(false);
    expect(tries({ legs: [] })).toBe(false);
    expect(useGrant(withPlan(legOf(3)), at, { ...asked(), leg: null })).toBeUndefined();
    expect(useGrant(withPlan(legOf(3)), (at + 1_000) as Instant, asked())).toBeUndefined();
  });

  test('a budget never pays more than its amount, nor for another class', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.array(fc.nat(40)), (amount, costs) => {
        const approvals = newApprovalState();
        const until = (at + 1) as Instant;
        const left = dollars(amount);
        const budget = { kind: 'budget', id: 'b', book: 'one', by: 'ann', until } as const;
        approvals.grants.push({ ...budget, orderClass: 'opening', amount: left, left });
        let paid = 0;
        for (const cost of costs) {
          const one = { ...asked(), worstCost: dollars(cost) };
          expect(useGrant(approvals, at, { ...one, orderClass: 'reducing' })).toBeUndefined();
          if (useGrant(approvals, at, one)) paid += cost;
        }
        expect(paid).toBeLessThanOrEqual(amount);
        expect(isSpent(approvals.grants[0] as never)).toBe(paid === amount);
      }),
    );
  });
});

test('an end is kept once, and only the newest thousand are', () => {
  const approvals = newApprovalState();
  const endOf = (id: string) =>
    ({ id, hash: null, outcome: 'rejected', by: 'ann', reason: '', at }) as const;
  for (let i = 0; i < 1_100; i++) {
    approvals.open.push(requestOf({ id: `r${i}` }));
    expect(endApproval(approvals, endOf(`r${i}`))).toBe(true);
    expect(endApproval(approvals, endOf(`r${i}`))).toBe(false);
  }
  expect(openRequest(approvals, 'r1099')).toBeUndefined();
  expect(endedApproval(approvals, 'r99')).toBeUndefined();
  expect(endedApproval(approvals, 'r100')?.outcome).toBe('rejected');
  expect(approvals.ended).toHaveLength(1_000);
});
