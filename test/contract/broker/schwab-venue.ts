import { money, type Money, priceFromDollars } from '../../../src/base/index.ts';
import type { SchwabServer } from '../../schwab/server.ts';
import type { Venue, VenueFill, VenueOrder, VenueStatus } from './kit.ts';

type State = SchwabServer['world']['orders'][number];

const STATUSES: Readonly<Record<string, VenueStatus>> = {
  FILLED: 'filled',
  CANCELED: 'canceled',
  REJECTED: 'rejected',
  REPLACED: 'canceled',
  EXPIRED: 'expired',
};

/** The books of the server in Schwab's place, read where they lie. */
export class SchwabVenue implements Venue {
  readonly #server: SchwabServer;
  readonly #account: string;

  constructor(server: SchwabServer, account: string) {
    this.#server = server;
    this.#account = account;
  }

  #states(): State[] {
    return this.#server.world.orders.filter(({ account }) => account === this.#account);
  }

  async orders(): Promise<readonly VenueOrder[]> {
    return this.#states().map(({ id, legs, quantity, filled, status }) => {
      const [leg] = legs;
      const isMulti = legs.length > 1;
      return {
        id: String(id),
        clientOrderId: null,
        symbol: isMulti ? '' : houseOf(leg?.symbol ?? ''),
        side: isMulti ? null : sideOf(leg?.instruction ?? ''),
        quantity,
        filled,
        status: STATUSES[status] ?? 'open',
      };
    });
  }

  async fills(): Promise<readonly VenueFill[]> {
    return this.#states().flatMap(({ id, legs, executions }) =>
      executions
        .filter(({ type }) => type === 'FILL')
        .flatMap((execution) =>
          execution.legs.map(({ legId, quantity, price }) => {
            const leg = legs.find((one) => one.legId === legId);
            return {
              orderId: String(id),
              symbol: houseOf(leg?.symbol ?? ''),
              side: sideOf(leg?.instruction ?? ''),
              quantity,
              price: priceFromDollars(price),
            };
          }),
        ),
    );
  }

  async cash(): Promise<Money> {
    return money(Math.round(this.#books().cash));
  }

  async positions(): Promise<Readonly<Record<string, number>>> {
    const held = [...this.#books().positions];
    return Object.fromEntries(held.map(([symbol, { quantity }]) => [houseOf(symbol), quantity]));
  }

  #books() {
    const books = this.#server.books.get(this.#account);
    if (books === undefined) throw new Error('the server has no such account');
    return books;
  }
}

const sideOf = (instruction: string) => (instruction.startsWith('BUY') ? 'buy' : 'sell');

/** Schwab writes a share class with a slash, and knows no other way to. */
export const houseOf = (symbol: string): string =>
  symbol.includes('.') ? `no symbol: ${symbol}` : symbol.replace('/', '.');
export const schwabOf = (symbol: string): string => symbol.replace('.', '/');
