import { describe, expect, test } from 'vitest';
import { AT, intentOf, kindsOf, orderBody, venueId } from './alpaca.fixture.ts';
import { BoundOrders } from './bound.ts';
import { eventJson } from './schema.ts';
import { eventReports } from './trade-event.ts';

const OF_A_DESK = (id: string) => id.startsWith('pl-');
const PARTLY = { filled_qty: '40', filled_avg_price: '470.2' };

function told(event: string, order: Record<string, unknown> = {}, more: object = {}) {
  const json = eventJson.parse({
    event,
    order: orderBody(intentOf(), order),
    timestamp: '2024-01-05T15:00:00Z',
    ...more,
  });
  return eventReports(json, new BoundOrders(OF_A_DESK));
}

describe('an event', () => {
  test.each([
    ['new', { status: 'new' }, 'accepted'],
    ['accepted', { status: 'accepted' }, 'accepted'],
    ['pending_new', { status: 'pending_new' }, 'accepted'],
    ['fill', { status: 'filled', ...PARTLY, filled_qty: '100' }, 'accepted cumulative'],
    ['partial_fill', { status: 'partially_filled', ...PARTLY }, 'accepted cumulative'],
    ['canceled', { status: 'canceled', ...PARTLY }, 'accepted cumulative canceled'],
    ['expired', { status: 'expired' }, 'accepted expired'],
    ['done_for_day', { status: 'done_for_day' }, 'accepted'],
    ['replaced', { status: 'replaced' }, 'accepted suspended canceled'],
    ['rejected', { status: 'rejected' }, 'rejected'],
    ['pending_cancel', { status: 'pending_cancel' }, 'accepted'],
    ['pending_replace', { status: 'pending_replace' }, 'accepted'],
    ['stopped', { status: 'stopped' }, 'accepted'],
    ['calculated', { status: 'calculated' }, 'accepted'],
    ['suspended', { status: 'suspended' }, 'accepted suspended'],
    ['order_replace_rejected', { status: 'new' }, 'accepted'],
    ['order_cancel_rejected', { status: 'new' }, 'accepted cancelRefused'],
    ['restated', { status: 'new' }, 'accepted suspended'],
    ['a_word_of_2030', { status: 'new' }, 'accepted suspended'],
  ])('"%s" over %j tells %s (F007)', (event, order, kinds) => {
    expect(kindsOf(told(event, order))).toBe(kinds);
  });

  test('of an order of others tells nothing', () => {
    expect(told('fill', { client_order_id: 'by-hand' })).toStrictEqual([]);
    expect(told('fill', { client_order_id: null })).toStrictEqual([]);
  });

  test('without a readable stamp is of the first instant: its hearer dates it', () => {
    expect(told('new', {}, { timestamp: 'soon' })[0]?.at).toBe(0);
    expect(told('new')[0]?.at).toBe(AT);
  });
});

describe('a revision', () => {
  const [first, second] = [venueId(9_001), venueId(9_002)];

  test('takes the execution back that it names (F019)', () => {
    const bust = { execution_id: second, previous_execution_id: first, qty: '-40' };
    expect(told('trade_bust', {}, bust)).toMatchObject([{ kind: 'bust', executionId: first }]);
    expect(told('trade_bust', {}, { execution_id: first })).toMatchObject([{ executionId: first }]);
    // Its terms come after it, for an order of which only the total was known.
    const terms = { ...bust, price: '470.11' };
    expect(told('trade_bust', {}, terms)).toMatchObject([
      { kind: 'bust', executionId: first },
      { kind: 'fill', fill: { executionId: first, quantity: 40, price: 470_110_000 } },
    ]);
  });

  test('puts the new execution in the place of the old one (F019)', () => {
    const terms = { execution_id: second, previous_execution_id: first, qty: '30', price: '470.1' };
    expect(told('trade_correct', {}, terms)).toMatchObject([
      {
        kind: 'correction',
        executionId: first,
        fill: { executionId: second, quantity: 30, price: 470_100_000, fee: 0 },
      },
    ]);
  });

  test.each([
    ['trade_bust', {}],
    ['trade_correct', {}],
    ['trade_correct', { execution_id: second, previous_execution_id: first, qty: '30' }],
    ['trade_correct', { execution_id: second, qty: '1.5', price: '470' }],
  ])('"%s" of %j that cannot be read must be looked at', (event, more) => {
    expect(kindsOf(told(event, {}, more))).toBe('suspended');
  });
});
