import { formatMoney } from '../base/index.ts';
import {
  accountCash,
  accountEquity,
  accountPositions,
  bookEquity,
  type State,
} from '../engine/index.ts';
import { averageCost } from '../ledger/index.ts';

/** The state as people and digests see it: no ids, no epochs, nothing of how it was reached. */
export function stateView(state: State) {
  return {
    date: state.date,
    cash: formatMoney(accountCash(state)),
    equity: formatMoney(accountEquity(state)),
    positions: accountPositions(state),
    halt: state.halt,
    haltReason: state.haltReason,
    books: state.books.map((book) => ({
      name: book.setup.name,
      cash: formatMoney(book.ledger.cash),
      equity: formatMoney(bookEquity(state, book)),
      realized: formatMoney(book.ledger.realized),
      fees: formatMoney(book.ledger.fees),
      stopped: book.stopped,
      targets: book.lastTargets,
      positions: [...book.ledger.positions.values()].map(({ symbol, quantity }) => ({
        symbol,
        quantity,
        averageCost: formatMoney(averageCost(book.ledger, symbol) ?? (0 as never)),
      })),
    })),
  };
}
