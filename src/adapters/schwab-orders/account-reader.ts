import { DAY_MS, formatInstant, type Instant, MINUTE_MS } from '../../base/index.ts';
import type { AccountSeen, ActivitySeen, OrderSeen } from '../../engine/index.ts';
import type { ListedOrder } from '../../orders/index.ts';
import type { Identity } from '../counterpart.ts';
import { moneyOf } from '../number.ts';
import { accountOf, blocksOf, cashOf, positionsOf, type SchwabAccount } from './account.ts';
import { activitiesOf, type ActivityTerms, TRANSACTION_TYPES, transactionOf } from './activity.ts';
import { type OrderClient, type OrderClientParts, reasonOf } from './order-client.ts';
import { CLOCK_SLACK_MS, WATERMARK_MS } from './order-find.ts';
import { listedOf } from './order-listed.ts';
import { isSameAccount, type SchwabOrder } from './order-schema.ts';
import { isOpen } from './order-status.ts';

export interface AccountReaderParts extends OrderClientParts, ActivityTerms {
  readonly client: OrderClient;
}

const GTC_LIFE_MS = 180 * DAY_MS; // how long Schwab lets an order rest
const POSTED_LATE_MS = 30 * DAY_MS;
const ROWS_MAX = 3_000; // what one reply holds at most, as documented

/** The account beside its orders' outcomes: cash, positions, what rests there, what happened. */
export class AccountReader {
  readonly #parts: AccountReaderParts;
  readonly #base: string;
  /** Orders open at the last reading; null before the first one. */
  #open: readonly string[] | null = null;

  constructor(parts: AccountReaderParts) {
    this.#parts = parts;
    this.#base = `/trader/v1/accounts/${encodeURIComponent(parts.hash)}`;
  }

  async account(at: Instant): Promise<AccountSeen> {
    const account = await this.#account();
    const orders = await this.#openOrders(at);
    const positions = positionsOf(account, this.#parts.odd);
    return { cash: cashOf(account), positions, orders: orders.map(seenOf) };
  }

  async #account(): Promise<SchwabAccount> {
    const query = { fields: 'positions' };
    const ask = { method: 'GET', path: this.#base, query, lane: 'data' } as const;
    const reply = await this.#parts.http.send(ask);
    if (reply.status !== 200) throw new Error(`The account was not read: ${reasonOf(reply)}`);
    return accountOf(reply.json, this.#parts.number);
  }

  /**
   * All that may still fill: the first reading goes back as far as an order can rest, each later
   * one takes the last days and asks for what was open before them by name.
   */
  async #openOrders(at: Instant): Promise<SchwabOrder[]> {
    const { client } = this.#parts;
    const back = this.#open === null ? GTC_LIFE_MS : WATERMARK_MS;
    const to = (at + CLOCK_SLACK_MS) as Instant;
    const listed = await client.list((at - back) as Instant, to);
    const ids = new Set(listed.map(({ orderId }) => orderId));
    const older: SchwabOrder[] = [];
    for (const id of this.#open ?? []) {
      const order = ids.has(id) ? null : await client.get(id);
      if (order !== null) older.push(order);
    }
    const open = [...listed, ...older].filter(({ status }) => isOpen(status));
    this.#open = open.map(({ orderId }) => orderId);
    return open.filter(({ orderLegCollection }) => orderLegCollection.length > 0);
  }

  async activities(at: Instant): Promise<readonly ActivitySeen[]> {
    const from = Math.max(this.#parts.since, at - POSTED_LATE_MS) as Instant;
    const to = (at + CLOCK_SLACK_MS) as Instant;
    if (from >= to) return [];
    const transactions = (await this.#rows(from, to)).map(transactionOf);
    const ours = transactions.filter(({ accountNumber, activityId }) => {
      const isOurs =
        accountNumber === undefined || isSameAccount(accountNumber, this.#parts.number);
      if (!isOurs) this.#parts.odd(`Transaction "${activityId}" of another account is ignored`);
      return isOurs;
    });
    const told = new Map(ours.flatMap((one) => activitiesOf(one, this.#parts)).map(byId));
    return [...told.values()];
  }

  async #rows(from: Instant, to: Instant): Promise<unknown[]> {
    const query = {
      types: TRANSACTION_TYPES.join(','),
      startDate: formatInstant(from),
      endDate: formatInstant(to),
    };
    const path = `${this.#base}/transactions`;
    const reply = await this.#parts.http.send({ method: 'GET', path, query, lane: 'data' });
    const { json, status } = reply;
    if (status !== 200 || !Array.isArray(json)) {
      throw new Error(`The transactions were not read: ${reasonOf(reply)}`);
    }
    if (json.length < ROWS_MAX) return json as unknown[];
    if (to - from < MINUTE_MS) throw new Error('The transactions were not read in whole');
    const middle = Math.floor((from + to) / 2) as Instant;
    return [...(await this.#rows(from, middle)), ...(await this.#rows(middle, to))];
  }

  /** Everything that Schwab has is real money: its interface knows no paper account (F058). */
  async identity(): Promise<Identity> {
    const account = await this.#account();
    const { type, currentBalances } = account;
    const blocked = blocksOf(account);
    const isMargin = type === 'MARGIN';
    const { liquidationValue, buyingPower, cashAvailableForTrading } = currentBalances;
    return {
      number: account.accountNumber,
      class: 'live',
      type: isMargin ? 'margin' : type === 'CASH' ? 'cash' : 'unknown',
      status: blocked.length === 0 ? 'ACTIVE' : 'RESTRICTED',
      blocked,
      equity: moneyOf(liquidationValue),
      cash: cashOf(account),
      buyingPower: moneyOf(isMargin ? buyingPower : cashAvailableForTrading),
      optionsLevel: null,
      shorting: type === 'CASH' ? false : null,
    };
  }
}

const byId = (one: ActivitySeen): [string, ActivitySeen] => [one.id, one];

function seenOf(order: SchwabOrder): OrderSeen {
  const listed: ListedOrder = listedOf(order);
  const { venueOrderId, filled, quantity } = listed;
  const first = listed.legs?.[0];
  const side = listed.side === 'other' ? (first?.side ?? 'buy') : listed.side;
  const symbol = first?.symbol ?? listed.symbol;
  return { venueOrderId, clientOrderId: null, symbol, side, quantity, filled };
}
