import { formatInstant, type Instant, type Money, type Price } from '../../base/index.ts';
import {
  accountEquity,
  accountPositions,
  type Effect,
  type Input,
  type State,
} from '../../engine/index.ts';
import { exchangeClock } from '../../market/index.ts';
import type { LoadedDesk } from '../load.ts';
import type { Observer } from '../runner.ts';
import { journalPath, type RunningDesk } from '../wire.ts';
import { dollars, say } from './print.ts';

const STEPS = 14;

/** Tells a person what happens: numbered steps of one slot, or a line a day. */
export class StepPrinter implements Observer {
  readonly #on: boolean;
  readonly #stepwise: boolean;
  #step = 0;
  #bars = 0;
  #day: { text: string; orders: number; fills: number } | null = null;

  constructor(on: boolean, stepwise: boolean) {
    this.#on = on;
    this.#stepwise = stepwise;
  }

  loaded(loaded: LoadedDesk): void {
    const { desk, configHash } = loaded;
    this.#say(
      'Configuration',
      `${desk.name}, ${desk.books.length} book(s), ${configHash.slice(0, 12)}`,
    );
  }

  opened({ runner, journal, archived }: RunningDesk): void {
    if (archived !== null && this.#on) say(`The journal of another run was put aside: ${archived}`);
    const life = runner.resumed ? 'recovered' : 'new';
    this.#say('Ownership', `epoch ${runner.state.epoch}, one owner of folder and account`);
    this.#say('Journal', `${life}, ${journal.head().seq} records`);
  }

  finished({ runner, journal }: RunningDesk, seconds: number): void {
    if (!this.#on) return;
    const next = runner.nextSlot();
    say();
    say(`Total time ${seconds.toFixed(2)} s, ${journal.head().seq} records in the journal`);
    say(next === null ? 'No further slot: the feed ends here' : `Next slot ${when(next)}`);
  }

  taken(input: Input, effects: readonly Effect[], state: State): void {
    if (!this.#on) return;
    if (input.kind === 'bars') this.#bars += input.bars.length;
    if (this.#stepwise) this.#tellSteps(input, effects, state);
    else this.#tellDay(input, effects, state);
    for (const effect of effects) {
      if (effect.kind === 'alert' && effect.severity !== 'INFO') {
        say(`         ${effect.severity} ${effect.code}: ${effect.text}`);
      }
    }
  }

  #tellSteps(input: Input, effects: readonly Effect[], state: State): void {
    if (input.kind === 'slot') this.#say('Slot', `${input.date}, ${when(input.at)}, claimed`);
    if (input.kind === 'observation') {
      this.#say('History', `${this.#bars} completed bars folded`);
      this.#say(
        'Quotes',
        input.quotes.map(({ symbol, price }) => `${symbol} ${shown(price)}`).join(', '),
      );
      this.#say("Today's bar", `${input.bars.length} series so far, provisional`);
      this.#say(
        'Data checks',
        effects.some((effect) => effect.kind === 'alert') ? 'see below' : 'passed',
      );
      this.#say('Account', `equity ${dollars(accountEquity(state))}, ${held(state)}`);
    }
    for (const effect of effects) this.#tellEffect(effect);
    if (input.kind === 'close') {
      this.#say('State', 'state/state.json and a backup, exports, log');
      this.#say('Close', `${input.date}: equity ${dollars(accountEquity(state))}, ${held(state)}`);
    }
  }

  #tellEffect(effect: Effect): void {
    if (effect.kind === 'decision')
      this.#say('Strategy', `${effect.record.action}: ${effect.record.why}`);
    if (effect.kind === 'planned')
      this.#say('Plan', `${effect.legs} legs; ${effect.notes.join('; ')}`);
    if (effect.kind === 'submit') {
      const { side, quantity, symbol, expectedPrice } = effect.intent;
      this.#say('Order', `${side} ${quantity} ${symbol}, quote ${shown(expectedPrice)}`);
    }
    if (effect.kind === 'fill') {
      const { side, quantity, symbol, price, fee } = effect.record;
      this.#say('Fill', `${side} ${quantity} ${symbol} at ${shown(price)}, fee ${dollars(fee)}`);
    }
  }

  #tellDay(input: Input, effects: readonly Effect[], state: State): void {
    this.#day ??= { text: '', orders: 0, fills: 0 };
    for (const effect of effects) {
      if (effect.kind === 'decision')
        this.#day.text = `${effect.record.action}: ${effect.record.why}`;
      if (effect.kind === 'submit') this.#day.orders++;
      if (effect.kind === 'fill') this.#day.fills++;
    }
    if (input.kind !== 'close') return;
    const { text, orders, fills } = this.#day;
    const traded = orders === 0 ? '' : `  ${orders} orders, ${fills} fills`;
    say(`${input.date}  ${dollars(accountEquity(state)).padStart(14)}${traded}  ${text}`);
    this.#day = null;
  }

  #say(title: string, text: string): void {
    if (!this.#on) return;
    this.#step++;
    const number = this.#stepwise ? `[${String(this.#step).padStart(2)}/${STEPS}] ` : '';
    say(`${number}${title.padEnd(14)} ${text}`);
  }
}

const shown = (price: Price | null): string =>
  price === null ? 'none' : dollars(price as number as Money);

const when = (at: Instant): string => `${formatInstant(at)} (${exchangeClock(at)} New York)`;

function held(state: State): string {
  const positions = Object.entries(accountPositions(state));
  return positions.length === 0 ? 'cash only' : positions.map(([s, n]) => `${n} ${s}`).join(', ');
}

/** Where a person looks next. */
export const places = (folder: string): string[] => [
  `Journal          ${journalPath(folder)}`,
  `State            ${folder}/state/state.json`,
  `Exports          ${folder}/exports/`,
  `Daily log        ${folder}/logs/`,
];
