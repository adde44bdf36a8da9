import { microsOf } from '../../../src/adapters/number.ts';
import type { Money } from '../../../src/base/index.ts';
import { formatOcc, parseOcc } from '../../../src/market/index.ts';
import type { Side } from '../../../src/orders/index.ts';
import type { Venue, VenueFill, VenueOrder, VenueStatus } from './kit.ts';

type Row = Readonly<Record<string, unknown>>;

const STATUSES: Readonly<Record<string, VenueStatus>> = {
  filled: 'filled',
  canceled: 'canceled',
  rejected: 'rejected',
  replaced: 'canceled',
  expired: 'expired',
};

/** The paper broker asked past the adapter and past the wire, by a client of a few lines. */
export class AlpacaVenue implements Venue {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string, { keyId, secret }: { keyId: string; secret: string }) {
    this.#url = url;
    this.#headers = { 'APCA-API-KEY-ID': keyId, 'APCA-API-SECRET-KEY': secret };
  }

  async #get(path: string): Promise<unknown> {
    const reply = await fetch(`${this.#url}${path}`, { headers: this.#headers });
    const text = await reply.text();
    if (reply.status !== 200) throw new Error(`the venue says ${reply.status} to ${path}: ${text}`);
    return JSON.parse(text) as unknown;
  }

  async place(order: {
    symbol: string;
    side: Side;
    quantity: number;
    limit: number;
  }): Promise<string> {
    const body = {
      symbol: order.symbol,
      side: order.side,
      qty: String(order.quantity),
      type: 'limit',
      limit_price: String(order.limit),
      time_in_force: 'day',
    };
    const reply = await fetch(`${this.#url}/v2/orders`, {
      method: 'POST',
      headers: { ...this.#headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const placed = (await reply.json()) as Row;
    if (reply.status !== 200) throw new Error(`the venue took no order: ${JSON.stringify(placed)}`);
    return String(placed['id']);
  }

  async end(id: string): Promise<void> {
    const init = { method: 'DELETE', headers: this.#headers };
    const reply = await fetch(`${this.#url}/v2/orders/${id}`, init);
    if (reply.status !== 204) throw new Error(`the venue ended nothing: ${reply.status}`);
  }

  async replace(id: string, limit: number): Promise<string> {
    const reply = await fetch(`${this.#url}/v2/orders/${id}`, {
      method: 'PATCH',
      headers: { ...this.#headers, 'content-type': 'application/json' },
      body: JSON.stringify({ limit_price: String(limit) }),
    });
    const placed = (await reply.json()) as Row;
    if (reply.status !== 200) throw new Error(`nothing was replaced: ${JSON.stringify(placed)}`);
    return String(placed['id']);
  }

  async orders(): Promise<readonly VenueOrder[]> {
    const rows = (await this.#get('/v2/orders?status=all&limit=500&nested=true')) as Row[];
    return rows.map((row) => {
      const isMulti = row['order_class'] === 'mleg';
      return {
        id: String(row['id']),
        clientOrderId: String(row['client_order_id']),
        symbol: isMulti ? '' : houseOf(String(row['symbol'])),
        side: isMulti ? null : (row['side'] as Side),
        quantity: Number(row['qty']),
        filled: Number(row['filled_qty']),
        status: STATUSES[String(row['status'])] ?? 'open',
      };
    });
  }

  /** Executions as the list of activities has them, those of legs under their parent's order. */
  async fills(): Promise<readonly VenueFill[]> {
    const path = '/v2/orders?status=all&limit=500&nested=true';
    const orders = (await this.#get(path)) as Row[];
    const parents = new Map<string, string>();
    for (const order of orders) {
      for (const leg of (order['legs'] ?? []) as Row[]) {
        parents.set(String(leg['id']), String(order['id']));
      }
    }
    const rows: Row[] = [];
    for (let token = '', more = true; more;) {
      const page = `/v2/account/activities/FILL?page_size=100&direction=asc${token}`;
      const found = (await this.#get(page)) as Row[];
      rows.push(...found);
      token = `&page_token=${encodeURIComponent(String(rows.at(-1)?.['id']))}`;
      more = found.length === 100;
    }
    return rows.map((row) => {
      const orderId = String(row['order_id']);
      return {
        orderId: parents.get(orderId) ?? orderId,
        symbol: houseOf(String(row['symbol'])),
        side: String(row['side']).startsWith('sell') ? 'sell' : 'buy',
        quantity: Number(row['qty']),
        price: microsOf(row['price']) as number,
      };
    });
  }

  async cash(): Promise<Money> {
    return microsOf(((await this.#get('/v2/account')) as Row)['cash']) as Money;
  }

  async positions(): Promise<Readonly<Record<string, number>>> {
    const rows = (await this.#get('/v2/positions')) as Row[];
    return Object.fromEntries(
      rows.map((row) => [houseOf(String(row['symbol'])), Number(row['qty'])]),
    );
  }
}

/** Alpaca writes options without blanks. */
const houseOf = (symbol: string): string =>
  /\d{6}[CP]\d{8}$/.test(symbol) ? formatOcc(parseOcc(symbol)) : symbol;
