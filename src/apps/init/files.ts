import { deskTemplate } from './desk-template.ts';
import { STRATEGY_TEMPLATE } from './strategy-template.ts';

export interface InitOptions {
  /** Of the desk: lower case with hyphens. */
  readonly name: string;
  /** Path of the strategy SDK's types, for editors; left out: they look for an npm package. */
  readonly sdkTypes?: string;
}

export interface InitFile {
  /** Within the new folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** The files of a new desk, `desk.yaml` first. */
export const initFiles = (options: InitOptions): InitFile[] => [
  { path: 'desk.yaml', text: deskTemplate(options.name) },
  { path: 'strategies/my-strategy.ts', text: STRATEGY_TEMPLATE },
  { path: 'strategies/tsconfig.json', text: tsconfig(options.sdkTypes) },
  { path: '.env.example', text: ENV_EXAMPLE },
  { path: '.gitignore', text: GITIGNORE },
  { path: 'README.md', text: readme(options.name) },
];

function tsconfig(sdkTypes: string | undefined): string {
  const compilerOptions = {
    target: 'ES2023',
    module: 'NodeNext',
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: [],
    ...(sdkTypes === undefined ? {} : { paths: { plimsoll: [sdkTypes] } }),
  };
  return `${JSON.stringify({ compilerOptions, include: ['*.ts'] }, null, 2)}\n`;
}

const ENV_EXAMPLE = `\
# Secrets of this desk. Copy to .env, then: chmod 600 .env
# A text of desk.yaml takes a value from here as \${NAME}. This desk needs none of them yet.

# ALPACA_KEY_ID=
# ALPACA_SECRET_KEY=
# SCHWAB_APP_KEY=
# SCHWAB_APP_SECRET=
`;

const GITIGNORE = `\
# Secrets, and what runs write. What decides trades (desk.yaml, strategies/) is kept.
.env
.cache/
journal/
state/
data/
exports/
logs/
reports/
`;

const readme = (name: string): string => `# ${name}

A desk: \`desk.yaml\` says what is traded, how, when and within which limits;
\`strategies/my-strategy.ts\` decides. As it is, it trades recorded prices of Apple, 2013 to 2018.

    plimsoll check .                           # prove the configuration, limits in dollars
    plimsoll backtest . --report report.html   # play it, and read the report
    plimsoll backtest . --set books.0.params.fast=50

Then make it yours:

1. Change a rule in \`strategies/my-strategy.ts\` and run the backtest again.
2. Put your own bars in: \`--bars AAPL=my-bars.csv\`, or a file under \`data:\` in \`desk.yaml\`.
3. Set the limits to what you can bear to lose, before anything else is set.

Secrets go to \`.env\` (see \`.env.example\`), never into \`desk.yaml\`.
`;
