import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readJournal } from '../../adapters/journal/index.ts';
import {
  canonical,
  formatInstant,
  formatMoney,
  type Instant,
  parseDate,
} from '../../base/index.ts';
import { accountText } from '../control-view.ts';
import { type Effect, foldRecords, markOf, type State, usable } from '../../engine/index.ts';
import { stateView } from '../final-state.ts';
import { deskPath } from '../load.ts';
import { type RecordedRun, recordedRun } from '../recorded-run.ts';
import { recordedIn } from '../recorded.ts';
import { journalPath } from '../wire.ts';
import { Refused } from './exit.ts';
import { say, table } from './print.ts';

/** Folder of a desk that has a journal; throws when it has none. */
export function folderWithJournal(given: string): string {
  const folder = dirname(resolve(deskPath(given)));
  if (!existsSync(journalPath(folder))) {
    throw new Refused(`Desk "${given}" has no journal yet; "plimsoll run" begins one`);
  }
  return folder;
}

/** `plimsoll positions|orders|status`: the state as the journal has it. */
export async function look(
  what: 'positions' | 'orders' | 'status',
  given: string,
  options: { json?: boolean },
): Promise<undefined> {
  const folder = folderWithJournal(given);
  const run = await recordedRun(folder);
  const reader = readJournal(journalPath(folder));
  try {
    const snapshot = usable(reader.latestSnapshot());
    const state = foldRecords(run.setup, reader.read(snapshot?.seq ?? 0), snapshot);
    if (what === 'positions') positions(state, options);
    else if (what === 'orders') orders(state, options);
    else {
      const signIn = await signInText(run);
      status(run, state, reader.head().seq, { ...options, signIn });
    }
  } finally {
    reader.close();
  }
}

function positions(state: State, { json }: { json?: boolean }): void {
  const view = stateView(state);
  if (json) return say(canonical(view));
  const rows = view.books.flatMap((book) =>
    book.positions.map(({ symbol, quantity, averageCost }) => {
      const mark = markOf(state, symbol);
      const price = mark === undefined ? '-' : formatMoney(mark);
      return [book.name, symbol, `${quantity}`, averageCost, price];
    }),
  );
  for (const { symbol, quantity } of state.external.ledger.positions.values()) {
    const mark = markOf(state, symbol);
    const price = mark === undefined ? '-' : formatMoney(mark);
    rows.push([state.external.setup.name, symbol, `${quantity}`, '-', price]);
  }
  for (const line of table(['Book', 'Symbol', 'Shares', 'Average cost', 'Mark'], rows)) say(line);
  say();
  say(`Cash ${view.cash}, equity ${view.equity}, ${view.date}`);
  return undefined;
}

function orders(state: State, { json }: { json?: boolean }): void {
  const all = [...state.orders.live.values(), ...[...state.orders.done.values()].toReversed()];
  const rows = all.map(({ intent, status, filled, notional }) => ({
    order: intent.id,
    at: formatInstant(intent.at),
    symbol: intent.symbol,
    side: intent.side,
    quantity: intent.quantity,
    filled,
    price: filled === 0 ? null : formatMoney(Math.round(notional / filled) as never),
    status,
  }));
  if (json) return say(canonical({ orders: rows }));
  const head = ['Order', 'At', 'Symbol', 'Side', 'Quantity', 'Filled', 'Price', 'Status'];
  const cells = rows.map((row) =>
    Object.values(row).map((cell) => (cell === null ? '-' : `${cell}`)),
  );
  for (const line of table(head, cells)) say(line);
  return undefined;
}

function status(
  run: RecordedRun,
  state: State,
  records: number,
  { json, signIn }: { json?: boolean; signIn: string | null },
): void {
  const view = stateView(state);
  const { stage, epoch } = { stage: run.start.stage, epoch: state.epoch };
  const live = state.orders.live.size;
  if (json) {
    return say(canonical({ ...view, stage, epoch, records, live, ...worldView(run, signIn) }));
  }
  say(`Desk       ${run.setup.desk}, stage ${stage}, epoch ${epoch}`);
  say(`Journal    ${records} records, up to ${formatInstant(state.at)}`);
  for (const line of worldLines(run, signIn)) say(line);
  say(`Account    equity ${view.equity}, cash ${view.cash}`);
  say(`Halt       ${view.halt}${view.haltReason === null ? '' : `: ${view.haltReason}`}`);
  say(`Orders     ${state.orders.live.size} under way`);
  for (const book of view.books) {
    const text = book.stopped === null ? 'running' : `stopped: ${book.stopped}`;
    say(`Book       ${book.name}: ${text}, equity ${book.equity}`);
  }
  return undefined;
}

