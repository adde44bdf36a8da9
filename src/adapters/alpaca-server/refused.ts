import type { Money, Price } from '../../base/index.ts';
import { dollarText } from '../number.ts';

/** A request that the broker documents as not taken: nothing happened. Its body is Alpaca's. */
export class Refused extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, code: number, message: string, more: object = {}) {
    super(message);
    this.status = status;
    this.body = { ...more, code, message };
  }
}

const FORBIDDEN = 40310000; // it also means shares, cover, wash trades: the message tells which
const UNPROCESSABLE = 42210000;
const MALFORMED = 40010001;
const MISSING = 40410000;

export const unprocessable = (message: string): Refused => new Refused(422, UNPROCESSABLE, message);
export const malformed = (message: string): Refused => new Refused(422, MALFORMED, message);
export const notFound = (message: string): Refused => new Refused(404, MISSING, message);
export const forbidden = (message: string, more: object = {}): Refused =>
  new Refused(403, FORBIDDEN, message, more);

export const subPenny = (field: string, price: Price): Refused =>
  unprocessable(
    `invalid ${field} ${dollarText(price)}. ` +
      'sub-penny increment does not fulfill minimum pricing criteria',
  );

export const lacksBuyingPower = (buyingPower: Money, costBasis: Money): Refused =>
  forbidden('insufficient buying power', {
    buying_power: dollarText(buyingPower),
    cost_basis: dollarText(costBasis),
  });

export interface Shortage {
  readonly symbol: string;
  readonly requested: number;
  readonly available: number;
  readonly existing: number;
  readonly held: number;
  readonly orders: readonly string[];
}

export const lacksQuantity = (found: Shortage): Refused =>
  forbidden(
    'insufficient qty available for order ' +
      `(requested: ${found.requested}, available: ${found.available})`,
    {
      available: String(found.available),
      existing_qty: String(found.existing),
      held_for_orders: String(found.held),
      related_orders: found.orders,
      symbol: found.symbol,
    },
  );

export const lacksCover = (
  symbol: string,
  underlyingAssetId: string,
  counts: { readonly required: number; readonly available: number },
): Refused =>
  forbidden(
    'insufficient underlying qty available for covered call ' +
      `(required: ${counts.required}, available: ${counts.available})`,
    {
      available_qty: String(counts.available),
      required_qty: String(counts.required),
      symbol,
      underlying_asset_id: underlyingAssetId,
    },
  );

export const lacksPutCash = (required: Money, available: Money): Refused =>
  forbidden(
    'insufficient options buying power for cash-secured put ' +
      `(required: ${dollarText(required)}, available: ${dollarText(available)})`,
    { available: dollarText(available), required: dollarText(required) },
  );

export const washTrade = (existing: string): Refused =>
  forbidden('potential wash trade detected. use complex orders', {
    existing_order_id: existing,
    reject_reason: 'opposite side order exists',
  });
