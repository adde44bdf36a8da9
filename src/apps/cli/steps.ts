import {
  formatInstant,
  formatMoney,
  type Instant,
  type Money,
  type Price,
} from '../../base/index.ts';
import {
  accountCash,
  accountEquity,
  accountPositions,
  type Effect,
  type Input,
  type State,
} from '../../engine/index.ts';
import { exchangeClock } from '../../market/index.ts';
import { accountText } from '../control-view.ts';
import type { LoadedDesk } from '../load.ts';
import type { Observer } from '../recorder.ts';
import { journalPath, type RunningDesk } from '../wire.ts';
import type { OpenWorld } from '../world/index.ts';
import { dollars, say } from './print.ts';
import { row } from './summary.ts';

const TITLES = [
  'Configuration',
  'Ownership',
  'Journal',
  'Slot',
  'History',
  'Quotes',
  "Today's bar",
  'Data checks',
  'Account',
  'Strategy',
  'Plan',
  'Orders',
  'State',
  'Summary',
] as const;

type Observation = Extract<Input, { kind: 'observation' }>;

/** Tells a person what happens: the numbered steps of each slot, or a line a day. */
export class StepPrinter implements Observer {
  readonly #on: boolean;
  readonly #stepwise: boolean;
  #bars = 0;
  #day = { text: '', orders: 0, fills: 0 };
  #lines: string[] = [];

  constructor(on: boolean, stepwise: boolean) {
    this.#on = on;
    this.#stepwise = stepwise;
  }

  loaded({ desk, configHash }: LoadedDesk): void {
    const books = desk.books.map((book) => book.name).join(', ');
    const capital = dollars(desk.capital);
    this.#say('Configuration', `${desk.name}: ${books}; ${capital}; ${configHash.slice(0, 12)}`);
  }

  /** Whose market it is and whose money, as the connection has it. */
  world({ broker, stage, told: { account, override } }: OpenWorld): void {
    const where = broker === null ? 'orders stay in this process' : 'orders go to the broker';
    this.#also(`${accountText(account)}, stage ${stage}, ${where}`);
    if (override !== undefined) this.#also(`WITHOUT A CERTIFICATE: "${override}"`);
  }

  opened({ runner, journal, archived }: RunningDesk): void {
    const life = runner.resumed ? 'recovered' : 'new';
    this.#say('Ownership', `epoch ${runner.state.epoch}, sole owner of folder and account`);
    this.#say('Journal', `${life}, ${journal.head().seq} records, chain sound`);
    if (archived !== null) this.#also(`the journal of another run was put aside: ${archived}`);
  }

  /** After the last slot: what it left behind. */
  finished({ runner, journal }: RunningDesk, seconds: number): void {
    if (!this.#on) return;
    const { state } = runner;
    if (this.#stepwise) {
      this.#say('State', 'state/state.json with a backup, exports/, logs/');
      this.#say('Summary', `equity ${dollars(accountEquity(state))}, ${held(state)}`);
      this.#also(`cash ${dollars(accountCash(state))}, ${this.#day.fills} fills`);
    }
    say();
    const next = runner.nextSlot();
    const spent = `${seconds.toFixed(2)} s, ${journal.head().seq} records in the journal`;
    say(row('Total time', spent));
    say(row('Next slot', `${next === null ? 'none: the recording ends here' : when(next)}`));
  }

  taken(input: Input, effects: readonly Effect[], state: State): void {
    if (!this.#on) return;
    if (input.kind === 'bars') this.#bars += input.bars.length;
    for (const effect of effects) this.#count(effect);
    if (this.#stepwise) this.#tellSteps(input, effects, state);
    else this.#tellDay(input, state);
    for (const effect of effects) {
      if (effect.kind === 'alert' && effect.severity !== 'INFO') {
        say(`${this.#stepwise ? '        ' : '            '}${effect.severity} ${effect.text}`);
      }
    }
  }

  #count(effect: Effect): void {
    if (effect.kind === 'submit') this.#day.orders++;
    if (effect.kind === 'fill') this.#day.fills++;
    if (effect.kind !== 'decision') return;
    const { book, action, why } = effect.record;
    this.#lines.push(`${book} ${action}: ${why}`);
    this.#day.text = this.#lines.join(' | ');
  }

  #tellSteps(input: Input, effects: readonly Effect[], state: State): void {
    if (input.kind === 'slot') this.#say('Slot', `${input.date}, ${when(input.at)}, claimed`);
    if (input.kind === 'observation') this.#tellObservation(input, effects, state);
    for (const effect of effects) this.#tellEffect(effect);
    if (input.kind === 'close') {
      this.#also(`close of ${input.date}: equity ${dollars(accountEquity(state))}, ${held(state)}`);
    }
  }

  #tellObservation(input: Observation, effects: readonly Effect[], state: State): void {
    const quotes = input.quotes.map(({ symbol, price }) => `${symbol} ${shown(price)}`);
    this.#say('History', `${this.#bars} completed bars folded`);
    this.#say('Quotes', quotes.join(', '));
    this.#say("Today's bar", `${input.bars.length} series so far, to be taken back`);
    const stopped = effects.some((effect) => effect.kind === 'alert');
    this.#say('Data checks', stopped ? 'not passed, see below' : 'calendar, age, jumps: passed');
    this.#say('Account', `equity ${dollars(accountEquity(state))}, ${held(state)}`);
    const decisions = effects.filter((effect) => effect.kind === 'decision');
    for (const { record } of decisions) this.#say('Strategy', `${record.action}: ${record.why}`);
    this.#say('Plan', planText(effects));
    const sent = effects.some((effect) => effect.kind === 'submit');
    this.#say('Orders', sent ? 'one after the other, sells first' : 'none');
  }

