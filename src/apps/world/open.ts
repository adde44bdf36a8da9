import { LiveClock, LiveFeed, type LiveSeries } from '../../adapters/live/index.ts';
import { type Speed, VirtualClock } from '../../adapters/replay/index.ts';
import { hideAccount, maskedAccount } from '../../adapters/index.ts';
import { BadInput, type DateText, type Instant, sha256 } from '../../base/index.ts';
import {
  accountHeld,
  type Broker,
  type Clock,
  type Setup,
  type StartInput,
  type World,
} from '../../engine/index.ts';
import { exchangeDate, nextSession, sessionOn } from '../../market/index.ts';
import { clientOrderIdStart } from '../../orders/index.ts';
import type { BrokerConfig, Desk } from '../config/index.ts';
import type { Notice, Runner } from '../runner.ts';
import { CalendarWatch } from './calendar-watch.ts';
import type { Connection, ConnectOptions, Stage } from './connection.ts';
import type { Secrets } from './credentials.ts';
import { clockHolds, isClockOld } from './trusted-time.ts';

export type { Stage } from './connection.ts';

export interface WorldOptions {
  readonly desk: Desk;
  readonly folder: string;
  readonly stage: Stage;
  readonly secrets: Secrets;
  /** Of a recorded clock: where it begins. */
  readonly from?: DateText;
  /** When the journal that goes on began; left out for a new one. */
  readonly since?: Instant;
  /** The sentence in which a person goes live without a certificate. */
  readonly override?: string;
}

/** What a connection is made before, and asks for later. */
interface Holder {
  clock: Clock | null;
  runner: Runner | null;
  /** What our order ids begin with, once the world is bound to a journal. */
  idStart: string | null;
}

const TEND_MS = 15_000; // between two looks at the sign-in

/** A market that lives and whoever takes orders there: proven before a run is made of them. */
export class OpenWorld {
  readonly stage: Stage;
  readonly #desk: Desk;
  readonly #config: BrokerConfig;
  readonly #connection: Connection;
  readonly #override: string | undefined;
  readonly #now: () => Instant;
  #told: World | null = null;
  #first: DateText | null = null;
  #feed: LiveFeed | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #holder: Holder;
  #calendar: CalendarWatch | null = null;
  #isClosed = false;

  /** Made by `openWorld`. */
  constructor(
    { desk, stage, override }: WorldOptions,
    parts: {
      config: BrokerConfig;
      connection: Connection;
      now: () => Instant;
      holder: Holder;
    },
  ) {
    this.stage = stage;
    this.#desk = desk;
    this.#config = parts.config;
    this.#connection = parts.connection;
    this.#override = override;
    this.#now = parts.now;
    this.#holder = parts.holder;
  }

  /** What only one process of this machine may own. */
  get account(): string {
    return this.#tag();
  }

  /** The broker of another company, or null where orders go to the built-in one. */
  get broker(): Broker | null {
    return this.#connection.counterpart;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** The clock of this world: the wall's, or that of the market it plays. */
  now(): Instant {
    return this.#now();
  }

  /** Whether a journal's account is this one. */
  isAccount(account: string): boolean {
    return account.startsWith(`${this.#tag()}:`);
  }

  /** Takes over the world that a journal was begun in, or begins one that never was. */
  bind(start: StartInput | null): World {
    const { account } = start?.world ?? {};
    const { source, feed } = this.#connection.data.tag;
    const override = start?.world?.override ?? this.#override;
    this.#first = start === null ? null : exchangeDate(start.at);
    this.#told = {
      broker: this.#connection.counterpart === null ? 'simulator' : this.#config.name,
      data: `${source}/${feed}`,
      account: account ?? `${this.#tag()}:${Date.now().toString(36)}`,
      ...(override !== undefined && { override }),
    };
    this.#holder.idStart = clientOrderIdStart(this.#told.account);
    return this.#told;
  }

