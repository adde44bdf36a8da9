import {
  accountCash,
  accountPositions,
  EXTERNAL,
  foldRecords,
  type State,
  stateDigest,
} from '../../src/engine/index.ts';
import { heldIn } from '../../src/ledger/index.ts';
import { type Order, remaining, signOf } from '../../src/orders/index.ts';
import {
  type BookedFill,
  booksDiffer,
  cumulativesDiffer,
  executionsDiffer,
  filledBeyond,
  type KnownOrder,
  nakedShorts,
  ordersPerIntent,
  reusedIds,
  unnamedOrders,
  type Violation,
  worldFaults,
} from '../../src/sim/hostile/index.ts';
import { checkDryRun } from './dry-run.ts';
import { stillToCome } from './exposure.ts';
import type { World } from './world.ts';

const CENT = 10_000;

/** All that must hold once a day of quiet is over. */
export function settle(world: World): void {
  const { state, violations, broker } = world;
  const tell = (found: readonly Violation[]): void => {
    for (const { invariant, text } of found) violations.must(invariant, false, () => text);
  };
  for (const fault of worldFaults(broker.truth)) {
    violations.must(0, false, () => `The world is wrong: ${fault}`);
  }
  if (state === null || !world.life.alive) {
    return violations.must(36, false, () => 'No process runs at the end');
  }
  if (world.plan.dryRun) {
    checkDryRun(world);
    settleReplay(world, state);
    return settleOrders(world, state);
  }
  const { truth } = broker;
  const known = knownOrders(state);
  tell(ordersPerIntent(truth, world.checks.intents));
  tell(unnamedOrders(truth, world.checks.intents));
  tell(reusedIds(firstOf(world.checks.submits)));
  tell(filledBeyond(truth, known));
  tell(cumulativesDiffer(truth, known));
  tell(executionsDiffer(truth, bookedOf(state)));
  tell(nakedShorts(Object.fromEntries(truth.positions), known));
  settleReplay(world, state);
  settleOrders(world, state);
  settleProtection(world, state);
  settleBooks(world, state, tell);
}

const firstOf = <T extends { clientOrderId: string }>(submits: readonly T[]): T[] => [
  ...new Map(submits.map((one) => [one.clientOrderId, one] as const)).values(),
];

const knownOrders = ({ orders }: State): KnownOrder[] =>
  [...orders.live.values(), ...orders.done.values()].map((order: Order) => ({
    clientOrderId: order.intent.clientOrderId,
    symbol: order.intent.symbol,
    side: order.intent.side,
    quantity: order.intent.quantity,
    filled: order.filled,
    remaining: remaining(order),
    group: order.intent.link?.group,
  }));

/** Fills as they are booked. */
const bookedOf = ({ orders }: State): BookedFill[] =>
  [...orders.live.values(), ...orders.done.values()].flatMap(({ intent, executions }) =>
    executions.map((fill) => ({
      executionId: fill.executionId,
      order: intent.clientOrderId,
      symbol: fill.symbol ?? intent.symbol,
      quantity: fill.quantity,
    })),
  );

/**
 * Invariant 27: the journal, from its beginning and from its snapshot, gives the state there is.
 */
function settleReplay({ journal, plan, violations }: World, state: State): void {
  if (journal === null) return;
  const live = stateDigest(state);
  const whole = stateDigest(foldRecords(plan.setup, journal.read()));
  violations.must(27, whole === live, () => 'The replay differs from the life');
  const snapshot = journal.latestSnapshot();
  if (snapshot === undefined) return;
  const tail = stateDigest(foldRecords(plan.setup, journal.read(snapshot.seq), snapshot));
  violations.must(27, tail === live, () => 'Snapshot and tail differ from the life');
}

