import { AccountDesk } from '../account.fixture.ts';
import { priced } from '../desk.fixture.ts';

export const ledgerOf = (desk: AccountDesk, book = 0) => desk.state.books[book]!.ledger;
export const outside = (desk: AccountDesk) => desk.state.external.ledger;

/** Moves shares of A so that the books hold these counts. */
export function holdingEach(counts: readonly number[]): AccountDesk {
  const desk = new AccountDesk(counts.map((_, i) => `book${i}`));
  counts.forEach((count, book) => {
    const quantity = count - 500;
    if (quantity !== 0) {
      desk.happens({ type: 'transferInKind', book, symbol: 'A', quantity, price: priced(100) });
    }
  });
  desk.effects.length = 0;
  return desk;
}

/** An option on A. */
export const PUT = 'A     240119P00095000';
