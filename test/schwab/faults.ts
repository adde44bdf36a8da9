/** What goes wrong with one request. */
export type Fault =
  /** The connection ends before the request is looked at, or after it was done. */
  | { readonly kind: 'dropBefore' | 'dropAfter' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** Another reply; `done` says whether the request is done all the same. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly done?: boolean;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A page of a gateway in place of the reply, with status 200 unless said. */
  | { readonly kind: 'html'; readonly status?: number; readonly done?: boolean }
  /** The reply to a new order without its Location, or with this one. */
  | { readonly kind: 'location'; readonly value: string | null }
  /** The body is cut after so many bytes. */
  | { readonly kind: 'cut'; readonly bytes: number }
  /** Account numbers in the reply are those of another account. */
  | { readonly kind: 'wrongAccount'; readonly number: string };

export interface FaultRule {
  readonly method?: string;
  readonly path: RegExp;
  /** How many matching requests go by unharmed first. */
  readonly after?: number;
  /** How many it then strikes; 1 when left out. */
  readonly times?: number;
  readonly fault: Fault;
}

/** Faults by request, in the order in which they were set; deterministic. */
export class Faults {
  #rules: { rule: FaultRule; skipped: number; struck: number }[] = [];
  /** For how long a new order is missing from the list, and from a reading by its id. */
  listLagMs = 0;
  readLagMs = 0;

  add(rule: FaultRule): void {
    this.#rules.push({ rule, skipped: 0, struck: 0 });
  }

  clear(): void {
    this.#rules = [];
    this.listLagMs = 0;
    this.readLagMs = 0;
  }

  /** The fault that strikes this request, or null. */
  strike(method: string, path: string): Fault | null {
    for (const one of this.#rules) {
      const { rule } = one;
      const matches = (rule.method ?? method) === method && rule.path.test(path);
      if (!matches || one.struck >= (rule.times ?? 1)) continue;
      if (one.skipped < (rule.after ?? 0)) {
        one.skipped++;
        continue;
      }
      one.struck++;
      return rule.fault;
    }
    return null;
  }
}
