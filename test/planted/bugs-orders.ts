import { bugsOf } from './bug.ts';

const executions = bugsOf('src/orders/executions.ts', 'src/orders/executions.test.ts');
const books = bugsOf('src/orders/books.ts', 'src/orders/executions.test.ts');
const table = bugsOf('src/orders/order-table.ts', 'src/orders/order.test.ts');
const order = bugsOf('src/orders/order.ts', 'src/orders/order.test.ts');
const orders = bugsOf(
  'src/orders/orders.ts',
  'src/orders/orders.test.ts',
  'src/orders/chain.test.ts',
);
const ids = bugsOf('src/orders/request.ts', 'src/orders/request.test.ts');
const match = bugsOf('src/orders/match.ts', 'src/orders/match.test.ts');
const reply = bugsOf('src/orders/reply.ts', 'src/orders/reply.test.ts');

/** An order by itself: its fills, its states, its id, its replies. */
export const ORDER_BUGS = [
  executions(
    'a fill told twice counts twice',
    'F015, invariant 8',
    'if (isToldAlready(order, fill, outcome)) return;',
    '',
  ),
  executions(
    'an inferred fill stays beside the real one',
    'F015, invariant 8',
    'takeBackInferred(books, symbol);\n    addExecution(books, fill);',
    'addExecution(books, fill);',
  ),
  executions(
    'a bust is ignored',
    'F019, invariant 9',
    'if (booked !== undefined) {',
    'if (booked !== undefined && booked.quantity < 0) {',
  ),
  books(
    'a bust told twice is applied twice',
    'F019, invariants 8 and 9',
    'books.executions = books.executions.filter((one) => one !== fill);',
    '',
  ),
  executions(
    'an execution told again after its bust counts again',
    'F019, invariant 8',
    'isSameFill(was, fill) || isSameFill(now, fill))) return true;',
    'isSameFill(was, fill) || isSameFill(now, fill))) return false;',
  ),
  executions(
    'a correction counts beside what it corrects',
    'F019, invariant 8',
    'if (booked !== undefined) takeBack(books, booked);',
    '',
  ),
  books(
    'a cumulative quantity is taken as an increment',
    'F014, invariants 7 and 8',
    'const quantity = filled - known.quantity;',
    'const quantity = filled;',
  ),
  books(
    'a list that lags brings a busted fill back',
    'F019, F032, invariant 9',
    'const gone = Math.max(0, was.quantity - (now?.quantity ?? 0));',
    'const gone = 0;',
  ),
  table(
    'a late fill opens a canceled order again',
    'F008, invariant 6',
    "canceled:  ['same',     'same',     'alarm',",
    "canceled:  ['same',     'same',     'working',",
  ),
  table(
    'a cancel that was asked for is taken as done',
    'F008, invariant 6',
    "working:   ['same',     'rejected', 'same',    'filled',   'same',  'canceling',",
    "working:   ['same',     'rejected', 'same',    'filled',   'same',  'canceled',",
  ),
  table(
    'a timeout is taken as a refusal',
    'F001, invariant 5',
    "'canceled', 'expired', 'unknown',   'unknown', 'unknown',  'unknown', 'rejected', 'alarm'],",
    "'canceled', 'expired', 'unknown',   'rejected', 'unknown',  'unknown', 'rejected', 'alarm'],",
  ),
  order(
    'an UNKNOWN order is not counted as pending',
    'F001, F060, invariant 5',
    'isDone(order) ? 0 : Math.max(0, order.intent.quantity - order.filled);',
    "isDone(order) || order.status === 'unknown' ? 0 : order.intent.quantity - order.filled;",
  ),
  order(
    'an order the broker had acknowledged is believed gone',
    'F028, invariant 5',
    "return wasSeen(order) ? 'lost' : 'notFound';",
    "return 'notFound';",
  ),
  order(
    'a partial fill is recorded as full',
    'F013, invariants 7 and 8',
    "return isComplete(order) ? 'lastFill' : 'fill';",
    "return 'lastFill';",
  ),
  order(
    'a fill beyond the quantity alarms nobody',
    'invariant 7',
    'if (fills && isOverfilled(order)) {',
    'if (fills && isOverfilled(order) && filled < 0) {',
  ),
  order(
    'a second name at the broker alarms nobody',
    'F003, invariant 2',
    'if (venueOrderId === null || found === venueOrderId) return null;',
    'if (venueOrderId !== found) return null;',
  ),
  orders(
    'the id of an order that is done is taken again',
    'F003, invariant 4',
    'if (findOrder(orders, clientOrderId) !== undefined) {',
    'if (orders.live.get(clientOrderId) !== undefined) {',
  ),
  orders(
    'an order that can still fill is replaced',
    'F009, invariants 2 and 7',
    'if (before === undefined || !isDone(before)) {',
    'if (before === undefined) {',
  ),
  orders(
    'an order is replaced twice',
    'F009, invariant 2',
    'if (next === undefined) return;',
    'if (next === undefined || next !== before) return;',
  ),
  orders(
    'members of a chain are forgotten before its end',
    'F009, invariant 7',
    'if (forgotten-- <= 0 || chained.has(id)) newest.set(id, one);',
    'if (forgotten-- <= 0) newest.set(id, one);',
  ),
  bugsOf('src/orders/chain.ts', 'src/orders/chain.test.ts')(
    'a replace chain fills more than was intended',
    'F009, invariant 7',
    'const left = chainRemaining(orders, order);',
    'const left = order.intent.quantity;',
  ),
  ids(
    'the epoch is not in the client order id',
    'F021, F028, invariant 4',
    '${clientOrderIdStart(account)}${epoch}-`',
    '${clientOrderIdStart(account)}0-`',
  ),
  ids(
    'two accounts share client order ids',
    'F085, invariant 4',
    'sha256(account).slice(0, 6)',
    "sha256('').slice(0, 6)",
  ),
  ids(
    'the trading date is not in the id',
    'F003, invariant 4',
    'start: `${book}-${date}-` };',
    'start: `${book}-` };',
  ),
  match(
    'the watermark is lost where orders are matched',
    'F001, invariant 3',
    ' && !watermark?.includes(one.venueOrderId)',
    '',
  ),
  match(
    'an order bound to another intent is bound again',
    'F001, invariant 2',
    '!bound.has(one.venueOrderId) && ',
    '',
  ),
  match(
    'one of two orders that look alike is guessed',
    'F001, invariants 2 and 5',
    'if (distinct.length > 1 || watermark === null)',
    'if (watermark === null)',
  ),
  match(
    'another quantity at the broker is taken for ours',
    'F003, F004, invariant 2',
    "['quantity', intent.quantity, listed.quantity],",
    '',
  ),
  reply(
    'a reply that is not documented is taken as a refusal',
    'F005, invariant 5',
    "400: 'refused', 401: 'unauthorized', 403: 'refused' },",
    "400: 'refused', 401: 'unauthorized', 403: 'refused', 503: 'refused' },",
  ),
  reply(
    "a gateway's page is taken as the broker's answer",
    'F004, F005, invariant 5',
    "return endpoint === 'cancel' && meaning === 'accepted' ? meaning : 'unknown';",
    'return meaning;',
  ),
  reply(
    'an id that is taken is read as a refusal',
    'F003, invariants 2 and 5',
    "TAKEN.test(message)) return 'duplicate';",
    'TAKEN.test(message)) return meaning;',
  ),
  bugsOf('src/orders/pending.ts', 'src/orders/pending.test.ts')(
    'linked orders count once where no broker links them',
    'F060, invariants 13 and 14',
    'if (!scope.linked || intent.link === undefined) addTo(sum, own);',
    'if (intent.link === undefined) addTo(sum, own);',
  ),
  bugsOf('src/orders/legs.ts', 'src/orders/executions-legs.test.ts')(
    'one filled leg is taken for the whole order',
    'F011, invariant 7',
    'units = Math.min(units, ',
    'units = Math.max(units === Infinity ? 0 : units, ',
  ),
];
