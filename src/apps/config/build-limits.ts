import { type DateText, type Money, parseMoney } from '../../base/index.ts';
import type { Limits, RuleSetup, SymbolLimits } from '../../risk/index.ts';
import type { RawBook, RawDesk, RawLimits } from './schema.ts';

const amount = (dollars: number | string): Money => parseMoney(String(dollars));
const amountOf = (dollars: number | string | undefined): Money | undefined =>
  dollars === undefined ? undefined : amount(dollars);

/** Fields that may be left out, without those that are. */
type Loose<T> = { [Key in keyof T]?: T[Key] | undefined };

/** The fields of `fields` that are set. */
const setOnly = <T>(fields: Loose<T>): Partial<T> =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Partial<T>;

type RawSymbol = NonNullable<RawLimits['symbols']>[string];
type RawBookLimits = NonNullable<RawBook['limits']>;

const symbolOf = (raw: RawSymbol): SymbolLimits =>
  setOnly<SymbolLimits>({
    positionPctMax: raw.position_pct_max,
    positionMax: amountOf(raw.position_dollars_max),
    orderNotionalMax: amountOf(raw.order_notional_max),
    orderPctMax: raw.order_pct_max,
    orderQuantityMax: raw.order_quantity_max,
    collarPct: raw.limit_collar_pct,
    shortSelling: raw.short_selling,
    ordersPerSecondMax: raw.orders_per_second_max,
    ordersPerMinuteMax: raw.orders_per_minute_max,
    dayNotionalMax: amountOf(raw.day_notional_dollars_max),
  });

const symbolsOf = (
  raw: Readonly<Record<string, RawSymbol>> | undefined,
): Record<string, SymbolLimits> | undefined =>
  raw && Object.fromEntries(Object.entries(raw).map(([symbol, one]) => [symbol, symbolOf(one)]));

/** What desk and book may both set, and may both leave out. */
const optionalOf = (raw: RawLimits | RawBookLimits): Partial<Limits> =>
  setOnly<Limits>({
    positionMax: amountOf(raw.position_dollars_max),
    orderPctMax: raw.order_pct_max,
    orderQuantityMax: raw.order_quantity_max,
    collarPct: raw.limit_collar_pct,
    cashReserveMin: amountOf(raw.cash_reserve_dollars_min),
    grossExposureMax: amountOf(raw.gross_exposure_dollars_max),
    netExposurePctMax: raw.net_exposure_pct_max,
    netExposureMax: amountOf(raw.net_exposure_dollars_max),
    positionsMax: raw.positions_max,
    newPositionsPerDayMax: raw.new_positions_per_day_max,
    dailyLossMax: amountOf(raw.daily_loss_dollars_max),
    drawdownMax: amountOf(raw.drawdown_dollars_max),
    lossStreakMax: raw.loss_streak_max,
    stopRequired: raw.stop_required,
    defaultStopPct: raw.default_stop_pct,
    symbols: symbolsOf(raw.symbols as Readonly<Record<string, RawSymbol>> | undefined),
  });

/** Limits of the desk. */
export function limitsOf(raw: RawLimits): Limits {
  return {
    positionPctMax: raw.position_pct_max,
    cashReservePctMin: raw.cash_reserve_pct_min,
    leverageMax: raw.leverage_max,
    buyingPowerPctMax: raw.buying_power_pct_max,
    orderNotionalMax: amount(raw.order_notional_max),
    ordersPerDayMax: raw.orders_per_day_max,
    dailyLossPctMax: raw.daily_loss_pct_max,
    drawdownPctMax: raw.drawdown_pct_max,
    shortSelling: raw.short_selling,
    ...optionalOf(raw),
    ordersPerSecondMax: raw.orders_per_second_max,
    ordersPerMinuteMax: raw.orders_per_minute_max,
    identicalOrdersPerMinuteMax: raw.identical_orders_per_minute_max,
    rejectsInARowMax: raw.rejects_in_a_row_max,
    ...setOnly<Limits>({
      dayNotionalMax: amountOf(raw.day_notional_dollars_max),
      breakers: raw.breakers && setOnly<NonNullable<Limits['breakers']>>(raw.breakers),
    }),
  };
}

/** The desk's limits with those a book sets in their place; rates and breakers are the desk's. */
export function bookLimitsOf(desk: Limits, own: RawBookLimits): Limits {
  const {
    ordersPerSecondMax: _second,
    ordersPerMinuteMax: _minute,
    identicalOrdersPerMinuteMax: _identical,
    rejectsInARowMax: _rejects,
    dayNotionalMax: _notional,
    breakers: _breakers,
    ...shared
  } = desk;
  const set = optionalOf(own);
  const symbols = { ...shared.symbols, ...set.symbols };
  return {
    ...shared,
    ...setOnly<Limits>({
      positionPctMax: own.position_pct_max,
      cashReservePctMin: own.cash_reserve_pct_min,
      leverageMax: own.leverage_max,
      buyingPowerPctMax: own.buying_power_pct_max,
      orderNotionalMax: amountOf(own.order_notional_max),
      ordersPerDayMax: own.orders_per_day_max,
      dailyLossPctMax: own.daily_loss_pct_max,
      drawdownPctMax: own.drawdown_pct_max,
      shortSelling: own.short_selling,
    }),
    ...set,
    ...(Object.keys(symbols).length > 0 && { symbols }),
  };
}

/** The rules the account is under; null where the desk names none. */
export function rulesOf(raw: RawDesk['rules']): RuleSetup | null {
  if (raw === undefined) return null;
  return {
    broker: raw.broker,
    account: raw.account,
    intradayMarginFrom: (raw.intraday_margin_from ?? null) as DateText | null,
    washSale: raw.wash_sale,
  };
}