  #tellEffect(effect: Effect): void {
    if (effect.kind === 'submit') {
      const { side, quantity, symbol, expectedPrice } = effect.intent;
      this.#also(`${side} ${quantity} ${symbol}, quote ${shown(expectedPrice)}`);
    }
    if (effect.kind === 'fill') {
      const { side, quantity, symbol, price, fee } = effect.record;
      this.#also(`filled: ${side} ${quantity} ${symbol} at ${shown(price)}, fee ${dollars(fee)}`);
    }
  }

  #tellDay(input: Input, state: State): void {
    if (input.kind !== 'close') return;
    const { text, orders, fills } = this.#day;
    const traded = orders === 0 ? '' : `${orders} orders, ${fills} fills  `;
    say(`${input.date}  ${dollars(accountEquity(state)).padStart(14)}  ${traded}${text}`);
    this.#day = { text: '', orders: 0, fills: 0 };
    this.#lines = [];
  }

  #say(title: (typeof TITLES)[number], text: string): void {
    if (!this.#on) return;
    const step = `[${String(TITLES.indexOf(title) + 1).padStart(2)}/${TITLES.length}] `;
    say(`${this.#stepwise ? step : ''}${title.padEnd(16)} ${text}`);
  }

  #also(text: string): void {
    if (this.#on) say(`${this.#stepwise ? '        ' : ''}${' '.repeat(17)}${text}`);
  }
}

function planText(effects: readonly Effect[]): string {
  const plan = effects.find((effect) => effect.kind === 'planned');
  const notes = plan === undefined || plan.notes.length === 0 ? '' : `; ${plan.notes.join('; ')}`;
  const decision = effects.find((effect) => effect.kind === 'decision');
  if (decision?.record.action !== 'rebalance') return 'nothing to carry out';
  const targets = Object.entries(decision.record.targets)
    .filter(([, weight]) => weight !== 0)
    .map(([symbol, weight]) => `${symbol} ${(weight * 100).toFixed(1)} %`);
  return `${targets.length === 0 ? 'all cash' : targets.join(', ')}${notes}`;
}

/** A price as it is quoted, all its decimals. */
const shown = (price: Price | null): string =>
  price === null ? 'none' : `$${formatMoney(price as number as Money)}`;

const when = (at: Instant): string => `${formatInstant(at)} (${exchangeClock(at)} New York)`;

function held(state: State): string {
  const positions = Object.entries(accountPositions(state));
  return positions.length === 0 ? 'cash only' : positions.map(([s, n]) => `${n} ${s}`).join(', ');
}

/** Where a person looks next. */
export const places = (folder: string): string[] => [
  row('Journal', journalPath(folder)),
  row('State', `${folder}/state/state.json`),
  row('Exports', `${folder}/exports/`),
  row('Daily log', `${folder}/logs/`),
];