/** How long the sign-in of a desk's broker lasts, in words; null where it has none. */
async function signInText({ desk }: RecordedRun): Promise<string | null> {
  if (desk.broker?.name !== 'schwab') return null;
  const { tokenSeen } = await import('../world/schwab.ts');
  const age = tokenSeen(desk.folder, Date.now() as Instant);
  if (age === null) return 'nobody signed in: plimsoll login schwab';
  const until = formatInstant(age.refreshExpiresAt);
  if (age.level === 'dead') return `ended at ${until}: plimsoll login schwab`;
  return age.level === 'fine' ? `until ${until}` : `until ${until}, in less than ${age.level} h`;
}

/** Whose market and money it is, of a desk that trades a market that lives. */
function worldView({ start: { world } }: RecordedRun, signIn: string | null): object {
  if (world === undefined) return {};
  const { broker, account, data, override = null } = world;
  return { broker, account: accountText(account), data, override, signIn };
}

function worldLines({ start }: RecordedRun, signIn: string | null): string[] {
  const { world, stage } = start;
  if (world === undefined) return [];
  const money = stage === 'live' ? 'REAL MONEY' : 'no real money';
  const lines = [`Broker     ${accountText(world.account)}, ${money}, prices of ${world.data}`];
  if (world.override !== undefined) {
    lines.push(`           WITHOUT A CERTIFICATE: "${world.override}"`);
  }
  if (signIn !== null) lines.push(`Sign-in    ${signIn}`);
  return lines;
}

/** `plimsoll why SYMBOL DATE`: the decision of the day, what it became, and what was in the way. */
export async function why(
  symbol: string,
  date: string,
  given: string,
  options: { json?: boolean },
): Promise<undefined> {
  const day = parseDate(date);
  const folder = folderWithJournal(given);
  const reader = readJournal(journalPath(folder));
  try {
    const all = recordedIn(reader);
    const decisions = all.decisions.filter((one) => one.date === day);
    const isOurs = (effect: Effect & { symbol?: string; text?: string }) =>
      effect.symbol === symbol || (effect.text ?? '').includes(symbol);
    const fills = all.fills.filter((one) => one.date === day && one.symbol === symbol);
    const refusals = all.refusals.filter((one) => one.intent.includes(day) && isOurs(one));
    const alerts = all.alerts.filter((one) => formatInstant(one.at).startsWith(day));
    const noDecision = decisions.length === 0 ? reasonForNone(all.equity, day) : null;
    const answer = { decisions, fills, refusals, alerts };
    if (options.json) say(canonical({ symbol, date: day, ...answer, noDecision }));
    else tellWhy(symbol, answer);
    if (noDecision !== null && !options.json) say(`No decision on ${day}: ${noDecision}`);
  } finally {
    reader.close();
  }
}

function reasonForNone(equity: readonly { date: string }[], day: string): string {
  if (equity.length === 0) return 'the run has no closed day';
  if (day < (equity[0]?.date ?? '')) return `the run begins on ${equity[0]?.date}`;
  if (day > (equity.at(-1)?.date ?? '')) return `the run ends on ${equity.at(-1)?.date}`;
  const known = equity.some((point) => point.date === day);
  return known ? 'no slot was due' : 'it was not a trading day';
}

type Told = Pick<ReturnType<typeof recordedIn>, 'decisions' | 'fills' | 'refusals' | 'alerts'>;

function tellWhy(symbol: string, { decisions, fills, refusals, alerts }: Told): void {
  for (const decision of decisions) {
    say(`${decision.date} ${decision.book} (${decision.strategy}): ${decision.action}`);
    say(`  ${decision.why}`);
    say(`  target for ${symbol}: ${decision.targets[symbol] ?? 0}`);
    const facts = Object.entries(decision.facts).map(([name, value]) => `${name} ${value ?? '-'}`);
    if (facts.length > 0) say(`  ${facts.join(', ')}`);
  }
  for (const fill of fills) {
    say(`  filled: ${fill.side} ${fill.quantity} at ${formatMoney(fill.price)} (${fill.order})`);
  }
  for (const { refusal } of refusals) {
    say(`  refused: ${refusal.code}, found ${refusal.found}, limit ${refusal.limit}`);
  }
  for (const alert of alerts) say(`  ${alert.severity} ${alert.code}: ${alert.text}`);
  if (decisions.length > 0 && fills.length === 0) say(`  ${symbol} was not traded`);
}
