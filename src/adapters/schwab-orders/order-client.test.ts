import { describe, expect, test } from 'vitest';
import type { Instant } from '../../base/index.ts';
import { AT } from './intent.fixture.ts';
import { OrderClient } from './order-client.ts';
import type { SchwabAsk, SchwabReply } from './port.ts';

const PAGE = 3_000;

/** The orders endpoint over orders entered at these instants: a page at most, newest first. */
function clientOver(entered: readonly number[]) {
  const windows: (readonly [number, number])[] = [];
  const send = ({ query }: SchwabAsk): Promise<SchwabReply> => {
    const from = Date.parse(String(query?.['fromEnteredTime']));
    const to = Date.parse(String(query?.['toEnteredTime']));
    windows.push([from, to]);
    const rows = entered
      .map((at, i) => ({ orderId: i + 1, accountNumber: 1, status: 'FILLED', at }))
      .filter(({ at }) => at >= from && at <= to);
    const json = rows.toReversed().slice(0, PAGE);
    return Promise.resolve({ status: 200, headers: {}, json, problem: null });
  };
  const client = new OrderClient({
    http: { send, clock: null },
    number: '1',
    hash: 'A'.repeat(64),
    odd: () => {},
  });
  return { client, windows };
}

describe('a list of orders', () => {
  const HOUR = 3_600_000;

  test('that fills a page is read in halves until each is whole', async () => {
    const entered = Array.from({ length: 2 * PAGE + 7 }, (_, i) => AT + i * 500);
    const { client, windows } = clientOver(entered);
    const to = (AT + 2 * HOUR) as Instant;
    expect(await client.list(AT, to)).toHaveLength(entered.length);
    expect(windows.length).toBeGreaterThan(3);
  });

  test('that cannot be read in whole is none: a page full within a minute throws', async () => {
    const { client } = clientOver(Array.from({ length: PAGE }, () => AT + 1));
    await expect(client.list(AT, (AT + HOUR) as Instant)).rejects.toThrow('not read in whole');
  });
});
