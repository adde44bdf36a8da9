import type { DateText, Instant, Money, Price } from '../../base/index.ts';
import type { SimBrokerSettings } from '../../sim/index.ts';
import type { VenueMarket } from './market/source.ts';

/** A small durable map; what `put` took is on the disk when it returns. */
export interface ServerStore {
  entries(): Iterable<readonly [key: string, text: string]>;
  put(changes: readonly (readonly [key: string, text: string])[]): void;
}

/** What regulators and clearing charge, posted as FEE activities at the end of the day. */
export interface FeeSchedule {
  /** SEC section 31 fee in dollars a billion of the proceeds of a sale, rounded up to the cent. */
  readonly secPerBillion: number;
  /** FINRA trading activity fee of one share or contract sold, and the most for one execution. */
  readonly tafPerShare: Money;
  readonly tafPerContract: Money;
  readonly tafMax: Money;
  /** Options regulatory fee and clearing fee of one contract, bought or sold. */
  readonly orfPerContract: Money;
  readonly occPerContract: Money;
}

/** What an equity is to this broker, where it is not as most are. */
export interface AssetTerms {
  readonly tradable?: boolean;
  readonly shortable?: boolean;
  /** False: hard to borrow. Its sale short is refused unless `borrowRatePpm` says what it costs. */
  readonly easyToBorrow?: boolean;
  /** Yearly borrow fee in millionths of the market value, charged each calendar day. */
  readonly borrowRatePpm?: number;
  /** "NASDAQ", "NYSE", "ARCA"; NASDAQ where nothing is told. */
  readonly exchange?: string;
}

/** What happens to a holding at the open of an exchange date. */
export type CorporateAction =
  | { readonly kind: 'dividend'; readonly symbol: string; readonly perShare: Money }
  /** `to` shares for each `from`; what is left of a share is paid out at the market. */
  | {
      readonly kind: 'split';
      readonly symbol: string;
      readonly from: number;
      readonly to: number;
    };

export interface AccountTerms {
  readonly number: string;
  readonly cash: Money;
  /** 0 none, 1 covered, 2 long, 3 spreads. */
  readonly optionsLevel?: number;
  readonly shorting?: boolean;
  /** 1 a cash account, 2 regulation T, 4 day trading. */
  readonly multiplier?: 1 | 2 | 4;
}

export interface AlpacaServerOptions {
  readonly host?: '127.0.0.1';
  /** 0: any free one. */
  readonly port?: number;
  /** The server's clock; with `followHeader` only its start. */
  readonly now: () => Instant;
  readonly keys: { readonly keyId: string; readonly secret: string };
  readonly account: AccountTerms;
  readonly settings: Partial<SimBrokerSettings>;
  readonly market: VenueMarket;
  /** The account's books; absent: memory. Whoever opened it closes it. */
  readonly store?: ServerStore;
  /** A request's header `x-plimsoll-at` (milliseconds) moves the clock forward to it. */
  readonly followHeader?: boolean;
  readonly fees?: Partial<FeeSchedule>;
  readonly assets?: Readonly<Record<string, AssetTerms>>;
  readonly corporateActions?: (date: DateText) => readonly CorporateAction[];
  /** Hears of each request and its answer, as they went over the wire. */
  readonly record?: (exchange: RecordedExchange) => void;
}

/** One request and what was answered, for those who check the traffic. */
export interface RecordedExchange {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: unknown;
  readonly status: number;
  readonly answer: unknown;
}

/** Rates of 2024, before those that change twice a year; another schedule is given as an option. */
export const FEES_2024: FeeSchedule = {
  secPerBillion: 27_800,
  tafPerShare: 166 as Money,
  tafPerContract: 2_790 as Money,
  tafMax: 8_300_000 as Money,
  orfPerContract: 26_850 as Money,
  occPerContract: 20_000 as Money,
};

const SETTINGS: SimBrokerSettings = {
  seed: 1,
  costs: { slippagePpm: 0, feePerShare: 0 as Money, feePpm: 0 },
  delayMs: [0, 0],
  rejectionPpm: 0,
  randomSlippageBps: 0,
  priceStep: 1 as Price,
  shortSelling: true,
};

export const settingsOf = (given: Partial<SimBrokerSettings>): SimBrokerSettings => ({
  ...SETTINGS,
  ...given,
});
