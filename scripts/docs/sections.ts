/** A part of the page: its title, the keys in it, and what is said before them. */
export interface Section {
  readonly title: string;
  readonly prefix: RegExp;
  readonly text: readonly string[];
}

export const SECTIONS: readonly Section[] = [
  { title: 'The desk', prefix: /^[a-z_]+$/, text: [] },
  {
    title: 'data.SYMBOL: a file',
    prefix: /^data\.SYMBOL\.(?:file|timeframe|adjustment|source)$/,
    text: [
      'Every symbol that a book reads or may hold, and the benchmark, has one entry. An entry is ' +
        'the path of a file of raw daily bars, as `SPY: data/SPY.csv`, or a map of one of four ' +
        'forms. This is the first, and [data](data.md) says what files are read.',
    ],
  },
  {
    title: 'data.SYMBOL: synthetic',
    prefix: /^data\.SYMBOL\.synthetic/,
    text: [
      'Invented prices: a fund with `of` and `factor`, that makes a multiple of the daily return ' +
        'of another symbol of the desk, or a series with `seed`, `from` and `to`. Two series of ' +
        'one desk need two seeds, or they would move as one.',
    ],
  },
  {
    title: 'data.SYMBOL: sample and store',
    prefix: /^data\.SYMBOL\.(?:sample|store)/,
    text: ['Prices that come with the program, or that `plimsoll data import` has taken in.'],
  },
  {
    title: 'broker',
    prefix: /^broker\./,
    text: [
      'The broker of a market that lives, for `plimsoll run --feed live`; a desk on recorded ' +
        'bars alone leaves it out. Its keys are in `.env`, never here: [brokers](brokers.md) ' +
        'says how they are called, and what each stage uses.',
    ],
  },
  {
    title: 'simulator',
    prefix: /^simulator\./,
    text: [
      'The built-in broker: what trading costs in a backtest, on paper and in a dry run, and ' +
        'what sizing expects it to cost. All of it may be left out.',
    ],
  },
  {
    title: 'execution',
    prefix: /^execution\./,
    text: ['How orders leave and are watched while they work. All of it may be left out.'],
  },
  {
    title: 'data_checks',
    prefix: /^data_checks\./,
    text: [
      'What the market has to look like at a slot, before the strategy is asked. A check that ' +
        'fails skips the decision of that day and tells why. All of it may be left out.',
    ],
  },
  {
    title: 'approvals',
    prefix: /^approvals\./,
    text: [
      'Which orders wait for a person (`plimsoll approve` and `plimsoll reject`). Without this ' +
        'section none does: every order leaves by itself. An order is of one of four classes: it ' +
        'opens or raises a position, it only reduces one, it protects one (a stop or a target), ' +
        'or it is of an emergency exit.',
    ],
  },
  {
    title: 'reconcile',
    prefix: /^reconcile\./,
    text: [
      "How the broker's account is compared with the books. A difference that no rule explains " +
        'is asked of a person. All of it may be left out.',
    ],
  },
  {
    title: 'books',
    prefix: /^books\[\]\.(?!(?:signal_filters|approvals|watch|leftover)\.)/,
    text: [
      'A list, one entry a book. A book acts on `strategy` or on `signals`, never on both. The ' +
        'parameters of the built-in strategies and their defaults are in `params.ts` of each ' +
        'folder below `src/strategies`.',
    ],
  },
  {
    title: 'books: signal_filters',
    prefix: /^books\[\]\.signal_filters\./,
    text: ['Of a book with `signals` only: which of them are worth an order, and how large.'],
  },
  {
    title: 'books: approvals',
    prefix: /^books\[\]\.approvals\./,
    text: ['Who is asked about the orders of this book; what is left out is as for the desk.'],
  },
  {
    title: 'books: watch',
    prefix: /^books\[\]\.watch\./,
    text: [
      'How the positions of the book are guarded, while it holds them. Without this section only ' +
        'by the stops and targets that its orders bring, and by what `limits` require of stops. ' +
        'No single price ever closes a position.',
    ],
  },
  {
    title: 'books: leftover',
    prefix: /^books\[\]\.leftover\./,
    text: [
      'What becomes of an order that worked longer than `order_timeout_minutes`, by its kind: ' +
        'the rest is canceled, canceled and sent anew with a limit at the market once the end of ' +
        'the first is proven, or left to rest until it is canceled.',
    ],
  },
  {
    title: 'limits',
    prefix: /^limits\.(?!symbols\.|breakers\.)/,
    text: [
      'Bounds that a person sets. Nine are required, each set on purpose: they have no default. ' +
        'Caps on a loop that runs away have strict defaults. All others bind only where they ' +
        'are set, and where one is set in percent and in dollars, both hold.',
      'A book may set any of them tighter or wider for itself under its own `limits`, but for ' +
        'the rates and the breakers, which are of the desk; an order has to pass those of its ' +
        'book and those of the desk. A buy that is part of a plan is cut to what the limits ' +
        'leave; an order that a strategy or a signal wished is refused whole. What only shrinks ' +
        'a position is never refused for exposure, loss or positions.',
      "Percentages of a book's limits are of the equity and cash of that book, those of the " +
        "desk's of the whole desk. Orders count in the worst case: every live order fills that " +
        'makes it worse, and none that makes it better. Dollars far from the capital, and ' +
        'percentages that look like fractions, are refused as slips.',
    ],
  },
  {
    title: 'limits: breakers',
    prefix: /^limits\.breakers\./,
    text: [
      'How far the desk halts for each cause: `NO_NEW_RISK` where it is left out, `CANCEL_ONLY` ' +
        'or `STOP`. A halt stays until a named person resumes.',
    ],
  },
  {
    title: 'limits: symbols',
    prefix: /^limits\.symbols\./,
    text: [
      'Limits of single symbols in the place of those above, as `symbols: { TQQQ: ' +
        '{ position_pct_max: 30 } }`. Counts are of the orders of that symbol, on top of those ' +
        'of the desk; a book has no counts.',
    ],
  },
  {
    title: 'rules',
    prefix: /^rules\./,
    text: [
      'Dated rules of broker and regulator, which the last gate applies itself, so that the ' +
        'broker need not refuse: day trades (until intraday margin takes their place), wash ' +
        'sales, good faith in a cash account, steps of prices. A refusal names its rule and ' +
        'the date from which that holds. Left out, none of them is applied here.',
    ],
  },
];
