import type { Instant, Money, Price } from '../../src/base/index.ts';
import type { OpenWorld } from '../../src/apps/world/index.ts';
import type { LoadedDesk } from '../../src/apps/load.ts';
import type { DateText } from '../../src/base/index.ts';
import type { Side } from '../../src/orders/index.ts';
import type { Proxy } from './proxy.ts';

/** An order as the counterpart has it. Symbols are the house's. */
export interface TrueOrder {
  readonly id: string;
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  readonly filled: number;
  readonly isOpen: boolean;
}

export interface TrueFill {
  readonly orderId: string;
  readonly quantity: number;
  readonly price: Price;
}

/** What the counterpart's own books say, read past the proxy. */
export interface Truth {
  readonly orders: readonly TrueOrder[];
  readonly fills: readonly TrueFill[];
  readonly cash: Money;
  readonly positions: Readonly<Record<string, number>>;
}

/** An order as it was asked for over the wire. */
export interface Asked {
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  readonly type: string;
  readonly timeInForce: string;
}

/** A counterpart with its proxy before it. */
export interface Counter {
  readonly name: 'alpaca' | 'schwab';
  readonly account: string;
  readonly proxy: Proxy;
  /** Proves and opens the desk's connection, as a start of the program does. */
  open(
    loaded: LoadedDesk,
    terms: { readonly from: DateText; readonly since: Instant | null; now: { at: Instant } },
  ): Promise<OpenWorld>;
  /** What a person does before each session. */
  morning(): void;
  /** The order that a request asks for; null where it asks for none. */
  orderIn(method: string, path: string, body: string): Asked | null;
  truth(): Promise<Truth>;
  close(): Promise<void>;
}

export interface CounterTerms {
  readonly seed: number;
  readonly rate: number;
  readonly start: Instant;
  readonly now: () => Instant;
  readonly isLoud: () => boolean;
  readonly asked: (method: string, path: string, body: string) => void;
  readonly told: (path: string, text: string) => void;
}
