import { add } from '../base/index.ts';
import { postFee, postIncome, postSplit, postTransfer } from '../ledger/index.ts';
import type { ActivityInput } from './input.ts';
import { type BookState, type State } from './state.ts';

const ACTIVITIES_MAX = 10_000; // ids kept, decades of dividends

/** Dividends, fees, transfers and splits are booked once each, by their id. */
export function takeActivity(state: State, input: ActivityInput): void {
  if (state.activities.has(input.id)) return;
  state.activities.add(input.id);
  if (state.activities.size > ACTIVITIES_MAX) {
    const [oldest] = state.activities;
    if (oldest !== undefined) state.activities.delete(oldest);
  }
  if (input.type === 'split') {
    for (const book of state.books) postSplit(book.ledger, input);
    const index = state.plan.index.get(input.symbol);
    if (index !== undefined) state.marks[index] = input.price;
    return;
  }
  const book = state.books[input.book] as BookState;
  const { ledger, lossMarks } = book;
  if (input.type === 'dividend') postIncome(ledger, input.amount);
  else if (input.type === 'fee') postFee(ledger, input.amount);
  else {
    postTransfer(ledger, input.amount);
    state.lastClose = add(state.lastClose, input.amount);
    state.highest = add(state.highest, input.amount);
    book.lossMarks = {
      lastClose: add(lossMarks.lastClose, input.amount),
      highest: add(lossMarks.highest, input.amount),
    };
  }
}
