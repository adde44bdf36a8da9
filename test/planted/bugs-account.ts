import { bugsOf } from './bug.ts';

const RECONCILE = 'src/engine/reconcile/reconcile.test.ts';
const ORDERS = 'src/engine/reconcile/orders.test.ts';
const ANSWER = 'src/engine/reconcile/answer.test.ts';
const reconcile = bugsOf(
  'src/engine/reconcile/reconcile.ts',
  RECONCILE,
  ORDERS,
  'src/engine/reconcile/world.test.ts',
);
const external = bugsOf('src/engine/reconcile/external.ts', RECONCILE, ORDERS);
const answer = bugsOf('src/engine/reconcile/answer.ts', ANSWER);
const activity = bugsOf('src/engine/activity/activity.ts', 'src/engine/activity/activity.test.ts');
const flow = bugsOf(
  'src/engine/reconcile/flow.ts',
  'src/engine/activity/activity.test.ts',
  RECONCILE,
);
const crossing = bugsOf(
  'src/engine/crossing.ts',
  'src/engine/crossing.test.ts',
  'src/engine/crossing-free.test.ts',
);

/** What the broker's account shows, what moves it without a trade, and how books share it. */
export const ACCOUNT_BUGS = [
  reconcile(
    'one reading is believed',
    'F033, invariant 10',
    'if (before !== undefined && state.at >= believedAt(setup, state, before)) believed.push(one);',
    'if (state.at > 0) believed.push(one);',
  ),
  reconcile(
    'positions that lag a fill are believed',
    'F032, invariant 10',
    'const lagged = reconcile.filledAt === 0 ? 0 : reconcile.filledAt + lagMs;',
    'const lagged = 0;',
  ),
  reconcile(
    'a reading is believed while an order has no outcome',
    'F032, invariants 5 and 28',
    'if (isMoving(state)) return readAfterMove(state);',
    '',
  ),
  reconcile(
    'an empty list is read as flat',
    'F033, invariant 10',
    "if (one.class === 'external' && symbol !== null && !isEmpty) {",
    "if (one.class === 'external' && symbol !== null) {",
  ),
  reconcile(
    'an account that does not answer is not asked again',
    'F018, invariant 36',
    'if (due !== null && due <= state.at) askAccount(state);',
    '',
  ),
  bugsOf('src/engine/reconcile/state.ts', RECONCILE)(
    'a symbol trades while its difference is being confirmed',
    'F032, invariant 10',
    "for (const one of seen) if (one.symbol === symbol) return 'a difference is being confirmed';",
    '',
  ),
  bugsOf('src/engine/reconcile/difference.ts', RECONCILE)(
    'a drift of one share is ignored',
    'F031, invariant 10',
    'if (mine === theirs) continue;',
    'if (Math.abs(mine - theirs) <= 1) continue;',
  ),
  bugsOf('src/engine/reconcile/question.ts', RECONCILE)(
    'cash that nothing explains halts nothing',
    'F034, F035, invariant 11',
    '>= QUESTIONS_MAX) return haltFor(state, text);',
    '>= QUESTIONS_MAX) return;',
  ),
  bugsOf('src/engine/reconcile/question.ts', RECONCILE)(
    'a resume is taken as the answer',
    'F031, invariant 16',
    '} else if (symbol === null) haltAgain(state, question);',
    '}',
  ),
  external(
    'a holding of the owner is managed by a book',
    'F031, invariants 10 and 31',
    'moveInKind(state, state.external, { symbol, quantity: theirs - ours });',
    'moveInKind(state, state.books[0] ?? state.external, { symbol, quantity: theirs - ours });',
  ),
  external(
    'cash is absorbed without a bound',
    'F035, invariant 11',
    'if (today > dayMax || thisMonth > monthMax) return false;',
    '',
  ),
  external(
    'an order of a journal that was rolled back is not noticed',
    'F028, invariant 26',
    'if (id === null || !isOfDesk(setup, id)) {',
    "if (id === null || !isOfDesk(setup, id) || id !== '') {",
  ),
  external(
    'an order that the owner canceled is never asked about',
    'F031, invariant 36',
    'if (id !== null && !listed.has(id) && isSettled(setup, state, order)) query(state, order);',
    '',
  ),
  answer(
    'a question is answered with stale figures',
    'F031, invariant 10',
    "if (now !== ours) return 'our figure has changed: the next reading asks anew';",
    '',
  ),
  answer(
    'a question is answered though the newest reading shows another figure',
    'F031, invariant 10',
    'if (state.reconcile.seen.some((one) => one.symbol === symbol)) {',
    'if (state.epoch < 0) {',
  ),
  answer(
    'a book gives more than it holds',
    'F031, invariant 14',
    'if (!canTake(held, question)) {',
    'if (state.epoch < 0) {',
  ),
  activity(
    'a deposit is counted as profit',
    'F034, F066, invariant 20',
    'return moveMarks(state, book, input.amount);',
    'return;',
  ),
  flow(
    'a withdrawal is counted as a loss',
    'F034, F066, invariant 20',
    'state.highest = add(state.highest, amount);',
    'if (amount > 0) state.highest = add(state.highest, amount);',
  ),
  activity(
    'a dividend told twice is booked twice',
    'F035, invariants 8 and 11',
    'if (state.activities.has(input.id)) return;',
    '',
  ),
  activity(
    'an activity of an unknown type passes',
    'F034, invariant 11',
    "return ask(state, { class: 'activity', symbol: null, ours: 0, theirs: amount, text });",
    'return;',
  ),
  activity(
    'orders rest at prices of before a split',
    'F036, invariant 19',
    'cancelIn(state, symbol, `${symbol} was split`);',
    '',
  ),
  bugsOf('src/engine/activity/activity.ts', 'src/engine/activity/guard.test.ts')(
    'a split is not applied to protection',
    'F036, invariant 21',
    'splitWatch(setup, state, input);',
    '',
  ),
  bugsOf('src/engine/activity/split.ts', 'src/engine/activity/activity.test.ts')(
    'books lose whole shares in a split',
    'F036, invariant 10',
    'order.slice(0, Math.abs(short))',
    'order.slice(0, 0)',
  ),
  bugsOf('src/engine/activity/option.ts', 'src/engine/activity/activity.test.ts')(
    'a put that is assigned brings shares as a call does',
    'F037, invariant 10',
    "const shares = held * (right === 'call' ? 1 : -1) * multiplier;",
    'const shares = held * multiplier;',
  ),
  crossing(
    'books that meet inside do not pay each other the same',
    'invariant 11',
    'const posting = postFill(book.ledger, { symbol, multiplier, quantity, price, fee: ZERO });',
    "const fee = (side === 'buy' ? 10_000 : 0) as Money;\n" +
      '  const posting = postFill(book.ledger, { symbol, multiplier, quantity, price, fee });',
  ),
  crossing(
    'a wish that was met inside is sent as well',
    'invariants 2 and 13',
    "if (leg.kind === 'order') other.work = shortened(work, i, quantity);",
    '',
  ),
  crossing(
    'a book is crossed into what its gate would refuse',
    'invariant 13',
    'if (review(gateInput(setup, state, other, sides[1])) !== null) return 0;',
    '',
  ),
  crossing(
    'the capital rule makes money',
    'invariant 11',
    'const amount = subtract(gets[i] as Money, gives[i] as Money);',
    'const amount = gets[i] as Money;',
  ),
  crossing(
    'the capital rule counts as profit and loss',
    'F066, invariant 20',
    'moveBookMarks(book, amount);',
    '',
  ),
  crossing(
    'the capital rule moves cash that orders under way will take',
    'F062, invariant 13',
    "return Math.max(0, ledger.cash - pendingBuysOf(setup, state, '', name).cost);",
    'return Math.max(0, ledger.cash);',
  ),
];
