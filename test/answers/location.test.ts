import { expect, test } from 'vitest';
import { MINUTE_MS } from '../../src/base/index.ts';
import { Book, connect, intentOf, StandingClock } from '../schwab/connect.ts';
import { DEFAULT_ACCOUNT, startSchwabServer } from '../schwab/server.ts';

test('an order that Schwab named wrongly is found by its terms a minute later (F004)', async () => {
  const clock = new StandingClock();
  const server = await startSchwabServer({ now: clock.now, autoFill: false });
  const connection = connect(server, clock);
  try {
    const value = `${server.url}/trader/v1/accounts/${DEFAULT_ACCOUNT.hash}/orders/1999999999999`;
    server.faults.add({ method: 'POST', path: /\/orders$/, fault: { kind: 'location', value } });
    const book = new Book(connection, clock);
    const order = await book.send(intentOf());
    expect(order.status).toBe('unknown');
    await expect(book.find(order)).rejects.toThrow('cannot be read yet');
    clock.pass(MINUTE_MS);
    await book.find(order);
    expect(order.venueOrderId).toBe(String(server.world.orders[0]?.id));
    expect(order.status).toBe('working');
    expect(server.posts()).toBe(1);
  } finally {
    await connection.close();
    await server.close();
  }
});
