import { addDays, type DateText, formatMoney, type Money } from '../base/index.ts';
import { positionAfter } from './exposure.ts';
import { type CheckFinding, type GateInput, no } from './gate.ts';
import { percentOf } from './limits.ts';
import {
  cycleOn,
  dayTradesUntil,
  openedOn,
  unsettledShares,
  WASH_SALE_DAYS,
} from './rule-state.ts';

/** Which rules an account is under. A part that nobody has set blocks what it would judge. */
export interface RuleSetup {
  readonly broker: string;
  readonly account: 'margin' | 'cash' | null;
  /**
   * First date on which this broker no longer counts day trades but watches intraday margin:
   * 2026-06-04 at the earliest, everywhere from 2027-10-20 on; null: not known.
   */
  readonly intradayMarginFrom: DateText | null;
  /** What a buy within 30 days after a sale at a loss is: refused, told, or nothing. */
  readonly washSale: 'refuse' | 'warn' | 'off';
}

/** One rule of a regulator, as data: its name, and from when it holds. */
export interface DatedRule {
  readonly name: string;
  readonly from: DateText;
  readonly source: string;
}

const rule = (name: string, from: string, source: string): DatedRule => ({
  name,
  from: from as DateText,
  source,
});

/** Each veto names its rule and the date from which that holds. */
export const RULES = {
  subPenny: rule('Sub-penny rule', '2005-08-29', 'Regulation NMS, Rule 612'),
  selfTrade: rule('Self-trade rule', '2014-08-25', 'FINRA Rule 5210, Supplementary Material .02'),
  dayTrade: rule('Pattern day trader rule', '2001-09-28', 'FINRA Rule 4210(f)(8)(B)'),
  intradayMargin: rule('Intraday margin rule', '2026-06-04', 'FINRA Rule 4210, SR-FINRA-2025-017'),
  washSale: rule('Wash sale rule', '1954-08-16', 'Internal Revenue Code, section 1091'),
  goodFaith: rule('Good faith rule', '2024-05-28', 'Regulation T, section 220.8'),
} as const;

/** "Wash sale rule (Internal Revenue Code, section 1091), since 1954-08-16". */
export const cite = ({ name, source, from }: DatedRule, since: DateText = from): string =>
  `${name} (${source}), since ${since}`;

/** From here on no broker counts day trades. Source: Exchange Act Release 34-105226. */
const PHASE_IN_ENDS = '2027-10-20' as DateText;
const DAY_TRADES_MAX = 3;
const DAY_TRADE_EQUITY = 25_000_000_000 as Money;
const MARGIN_EQUITY = 2_000_000_000 as Money;
const MAINTENANCE_PCT = 25;

/** First date of intraday margin at this broker. */
const marginFrom = ({ intradayMarginFrom }: RuleSetup): DateText | null => {
  if (intradayMarginFrom === null) return null;
  const { from } = RULES.intradayMargin;
  const given = intradayMarginFrom > PHASE_IN_ENDS ? PHASE_IN_ENDS : intradayMarginFrom;
  return given < from ? from : given;
};

/** Orders that protect or end a position in an emergency: a rule on trading often may wait. */
const isUrgent = ({ proposal }: GateInput): boolean =>
  proposal.purpose === 'flatten' || proposal.purpose === 'protect';

/**
 * Until intraday margin takes its place: a fourth day trade within five sessions needs 25,000
 * dollars in a margin account, at the last close and now.
 */
export function checkDayTrades(gate: GateInput, reduces: boolean): CheckFinding {
  const { rules, date } = gate;
  if (rules === null || rules.account === 'cash' || isUrgent(gate)) return null;
  const wanted = cite(RULES.dayTrade);
  if (rules.account === null) return reduces ? null : no('no kind of account', wanted);
  const until = marginFrom(rules);
  if (until === null ? date >= PHASE_IN_ENDS : date >= until) return null;
  const { proposal, account, accountMarks, risk } = gate;
  const against = proposal.side === 'sell' ? account.held > 0 : account.held < 0;
  if (!against || !openedOn(risk.rules, proposal.symbol, date)) return null;
  const trades = dayTradesUntil(risk.rules, date);
  if (trades < DAY_TRADES_MAX) return null;
  const equity = Math.min(account.equity, accountMarks.lastClose) as Money;
  if (equity >= DAY_TRADE_EQUITY) return null;
  const found = `${trades} day trades in five sessions with an equity of ${formatMoney(equity)}`;
  return no(found, `${DAY_TRADES_MAX} below ${formatMoney(DAY_TRADE_EQUITY)}: ${wanted}`);
}

