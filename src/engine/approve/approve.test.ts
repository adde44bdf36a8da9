import { describe, expect, test } from 'vitest';
import { postFill } from '../../ledger/index.ts';
import type { Instant } from '../../base/index.ts';
import {
  DAY,
  policy,
  approve,
  reject,
  open,
  only,
  outcomes,
  asking,
  restarted,
} from './approve.fixture.ts';
import {
  bookOf,
  date,
  Desk,
  deskSaying,
  dollars,
  priced,
  saying,
  setupOf,
  want,
  WIDE,
  wish,
} from '../desk.fixture.ts';
import { send } from '../send.ts';
import type { BookState } from '../state.ts';
import { wakeAt } from '../step.ts';

describe('an order of a class that needs approval (invariant 30)', () => {
  test('is held, and a person is asked with the terms that are hashed', () => {
    const desk = asking();
    expect(desk.orders).toEqual([]);
    const [{ request, text }] = desk.of('approvalAsked') as [never];
    expect((request as { hash: string }).hash).toHaveLength(64);
    expect(text).toContain('BUY 500 A at the market');
    expect(text).toContain('Worst-case cost: $50,000.00');
    expect(text).toContain('Position: 0 now, 500 after');
    expect(text).toContain('Cash left above the reserve: $50,000.00');
    expect(desk.state.books[0]?.work?.waiting).not.toBeNull();
  });

  test('leaves once approved, after the yes is used up in the same step', () => {
    const desk = asking();
    const effects = approve(desk, only(desk)).map(({ kind }) => kind);
    expect(effects).toEqual(['approvalEnded', 'approvalUsed', 'submit']);
    expect(desk.orders).toEqual(['buy 500 A']);
    desk.fillAll();
    expect(desk.state.books[0]?.work).toBeNull();
    expect(desk.held('A')).toBe(500);
  });

  test('never leaves when nobody answers (F071)', () => {
    const desk = asking();
    for (let i = 0; i < 100; i++) desk.pass(60_000);
    expect(desk.orders).toEqual([]);
    expect(outcomes(desk)).toEqual(['expired']);
    expect(desk.state.books[0]?.work).toBeNull();
  });

  test('is not asked for without a policy, nor where its class is free', () => {
    expect(
      deskSaying([want({ A: 0.5 })])
        .decideOn(DAY)
        .at(-1)?.kind,
    ).toBe('submit');
    const free = asking({
      approvals: policy({ books: { one: { opening: 'free', reducing: 'free' } } }),
    });
    expect(free.orders).toEqual(['buy 500 A']);
  });

  test('does not leave before the account is reconciled in this life, and stays open', () => {
    const desk = asking();
    desk.state.epoch = 7;
    approve(desk, only(desk));
    expect(desk.orders).toEqual([]);
    expect(desk.alerts).toContain('approvalTooEarly');
    expect(open(desk)).toHaveLength(1);
  });

  test('is refused for another hash than was shown, and stays open', () => {
    const desk = asking();
    approve(desk, only(desk), { hash: 'f'.repeat(64) });
    expect(desk.alerts).toContain('approvalOtherTerms');
    expect(desk.orders).toEqual([]);
    approve(desk, only(desk), { hash: desk.state.approvals.open[0]?.hash });
    expect(desk.orders).toEqual(['buy 500 A']);
  });
});

describe('a deadline (F067)', () => {
  test('is half an hour, or the fence of the session before it', () => {
    const desk = asking();
    const request = desk.state.approvals.open[0];
    expect(request?.expiresAt).toBe(desk.state.fence);
    const short = asking({ approvals: policy({ timeoutMs: 1_000 }) });
    expect(short.state.approvals.open[0]?.expiresAt).toBe(short.state.at + 1_000);
    expect(wakeAt(short.setup, short.state)).toBe(short.state.at + 1_000);
  });

  test('a click before it sends, one at it or after is told that it is too late', () => {
    for (const offset of [-2, -1, 0, 1, 60_000]) {
      const desk = asking({ approvals: policy({ timeoutMs: 10_000 }) });
      const id = only(desk);
      const at = (desk.state.at + 10_000 + offset) as Instant;
      desk.take({ kind: 'command', at, by: 'ann', command: 'approve', request: id });
      expect(desk.orders).toEqual(offset < 0 ? ['buy 500 A'] : []);
      expect(outcomes(desk)).toEqual([offset < 0 ? 'approved' : 'expired']);
      approve(desk, id);
      expect(desk.orders).toHaveLength(offset < 0 ? 1 : 0);
    }
  });

  test('the plan goes on behind a no', () => {
    const desk = deskSaying(
      [wish({ symbol: 'A', side: 'buy', quantity: 1 }, { symbol: 'B', side: 'buy', quantity: 2 })],
      { approvals: policy() },
    );
    desk.decideOn(DAY);
    reject(desk, only(desk));
    approve(desk, only(desk));
    expect(desk.orders).toEqual(['buy 2 B']);
    expect(outcomes(desk)).toEqual(['rejected', 'approved']);
  });
});

describe('a second answer (F068)', () => {
  test('tells what the first one did and sends nothing', () => {
    const desk = asking();
    const id = only(desk);
    approve(desk, id);
    approve(desk, id, { by: 'bob' });
    reject(desk, id);
    expect(desk.orders).toHaveLength(1);
    expect(outcomes(desk)).toEqual(['approved', 'approved again', 'approved again']);
    expect(desk.of('approvalEnded').at(-1)?.ended.by).toBe('ann');
  });

  test('to what nobody asked is told so', () => {
    const desk = asking();
    approve(desk, 'one-1999-01-01-1');
    expect(desk.alerts).toContain('approvalUnknown');
    expect(desk.orders).toEqual([]);
  });
});

