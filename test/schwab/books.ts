import type { Instant } from '../../src/base/index.ts';
import {
  CURRENCY,
  isOption,
  positionInstrument,
  stamp,
  transferInstrument,
  words,
} from './shapes.ts';

export interface AccountTerms {
  readonly number: string;
  readonly hash: string;
  readonly type?: 'MARGIN' | 'CASH';
  /** In dollars. */
  readonly cash: number;
  /** 0 none, 3 spreads. */
  readonly optionsLevel?: number;
}

const MICROS = 1_000_000;
const micros = (dollars: number): number => Math.round(dollars * MICROS);
const dollars = (amount: number): number => amount / MICROS;

/** Cash, positions and transactions of one account; amounts in whole micro-dollars. */
export class AccountBooks {
  readonly terms: AccountTerms;
  /** Replies carry its transactions: rows as they are told. */
  readonly transactions: Record<string, unknown>[] = [];
  readonly positions = new Map<string, { quantity: number; cost: number }>();
  cash: number;

  constructor(terms: AccountTerms) {
    this.terms = terms;
    this.cash = micros(terms.cash);
  }

  held(symbol: string): number {
    return this.positions.get(symbol)?.quantity ?? 0;
  }

  /** Books one execution of one leg, its fee with it, as a transaction of its own. */
  book(execution: {
    readonly activityId: number;
    readonly orderId: number;
    readonly symbol: string;
    readonly quantity: number;
    readonly price: number;
    readonly fee: number;
    readonly at: Instant;
  }): void {
    const { symbol, quantity, price, fee, at, orderId } = execution;
    const multiplier = isOption(symbol) ? 100 : 1;
    const paid = micros(price) * quantity * multiplier;
    this.cash -= paid + micros(fee);
    this.#move(symbol, quantity, micros(price));
    const feeItem = {
      instrument: CURRENCY,
      amount: fee,
      cost: -fee,
      feeType: isOption(symbol) ? 'OPT_REG_FEE' : 'TAF_FEE',
    };
    this.transactions.push({
      activityId: execution.activityId,
      time: stamp(at),
      type: 'TRADE',
      status: 'VALID',
      subAccount: 'CASH',
      tradeDate: stamp(at).slice(0, 10),
      positionId: 12_345_678,
      orderId: String(orderId),
      netAmount: dollars(-paid - micros(fee)),
      transferItems: [
        {
          instrument: transferInstrument(symbol),
          amount: quantity,
          cost: Math.abs(dollars(paid)),
          price,
          positionEffect: 'OPENING',
        },
        ...(fee === 0 ? [] : [feeItem]),
      ],
    });
  }

  #move(symbol: string, quantity: number, price: number): void {
    const before = this.positions.get(symbol) ?? { quantity: 0, cost: price };
    const after = before.quantity + quantity;
    if (after === 0) this.positions.delete(symbol);
    else this.positions.set(symbol, { quantity: after, cost: price });
  }

  /** Puts a holding there without a trade. */
  hold(symbol: string, quantity: number, price: number): void {
    this.#move(symbol, quantity, micros(price));
  }

  /** Something that happened to the account without a trade; `cash` in dollars. */
  happen(row: Record<string, unknown>, cash = 0): void {
    this.cash += micros(cash);
    this.transactions.push(row);
  }

  /** The account as `/accounts/{hash}` tells it. */
  json(mark: (symbol: string) => number, withPositions: boolean): Record<string, unknown> {
    const cash = dollars(this.cash);
    const valueOf = (symbol: string, quantity: number) =>
      mark(symbol) * quantity * (isOption(symbol) ? 100 : 1);
    let value = this.cash;
    for (const [symbol, { quantity }] of this.positions) value += micros(valueOf(symbol, quantity));
    const { number, type } = this.terms;
    const positions = [...this.positions].map(([symbol, one]) =>
      positionJson(symbol, one, valueOf(symbol, one.quantity)),
    );
    return {
      securitiesAccount: {
        type: type ?? 'MARGIN',
        accountNumber: number,
        roundTrips: 0,
        isDayTrader: false,
        isClosingOnlyRestricted: false,
        pfcbFlag: false,
        ...(withPositions && positions.length > 0 && { positions }),
        initialBalances: { ...zeros(INITIAL), cashBalance: cash, isInCall: false },
        currentBalances: currentJson(cash, dollars(value)),
        projectedBalances: { ...zeros(PROJECTED), availableFunds: cash, isInCall: false },
      },
      aggregatedBalance: {
        currentLiquidationValue: dollars(value),
        liquidationValue: dollars(value),
      },
    };
  }
}

function positionJson(symbol: string, one: { quantity: number; cost: number }, value: number) {
  const isLong = one.quantity > 0;
  const size = Math.abs(one.quantity);
  const price = dollars(one.cost);
  const [side, other] = isLong ? ['Long', 'Short'] : ['Short', 'Long'];
  return {
    [`${other.toLowerCase()}Quantity`]: 0,
    averagePrice: price,
    currentDayProfitLoss: 0,
    currentDayProfitLossPercentage: 0,
    [`${side.toLowerCase()}Quantity`]: size,
    settledLongQuantity: isLong ? size : 0,
    settledShortQuantity: isLong ? 0 : -size,
    instrument: positionInstrument(symbol),
    marketValue: value,
    maintenanceRequirement: 0,
    [`average${side}Price`]: price,
    [`taxLotAverage${side}Price`]: price,
    [`${side.toLowerCase()}OpenProfitLoss`]: 0,
    [`previousSession${side}Quantity`]: size,
    currentDayCost: 0,
  };
}

const zeros = (names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, 0]));

const currentJson = (cash: number, value: number) => ({
  ...zeros(CURRENT),
  cashBalance: cash,
  liquidationValue: value,
  availableFunds: cash,
  availableFundsNonMarginableTrade: cash,
  buyingPower: cash * 2,
  buyingPowerNonMarginableTrade: cash,
  equity: value,
  equityPercentage: 100,
});

const INITIAL = words(`accruedInterest availableFundsNonMarginableTrade bondValue buyingPower
    cashBalance cashAvailableForTrading cashReceipts dayTradingBuyingPower
    dayTradingBuyingPowerCall dayTradingEquityCall equity equityPercentage
    liquidationValue longMarginValue longOptionMarketValue longStockValue
    maintenanceCall maintenanceRequirement margin marginEquity moneyMarketFund
    mutualFundValue regTCall shortMarginValue shortOptionMarketValue shortStockValue
    totalCash pendingDeposits marginBalance shortBalance accountValue`);
const CURRENT =
  words(`accruedInterest cashBalance cashReceipts longOptionMarketValue liquidationValue
    longMarketValue moneyMarketFund savings shortMarketValue pendingDeposits
    mutualFundValue bondValue shortOptionMarketValue availableFunds
    availableFundsNonMarginableTrade buyingPower buyingPowerNonMarginableTrade
    dayTradingBuyingPower equity equityPercentage longMarginValue maintenanceCall
    maintenanceRequirement marginBalance regTCall shortBalance shortMarginValue sma`);
const PROJECTED = words(`availableFunds availableFundsNonMarginableTrade buyingPower
    dayTradingBuyingPower dayTradingBuyingPowerCall maintenanceCall regTCall
    stockBuyingPower`);