/** Invariant 36: no order is without an outcome, none hangs. */
function settleOrders(world: World, state: State): void {
  for (const { status, intent, venueOrderId } of state.orders.live.values()) {
    const rests = status === 'working' && intent.timeInForce === 'gtc';
    const text = () => `"${intent.id}" (${venueOrderId}) is still ${status}`;
    world.violations.must(36, rests, text);
  }
  for (const order of world.broker.truth.orders) {
    const isLive = order.status === 'accepted' || order.status === 'working';
    if (order.external || !isLive) continue;
    const known = state.orders.live.has(order.terms.clientOrderId as never);
    world.violations.must(2, known, () => `"${order.terms.clientOrderId}" lives on, an orphan`);
  }
}

/** Invariant 21: no more is protected than is held, and all of it where a stop is required. */
function settleProtection({ violations, plan }: World, state: State): void {
  for (const { setup, ledger } of state.books) {
    const { watch, name } = setup;
    const live = [...state.orders.live.values()].filter(
      ({ intent }) => intent.book === name && intent.purpose === 'protect',
    );
    for (const symbol of new Set(live.map(({ intent }) => intent.symbol))) {
      const held = ledger.positions.get(symbol)?.quantity ?? 0;
      const guarded = stillToCome(live, symbol, 'sell');
      const text = () => `"${name}" protects ${guarded} of ${held} ${symbol}`;
      violations.must(21, guarded <= Math.max(0, held), text);
    }
    const rests = watch?.stopRequired === true && watch.brokerHeld && plan.setup.broker.stops;
    if (!rests || state.halt !== 'NONE' || setup.name === EXTERNAL) continue;
    for (const { symbol, quantity } of ledger.positions.values()) {
      const guarded = stillToCome(live, symbol, 'sell');
      const netted = state.books.some((one) => heldIn(one.ledger, symbol) * quantity < 0);
      const asked = isBlocked(state, symbol) || state.external.ledger.positions.has(symbol);
      const text = () => `"${name}" holds ${quantity} ${symbol}, ${guarded} have a stop`;
      violations.must(21, quantity < 0 || guarded === quantity || asked || netted, text);
    }
  }
}

/** Whether a person was asked about a symbol. */
const isBlocked = ({ reconcile }: State, symbol: string): boolean =>
  JSON.stringify(reconcile).includes(symbol);

/** Invariants 10 and 11: equal books, or a difference that is named and asked about. */
function settleBooks(
  world: World,
  state: State,
  tell: (found: readonly Violation[]) => void,
): void {
  const named = `${JSON.stringify(state.reconcile)} ${state.haltReason ?? ''}`;
  const { symbols } = world.market;
  const open = new Set(symbols.filter((symbol) => named.includes(symbol)));
  const holdings = { cash: accountCash(state), positions: accountPositions(state) };
  const cash = named.includes('cash');
  tell(booksDiffer(world.broker.truth, holdings, { symbols: open, cash, cashTolerance: CENT }));
  for (const book of state.books) {
    const held = new Map<string, number>();
    for (const map of [state.orders.live, state.orders.done]) {
      for (const { intent, filled } of map.values()) {
        if (intent.book !== book.setup.name || intent.legs !== undefined) continue;
        held.set(intent.symbol, (held.get(intent.symbol) ?? 0) + signOf(intent.side) * filled);
      }
    }
    checkSums(world, book, held);
  }
}

/** Positions are the sums of their orders' fills, where nothing but trades came. */
function checkSums(
  world: World,
  { ledger, setup }: State['books'][number],
  held: ReadonlyMap<string, number>,
): void {
  const moved = world.broker.truth.flows.some((flow) => flow.shares !== 0);
  if (moved || world.plan.setup.crossing !== undefined || world.counts.has('command answer'))
    return;
  for (const symbol of new Set([...held.keys(), ...ledger.positions.keys()])) {
    const here = ledger.positions.get(symbol)?.quantity ?? 0;
    const sum = held.get(symbol) ?? 0;
    const text = () => `"${setup.name}" holds ${here} ${symbol}, its fills make ${sum}`;
    world.violations.must(10, here === sum, text);
  }
}
