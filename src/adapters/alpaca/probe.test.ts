import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DateText } from '../../base/index.ts';
import {
  ACCOUNT,
  accountBody,
  CALLS,
  errorBody,
  NOT_FOUND,
  startBroker,
  type Stub,
} from './alpaca.fixture.ts';
import type { AlpacaBroker } from './broker.ts';

let stub: Stub;
let broker: AlpacaBroker;

beforeEach(async () => {
  ({ stub, broker } = await startBroker());
});

afterEach(async () => {
  await broker.close();
  await stub.close();
});

describe('the probe', () => {
  test('tells who the account is', async () => {
    expect(await broker.identity()).toStrictEqual({
      number: ACCOUNT,
      class: 'paper',
      type: 'margin',
      status: 'ACTIVE',
      blocked: [],
      equity: 120_000_000_000,
      cash: 100_000_010_000,
      buyingPower: 200_000_000_000,
      optionsLevel: 3,
      shorting: true,
      dayTrading: null,
    });
  });

  test('tells every block, and one that is not told is one', async () => {
    const flags = { account_blocked: true, trading_blocked: undefined, status: 'ACCOUNT_CLOSED' };
    stub.on(CALLS.account, { body: accountBody(flags) });
    expect((await broker.identity()).blocked).toStrictEqual([
      'status ACCOUNT_CLOSED',
      'account_blocked',
      'trading_blocked is not told',
    ]);
  });

  test('tells the clock, and throws where there is none', async () => {
    stub.on('GET /v2/clock', { body: {} });
    expect(Math.abs((await broker.clock()).offsetMs)).toBeLessThan(2_000);
    expect(broker.clockSeen).not.toBeNull();
    stub.on('GET /v2/clock', { status: 500 });
    await expect(broker.clock()).rejects.toThrow(Error);
  });

  test('tells sessions in instants, within the dates', async () => {
    stub.on('GET /v2/calendar', {
      body: [
        { date: '2024-07-02', open: '09:30', close: '16:00' },
        { date: '2024-07-03', open: '09:30', close: '13:00', session_open: '0400' },
      ],
    });
    const day = '2024-07-03' as DateText;
    expect(await broker.sessions(day, day)).toStrictEqual([
      { date: day, open: Date.parse('2024-07-03T13:30Z'), close: Date.parse('2024-07-03T17:00Z') },
    ]);
    stub.on('GET /v2/calendar', { body: [{ date: '2024-07-03', open: '9.30', close: 'noon' }] });
    await expect(broker.sessions(day, day)).rejects.toThrow('cannot be read');
  });

  test('tells the best tape that the keys may read', async () => {
    const path = 'GET /v2/stocks/quotes/latest';
    stub.on(path, { body: {} });
    expect(await broker.entitlement()).toBe('sip');
    const refused = { status: 403, body: errorBody(40310000, 'subscription does not permit') };
    stub.on(path, ({ query }) => (query.get('feed') === 'sip' ? refused : { body: {} }));
    expect(await broker.entitlement()).toBe('iex');
    stub.on(path, refused);
    await expect(broker.entitlement()).rejects.toThrow('subscription does not permit');
  });

  test('tells what may be done with a symbol', async () => {
    const flags = { tradable: true, shortable: true, easy_to_borrow: false };
    const body = { id: 'a-1', symbol: 'BRK.B', status: 'active', ...flags };
    stub.on('GET /v2/assets/BRK.B', { body });
    expect(await broker.asset('BRK.B')).toStrictEqual({
      symbol: 'BRK.B',
      venueId: 'a-1',
      active: true,
      tradable: true,
      marginable: false,
      shortable: true,
      easyToBorrow: false,
      fractionable: false,
    });
    stub.on('GET /v2/assets/NONE', NOT_FOUND);
    expect(await broker.asset('NONE')).toBeNull();
  });
});
