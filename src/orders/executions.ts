import { add, assert, times } from '../base/index.ts';
import {
  book,
  closeBooks,
  infer,
  inferRest,
  notionalOf,
  openBooks,
  remember,
  revise,
  takeBack,
  takeBackInferred,
  toldOf,
  type Books,
} from './books.ts';
import { alarmOnce, isSameFill, type Outcome, revisionsOf, tell } from './evidence.ts';
import { legOfFill, unitsFilled } from './legs.ts';
import type { Order } from './order.ts';
import type { Fill, Report } from './report.ts';

type Told<Kind extends Report['kind']> = Extract<Report, { kind: Kind }>;

/** One execution, told for the first time or again. */
export function takeFill(order: Order, fill: Fill, outcome: Outcome): void {
  const symbol = checkedSymbol(order, fill);
  const { intent, executions } = order;
  if (isToldAlready(order, fill, outcome)) return;
  if (order.evidence !== null) {
    const books = openBooks(order);
    takeBackInferred(books, symbol);
    addExecution(books, fill);
    inferRest(order, books, symbol);
    return closeBooks(order, books, outcome);
  }
  const notional = add(order.notional, notionalOf(intent, fill));
  order.fees = add(order.fees, fill.fee);
  order.notional = notional;
  // Most orders have one execution: a list that fits it takes a tenth of one that may grow.
  order.executions = executions.length === 0 ? [fill] : [...executions, fill];
  if (intent.legs === undefined) order.filled += fill.quantity;
  else order.filled = unitsFilled(intent, order.executions);
  outcome.fresh = true;
  outcome.postings = [{ fill, sign: 1 }];
}

/** The leg's symbol; throws unless the fill is whole, above zero, in range and of a leg. */
function checkedSymbol({ intent }: Order, fill: Fill): string {
  const { executionId, quantity } = fill;
  const whole = Number.isSafeInteger(quantity) && quantity > 0;
  assert(whole, `Execution "${executionId}": quantity "${quantity}" is not whole and above zero`);
  add(times(fill.price, quantity), fill.fee);
  return legOfFill(intent, fill).symbol;
}

/** True where nothing is to be booked: the execution counts, or was taken back since it did. */
function isToldAlready(order: Order, fill: Fill, outcome: Outcome): boolean {
  const { executions, evidence } = order;
  if (executions.length === 0 && evidence === null) return false;
  const { executionId } = fill;
  const twin = executions.find((one) => one.executionId === executionId);
  const revisions = revisionsOf(order, executionId);
  if (twin === undefined && revisions.length === 0) return false;
  if (isSameFill(twin, fill)) return true;
  if (revisions.some(({ was, now }) => isSameFill(was, fill) || isSameFill(now, fill))) return true;
  if (revisions.some(({ was }) => was === null)) return false;
  const text = `Execution "${executionId}" of order "${order.intent.id}" is told in other terms`;
  tell(outcome, alarmOnce(order, `terms ${executionId}`, text));
  return true;
}

/** Books an execution, or only notes it where its bust or correction came before it. */
function addExecution(books: Books, fill: Fill): void {
  const { executionId } = fill;
  const revision = books.evidence.revised.find((one) => one.executionId === executionId);
  if (revision === undefined) book(books, fill);
  else if (revision.was === null) revise(books, revision, { ...revision, was: fill });
}

/** The total so far: what executions do not make up is inferred; a lower one lags (F014, F032). */
export function takeCumulative(order: Order, told: Told<'cumulative'>, outcome: Outcome): void {
  const { intent } = order;
  const { filled, averagePrice } = told;
  const whole = Number.isSafeInteger(filled) && filled >= 0;
  assert(whole, `Order "${intent.id}": cumulative quantity "${filled}" is not whole`);
  if (intent.legs !== undefined && told.symbol === undefined) {
    if (filled <= order.filled) return;
    const found = `told filled are "${filled}" units, its legs make "${order.filled}"`;
    return tell(outcome, alarmOnce(order, `units ${filled}`, `Order "${intent.id}": ${found}`));
  }
  const { symbol } = legOfFill(intent, told);
  const books = openBooks(order);
  if (filled <= (toldOf(books, symbol)?.filled ?? 0)) return;
  const highest = { symbol, filled, averagePrice };
  infer(order, books, highest);
  if (books.postings.length === 0) return;
  remember(books, highest);
  closeBooks(order, books, outcome);
}

/** An execution that the venue took back. Of one that was never told nothing changes yet. */
export function takeBust(order: Order, told: Told<'bust'>, outcome: Outcome): void {
  const { executionId } = told;
  const booked = order.executions.find((one) => one.executionId === executionId);
  const books = openBooks(order);
  if (booked !== undefined) {
    takeBack(books, booked);
    revise(books, null, { executionId, was: booked, now: null });
    return closeBooks(order, books, outcome);
  }
  const revisions = revisionsOf(order, executionId);
  if (revisions.some(({ now }) => now === null)) return;
  const what = `Order "${order.intent.id}": the broker busts execution "${executionId}"`;
  if (revisions.length > 0) {
    return tell(outcome, alarmOnce(order, `bust ${executionId}`, `${what}, which it corrected`));
  }
  revise(books, null, { executionId, was: null, now: null });
  order.evidence = books.evidence;
  tell(outcome, `${what}, which it never told`);
}

/** An execution whose terms changed: the old is taken back and the new one counts. */
export function takeCorrection(order: Order, told: Told<'correction'>, outcome: Outcome): void {
  const { executionId, fill } = told;
  const symbol = checkedSymbol(order, fill);
  const booked = order.executions.find((one) => one.executionId === executionId);
  const revisions = revisionsOf(order, executionId);
  if (revisions.some(({ now }) => isSameFill(now, fill))) return;
  const what = `Order "${order.intent.id}": the broker corrects execution "${executionId}"`;
  if (booked === undefined && revisions.length > 0) {
    return tell(outcome, alarmOnce(order, `correct ${executionId}`, `${what} once more`));
  }
  const books = openBooks(order);
  takeBackInferred(books, symbol);
  if (booked !== undefined) takeBack(books, booked);
  revise(books, null, { executionId, was: booked ?? null, now: fill });
  const counts = books.executions.some((one) => one.executionId === fill.executionId);
  if (executionId === fill.executionId) book(books, fill);
  else if (!counts) addExecution(books, fill);
  inferRest(order, books, symbol);
  closeBooks(order, books, outcome);
  if (booked === undefined) tell(outcome, `${what}, which it never told`);
}