describe('what changed since (F069)', () => {
  test('a price beyond the tolerance voids, one within it is sent at the new market', () => {
    for (const [price, orders] of [
      [101, 1],
      [101.1, 0],
      [98.9, 0],
    ] as const) {
      const desk = asking();
      approve(desk, only(desk), { price: priced(price) });
      expect(desk.orders).toHaveLength(orders);
      expect(outcomes(desk)).toEqual([orders === 1 ? 'approved' : 'voided']);
      const sentAt = desk.intents.map(({ expectedPrice }) => expectedPrice);
      expect(sentAt).toEqual(orders === 1 ? [priced(price)] : []);
    }
  });

  test('everything is reviewed again: a halt, a trading date, a book that is gone void', () => {
    const halted = asking();
    halted.state.halt = 'NO_NEW_RISK';
    approve(halted, only(halted));
    expect(halted.of('approvalEnded')[0]?.ended.reason).toContain('halted');
    const tomorrow = asking();
    tomorrow.state.date = date('2024-01-04');
    approve(tomorrow, only(tomorrow));
    expect(tomorrow.of('approvalEnded')[0]?.ended.reason).toContain('today is 2024-01-04');
    const gone = asking();
    gone.state.books.length = 0;
    approve(gone, only(gone));
    expect(gone.of('approvalEnded')[0]?.ended.reason).toContain('not of this desk');
    for (const desk of [halted, tomorrow, gone]) expect(desk.orders).toEqual([]);
  });

  test('without a price it is void', () => {
    const desk = asking();
    desk.state.marks.fill(Number.NaN);
    approve(desk, only(desk));
    expect(outcomes(desk)).toEqual(['voided']);
  });

  test('less cash makes a smaller order of a plan, on record', () => {
    const desk = asking();
    const { ledger } = desk.state.books[0] as never as {
      ledger: { cash: number; capital: number };
    };
    ledger.cash -= dollars(60_000);
    ledger.capital -= dollars(60_000);
    approve(desk, only(desk));
    expect(desk.orders).toEqual(['buy 400 A']);
    const [use] = desk.of('approvalUsed');
    expect([use?.quantity, use?.approved]).toEqual([400, 500]);
  });

  test('less held makes a smaller sale, none at all voids', () => {
    for (const left of [200, 0]) {
      const desk = deskSaying([want({ A: 0.5 }), want({ A: 0 })], {
        approvals: policy({ rules: { opening: 'free', reducing: 'required' } }),
      });
      desk.decideOn(DAY);
      desk.fillAll();
      desk.decideOn('2024-01-04');
      const { ledger } = desk.state.books[0] as BookState;
      const sale = { symbol: 'A', multiplier: 1, quantity: left - 500, price: priced(100) };
      postFill(ledger, { ...sale, fee: dollars(0) });
      approve(desk, only(desk));
      expect(desk.orders.slice(1)).toEqual(left === 0 ? [] : ['sell 200 A']);
      expect(outcomes(desk)).toEqual([left === 0 ? 'voided' : 'approved']);
    }
  });

  test('a protective order outside of any plan is asked for by itself', () => {
    const desk = deskSaying([want({ A: 0.5 })], {
      approvals: policy({ rules: { opening: 'free', reducing: 'free', protective: 'required' } }),
    });
    desk.decideOn(DAY);
    desk.fillAll();
    const draft = { symbol: 'A', side: 'sell', quantity: 500, price: priced(100) } as const;
    const stop = { type: 'stop', stopPrice: priced(90) } as const;
    const book = desk.state.books[0] as BookState;
    send(desk.setup, desk.state, book, { ...draft, purpose: 'protect', pricing: stop });
    expect(desk.state.approvals.open[0]).toMatchObject({ orderClass: 'protective', plan: null });
    reject(desk, only(desk));
    expect(desk.intents).toHaveLength(1);
  });

  test('a wished order is sent as it was approved or not at all', () => {
    const desk = deskSaying([wish({ symbol: 'A', side: 'buy', quantity: 500 })], {
      approvals: policy(),
    });
    desk.decideOn(DAY);
    const { ledger } = desk.state.books[0] as never as {
      ledger: { cash: number; capital: number };
    };
    ledger.cash -= dollars(60_000);
    ledger.capital -= dollars(60_000);
    approve(desk, only(desk));
    expect(desk.orders).toEqual([]);
    expect(outcomes(desk)).toEqual(['voided']);
  });

  test('the order that is approved is not counted twice among those of the day', () => {
    const limits = { ...WIDE, ordersPerDayMax: 1 };
    const book = bookOf('one', saying(want({ A: 0.5 })), { limits });
    const desk = new Desk(setupOf([book], { approvals: policy(), limits }));
    desk.decideOn(DAY);
    approve(desk, only(desk));
    expect(desk.orders).toEqual(['buy 500 A']);
  });
});

describe('restarts', () => {
  test('an open request stays open, and is answered as before', () => {
    const desk = asking();
    const id = only(desk);
    restarted(desk);
    expect(open(desk)).toEqual([id]);
    approve(desk, id);
    restarted(desk);
    approve(desk, id);
    expect(desk.orders).toEqual(['buy 500 A']);
    expect(outcomes(desk)).toEqual(['approved', 'approved again']);
  });
});
