import { bugsOf } from './bug.ts';

const REVIEW = 'src/risk/review.test.ts';
const terms = bugsOf('src/risk/check-terms.ts', REVIEW, 'src/risk/rules.test.ts');
const exposure = bugsOf('src/risk/check-exposure.ts', REVIEW, 'src/risk/exposure.test.ts');
const rates = bugsOf('src/risk/check-rates.ts', 'src/risk/check-rates.test.ts', REVIEW);
const review = bugsOf('src/risk/review.ts', 'src/risk/figures.test.ts', 'src/engine/gate.test.ts');
const pending = bugsOf('src/engine/pending.ts', 'src/engine/gate.test.ts');
const gate = bugsOf(
  'src/engine/gate.ts',
  'src/engine/gate.test.ts',
  'src/engine/gate-external.test.ts',
  'test/books.test.ts',
);
const limits = bugsOf('src/risk/limits.ts', 'src/risk/limits.test.ts', REVIEW);

/** The last gate: what it is told, what it refuses, and that it halts. */
export const GATE_BUGS = [
  terms(
    'a halt is ignored by new risk',
    'F065, invariant 16',
    "isAtLeast(halt, reduces ? 'CANCEL_ONLY' : 'NO_NEW_RISK')",
    "isAtLeast(halt, 'CANCEL_ONLY')",
  ),
  terms(
    'an exit leaves at CANCEL_ONLY',
    'F065, invariant 16',
    "isAtLeast(halt, reduces ? 'CANCEL_ONLY' : 'NO_NEW_RISK')",
    "isAtLeast(halt, reduces ? 'STOP' : 'NO_NEW_RISK')",
  ),
  limits(
    'a halt that nobody can read counts as none',
    'F065, invariant 16',
    'return rank < 0 ? HALT_LEVELS.length - 1 : rank;',
    'return rank;',
  ),
  bugsOf('src/engine/command.ts', 'src/engine/halt.test.ts')(
    'a lower halt takes the place of a higher one',
    'F065, invariant 16',
    'if (isAtLeast(state.halt, input.level)) return;',
    '',
  ),
  terms(
    'the book that stopped goes on',
    'F066, invariant 20',
    'return bookStopped === null || reduces ?',
    "return bookStopped === null || bookStopped !== '' ?",
  ),
  terms(
    'an order leaves though the account is not read',
    'F021, invariant 28',
    'reconciled === true ? null :',
    'reconciled !== undefined ? null :',
  ),
  terms(
    'an open question blocks nothing',
    'F031, invariant 10',
    "if (symbolBlocked === null || purpose === 'flatten' || purpose === 'repair') return null;",
    'if (symbolBlocked === null || purpose.length > 0) return null;',
  ),
  terms(
    'the fence of the session is ignored',
    'F049, invariant 23',
    'fenceMs !== null && !(fenceMs >= 0)',
    'fenceMs !== null && Number.isNaN(fenceMs)',
  ),
  terms(
    'a limit price far from the market passes',
    'F064, invariant 19',
    'if (apart <= percentOf(from as never, pct)) return null;',
    'if (apart <= from) return null;',
  ),
  terms(
    'an exit may raise the position',
    'F061, invariants 14 and 19',
    'if (reduces || !SHRINKING.has(purpose)) return null;',
    "if (reduces || purpose !== 'repair') return null;",
  ),
  terms(
    'a sale beyond what is held passes where something is',
    'F061, invariant 14',
    "proposal.side === 'buy' || bookLimits.shortSelling) return null;",
    "proposal.side === 'buy' || bookLimits.shortSelling || book.held > 0) return null;",
  ),
  bugsOf('src/risk/exposure.ts', 'src/risk/exposure.test.ts', REVIEW)(
    'two exits of one position both pass',
    'F061, invariant 14',
    "const pending = side === 'sell' ? pendingSells : pendingBuys;",
    "const pending = side === 'sell' ? 0 : pendingBuys;",
  ),
  terms(
    'two orders of ours may trade with each other',
    'F012, invariant 13',
    "if (oppositeOrder === null || proposal.purpose === 'flatten') return null;",
    'if (oppositeOrder === null || proposal.quantity > 0) return null;',
  ),
  terms(
    'an order without an outcome does not block its underlying',
    'F001, invariant 5',
    'if (unknownOrder === null || reduces) return null;',
    'if (unknownOrder === null || !reduces) return null;',
  ),
  terms(
    'a short contract may lose its cover',
    'F037, invariant 15',
    "if (uncovered === 0 || proposal.purpose === 'flatten') return null;",
    'if (uncovered >= 0) return null;',
  ),
  exposure(
    'the limits of the account are ignored',
    'F060, invariant 13',
    'return check(proposal, account, accountLimits, gate);',
    'return null;',
  ),
  exposure(
    'cash that orders under way will take is spent again',
    'F060, F062, invariant 13',
    'const left = standing.cash - standing.reserved - proposal.worstCost;',
    'const left = standing.cash - proposal.worstCost;',
  ),
  exposure(
    'a loss limit is not measured at the send',
    'F066, invariant 20',
    "return breach === null ? null : no(breach, 'a loss below its limit');",
    'return null;',
  ),
  bugsOf('src/risk/breaker.ts', 'src/risk/breaker.test.ts')(
    'a loss at its limit does not trip',
    'F066, invariant 20',
    'fall >= percentOf(from, pctMax)',
    'fall > percentOf(from, pctMax)',
  ),
  bugsOf('src/engine/decide.ts', 'src/engine/decide.test.ts')(
    'a breaker that trips is not kept',
    'F066, invariants 16 and 20',
    'trip(setup, state);',
    '',
  ),
  rates(
    'the orders a day of the account are not counted',
    'F012, invariant 17',
    'if (known && accountOrdersToday < all) return null;',
    'if (known) return null;',
  ),
  rates(
    'orders a minute are without limit',
    'F012, invariant 17',
    'return isCount(limit) && found < most',
    'return isCount(limit) && most > 0',
  ),
  review(
    'a rate above its cap refuses and does not halt',
    'F012, invariant 17',
    "  'ordersPerSecondAboveLimit',\n  'ordersPerMinuteAboveLimit',\n]);",
    ']);',
  ),
  review(
    'a figure that is missing passes',
    'F040, invariant 18',
    "['figureMissing', (gate, reduces) => (reduces ? null : missingFigure(gate))],",
    '',
  ),
  limits(
    'a percentage is taken as a fraction',
    'F084, invariant 13',
    'const ppm = Math.round(pct * 10_000);',
    'const ppm = Math.round(pct * 1_000_000);',
  ),
  pending(
    'the limit price is not the worst price of an order',
    'F060, invariant 13',
    "return side === 'buy' ? higher(pricing.limitPrice, price) : pricing.limitPrice;",
    'return price;',
  ),
  pending(
    'linked orders count once where no broker links them, in the gate',
    'F060, invariants 13 and 14',
    'const linked = link !== undefined && setup.broker.oco;',
    'const linked = link !== undefined;',
  ),
  pending(
    'fees are not part of what a buy costs',
    'F062, invariant 11',
    'return notional + costs.feePerShare + fee;',
    'return notional;',
  ),
  gate(
    'what live orders may yet bring is not counted',
    'F060, invariant 13',
    'pendingBuys: tally?.buys ?? 0,',
    'pendingBuys: 0,',
  ),
  gate(
    'one book spends the cash of another',
    'F060, invariant 13',
    'cash: ledger.cash,',
    'cash: accountCash(state),',
  ),
  gate(
    'what no book has is not counted in the account',
    'F031, invariant 13',
    'books.length === 1 && ledger.positions.size === 0 && ledger.cash === 0;',
    'books.length === 1;',
  ),
  bugsOf('src/engine/send.ts', 'src/engine/gate.test.ts', 'src/engine/work.test.ts')(
    'an intent takes the name of the one before it',
    'F003, invariant 4',
    'book.ordersToday++;',
    '',
  ),
];
