/** A moment at which a process is killed, counted in its calls to the broker. */
export interface Shot {
  /** Which calls count; null: all. */
  readonly call: string | null;
  /** Of those of this life, from 1. */
  readonly count: number;
  /**
   * The call arrived and is lost; arrived and is carried out late, when the next life runs already;
   * was carried out and not answered; was answered.
   */
  readonly at: 'lost' | 'late' | 'accepted' | 'replied';
}

export interface ToBroker {
  readonly shot: (Shot & { readonly pid: number }) | null;
}

export type FromBroker =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'killed'; readonly call: string };
