import type { Instant } from '../../src/base/index.ts';
import { legInstrument, stamp } from './shapes.ts';

interface Leg {
  readonly instruction: string;
  readonly quantity: number;
  readonly instrument: { readonly symbol: string };
}

const value = (amount: number, type: string) => ({ value: amount, type });

/** What `/previewOrder` answers: the order as it would be, its checks and its costs. */
export function previewJson(account: string, body: object, at: Instant) {
  const order = body as Record<string, unknown>;
  const legs = (order['orderLegCollection'] ?? []) as Leg[];
  const [price, quantity] = [Number(order['price'] ?? 0), Number(legs[0]?.quantity ?? 0)];
  const commissionLegs = legs.map(() => ({
    commissionValues: [value(0, 'BASE_CHARGE'), value(0.65, 'COMMISSION')],
  }));
  const feeLegs = legs.map(() => ({
    feeValues: [value(0.01, 'OPT_REG_FEE'), value(0, 'INDEX_OPTION_FEE')],
  }));
  return {
    orderId: 0,
    orderStrategy: {
      accountNumber: account,
      advancedOrderType: 'NONE',
      enteredTime: stamp(at),
      orderBalance: {
        orderValue: price * quantity,
        projectedAvailableFund: 0,
        projectedBuyingPower: 0,
        projectedCommission: 0.65 * legs.length,
      },
      orderStrategyType: 'SINGLE',
      orderVersion: 1,
      session: 'NORMAL',
      status: 'ACCEPTED',
      discretionary: false,
      duration: String(order['duration'] ?? 'DAY'),
      filledQuantity: 0,
      orderType: String(order['orderType'] ?? 'LIMIT'),
      orderValue: price * quantity,
      price,
      quantity,
      remainingQuantity: quantity,
      sellNonMarginableFirst: false,
      strategy: String(order['complexOrderStrategyType'] ?? 'NONE'),
      amountIndicator: 'SHARES',
      orderLegs: legs.map(legJson),
    },
    orderValidationResult: {
      warns: [{ activityMessage: 'Only an example of a warning.', originalSeverity: 'WARN' }],
    },
    commissionAndFee: {
      commission: { commissionLegs },
      fee: { feeLegs },
      trueCommission: { commissionLegs },
    },
  };
}

function legJson({ instruction, instrument: { symbol } }: Leg, i: number) {
  const full: Record<string, unknown> = legInstrument(symbol);
  const { cusip: _, instrumentId: __, ...instrument } = full;
  return {
    askPrice: 0,
    bidPrice: 0,
    lastPrice: 0,
    markPrice: 0,
    projectedCommission: 0.65,
    legId: i + 1,
    assetType: instrument['assetType'],
    instruction,
    positionEffect: 'OPENING',
    instrument,
  };
}
