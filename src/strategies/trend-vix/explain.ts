import type { Facts } from '../../strategy/index.ts';
import type { Day } from './day.ts';
import type { Params } from './params.ts';

/**
 * All figures of a day by name; null during the warm-up. Fund, risk and weight are what the day's
 * rules ask for, 0 for cash; `standing` is the state, or that the stop has overruled it.
 */
export function factsOf(
  day: Day | null,
  held: { readonly stop: number | null; readonly stopped: boolean },
): Facts {
  const position = day && day.position;
  const none = day && 0;
  return {
    qqq_close: day && day.figures.close,
    ema_200: day && day.figures.ema,
    macd_line: day && day.figures.macd,
    macd_signal: day && day.figures.macdSignal,
    vix: day && day.vix,
    state: day && day.state,
    symbol: day && (position ? position.fund.symbol : 'CASH'),
    risk: position ? position.risk : none,
    fund_price: position ? position.fund.close : none,
    atr_20: position ? position.atr : none,
    weight: position ? position.weight : none,
    standing: held.stopped ? 'Stopped_Out' : day && day.state,
    stop_price: held.stop,
  };
}

/** The rule that fired, in one sentence, with the figures that decided it. */
export function whyOf(
  day: Day,
  answer: { readonly same: boolean; readonly stopped: boolean },
  p: Params,
): string {
  const { close, ema, macd, macdSignal } = day.figures;
  return (
    `${verdict(day, answer)}; ` +
    `VIX ${day.vix.toFixed(2)} ${day.vix > p.vix_kill_switch ? '>' : '<='} ${p.vix_kill_switch}, ` +
    `close ${close.toFixed(2)} ${sign(close, ema)} mean ${ema.toFixed(2)}, ` +
    `MACD ${macd.toFixed(3)} ${sign(macd, macdSignal)} signal ${macdSignal.toFixed(3)}.`
  );
}

function verdict({ state, position }: Day, answer: { same: boolean; stopped: boolean }): string {
  const verb = answer.same ? 'keep' : 'go to';
  if (answer.stopped) return `Stopped_Out: ${verb} cash until ${state} changes`;
  if (position === null) return `${state}: ${verb} cash`;
  const weight = answer.same ? '' : ` ${(100 * position.weight).toFixed(1)} %`;
  return `${state}: ${verb} ${position.fund.symbol}${weight}`;
}

function sign(a: number, b: number): string {
  if (a === b) return '=';
  return a > b ? '>' : '<';
}