/**
 * Since intraday margin: at every moment equity covers a quarter of the gross worst case, a
 * leveraged fund counted with its factor, and at least 2,000 dollars.
 */
export function checkIntradayMargin(gate: GateInput, reduces: boolean): CheckFinding {
  const { rules, date, proposal, account } = gate;
  if (rules === null || reduces || rules.account !== 'margin') return null;
  if (date < RULES.intradayMargin.from) return null;
  const from = marginFrom(rules);
  if (from === null) return no('no date of its broker', cite(RULES.intradayMargin));
  if (date < from) return null;
  const gross = account.otherExposure + positionAfter(proposal, account) * account.fundFactor;
  const borrows = gross > account.equity;
  const needed = Math.max(percentOf(Math.ceil(gross) as Money, MAINTENANCE_PCT), MARGIN_EQUITY);
  if (!borrows || account.equity >= needed) return null;
  const limit = `${formatMoney(needed as Money)}: ${cite(RULES.intradayMargin, from)}`;
  return no(`equity ${formatMoney(account.equity)}`, limit);
}

/** When the symbol was last sold at a loss within 30 days, for a buy; null otherwise. */
function washSaleDate({ proposal, risk, date }: GateInput, reduces: boolean): DateText | null {
  if (reduces || proposal.side === 'sell') return null;
  const sold = risk.rules.lossSales[proposal.symbol];
  return sold !== undefined && sold >= addDays(date, -WASH_SALE_DAYS) ? sold : null;
}

const washText = ({ proposal }: GateInput, sold: DateText): string =>
  `${proposal.symbol} sold at a loss on ${sold}`;

export function checkWashSale(gate: GateInput, reduces: boolean): CheckFinding {
  if (gate.rules?.washSale !== 'refuse') return null;
  const sold = washSaleDate(gate, reduces);
  if (sold === null) return null;
  return no(washText(gate, sold), `${WASH_SALE_DAYS} days: ${cite(RULES.washSale)}`);
}

/** What a person is told of a buy that makes a wash sale where that is allowed; null otherwise. */
export function washSaleWarning(gate: GateInput): string | null {
  if (gate.rules?.washSale !== 'warn') return null;
  const sold = washSaleDate(gate, false);
  if (sold === null) return null;
  const again = `and bought again within ${WASH_SALE_DAYS} days`;
  return `${washText(gate, sold)} ${again}: ${cite(RULES.washSale)}`;
}

/**
 * Cash account: proceeds may be used before they settle, but what was bought with them is not sold
 * until they have, and nothing is bought with cash that is not there.
 */
export function checkSettlement(gate: GateInput, reduces: boolean): CheckFinding {
  const { rules, risk, date, proposal, account } = gate;
  if (rules === null || rules.account !== 'cash' || isUrgent(gate)) return null;
  if (proposal.side === 'buy') return null;
  const wanted = cite(RULES.goodFaith, cycleOn(date).from);
  if (!reduces) return no(`${proposal.quantity} shares sold short`, `a margin account: ${wanted}`);
  const locked = unsettledShares(risk.rules, proposal.symbol, date);
  const free = account.held - account.pendingSells - locked;
  if (locked === 0 || proposal.quantity <= free) return null;
  const found = `${locked} shares bought with proceeds not settled`;
  return no(found, `${Math.max(0, free)} shares: ${wanted}`);
}

const CENT = 10_000;
const FINE = 100;
const DOLLAR = 1_000_000;

/** Prices from a dollar on are in cents, below in hundredths of a cent. */
export function checkTick({ rules, proposal }: GateInput): CheckFinding {
  const { pricing, legs } = proposal;
  if (rules === null || pricing.type === 'market' || legs !== null) return null;
  const wanted = cite(RULES.subPenny);
  if (pricing.type !== 'stop') {
    const tick = pricing.limitPrice >= DOLLAR ? CENT : FINE;
    if (pricing.limitPrice % tick !== 0) {
      return no(`limit price ${formatMoney(pricing.limitPrice)}`, wanted);
    }
  }
  if (pricing.type === 'limit') return null;
  const tick = pricing.stopPrice >= DOLLAR ? CENT : FINE;
  return pricing.stopPrice % tick === 0
    ? null
    : no(`stop price ${formatMoney(pricing.stopPrice)}`, wanted);
}
