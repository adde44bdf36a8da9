import { toDollars } from '../../base/index.ts';
import type { BookView } from '../../strategy/index.ts';
import type { Fund } from './fund.ts';
import type { Params } from './params.ts';
import type { TrendFigures, TrendState } from './trend.ts';

/** What one day says: the state, and the position that its rules ask for. */
export interface Day {
  readonly figures: TrendFigures;
  readonly vix: number;
  readonly state: TrendState;
  readonly position: Position | null;
}

export interface Position {
  readonly fund: Fund;
  /** Equity lost at the stop, as a fraction. */
  readonly risk: number;
  /** Dollars. */
  readonly atr: number;
  /** Share of equity, 0 to max_position_pct. */
  readonly weight: number;
}

/** The fund and size that `state` asks for; null for cash. */
export function positionOf(
  state: TrendState,
  funds: { readonly bull: Fund; readonly bear: Fund },
  view: BookView,
  p: Params,
): Position | null {
  if (state === 'Risk_Off' || state === 'Neutral') return null;
  const fund = state.startsWith('Bullish') ? funds.bull : funds.bear;
  const risk = state.endsWith('Strong') ? p.risk_strong_trend : p.risk_weak_trend;
  const atr = fund.atr();
  return { fund, risk, atr, weight: weightOf({ fund, risk, atr }, toDollars(view.equity), p) };
}

/** Loses `risk` of equity at the stop, within the cap and what the reserve leaves; 0 or above. */
function weightOf(wanted: Omit<Position, 'weight'>, equity: number, p: Params): number {
  const { fund, risk, atr } = wanted;
  const free = equity > 0 ? (equity - p.min_cash_reserve) / equity : 0;
  const byRisk = atr > 0 ? (risk * fund.close) / (p.stop_atr * atr) : p.max_position_pct;
  return Math.max(0, Math.min(p.max_position_pct, byRisk, free));
}
