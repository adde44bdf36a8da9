import { type Instant, type Money, money, type Price, ratio } from '../../base/index.ts';
import { Books } from './books.ts';
import { activityId, uuidOf } from './ids.ts';
import { type Margin, marginOf } from './margin.ts';
import type { VenueMarket } from './market/source.ts';
import type { Exposure } from './option-risk.ts';
import type { AccountTerms, AssetTerms } from './options.ts';
import type { DeskActivity, DeskOrder } from './records.ts';
import { isOpen, leftOf } from './records.ts';

const LEVEL_MAX = 3;

/** What an activity is before it has an id. */
export type NewActivity = Partial<Omit<DeskActivity, 'id' | 'uuid' | 'number'>> & {
  readonly type: string;
  readonly at: Instant;
};

export interface AccountParts {
  readonly account: AccountTerms;
  readonly market: VenueMarket;
  readonly seed: number;
  readonly assets: Readonly<Record<string, AssetTerms>>;
}

/** The account: its books, what its holdings are worth and bind, and what happened to it. */
export class Account {
  readonly terms: AccountTerms;
  readonly books: Books;
  readonly market: VenueMarket;
  readonly assets: Readonly<Record<string, AssetTerms>>;
  readonly activities: DeskActivity[] = [];
  readonly #seed: number;
  readonly #prices: Map<string, Price> = new Map();

  constructor({ account, market, seed, assets }: AccountParts) {
    this.terms = account;
    this.market = market;
    this.assets = assets;
    this.#seed = seed;
    this.books = new Books(account.cash, {
      no_shorting: account.shorting === false,
      suspend_trade: false,
      max_margin_multiplier: String(account.multiplier ?? 2),
      max_options_trading_level: account.optionsLevel ?? LEVEL_MAX,
      trade_confirm_email: 'none',
    });
  }

  get id(): string {
    return uuidOf('account', this.terms.number);
  }

  get multiplier(): number {
    const wanted = Number(this.books.configuration.max_margin_multiplier);
    return Math.min(this.terms.multiplier ?? 2, wanted);
  }

  get optionsLevel(): number {
    const approved = this.terms.optionsLevel ?? LEVEL_MAX;
    return Math.min(approved, this.books.configuration.max_options_trading_level);
  }

  get canShort(): boolean {
    return this.multiplier > 1 && !this.books.configuration.no_shorting;
  }

  /** The last price of a symbol, now or when there was one; undefined where there never was. */
  priceOf(symbol: string, at: Instant): Price | undefined {
    const last = this.market.quote(symbol, at)?.last;
    if (last !== undefined) this.#prices.set(symbol, last);
    const known = last ?? this.#prices.get(symbol);
    const holding = this.books.holdings.get(symbol);
    if (known !== undefined || holding === undefined) return known;
    const units = Math.abs(holding.quantity) * (symbol.length > 12 ? 100 : 1);
    return Math.max(1, ratio(holding.cost, 1, units, 'half-even')) as Price;
  }

  exposures(at: Instant): Exposure[] {
    return [...this.books.holdings.values()].map(({ symbol, quantity }) => ({
      symbol,
      quantity,
      price: this.priceOf(symbol, at) as Price,
    }));
  }

  margin(at: Instant, cash: Money = this.books.cash, holdings = this.exposures(at)): Margin {
    return marginOf(cash, holdings, this.multiplier, (symbol) => this.priceOf(symbol, at));
  }

  /** Equity that neither holdings nor open orders bind; below zero is a call. */
  free(at: Instant, orders: Iterable<DeskOrder>): Money {
    let held = 0;
    for (const order of orders) {
      if (!isOpen(order) || order.reserved <= 0) continue;
      held += ratio(order.reserved, leftOf(order), order.terms.quantity, 'up');
    }
    return money(this.margin(at).excess - held);
  }

  record(activity: NewActivity): DeskActivity {
    const number = this.activities.length + 1;
    const uuid = uuidOf(this.#seed, this.terms.number, 'activity', number);
    const whole: DeskActivity = {
      subType: null,
      symbol: null,
      quantity: null,
      price: null,
      amount: null,
      perShare: null,
      description: null,
      status: 'executed',
      fill: null,
      ...activity,
      id: activityId(activity.at, uuid),
      uuid,
      number,
    };
    this.activities.push(whole);
    return whole;
  }
}