  /** As it was bound. */
  get told(): World {
    if (this.#told === null) throw new BadInput('A world is told before it is bound');
    return this.#told;
  }

  /** Where trading begins: where the journal began, or with the session that is not over. */
  firstDate(): DateText {
    if (this.#first !== null) return this.#first;
    if (this.#config.clock === 'recorded') {
      throw new BadInput('A recorded market begins at a date: --from is needed');
    }
    const now = this.#now();
    const date = exchangeDate(now);
    const session = sessionOn(date);
    return session !== undefined && now < session.close ? date : nextSession(date).date;
  }

  clock(start: Instant, speed: Speed): Clock {
    const isRecorded = this.#config.clock === 'recorded';
    const clock = isRecorded
      ? new VirtualClock(start, speed)
      : new LiveClock((byMs) => this.#stepped(byMs));
    this.#holder.clock = clock;
    return clock;
  }

  feed(setup: Setup): LiveFeed {
    const { closeAfterMs, markEveryMs, spreadPctMax } = this.#config;
    const ageMsMax = this.#desk.dataChecks.quoteAgeMsMax;
    refuseAdjustments(this.#config.name, setup);
    this.#feed = new LiveFeed({
      data: this.#connection.data,
      series: seriesOf(setup),
      now: this.#now,
      traits: { closeAfterMs, markEveryMs, ageMsMax },
      spreadPctMax,
      streams: setup.books.some(({ slot }) => slot.kind === 'every-bar'),
    });
    return this.#feed;
  }

  /** Why nothing that adds risk may leave now, or null. */
  guard(): string | null {
    const { clockSkewMsMax, clock } = this.#config;
    const isReal = clock === 'system' && this.#connection.counterpart !== null;
    if (!isReal) return this.#connection.signInHolds();
    const skew = clockHolds(this.#connection.clockSeen(), clockSkewMsMax);
    return skew ?? this.#calendar?.holds() ?? this.#connection.signInHolds();
  }

  /** Follows what the broker tells by itself; a hint each. */
  begin(runner: Runner): void {
    this.#holder.runner = runner;
    this.#connection.counterpart?.listen(
      (reports) => runner.heard(reports),
      (isUp) => runner.notice(streamNotice(isUp)),
    );
    const { probe } = this.#connection;
    const notice = (told: Notice) => runner.notice(told);
    if (probe !== null) this.#calendar = new CalendarWatch(probe, this.#now, notice);
    const tend = () => {
      this.#connection.tend();
      if (this.#config.clock === 'system') {
        void this.#calendar?.tend();
        if (isClockOld(this.#connection.clockSeen())) probe?.clock().catch(() => {});
      }
      for (const notice of this.#connection.signInNotices()) runner.notice(notice);
    };
    tend();
    this.#timer = setInterval(tend, TEND_MS).unref();
  }

  /** Ends every connection; once, however often it is asked. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#feed?.close();
    await this.#connection.close();
  }

  #stepped(byMs: number): void {
    const text = `The clock of this machine moved by ${byMs} ms by itself`;
    this.#holder.runner?.notice({ severity: 'HIGH', code: 'clockStepped', text });
  }

  #tag(): string {
    const { account } = this.#connection;
    const { name } = this.#config;
    if (account === null) return `${name}:${this.stage}:${this.#desk.name}`;
    return `${name}:${maskedAccount(account)}:${sha256(`${name} ${account}`).slice(0, 16)}`;
  }
}

/** Throws `BadInput` where a series is wanted in a way in which the broker has no bars. */
function refuseAdjustments(name: BrokerConfig['name'], { series }: Setup): void {
  const other = series.find(({ adjustment }) => adjustment !== 'splits');
  if (name !== 'schwab' || other === undefined) return;
  const { symbol, adjustment } = other;
  throw new BadInput(
    `data.${symbol}: adjusted for "${adjustment}", and Schwab's bars are adjusted for splits; ` +
      'wanted data with adjustment: splits, so that live and recorded bars are alike',
  );
}

const streamNotice = (isUp: boolean): Notice =>
  isUp
    ? { severity: 'INFO', code: 'ordersUp', text: 'The stream of executions stands' }
    : {
        severity: 'WARNING',
        code: 'ordersDown',
        text: 'The stream of executions is lost: orders are asked about until it is back',
      };

/** The series of a desk, each with the bars that are needed before anything is decided. */
function seriesOf({ series, books, dataLimits }: Setup): LiveSeries[] {
  return series.map(({ symbol, timeframe, adjustment }) => {
    let warmup = dataLimits.lookbackDays + 1;
    for (const { strategy, params, restart } of books) {
      for (const one of strategy.subscriptions(params)) {
        if (one.symbol === symbol) warmup = Math.max(warmup, one.warmup, restart ?? 0);
      }
    }
    return { symbol, timeframe, adjustment, warmup };
  });
}

/**
 * Opens the broker of a desk for a stage, and proves what that stage needs. Throws `BadInput` for
 * what is missing or does not agree; nothing was sent then.
 */
export async function openWorld(options: WorldOptions): Promise<OpenWorld> {
  const { desk, folder, stage, secrets, from } = options;
  const config = desk.broker;
  if (config === null) {
    throw new BadInput('The desk has no section "broker": a market that lives needs one');
  }
  for (const number of [config.accounts.paper, config.accounts.live]) {
    if (number !== null) hideAccount(number);
  }
  const holder: Holder = { clock: null, runner: null, idStart: null };
  const isRecorded = config.clock === 'recorded';
  const begin = isRecorded && from !== undefined ? beginOf(from) : null;
  const now = () => holder.clock?.now() ?? begin ?? (Date.now() as Instant);
  // Only a run tells the time: who looks leaves the recorded market where it is.
  const headers = (): Record<string, string> =>
    holder.clock === null ? {} : { 'x-plimsoll-at': String(now()) };
  const parts: ConnectOptions = {
    desk,
    folder,
    stage,
    secrets,
    now,
    since: options.since ?? now(),
    held: (symbol) => (holder.runner === null ? 0 : accountHeld(holder.runner.state, symbol)),
    isOurs: (id) => holder.idStart !== null && id.startsWith(holder.idStart),
    bookOf: (venueOrderId) => bookOf(holder.runner, venueOrderId),
    odd: (text) => holder.runner?.notice({ severity: 'WARNING', code: 'brokerOdd', text }),
    ...(isRecorded && { headers }),
  };
  const connection =
    config.name === 'alpaca'
      ? await (await import('./alpaca.ts')).connectAlpaca(parts, config)
      : await (await import('./schwab.ts')).connectSchwabDesk(parts, config);
  return new OpenWorld(options, { config, connection, now, holder });
}

/** Index of the book whose order the broker calls so; null where it is none of ours. */
function bookOf(runner: Runner | null, venueOrderId: string): number | null {
  if (runner === null) return null;
  const { orders, books } = runner.state;
  for (const order of [...orders.live.values(), ...orders.done.values()]) {
    if (order.venueOrderId !== venueOrderId) continue;
    const index = books.findIndex(({ setup }) => setup.name === order.intent.book);
    return index < 0 ? null : index;
  }
  return null;
}

function beginOf(from: DateText): Instant {
  return (sessionOn(from) ?? nextSession(from)).open;
}
